"""Turns a study's facts into the picture that its queue decides by, in the writer's memory.

The writer is the only one who writes, so a picture that it keeps is never stale; it is dropped
whenever a transaction fails or such facts come in by another way, and read again when needed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lab.errors import ReviewError
from lab.records import AnswerKind, ItemKind, StudyStatus
from storage.insert import Connection


@dataclass(slots=True, kw_only=True)
class Entry:
    """One item and who has been given it."""

    id: str
    """The item."""
    kind: ItemKind
    """Rated or compared."""
    position: int
    """0-based place in the queue."""
    prompt_id: str
    """The prompt."""
    generation_ids: tuple[str, ...]
    """One generation, or two in item order."""
    places: dict[str, Place] = field(default_factory=dict)
    """Reviewer's id → what that reviewer was given."""


@dataclass(slots=True, kw_only=True)
class Place:
    """One assignment: what a reviewer was given, and what has become of it."""

    id: str
    """The assignment."""
    entry: Entry
    """Its item."""
    reviewer_id: str
    """Who was given it."""
    swapped: bool
    """Whether generation b stands on the left."""
    expires_at: datetime
    """When the newest lease runs out."""
    kind: AnswerKind | None = None
    """Kind of the newest answer; None before the first."""
    late: bool = False
    """Whether the newest answer came late."""
    answered_at: datetime | None = None
    """When the newest answer came."""
    seconds: float | None = None
    """Active time of the newest answer."""
    given_answer_id: str | None = None
    """The newest answer that is no undoing."""

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self.kind in (None, AnswerKind.UNDO)

    def holds(self, moment: datetime) -> bool:
        """Whether it takes one of the places: by an answer that counts, or by a running lease.

        A skip gives the place back; so does a lease that ran out.
        """
        if self.is_open:
            return self.expires_at > moment
        return self.kind in (AnswerKind.RATE, AnswerKind.VOTE) and not self.late


@dataclass(slots=True, kw_only=True)
class Book:
    """One study."""

    study_id: str
    """The study."""
    status: StudyStatus
    """Whether it hands out items."""
    reviewers_per_item: int
    """How many places each item has."""
    points: dict[str, int]
    """Criterion → number of points of its scale."""
    entries: list[Entry]
    """The items in queue order."""
    places: dict[str, Place] = field(default_factory=dict)
    """Assignment's id → place."""
    answers: dict[str, tuple[str, bool, datetime]] = field(default_factory=dict)
    """Answer's id → its assignment, whether it came late, when it came."""

    def add_place(self, place: Place) -> None:
        """Note a new assignment."""
        self.places[place.id] = place
        place.entry.places[place.reviewer_id] = place

    def places_of(self, reviewer_id: str) -> list[Place]:
        """List what a reviewer was given, in queue order."""
        found = (entry.places.get(reviewer_id) for entry in self.entries)
        return [place for place in found if place is not None]

    def has_room(self, entry: Entry, reviewer_id: str, moment: datetime) -> bool:
        """Say whether an item has, or can still have, a place for a reviewer."""
        others = sum(
            place.holds(moment)
            for place in entry.places.values()
            if place.reviewer_id != reviewer_id
        )
        return others < self.reviewers_per_item

    def place_of(self, assignment_id: str, reviewer_id: str) -> Place:
        """Find an assignment of a reviewer.

        Raises:
            ReviewError: there is none, or it is another reviewer's.
        """
        place = self.places.get(assignment_id)
        if place is None or place.reviewer_id != reviewer_id:
            raise ReviewError(f"assignment {assignment_id} is not yours; load the page again")
        return place


def read_book(connection: Connection, study_id: str) -> Book:
    """Read the picture of a study.

    Raises:
        ReviewError: there is no such study.
    """
    query = "SELECT protocol FROM studies WHERE id = $1::UUID"
    studies = connection.execute(query, [study_id]).fetchall()
    if not studies:
        raise ReviewError(f"there is no study {study_id}; load the page again")
    protocol = json.loads(studies[0][0])
    book = Book(
        study_id=study_id,
        status=_read_status(connection, study_id),
        reviewers_per_item=protocol["reviewers_per_item"],
        points={one["name"]: len(one["anchors"]) for one in protocol["criteria"]},
        entries=_read_entries(connection, study_id),
    )
    _read_places(connection, book)
    _read_answers(connection, book)
    return book


def _read_status(connection: Connection, study_id: str) -> StudyStatus:
    query = "SELECT arg_max(status, created_at) FROM study_events WHERE study_id = $1::UUID"
    return StudyStatus(connection.execute(query, [study_id]).fetchall()[0][0] or "draft")


def _read_entries(connection: Connection, study_id: str) -> list[Entry]:
    rows = connection.execute(
        "SELECT id::VARCHAR, kind, position, prompt_id::VARCHAR, generation_a_id::VARCHAR, "
        "generation_b_id::VARCHAR FROM items WHERE study_id = $1::UUID ORDER BY position",
        [study_id],
    ).fetchall()
    return [
        Entry(
            id=id,
            kind=ItemKind(kind),
            position=position,
            prompt_id=prompt_id,
            generation_ids=tuple(generation for generation in pair if generation),
        )
        for id, kind, position, prompt_id, *pair in rows
    ]


_ASSIGNED = (
    "(SELECT id FROM assignments WHERE item_id IN (SELECT id FROM items WHERE study_id = $1))"
)


def _read_places(connection: Connection, book: Book) -> None:
    entries = {entry.id: entry for entry in book.entries}
    rows = connection.execute(
        "SELECT id::VARCHAR, item_id::VARCHAR, reviewer_id::VARCHAR, swapped, "
        "coalesce(lease.expires_at, assignments.created_at) "
        "FROM assignments LEFT JOIN newest_leases AS lease ON lease.assignment_id = assignments.id "
        f"WHERE id IN {_ASSIGNED}",
        [book.study_id],
    ).fetchall()
    for id, item_id, reviewer_id, swapped, expires_at in rows:
        book.add_place(
            Place(
                id=id,
                entry=entries[item_id],
                reviewer_id=reviewer_id,
                swapped=swapped,
                expires_at=expires_at,
            )
        )


def _read_answers(connection: Connection, book: Book) -> None:
    rows = connection.execute(
        "SELECT id::VARCHAR, assignment_id::VARCHAR, kind, late, created_at, seconds FROM answers "
        f"WHERE assignment_id IN {_ASSIGNED} ORDER BY created_at",
        [book.study_id],
    ).fetchall()
    for row in rows:
        note_answer(book, *row)


def note_answer(
    book: Book,
    id: str,
    assignment_id: str,
    kind: str,
    late: bool,
    created_at: datetime,
    seconds: float | None,
) -> None:
    """Note an answer, which is the newest of its assignment."""
    place = book.places[assignment_id]
    place.kind, place.late = AnswerKind(kind), late
    place.answered_at, place.seconds = created_at, seconds
    if place.kind != AnswerKind.UNDO:
        place.given_answer_id = id
    book.answers[id] = (assignment_id, late, created_at)


class Desk:
    """What an operation works with: the books, the moment, and the records that it makes."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        """The writer's connection, for questions only: what is new goes into `new`."""
        self.new: list[Any] = []
        """Records made by the operations of this transaction, in order."""
        self._books: dict[str, Book] = {}
        self._reviewers: set[str] = set()

    def clear(self) -> None:
        """Forget everything; it is read again when needed."""
        self.new.clear()
        self._books.clear()
        self._reviewers.clear()

    def book(self, study_id: str) -> Book:
        """Return the book of a study.

        Raises:
            ReviewError: there is no such study.
        """
        if study_id not in self._books:
            self._books[study_id] = read_book(self.connection, study_id)
        return self._books[study_id]

    def book_of(self, assignment_id: str) -> Book:
        """Return the book in which an assignment stands.

        Raises:
            ReviewError: there is no such assignment.
        """
        for book in self._books.values():
            if assignment_id in book.places:
                return book
        rows = self.connection.execute(
            "SELECT study_id::VARCHAR FROM items WHERE id = "
            "(SELECT item_id FROM assignments WHERE id = $1::UUID)",
            [assignment_id],
        ).fetchall()
        if not rows:
            raise ReviewError(f"there is no assignment {assignment_id}; load the page again")
        return self.book(rows[0][0])

    def check_reviewer(self, reviewer_id: str) -> None:
        """Check that an account exists.

        Raises:
            ReviewError: it does not.
        """
        if reviewer_id in self._reviewers:
            return
        query = "SELECT 1 FROM accounts WHERE id = $1::UUID"
        if not self.connection.execute(query, [reviewer_id]).fetchall():
            raise ReviewError(f"there is no account {reviewer_id}; sign in again")
        self._reviewers.add(reviewer_id)
