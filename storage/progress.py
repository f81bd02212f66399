"""Says how far a study is, for one reviewer and for its lead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lab.records import ItemKind
from storage.client import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far one reviewer is in a study."""

    n_answered: int
    """Items that the reviewer has rated or compared; skipped ones are not among them."""

    n_total_for_me: int
    """Those, and the items that the reviewer may still judge."""

    median_seconds: float | None
    """Median active time per answer in seconds; None before the first."""

    last_saved_at: datetime | None
    """When the last answer was stored, UTC; None before the first."""


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
    """Items rated or compared."""

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
    """Rated or compared."""

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
    """By kind of item: places answered, and places that there are (items × reviewers per item)."""

    reviewers: list[ReviewerProgress]
    """Everyone who has answered, by name."""

    flags: list[Flag]
    """All flags, the newest first."""


def progress(store: Store, study_id: str, reviewer_id: str) -> Progress:
    """Say how far a reviewer is in a study.

    Raises:
        ReviewError: there is no such study.
    """
    found = store.do("progress", study_id=study_id, reviewer_id=reviewer_id)
    saved = found["last_saved_at"]
    return Progress(**found | {"last_saved_at": saved and datetime.fromisoformat(saved)})


def _reviewers_per_item(store: Store, study_id: str) -> int:
    query = "SELECT (protocol->>'reviewers_per_item')::BIGINT AS n FROM studies WHERE id = $1::UUID"
    rows = store.rows(query, [study_id])
    return rows[0]["n"] if rows else 0


def study_progress(store: Store, study_id: str) -> StudyProgress:
    """Say how far a study is: places answered, what each reviewer did, what was flagged."""
    return StudyProgress(
        slots=_slots(store, study_id),
        reviewers=[ReviewerProgress(**row) for row in store.rows(_REVIEWERS, [study_id])],
        flags=[
            Flag(**row | {"kind": ItemKind(row["kind"])}) for row in store.rows(_FLAGS, [study_id])
        ],
    )


def _slots(store: Store, study_id: str) -> dict[ItemKind, tuple[int, int]]:
    n_reviewers = _reviewers_per_item(store, study_id)
    rows = store.rows(_SLOTS, [study_id])
    return {
        ItemKind(row["kind"]): (row["n_answered"], row["n_items"] * n_reviewers) for row in rows
    }


_SLOTS = """
    SELECT items.kind AS kind, count(DISTINCT items.id) AS n_items,
        count(counted_answers.id) AS n_answered
    FROM items
    LEFT JOIN assignments ON assignments.item_id = items.id
    LEFT JOIN counted_answers ON counted_answers.assignment_id = assignments.id
    WHERE study_id = $1::UUID GROUP BY items.kind ORDER BY items.kind DESC
"""

_REVIEWERS = """
    SELECT
        accounts.id AS reviewer_id, name, pseudonym,
        count(*) FILTER (WHERE answer.kind IN ('rate', 'vote')) AS n_answered,
        count(*) FILTER (WHERE answer.kind = 'skip') AS n_skipped,
        count(*) FILTER (WHERE answer.late) AS n_late,
        median(seconds) FILTER (WHERE answer.kind IN ('rate', 'vote')) AS median_seconds,
        max(answer.created_at) AS last_saved_at
    FROM newest_answers AS answer
    JOIN assignments ON assignments.id = assignment_id
    JOIN items ON items.id = item_id
    JOIN accounts ON accounts.id = reviewer_id
    WHERE study_id = $1::UUID GROUP BY ALL ORDER BY name
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
