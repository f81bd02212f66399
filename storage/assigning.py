"""Turns the wish for work into assignments under leases, within the writer's transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from statistics import median
from typing import Any

from lab.errors import ReviewError
from lab.records import AnswerKind, Assignment, Draft, ItemKind, Lease, StudyStatus
from storage.book import Book, Desk, Entry, Place

LEASE = timedelta(minutes=15)
"""How long an assignment holds its place without a sign of life."""


def next_tasks(
    desk: Desk, moment: datetime, *, study_id: str, reviewer_id: str, count: int
) -> list[dict[str, Any]]:
    """Give a reviewer the next items of a study's queue.

    Args:
        desk: the books, and where new records go.
        moment: the time of this operation.
        study_id: the study.
        reviewer_id: the reviewer.
        count: how many assignments the reviewer is to have at hand.

    Returns:
        Outlines of assignments: those under a lease of the reviewer's already, then new ones.
    """
    book = desk.book(study_id)
    desk.check_reviewer(reviewer_id)
    if book.status != StudyStatus.OPEN:
        return []
    mine = book.places_of(reviewer_id)
    held = [place for place in mine if place.is_open and place.holds(moment)][:count]
    free = _free(book, reviewer_id, moment)
    taken = [
        _take(desk, book, entry, reviewer_id, moment) for entry in islice(free, count - len(held))
    ]
    return [outline(place) for place in held + taken]


def _free(book: Book, reviewer_id: str, moment: datetime) -> Iterator[Entry]:
    for entry in book.entries:
        mine = entry.places.get(reviewer_id)
        if mine is not None and (not mine.is_open or mine.holds(moment)):
            continue
        if book.has_room(entry, reviewer_id, moment):
            yield entry


def _take(desk: Desk, book: Book, entry: Entry, reviewer_id: str, moment: datetime) -> Place:
    place = entry.places.get(reviewer_id)
    if place is None:
        assignment = Assignment(
            item_id=entry.id,
            reviewer_id=reviewer_id,
            swapped=entry.kind == ItemKind.AB and _draw_side(entry.id, reviewer_id),
            created_at=moment,
        )
        place = Place(
            id=assignment.id,
            entry=entry,
            reviewer_id=reviewer_id,
            swapped=assignment.swapped,
            expires_at=moment,
        )
        desk.new.append(assignment)
        book.add_place(place)
    lease(desk, place, moment)
    return place


def _draw_side(item_id: str, reviewer_id: str) -> bool:
    # Ids are random, so this bit is too; drawn so, it can be checked afterwards.
    return bool(hashlib.sha256(f"{item_id} {reviewer_id}".encode()).digest()[0] & 1)


def lease(desk: Desk, place: Place, moment: datetime) -> None:
    """Hold a place from a moment on."""
    place.expires_at = moment + LEASE
    desk.new.append(Lease(assignment_id=place.id, expires_at=place.expires_at, created_at=moment))


def outline(place: Place) -> dict[str, Any]:
    """Say what a task is made of: ids of its texts, not the texts."""
    entry = place.entry
    return {
        "assignment_id": place.id,
        "item_id": entry.id,
        "kind": entry.kind.value,
        "position": entry.position,
        "prompt_id": entry.prompt_id,
        "generation_ids": entry.generation_ids[::-1] if place.swapped else entry.generation_ids,
        "swapped": place.swapped,
        "expires_at": place.expires_at.isoformat(),
        "given_answer_id": place.given_answer_id,
    }


def progress(desk: Desk, moment: datetime, *, study_id: str, reviewer_id: str) -> dict[str, Any]:
    """Say how far a reviewer is in a study.

    Returns:
        The fields of `storage.progress.Progress`.

    Raises:
        ReviewError: there is no such study.
    """
    book = desk.book(study_id)
    mine = book.places_of(reviewer_id)
    done = [place for place in mine if place.kind in (AnswerKind.RATE, AnswerKind.VOTE)]
    times = [place.seconds for place in done if place.seconds is not None]
    n_held = sum(place.is_open and place.holds(moment) for place in mine)
    n_free = sum(1 for _ in _free(book, reviewer_id, moment))
    saved = max((place.answered_at for place in done if place.answered_at), default=None)
    return {
        "n_answered": len(done),
        "n_total_for_me": len(done) + n_held + n_free,
        "median_seconds": median(times) if times else None,
        "last_saved_at": saved and saved.isoformat(),
    }


def renew(desk: Desk, moment: datetime, *, assignment_id: str, reviewer_id: str) -> str:
    """Hold an assignment's place for another term.

    Returns:
        When the new lease runs out, in ISO 8601.

    Raises:
        ReviewError: the place has gone to another reviewer, or the item is answered.
    """
    book = desk.book_of(assignment_id)
    place = book.place_of(assignment_id, reviewer_id)
    if not place.is_open:
        raise ReviewError("this item is answered already; take the answer back to change it")
    if not book.has_room(place.entry, reviewer_id, moment):
        raise ReviewError(
            "the place of this item has gone to another reviewer; "
            "an answer will be kept, but not counted"
        )
    lease(desk, place, moment)
    return place.expires_at.isoformat()


def save_draft(desk: Desk, moment: datetime, *, draft: dict[str, Any], reviewer_id: str) -> None:
    """Keep what a reviewer has entered so far; the same draft twice is kept once.

    Raises:
        ReviewError: the assignment is not the reviewer's.
    """
    assignment_id = draft["assignment_id"]
    desk.book_of(assignment_id).place_of(assignment_id, reviewer_id)
    query = "SELECT 1 FROM drafts WHERE id = $1::UUID"
    if not desk.connection.execute(query, [draft["id"]]).fetchall():
        desk.new.append(Draft(**draft, created_at=moment))
