"""Turns what a reviewer submits or takes back into answers, within the writer's transaction."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

from lab.errors import ReviewError
from lab.records import Answer, AnswerKind, ItemKind, Rating, StudyStatus, Vote, Winner
from storage.assigning import lease, outline
from storage.book import Book, Desk, Place, note_answer
from storage.schema import check_fits

_ON_SCREEN = {
    "left": (Winner.A, Winner.B),
    "right": (Winner.B, Winner.A),
    "tie": (Winner.TIE, Winner.TIE),
    "both_bad": (Winner.BOTH_BAD, Winner.BOTH_BAD),
}
"""Winner on the screen → winner in item order, as it stands and with the sides swapped."""


def submit(
    desk: Desk,
    moment: datetime,
    *,
    answer_id: str,
    assignment_id: str,
    reviewer_id: str,
    kind: str,
    ratings: dict[str, int],
    winner: str | None,
    comment: str,
    reason: str,
    flag: str,
    seconds: float,
) -> dict[str, Any]:
    """Keep an answer; the same answer twice is kept once.

    Args:
        desk: the books, and where new records go.
        moment: the time of this operation, later than that of every answer before it.
        answer_id: UUID made in the browser.
        assignment_id: what is answered.
        reviewer_id: who answers.
        kind: "rate", "vote" or "skip".
        ratings: value by criterion; empty unless rated.
        winner: "left", "right", "tie" or "both_bad", as on the screen; None unless voted.
        comment: free words.
        reason: why it was skipped.
        flag: what is wrong with the item.
        seconds: active time in seconds.

    Returns:
        The fields of `storage.queue.Submitted`.

    Raises:
        ReviewError: the study does not allow this answer.
    """
    book = desk.book_of(assignment_id)
    place = book.place_of(assignment_id, reviewer_id)
    if earlier := _find_answer(book, answer_id, assignment_id):
        return earlier
    answer = Answer(
        id=answer_id,
        assignment_id=assignment_id,
        kind=_checked_kind(kind, place),
        comment=comment,
        reason=reason,
        flag=flag,
        seconds=_checked_seconds(seconds),
        late=book.status == StudyStatus.CLOSED
        or not book.has_room(place.entry, reviewer_id, moment),
        created_at=moment,
    )
    parts = _parts(answer, place, ratings, winner, book.points)
    _note(desk, book, answer, parts)
    return _submitted(answer.id, False, answer.late, moment)


def _note(desk: Desk, book: Book, answer: Answer, parts: list[Rating] | list[Vote]) -> None:
    check_fits([answer, *parts])
    desk.new += [answer, *parts]
    note_answer(
        book,
        answer.id,
        answer.assignment_id,
        answer.kind,
        answer.late,
        answer.created_at,
        answer.seconds,
    )


def _find_answer(book: Book, answer_id: str, assignment_id: str) -> dict[str, Any] | None:
    if answer_id not in book.answers:
        return None
    of, late, created_at = book.answers[answer_id]
    if of != assignment_id:
        raise ReviewError(f"answer {answer_id} belongs to another item; load the page again")
    return _submitted(answer_id, True, late, created_at)


def _submitted(answer_id: str, repeated: bool, late: bool, recorded_at: datetime) -> dict[str, Any]:
    return {
        "answer_id": answer_id,
        "repeated": repeated,
        "late": late,
        "recorded_at": recorded_at.isoformat(),
    }


def _checked_kind(kind: str, place: Place) -> AnswerKind:
    fitting = {ItemKind.RATE: AnswerKind.RATE, ItemKind.AB: AnswerKind.VOTE}[place.entry.kind]
    if kind not in (fitting, AnswerKind.SKIP):
        raise ReviewError(f"this item takes {fitting.value!r} or 'skip', not {kind!r}")
    return AnswerKind(kind)


def _checked_seconds(seconds: float) -> float:
    if not isinstance(seconds, int | float) or not math.isfinite(seconds) or seconds < 0:
        raise ReviewError(f"seconds must be a number from 0 on, not {seconds!r}")
    return float(seconds)


def _parts(
    answer: Answer,
    place: Place,
    ratings: dict[str, int],
    winner: str | None,
    points: dict[str, int],
) -> list[Rating] | list[Vote]:
    if answer.kind == AnswerKind.RATE:
        _check_ratings(ratings, points)
        return [
            Rating(
                answer_id=answer.id,
                generation_id=place.entry.generation_ids[0],
                criterion=criterion,
                value=value,
            )
            for criterion, value in ratings.items()
        ]
    if answer.kind == AnswerKind.VOTE:
        if winner not in _ON_SCREEN:
            raise ReviewError(f"winner must be one of {', '.join(_ON_SCREEN)}, not {winner!r}")
        return [Vote(answer_id=answer.id, winner=_ON_SCREEN[winner][place.swapped])]
    return []


def _check_ratings(ratings: dict[str, int], points: dict[str, int]) -> None:
    if ratings.keys() != points.keys():
        raise ReviewError(
            f"rate each criterion once: {', '.join(points)}; got {', '.join(ratings) or 'none'}"
        )
    for name, value in ratings.items():
        if type(value) is not int or not 1 <= value <= points[name]:
            raise ReviewError(
                f"{name} must be a whole number from 1 to {points[name]}, not {value!r}"
            )


def undo(
    desk: Desk, moment: datetime, *, answer_id: str, study_id: str, reviewer_id: str
) -> dict[str, Any] | None:
    """Take a reviewer's last answer in a study back and open its assignment again.

    Args:
        desk: the books, and where new records go.
        moment: the time of this operation.
        answer_id: UUID of the undoing, so that sending it twice takes back one answer.
        study_id: the study.
        reviewer_id: the reviewer.

    Returns:
        The outline of the assignment; None where there is nothing to take back.

    Raises:
        ReviewError: the study is not open, or the item has gone to another reviewer.
    """
    book = desk.book(study_id)
    if answer_id in book.answers:
        return outline(book.place_of(book.answers[answer_id][0], reviewer_id))
    place = _last_answered(book, reviewer_id)
    if place is None:
        return None
    if book.status != StudyStatus.OPEN:
        raise ReviewError(f"the study is {book.status.value}; answers can no longer be taken back")
    if not book.has_room(place.entry, reviewer_id, moment):
        raise ReviewError("the item that you skipped has gone to another reviewer")
    answer = Answer(
        id=answer_id,
        assignment_id=place.id,
        kind=AnswerKind.UNDO,
        seconds=None,
        created_at=moment,
    )
    _note(desk, book, answer, [])
    lease(desk, place, moment)
    return outline(place)


def _last_answered(book: Book, reviewer_id: str) -> Place | None:
    mine = book.places_of(reviewer_id)
    answered = [place for place in mine if not place.is_open and not place.late]
    return max(answered, key=lambda place: place.answered_at or datetime.min, default=None)
