"""Turns a reviewer's wish for work into tasks, and what the reviewer does into stored answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lab.records import Draft
from storage.assignments.given import others_answer, read_answers
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
    "release",
    "renew",
    "save_draft",
    "set_weights",
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

    feedback: dict[str, Any] | None
    """In training: `right`, `expected` (as on the screen: ratings, winners or spans),
    `explanation`; None otherwise."""

    others: list[dict[str, Any]] | None
    """For who settles a disagreement: the answers of the item's reviewers, as on the screen of the
    one who settles, without names: ratings, winners, spans, comment; None for everyone else."""

    follow_up: Task | None
    """The checker's suggestions for the text just marked, to be confirmed or rejected."""


def next_tasks(store: Store, study_id: str, reviewer_id: str, count: int = 2) -> list[Task]:
    """Give a reviewer the next items: begun ones, then those under an own lease, then new ones.

    Args:
        store: the store.
        study_id: the study.
        reviewer_id: the reviewer's account.
        count: how many tasks to have at hand.

    Returns:
        At most `count` tasks; none when nothing is left for this reviewer, the training round was
        not passed, or the study is not open.

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


def release(store: Store, study_id: str, reviewer_id: str) -> int:
    """Give back at once whatever a reviewer holds in a study without having answered it.

    Returns:
        How many places went back.

    Raises:
        ReviewError: there is no such study.
    """
    n_released: int = store.do("release", study_id=study_id, reviewer_id=reviewer_id)
    return n_released


def submit(
    store: Store,
    *,
    answer_id: str,
    assignment_id: str,
    reviewer_id: str,
    kind: str,
    ratings: Mapping[str, int] | None = None,
    winners: Mapping[str, str] | None = None,
    spans: Sequence[Mapping[str, Any]] | None = None,
    judgements: Mapping[str, bool] | None = None,
    comment: str = "",
    reason: str = "",
    flag: str = "",
    seconds: float = 0.0,
) -> Submitted:
    """Store an answer; the same `answer_id` twice is one answer, with the same reply.

    Args:
        store: the store.
        answer_id: UUID made in the browser.
        assignment_id: what is answered.
        reviewer_id: the reviewer's account.
        kind: "rate", "vote", "spans", "judge" or "skip".
        ratings: value by criterion, for "rate".
        winners: "left", "right", "tie" or "both_bad" as on the screen, for "overall" and each
            further criterion that the study compares on, for "vote".
        spans: all marks of the text, each with start, end (code points), category, severity and
            note, for "spans" and "judge".
        judgements: whether a suggestion is confirmed, by its id, for "judge".
        comment: free words.
        reason: why it was skipped.
        flag: what is wrong with the item itself.
        seconds: active time from showing the item to the submit, in seconds.

    Raises:
        ReviewError: the study does not allow this answer; says why.
    """
    said = {
        "ratings": dict(ratings or {}),
        "winners": dict(winners or {}),
        "spans": [dict(span) for span in spans or ()],
        "judgements": dict(judgements or {}),
    }
    found = store.do(
        "submit",
        answer_id=answer_id,
        assignment_id=assignment_id,
        reviewer_id=reviewer_id,
        kind=kind,
        comment=comment,
        reason=reason,
        flag=flag,
        seconds=seconds,
        said=said,
    )
    return _submitted(store, found)


def set_weights(store: Store, study_id: str, weights: Mapping[tuple[str, str], float]) -> None:
    """Say how often each pair of checkpoints of an active study is to be shown from now on.

    The owner keeps it in memory; after a restart all pairs come alike until it is said again.

    Args:
        store: the store.
        study_id: the study.
        weights: ids of two checkpoints, either way round → a number from 0 on.

    Raises:
        ReviewError: there is no such study, it does not choose its pairs, or a weight is no such
            number.
    """
    listed = [[*pair, weight] for pair, weight in weights.items()]
    store.do("set_weights", study_id=study_id, weights=listed)


def _submitted(store: Store, found: dict[str, Any]) -> Submitted:
    follow_up, others = found["follow_up"], found["others"]
    return Submitted(
        answer_id=found["answer_id"],
        repeated=found["repeated"],
        late=found["late"],
        recorded_at=datetime.fromisoformat(found["recorded_at"]),
        feedback=found["feedback"],
        others=_others(store, **others) if others else None,
        follow_up=read_tasks(store, [follow_up])[0] if follow_up else None,
    )


def _others(store: Store, answer_ids: list[str], swapped: bool) -> list[dict[str, Any]]:
    answers = read_answers(store, answer_ids)
    return [others_answer(answers[id], swapped) for id in answer_ids]


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
