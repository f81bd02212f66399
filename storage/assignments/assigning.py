"""Turns the wish for work into assignments under leases, within the writer's transaction."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from lab.errors import ReviewError
from lab.records import Assignment, Draft, ItemKind, Lease, StudyStatus
from storage.assignments.book import Book
from storage.assignments.entries import Entry, Place
from storage.assignments.ordering import choose
from storage.assignments.sides import draw_swapped
from storage.desk import Desk

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
        Outlines of assignments: begun suggestions, what the reviewer holds already, new ones.
    """
    book = desk.book(study_id, moment)
    desk.check_reviewer(reviewer_id)
    if book.status != StudyStatus.OPEN:
        return []
    held = [place for place in book.own(reviewer_id) if place.is_pending and place.holds]
    held.sort(key=lambda place: place.step == "own")
    while len(held) < count and (entry := choose(book, reviewer_id)):
        held.append(_take(desk, book, entry, reviewer_id, moment))
    return [outline(place) for place in held[:count]]


def _take(desk: Desk, book: Book, entry: Entry, reviewer_id: str, moment: datetime) -> Place:
    place = entry.places.get(reviewer_id)
    if place is None:
        assignment = Assignment(
            item_id=entry.id,
            reviewer_id=reviewer_id,
            swapped=entry.kind == ItemKind.AB
            and draw_swapped(entry, reviewer_id, book.lean(entry, reviewer_id)),
            adjudicates=entry.id in book.unsettled,
            created_at=moment,
        )
        place = Place(
            id=assignment.id,
            entry=entry,
            reviewer_id=reviewer_id,
            swapped=assignment.swapped,
            adjudicates=assignment.adjudicates,
            expires_at=moment,
        )
        desk.new.append(assignment)
        book.add_place(place)
    lease(desk, book, place, moment)
    return place


def lease(desk: Desk, book: Book, place: Place, moment: datetime) -> None:
    """Hold a place from a moment on."""
    _set_lease(desk, book, place, moment + LEASE, moment)


def _set_lease(
    desk: Desk, book: Book, place: Place, expires_at: datetime, moment: datetime
) -> None:
    book.lease(place, expires_at, moment)
    desk.new.append(Lease(assignment_id=place.id, expires_at=expires_at, created_at=moment))


def outline(place: Place) -> dict[str, Any]:
    """Say what a task is made of: ids of its texts, not the texts."""
    entry = place.entry
    waits = entry.is_training or place.adjudicates or (entry.suggests and place.step == "own")
    return {
        "assignment_id": place.id,
        "item_id": entry.id,
        "kind": entry.kind.value,
        "step": place.step,
        "position": entry.position,
        "prompt_id": entry.prompt_id,
        "generation_ids": entry.generation_ids[::-1] if place.swapped else entry.generation_ids,
        "swapped": place.swapped,
        "expires_at": place.expires_at.isoformat(),
        "given_answer_id": place.given_answer_id,
        "is_training": entry.is_training,
        "adjudicates": place.adjudicates,
        "waits": waits,
    }


def renew(desk: Desk, moment: datetime, *, assignment_id: str, reviewer_id: str) -> str:
    """Hold an assignment's place for another term.

    Returns:
        When the new lease runs out, in ISO 8601.

    Raises:
        ReviewError: the place has gone to another reviewer, or the item is answered.
    """
    book = desk.book_of(assignment_id, moment)
    place = book.place_of(assignment_id, reviewer_id)
    if not place.is_pending:
        raise ReviewError("this item is answered already; take the answer back to change it")
    if not place.has_room:
        raise ReviewError(
            "the place of this item has gone to another reviewer; "
            "an answer will be kept, but not counted"
        )
    lease(desk, book, place, moment)
    return place.expires_at.isoformat()


def release(desk: Desk, moment: datetime, *, study_id: str, reviewer_id: str) -> int:
    """Give back at once whatever a reviewer holds without having answered it.

    Returns:
        How many places went back.

    Raises:
        ReviewError: there is no such study.
    """
    book = desk.book(study_id, moment)
    held = [place for place in book.own(reviewer_id) if place.is_open and place.holds]
    for place in held:
        _set_lease(desk, book, place, moment, moment)
    return len(held)


def save_draft(desk: Desk, moment: datetime, *, draft: dict[str, Any], reviewer_id: str) -> None:
    """Keep what a reviewer has entered so far; the same draft twice is kept once.

    Raises:
        ReviewError: the assignment is not the reviewer's.
    """
    assignment_id = draft["assignment_id"]
    desk.book_of(assignment_id, moment).place_of(assignment_id, reviewer_id)
    query = "SELECT 1 FROM drafts WHERE id = $1::UUID"
    if not desk.connection.execute(query, [draft["id"]]).fetchall():
        desk.new.append(Draft(**draft, created_at=moment))
