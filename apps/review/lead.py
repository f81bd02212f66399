"""Turns the progress of studies into the lead's page, and the lead's clicks into study events."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from apps.review.bodies import Id, StatusBody
from apps.review.calls import Lead, Refused, Reviewer
from apps.review.lead_people import people_routes
from apps.review.lead_quality import Quality
from apps.review.lead_views import study_view
from apps.review.lead_words import lead_error
from apps.review.page import ASSETS, PATH, assets_version
from apps.review.wording import error
from lab.records import Role, Study, StudyStatus
from storage import messages, studies
from storage.client import Store
from storage.overview import by_study, item_texts, overviews

N_CLOSED = 3
"""Closed studies that the lead's page still shows; the dashboard has them all."""


def lead_routes(store: Store) -> APIRouter:
    """Make the lead's page and the calls below /api/lead.

    Args:
        store: the open store.

    Returns:
        The routes; other roles are refused, or led to the review page.
    """
    routes, quality = APIRouter(), Quality(store)
    routes.include_router(people_routes(store))

    @routes.get("/lead", response_model=None)
    def page(request: Request, account: Reviewer) -> Response:
        if account.role is not Role.LEAD:
            return RedirectResponse(request.scope.get("root_path", "") + f"{PATH}/", 303)
        html = (ASSETS / "lead.html").read_text(encoding="utf-8")
        return HTMLResponse(html.replace("VERSION", assets_version()))

    @routes.get("/api/lead/studies")
    def get_studies(account: Lead) -> dict[str, Any]:
        return {"studies": _studies(store)}

    @routes.get("/api/lead/studies/{study_id}/quality")
    def get_quality(study_id: Id, account: Lead) -> dict[str, Any]:
        return {"reviewers": quality.of(_study(store, study_id))}

    @routes.post("/api/lead/studies/{study_id}/status")
    def post_status(study_id: Id, body: StatusBody, account: Lead) -> dict[str, Any]:
        return _set_status(store, _study(store, study_id), body.status)

    @routes.get("/api/lead/items/{item_id}")
    def get_item(item_id: Id, account: Lead) -> dict[str, Any]:
        found = item_texts(store, item_id)
        if found is None:
            raise Refused(404, lead_error("no_item"))
        return {
            "kind": found.kind.value,
            "prompt": found.prompt,
            "source": found.source,
            "texts": list(found.texts),
        }

    return routes


def _studies(store: Store) -> list[dict[str, Any]]:
    shown = _current(store)
    ids = [study.id for study, _ in shown]
    seen, sent = overviews(store, ids), by_study(messages.sent(store, ids))
    settled = [study.id for study, _ in shown if study.protocol.get("adjudicator")]
    unsettled = store.do("unsettled", study_ids=settled) if settled else {}
    return [
        study_view(study, status, seen[study.id], unsettled.get(study.id, ()), sent[study.id])
        for study, status in shown
    ]


def _current(store: Store) -> list[tuple[Study, StudyStatus]]:
    newest_first = studies.every(store)[::-1]
    going = [one for one in newest_first if one[1] is not StudyStatus.CLOSED]
    over = [one for one in newest_first if one[1] is StudyStatus.CLOSED]
    return going + over[:N_CLOSED]


def _study(store: Store, study_id: str) -> Study:
    study = studies.by_id(store, study_id)
    if study is None:
        raise Refused(404, error("no_study"))
    return study


def _set_status(store: Store, study: Study, target: StudyStatus) -> dict[str, Any]:
    if studies.status(store, study.id) is StudyStatus.CLOSED and target is not StudyStatus.CLOSED:
        raise Refused(422, error("study_closed"))
    studies.change_status(store, study, target)
    return {"status": target.value}
