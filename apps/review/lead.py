"""Turns the progress of studies into the lead's page, and the lead's clicks into study events."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from apps.review.bodies import StatusBody
from apps.review.calls import Lead, Refused, Reviewer
from apps.review.page import ASSETS, PATH, assets_version
from apps.review.views import lead_view
from apps.review.wording import error
from lab.records import Role, Study, StudyEvent, StudyStatus
from storage import queue, studies
from storage.client import Store

N_CLOSED = 3
"""Closed studies that the lead's page still shows; the dashboard has them all."""


def lead_routes(store: Store) -> APIRouter:
    """Make the lead's page and the calls below /api/lead.

    Args:
        store: the open store.

    Returns:
        The routes; other roles are refused, or led to the review page.
    """
    routes = APIRouter()

    @routes.get("/lead", response_model=None)
    def page(request: Request, account: Reviewer) -> Response:
        if account.role is not Role.LEAD:
            return RedirectResponse(request.scope.get("root_path", "") + f"{PATH}/", 303)
        html = (ASSETS / "lead.html").read_text(encoding="utf-8")
        return HTMLResponse(html.replace("VERSION", assets_version()))

    @routes.get("/api/lead/studies")
    def get_studies(account: Lead) -> dict[str, Any]:
        listed = [
            lead_view(study, status, queue.study_progress(store, study.id))
            for study, status in _current(store)
        ]
        return {"studies": listed}

    @routes.post("/api/lead/studies/{study_id}/status")
    def post_status(study_id: str, body: StatusBody, account: Lead) -> dict[str, Any]:
        return _set_status(store, study_id, body.status)

    return routes


def _current(store: Store) -> list[tuple[Study, StudyStatus]]:
    newest_first = studies.every(store)[::-1]
    going = [one for one in newest_first if one[1] is not StudyStatus.CLOSED]
    over = [one for one in newest_first if one[1] is StudyStatus.CLOSED]
    return going + over[:N_CLOSED]


def _set_status(store: Store, study_id: str, status: StudyStatus) -> dict[str, Any]:
    known = {study.id: present for study, present in studies.every(store)}
    if study_id not in known:
        raise Refused(404, error("no_study"))
    if known[study_id] is StudyStatus.CLOSED and status is not StudyStatus.CLOSED:
        raise Refused(422, error("study_closed"))
    if known[study_id] is not status:
        store.add([StudyEvent(study_id=study_id, status=status)])
    return {"status": status.value}
