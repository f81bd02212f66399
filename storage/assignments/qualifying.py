"""Turns a reviewer's answers in the training round into feedback and a place in the study."""

from __future__ import annotations

from typing import Any

from lab.expected import is_right
from storage.assignments.book import Book
from storage.assignments.entries import Entry, Place
from storage.assignments.onscreen import show_winner


def training_left(book: Book, reviewer_id: str) -> list[Entry]:
    """List the training items that a reviewer has not answered, in queue order."""
    places = ((entry, entry.places.get(reviewer_id)) for entry in book.training)
    return [entry for entry, place in places if place is None or place.is_open]


def is_qualified(book: Book, reviewer_id: str) -> bool | None:
    """Say whether a reviewer has passed the training round; None while there is nothing to say."""
    judged = [entry for entry in book.training if _expected(entry) is not None]
    if not judged or training_left(book, reviewer_id):
        return None
    n_right = sum(_is_right(entry.places[reviewer_id]) for entry in judged)
    return n_right / len(judged) >= book.plan.qualification


def feedback(place: Place) -> dict[str, Any] | None:
    """Say whether a training answer is right, and which one is, as on the reviewer's screen.

    Returns:
        `right`, `expected`, `explanation`; None for an item outside the training round, or one
        of which nothing is known.
    """
    control, expected = place.entry.control, _expected(place.entry)
    if control is None or expected is None or not place.entry.is_training:
        return None
    return {
        "right": _is_right(place),
        "expected": _on_screen(expected, place.swapped),
        "explanation": control.explanation,
    }


def _expected(entry: Entry) -> dict[str, Any] | None:
    return None if entry.control is None else entry.control.expected


def _is_right(place: Place) -> bool:
    content, expected = place.content, _expected(place.entry)
    if expected is None or not place.counts:
        return False
    return is_right(expected, ratings=content.ratings, winners=content.winners, spans=content.marks)


def _on_screen(expected: dict[str, Any], swapped: bool) -> dict[str, Any]:
    if "winners" not in expected:
        return {name: expected[name] for name in ("ratings", "spans") if name in expected}
    return {
        "winners": {
            criterion: [show_winner(winner, swapped) for winner in winners]
            for criterion, winners in expected["winners"].items()
        }
    }
