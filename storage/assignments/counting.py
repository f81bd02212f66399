"""Says how far a reviewer is in a study, from the writer's memory."""

from __future__ import annotations

from datetime import datetime
from statistics import median
from typing import Any

from lab.records import AnswerKind
from storage.assignments.book import Book
from storage.assignments.entries import GIVEN, Place
from storage.assignments.ordering import unsettled_by
from storage.assignments.qualifying import is_qualified, training_left
from storage.desk import Desk


def progress(desk: Desk, moment: datetime, *, study_id: str, reviewer_id: str) -> dict[str, Any]:
    """Say how far a reviewer is in a study.

    Returns:
        The fields of `storage.progress.Progress`.

    Raises:
        ReviewError: there is no such study.
    """
    book = desk.book(study_id, moment)
    mine = [place for place in book.own(reviewer_id) if not place.entry.is_training]
    done = [place for place in mine if place.kind in GIVEN and not place.awaits_judging]
    n_held = sum(place.is_pending and place.holds for place in mine)
    times = [place.seconds for place in done if place.seconds is not None]
    answered = [place for place in book.own(reviewer_id) if place.kind in GIVEN]
    saved = max((place.answered_at for place in answered if place.answered_at), default=None)
    return {
        "n_answered": len(done),
        "n_total_for_me": len(done) + n_held + _n_free(book, reviewer_id, mine),
        "median_seconds": median(times) if times else None,
        "last_saved_at": saved and saved.isoformat(),
        "active_seconds": sum(place.seconds or 0.0 for place in answered),
        "n_training": len(book.training),
        "n_training_left": len(training_left(book, reviewer_id)),
        "qualified": is_qualified(book, reviewer_id),
    }


def _n_free(book: Book, reviewer_id: str, mine: list[Place]) -> int:
    n_unsettled = len(unsettled_by(book, reviewer_id))
    if is_qualified(book, reviewer_id) is False:
        return n_unsettled
    not_for_me = sum(
        place.entry.block is not None
        and place.entry.has_room
        and not place.entry.is_free_for(reviewer_id)
        for place in mine
    )
    n_free = len(book.room.positions) - not_for_me + _n_repeats(book, reviewer_id, mine)
    if book.plan.max_answers is not None:
        n_free = max(0, min(n_free, book.plan.max_answers - book.n_counted))
    return n_unsettled + n_free


def _n_repeats(book: Book, reviewer_id: str, mine: list[Place]) -> int:
    """Count repeats that the reviewer may still get: all that anybody may, but for own originals.

    Only where the reviewer has been given the original does it matter what became of it.
    """
    n_repeats = book.n_coming_repeats
    for place in mine:
        for repeat in book.repeats.get(place.entry.id, ()):
            n_repeats -= place.entry.has_room and repeat.has_room
            n_repeats += _may_come(place) and repeat.is_free_for(reviewer_id)
    return n_repeats


def _may_come(original: Place) -> bool:
    if original.adjudicates or original.kind == AnswerKind.SKIP:
        return False
    return original.counts or (original.is_open and original.has_room)
