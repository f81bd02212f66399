"""Turns a reviewer's calls into operations of the store."""

from __future__ import annotations

from typing import Any

from apps.review.bodies import AnswerBody, DraftBody, RenewBody, UndoBody
from apps.review.calls import Refused
from apps.review.choosing import Chooser
from apps.review.takeover import Places
from apps.review.views import (
    listing_view,
    message_view,
    progress_view,
    submitted_view,
    task_view,
    tasks_view,
)
from apps.review.wording import error
from lab.errors import ReviewError
from lab.records import Account, Draft, Study, StudyStatus
from storage import messages, queue, studies
from storage.client import Store

N_IN_HAND = 2
"""Tasks that a browser holds: the one shown, and the next, fetched ahead."""


class Desk:
    """The reviewer's calls over one store; a study's protocol never changes, so it is kept.

    What a page does with the tasks in hand is refused once another page has taken over. What was
    answered, or is taken back, is taken from any page: an answer is never in the wrong place.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self.places = Places()
        self._chooser = Chooser(store)
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
            found = studies.by_id(self.store, study_id)
            if found is None or studies.status(self.store, study_id) is StudyStatus.DRAFT:
                raise Refused(404, error("no_study"))
            self._known[study_id] = found
        return self._known[study_id]

    def open_studies(self, account: Account) -> dict[str, Any]:
        """List what can be worked on, with the reviewer's own progress."""
        listed = [
            listing_view(self.study(id), queue.progress(self.store, id, account.id))
            for id in studies.open_ids(self.store)
        ]
        return {"studies": listed}

    def here(self, account: Account, page: str) -> dict[str, Any]:
        """Say whether a page is the one at work, and what the lead has to say."""
        unread = messages.unread(self.store, account.id)
        here = self.places.is_here(account.id, page)
        return {"here": here, "messages": [message_view(one) for one in unread]}

    def tasks(self, study_id: str, account: Account, page: str) -> dict[str, Any]:
        """Give the reviewer something to do, unless the study is not open."""
        study = self.study(study_id)
        self.places.check(account.id, page)
        status = studies.status(self.store, study.id)
        is_open = status is StudyStatus.OPEN
        if is_open:
            self._chooser.note(study)
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
            winners=body.winners,
            spans=[one.model_dump(mode="json") for one in body.spans],
            judgements=body.judgements,
            comment=body.comment,
            reason=body.reason,
            flag=body.flag,
            seconds=body.seconds,
        )
        self._chooser.note(study, n_answers=1)
        return submitted_view(done, queue.progress(self.store, study.id, account.id))

    def undo(self, body: UndoBody, account: Account) -> dict[str, Any]:
        """Take the reviewer's newest answer back and open its task again."""
        study = self.study(body.study_id)
        try:
            task = queue.undo(self.store, body.answer_id, study.id, account.id)
        except ReviewError:
            raise Refused(422, error("no_undo")) from None
        progress = queue.progress(self.store, study.id, account.id)
        return {"task": task_view(task) if task else None, "progress": progress_view(progress)}

    def renew(self, body: RenewBody, account: Account, page: str) -> dict[str, Any]:
        """Hold places on; those that are gone by now are left out of the reply."""
        self.places.check(account.id, page)
        held = [one for one in body.assignment_ids if self._renewed(one, account)]
        return {"held": held}

    def _renewed(self, assignment_id: str, account: Account) -> bool:
        try:
            queue.renew(self.store, assignment_id, account.id)
        except ReviewError:
            return False
        return True

    def draft(self, body: DraftBody, account: Account, page: str) -> dict[str, Any]:
        """Keep what is entered so far."""
        self.places.check(account.id, page)
        draft = Draft(id=body.id, assignment_id=body.assignment_id, content=body.content)
        queue.save_draft(self.store, draft, account.id)
        return {"id": body.id}
