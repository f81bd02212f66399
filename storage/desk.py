"""Keeps what the writer's operations work with: the books, and the records that they make."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from lab.errors import ReviewError
from storage.assignments.book import Book
from storage.assignments.shelf import read_book
from storage.insert import Connection
from storage.suggesting import suggested_sets


class Desk:
    """The writer's memory between operations.

    The writer is the only one who writes, so a book that it keeps is never stale; all are dropped
    whenever a transaction fails or such facts come in by another way, and read again when needed.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        """The writer's connection, for questions only: what is new goes into `new`."""
        self.new: list[Any] = []
        """Records made by the operations of this transaction, in order."""
        self._books: dict[str, Book] = {}
        # Not stored and no part of the books: it outlives them, until the owner ends.
        self._pair_weights: dict[str, dict[tuple[str, ...], float]] = {}
        self._reviewers: set[str] = set()

    def clear(self) -> None:
        """Forget everything; it is read again when needed."""
        self.new.clear()
        self._books.clear()
        self._reviewers.clear()

    def book(self, study_id: str, moment: datetime) -> Book:
        """Return the book of a study as it stands at a moment.

        Raises:
            ReviewError: there is no such study.
        """
        if study_id not in self._books:
            self._books[study_id] = read_book(self.connection, study_id)
            self._books[study_id].weights = self._pair_weights.get(study_id, {})
        book = self._books[study_id]
        book.advance(moment)
        return book

    def book_of(self, assignment_id: str, moment: datetime) -> Book:
        """Return the book in which an assignment stands.

        Raises:
            ReviewError: there is no such assignment.
        """
        for study_id, book in self._books.items():
            if assignment_id in book.places:
                return self.book(study_id, moment)
        rows = self.connection.execute(
            "SELECT study_id::VARCHAR FROM items WHERE id = "
            "(SELECT item_id FROM assignments WHERE id = $1::UUID)",
            [assignment_id],
        ).fetchall()
        if not rows:
            raise ReviewError(f"there is no assignment {assignment_id}; load the page again")
        return self.book(rows[0][0], moment)

    def weigh_pairs(self, study_id: str, weights: dict[tuple[str, ...], float]) -> None:
        """Keep how often each pair of checkpoints of a study is to be shown."""
        self._pair_weights[study_id] = weights
        if study_id in self._books:
            self._books[study_id].weights = weights

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

    def text_length(self, book: Book, generation_id: str) -> int:
        """Return the length of a generation's text in code points."""
        if generation_id not in book.text_lengths:
            query = "SELECT length(text) FROM generations WHERE id = $1::UUID"
            found = self.connection.execute(query, [generation_id]).fetchall()
            book.text_lengths[generation_id] = found[0][0]
        return book.text_lengths[generation_id]

    def suggested(self, generation_id: str) -> list[set[str]]:
        """Return the ids of the spans that each check against the source has suggested."""
        return suggested_sets(self.connection, generation_id)
