"""Turns a reviewer's calls into operations of the store."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from apps.review.bodies import AnswerBody, DraftBody, RenewBody, UndoBody
from apps.review.calls import Refused, Reviewer
from apps.review.views import (
    account_view,
    listing_view,
    progress_view,
    study_view,
    task_view,
    tasks_view,
)
from apps.review.wording import error, words
from lab.errors import ReviewError
from lab.records import Account, Draft, Study, StudyStatus
from storage import queue, studies
from storage.client import Store

N_IN_HAND = 2
"""Tasks that a browser holds: the one shown, and the next, fetched ahead."""

HIDDEN = StudyStatus.DRAFT


class Desk:
    """The reviewer's calls over one store; a study's protocol never changes, so it is kept."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._known: dict[str, Study] = {}

    def study(self, study_id: str) -> Study:
        """Find a study that has been opened at some time.

        Args:
            study_id: its id.

        Returns:
            The study.

        Raises:
            Refused: there is none, or it is still a draft.
        """
        if study_id not in self._known:
            known = {
                study.id: study for study, status in studies.every(self.store) if status != HIDDEN
            }
            self._known.update(known)
        if study_id not in self._known:
            raise Refused(404, error("no_study"))
        return self._known[study_id]

    def open_studies(self, account: Account) -> dict[str, Any]:
        """List what can be worked on, with the reviewer's own progress."""
        listed = [
            listing_view(study, queue.progress(self.store, study.id, account.id))
            for study, status in studies.every(self.store)
            if status is StudyStatus.OPEN
        ]
        return {"studies": listed}

    def tasks(self, study_id: str, account: Account) -> dict[str, Any]:
        """Give the reviewer something to do, unless the study is not open."""
        study = self.study(study_id)
        status = studies.status(self.store, study.id)
        is_open = status is StudyStatus.OPEN
        tasks = queue.next_tasks(self.store, study.id, account.id, N_IN_HAND) if is_open else []
        return tasks_view(tasks, status, queue.progress(self.store, study.id, account.id))

    def answer(self, body: AnswerBody, account: Account) -> dict[str, Any]:
        """Store an answer; the same answer again is the same answer."""
        study = self.study(body.study_id)
        if body.kind == "skip" and not body.reason.strip():
            raise Refused(422, error("skip_reason"))
        done = queue.submit(
            self.store,
            answer_id=body.answer_id,
            assignment_id=body.assignment_id,
            reviewer_id=account.id,
            kind=body.kind,
            ratings=body.ratings,
            winner=body.winner,
            comment=body.comment,
            reason=body.reason,
            flag=body.flag,
            seconds=body.seconds,
        )
        progress = queue.progress(self.store, study.id, account.id)
        return {
            "answer_id": done.answer_id,
            "repeated": done.repeated,
            "late": done.late,
            "saved_at": done.recorded_at.isoformat(),
            "progress": progress_view(progress),
        }

    def undo(self, body: UndoBody, account: Account) -> dict[str, Any]:
        """Take the reviewer's newest answer back and open its task again."""
        study = self.study(body.study_id)
        task = queue.undo(self.store, body.answer_id, study.id, account.id)
        progress = queue.progress(self.store, study.id, account.id)
        return {"task": task_view(task) if task else None, "progress": progress_view(progress)}

    def renew(self, body: RenewBody, account: Account) -> dict[str, Any]:
        """Hold places on; those that are gone by now are left out of the reply."""
        held = [one for one in body.assignment_ids if self._renewed(one, account)]
        return {"held": held}

    def _renewed(self, assignment_id: str, account: Account) -> bool:
        try:
            queue.renew(self.store, assignment_id, account.id)
        except ReviewError:
            return False
        return True

    def draft(self, body: DraftBody, account: Account) -> dict[str, Any]:
        """Keep what is entered so far."""
        draft = Draft(id=body.id, assignment_id=body.assignment_id, content=body.content)
        queue.save_draft(self.store, draft, account.id)
        return {"id": body.id}


def reviewer_routes(store: Store) -> APIRouter:
    """Make the routes below /api that the review page calls.

    Args:
        store: the open store.

    Returns:
        The routes; all but the words need a signed-in account.
    """
    routes, desk = APIRouter(prefix="/api"), Desk(store)

    @routes.get("/words")
    def get_words() -> dict[str, Any]:
        return words()

    @routes.get("/me")
    def get_me(account: Reviewer) -> dict[str, Any]:
        return account_view(account)

    @routes.get("/studies")
    def get_studies(account: Reviewer) -> dict[str, Any]:
        return desk.open_studies(account)

    @routes.get("/studies/{study_id}")
    def get_study(study_id: str, account: Reviewer) -> dict[str, Any]:
        return study_view(desk.study(study_id))

    @routes.get("/studies/{study_id}/tasks")
    def get_tasks(study_id: str, account: Reviewer) -> dict[str, Any]:
        return desk.tasks(study_id, account)

    @routes.get("/studies/{study_id}/progress")
    def get_progress(study_id: str, account: Reviewer) -> dict[str, Any]:
        study = desk.study(study_id)
        return progress_view(queue.progress(store, study.id, account.id))

    @routes.post("/answers")
    def post_answer(body: AnswerBody, account: Reviewer) -> dict[str, Any]:
        return desk.answer(body, account)

    @routes.post("/undo")
    def post_undo(body: UndoBody, account: Reviewer) -> dict[str, Any]:
        return desk.undo(body, account)

    @routes.post("/renew")
    def post_renew(body: RenewBody, account: Reviewer) -> dict[str, Any]:
        return desk.renew(body, account)

    @routes.post("/drafts")
    def post_draft(body: DraftBody, account: Reviewer) -> dict[str, Any]:
        return desk.draft(body, account)

    return routes
