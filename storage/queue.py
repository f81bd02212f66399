"""Turns a reviewer's wish for work into tasks, and what the reviewer does into stored answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lab.records import Draft
from storage.client import Store
from storage.progress import Progress, StudyProgress, progress, study_progress
from storage.tasks import Task, read_tasks

__all__ = [
    "Progress",
    "StudyProgress",
    "Submitted",
    "Task",
    "next_tasks",
    "progress",
    "renew",
    "save_draft",
    "study_progress",
    "submit",
    "undo",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """What became of a submit."""

    answer_id: str
    """The answer."""

    repeated: bool
    """Whether the store held it already."""

    late: bool
    """Whether it is kept but not counted, since its place had gone to another reviewer."""

    recorded_at: datetime
    """When the store took it first, UTC."""


def next_tasks(store: Store, study_id: str, reviewer_id: str, count: int = 2) -> list[Task]:
    """Give a reviewer the next items: those under an own lease first, then new ones.

    Args:
        store: the store.
        study_id: the study.
        reviewer_id: the reviewer's account.
        count: how many tasks to have at hand.

    Returns:
        At most `count` tasks in queue order; none when all is done or the study is not open.

    Raises:
        ReviewError: the study or the account does not exist.
    """
    outlines = store.do("next_tasks", study_id=study_id, reviewer_id=reviewer_id, count=count)
    return read_tasks(store, outlines)


def renew(store: Store, assignment_id: str, reviewer_id: str) -> datetime:
    """Hold an assignment's place for another 15 minutes.

    Returns:
        When the new lease runs out, UTC.

    Raises:
        ReviewError: the place has gone to another reviewer, or the assignment is not this one's.
    """
    text = store.do("renew", assignment_id=assignment_id, reviewer_id=reviewer_id)
    return datetime.fromisoformat(text)


def save_draft(store: Store, draft: Draft, reviewer_id: str) -> None:
    """Keep what a reviewer has entered and not yet submitted.

    Raises:
        ReviewError: the assignment is not this reviewer's.
    """
    fields = {"id": draft.id, "assignment_id": draft.assignment_id, "content": draft.content}
    store.do("save_draft", draft=fields, reviewer_id=reviewer_id)


def submit(
    store: Store,
    answer_id: str,
    assignment_id: str,
    reviewer_id: str,
    kind: str,
    ratings: dict[str, int] | None = None,
    winner: str | None = None,
    comment: str = "",
    reason: str = "",
    flag: str = "",
    seconds: float = 0.0,
) -> Submitted:
    """Store an answer; the same `answer_id` twice is one answer.

    Args:
        store: the store.
        answer_id: UUID made in the browser.
        assignment_id: what is answered.
        reviewer_id: the reviewer's account.
        kind: "rate", "vote" or "skip".
        ratings: value by criterion, for "rate".
        winner: "left", "right", "tie" or "both_bad" as on the screen, for "vote".
        comment: free words.
        reason: why it was skipped.
        flag: what is wrong with the item itself.
        seconds: active time from showing the item to the submit, in seconds.

    Raises:
        ReviewError: the study does not allow this answer; says why.
    """
    found = store.do(
        "submit",
        answer_id=answer_id,
        assignment_id=assignment_id,
        reviewer_id=reviewer_id,
        kind=kind,
        ratings=ratings or {},
        winner=winner,
        comment=comment,
        reason=reason,
        flag=flag,
        seconds=seconds,
    )
    return Submitted(**found | {"recorded_at": datetime.fromisoformat(found["recorded_at"])})


def undo(store: Store, answer_id: str, study_id: str, reviewer_id: str) -> Task | None:
    """Take the reviewer's last answer in a study back.

    Args:
        store: the store.
        answer_id: UUID of the undoing, made in the browser; twice the same is one undoing.
        study_id: the study.
        reviewer_id: the reviewer's account.

    Returns:
        The task, open again, with the answer taken back; None where there is none.

    Raises:
        ReviewError: the study is not open, or a skipped item has gone to another reviewer.
    """
    outline = store.do("undo", answer_id=answer_id, study_id=study_id, reviewer_id=reviewer_id)
    return read_tasks(store, [outline])[0] if outline else None
