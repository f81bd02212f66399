"""Turns paths below /api into calls of the reviewer's desk."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from apps.review.bodies import AnswerBody, DraftBody, EmptyBody, Id, RenewBody, UndoBody
from apps.review.calls import Reviewer, known_language
from apps.review.desk import Desk
from apps.review.takeover import Page
from apps.review.views import account_view, progress_view, study_view
from apps.review.wording import DEFAULT, words
from storage import messages, queue
from storage.client import Store


def reviewer_routes(store: Store) -> APIRouter:
    """Make the routes below /api that the review page calls.

    Args:
        store: the open store.

    Returns:
        The routes; all but the words need a signed-in account.
    """
    routes, desk = APIRouter(prefix="/api"), Desk(store)
    _add_reading(routes, desk)
    _add_work(routes, desk)
    _add_presence(routes, desk)
    return routes


def _add_reading(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/words")
    def get_words(language: str = DEFAULT) -> dict[str, Any]:
        return words(known_language(language))

    @routes.get("/me")
    def get_me(account: Reviewer) -> dict[str, Any]:
        return account_view(account)

    @routes.get("/studies")
    def get_studies(account: Reviewer) -> dict[str, Any]:
        return desk.open_studies(account)

    @routes.get("/studies/{study_id}")
    def get_study(study_id: Id, account: Reviewer) -> dict[str, Any]:
        return study_view(desk.study(study_id))

    @routes.get("/studies/{study_id}/progress")
    def get_progress(study_id: Id, account: Reviewer) -> dict[str, Any]:
        study = desk.study(study_id)
        return progress_view(queue.progress(desk.store, study.id, account.id))


def _add_work(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/studies/{study_id}/tasks")
    def get_tasks(study_id: Id, account: Reviewer, page: Page = "") -> dict[str, Any]:
        return desk.tasks(study_id, account, page)

    @routes.post("/answers")
    def post_answer(body: AnswerBody, account: Reviewer) -> dict[str, Any]:
        return desk.answer(body, account)

    @routes.post("/undo")
    def post_undo(body: UndoBody, account: Reviewer) -> dict[str, Any]:
        return desk.undo(body, account)

    @routes.post("/renew")
    def post_renew(body: RenewBody, account: Reviewer, page: Page = "") -> dict[str, Any]:
        return desk.renew(body, account, page)

    @routes.post("/drafts")
    def post_draft(body: DraftBody, account: Reviewer, page: Page = "") -> dict[str, Any]:
        return desk.draft(body, account, page)


def _add_presence(routes: APIRouter, desk: Desk) -> None:
    @routes.post("/claim")
    def post_claim(body: EmptyBody, account: Reviewer, page: Page = "") -> dict[str, Any]:
        desk.places.claim(account.id, page)
        return {}

    @routes.get("/here")
    def get_here(account: Reviewer, page: Page = "") -> dict[str, Any]:
        return desk.here(account, page)

    @routes.post("/messages/{message_id}/read")
    def post_read(message_id: Id, account: Reviewer) -> dict[str, Any]:
        messages.mark_read(desk.store, message_id, account.id)
        return {}
