"""Says how far a study is, for one reviewer and for its lead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lab.records import ItemKind
from storage.client import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far one reviewer is in a study."""

    n_answered: int
    """Items that the reviewer has judged; skipped ones and training are not among them."""

    n_total_for_me: int
    """Those, and the items that the reviewer may still judge."""

    median_seconds: float | None
    """Median active time per answer in seconds; None before the first."""

    last_saved_at: datetime | None
    """When the last answer was stored, UTC; None before the first."""

    active_seconds: float
    """Active time of those answers and of the training, in seconds, as far as it is known."""

    n_training: int
    """Items of the training round; 0 where there is none."""

    n_training_left: int
    """Items of the training round that the reviewer has still to answer."""

    qualified: bool | None
    """Whether the training round was passed; None without one, or before its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewerProgress:
    """What one reviewer has done in a study."""

    reviewer_id: str
    """The account."""

    name: str
    """The sign-in name."""

    pseudonym: str
    """What reports call the person."""

    n_answered: int
    """Items judged, without training."""

    n_skipped: int
    """Items skipped."""

    n_late: int
    """Answers kept but not counted."""

    median_seconds: float | None
    """Median active time per answer in seconds."""

    last_saved_at: datetime
    """When the last answer was stored, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """Something that a reviewer says is wrong with an item."""

    item_id: str
    """The item."""

    position: int
    """Its place in the queue."""

    kind: ItemKind
    """What was asked."""

    pseudonym: str
    """Who says so."""

    flag: str
    """What is wrong."""

    comment: str
    """Free words."""

    created_at: datetime
    """When, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyProgress:
    """How far a study is as a whole."""

    slots: dict[ItemKind, tuple[int, int]]
    """By kind of item: places answered, and places that there are (items × reviewers per item);
    training and adjudication are not among them."""

    reviewers: list[ReviewerProgress]
    """Everyone who has answered, by name."""

    flags: list[Flag]
    """All flags, the newest first."""

    is_complete: bool
    """Whether there are items, and each but training has all its answers, or all together have as
    many as there are to be."""


def progress(store: Store, study_id: str, reviewer_id: str) -> Progress:
    """Say how far a reviewer is in a study.

    Raises:
        ReviewError: there is no such study.
    """
    found = store.do("progress", study_id=study_id, reviewer_id=reviewer_id)
    saved = found["last_saved_at"]
    return Progress(**found | {"last_saved_at": saved and datetime.fromisoformat(saved)})


def study_progress(store: Store, study_id: str) -> StudyProgress:
    """Say how far a study is: places answered, what each reviewer did, what was flagged."""
    slots = store.rows(_SLOTS, [study_id])
    return StudyProgress(
        slots={ItemKind(row["kind"]): (row["n_answered"], row["n_places"]) for row in slots},
        reviewers=[ReviewerProgress(**row) for row in store.rows(_REVIEWERS, [study_id])],
        flags=[
            Flag(**row | {"kind": ItemKind(row["kind"])}) for row in store.rows(_FLAGS, [study_id])
        ],
        is_complete=_is_complete(slots),
    )


def _is_complete(slots: list[dict[str, Any]]) -> bool:
    most = slots[0]["max_answers"] if slots else None
    is_enough = most is not None and sum(row["n_answered"] for row in slots) >= most
    return bool(slots) and (is_enough or all(row["is_complete"] for row in slots))


_SLOTS = """
    WITH
        plan AS (
            SELECT (protocol->>'reviewers_per_item')::BIGINT AS n_places,
                (protocol->>'max_answers')::BIGINT AS max_answers
            FROM studies WHERE id = $1::UUID
        ),
        answered AS (
            SELECT item_id, count(*) AS n_answered
            FROM counted_answers JOIN assignments ON assignments.id = assignment_id
            WHERE NOT adjudicates GROUP BY item_id
        )
    SELECT items.kind AS kind,
        coalesce(sum(n_answered), 0)::BIGINT AS n_answered,
        (count(*) * any_value(n_places))::BIGINT AS n_places,
        bool_and(coalesce(n_answered, 0) >= n_places) AS is_complete,
        any_value(max_answers) AS max_answers
    FROM items CROSS JOIN plan LEFT JOIN answered ON answered.item_id = items.id
    WHERE study_id = $1::UUID
        AND items.id NOT IN (SELECT item_id FROM controls WHERE kind = 'training')
    GROUP BY items.kind ORDER BY items.kind DESC
"""

_REVIEWERS = """
    SELECT
        accounts.id AS reviewer_id, name, pseudonym,
        count(*) FILTER (WHERE is_given) AS n_answered,
        count(*) FILTER (WHERE answer.kind = 'skip' AND NOT is_training) AS n_skipped,
        count(*) FILTER (WHERE answer.late) AS n_late,
        median(seconds) FILTER (WHERE is_given) AS median_seconds,
        max(answer.created_at) AS last_saved_at
    FROM (
        SELECT newest_answers.*, coalesce(controls.kind = 'training', false) AS is_training,
            newest_answers.kind IN ('rate', 'vote', 'spans', 'judge') AND NOT is_training
                AS is_given,
            reviewer_id
        FROM newest_answers
        JOIN assignments ON assignments.id = assignment_id
        JOIN items ON items.id = item_id
        LEFT JOIN controls ON controls.item_id = items.id
        WHERE study_id = $1::UUID
    ) AS answer
    JOIN accounts ON accounts.id = reviewer_id
    GROUP BY ALL ORDER BY name
"""

_FLAGS = """
    SELECT
        items.id AS item_id, position, items.kind AS kind, pseudonym, flag, comment,
        answer.created_at AS created_at
    FROM newest_answers AS answer
    JOIN assignments ON assignments.id = assignment_id
    JOIN items ON items.id = item_id
    JOIN accounts ON accounts.id = reviewer_id
    WHERE study_id = $1::UUID AND flag <> '' ORDER BY answer.created_at DESC
"""
