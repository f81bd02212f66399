"""Turns what a reviewer submits or takes back into answers, within the writer's transaction."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from lab.errors import ReviewError
from lab.records import Answer, AnswerKind, ItemKind, StudyStatus
from storage.assignments.assigning import lease, outline
from storage.assignments.book import Book, Given
from storage.assignments.contents import (
    Part,
    content_of,
    read_judgements,
    read_ratings,
    read_spans,
    read_winners,
)
from storage.assignments.entries import Place
from storage.assignments.qualifying import feedback
from storage.desk import Desk
from storage.schema import check_fits


def submit(
    desk: Desk,
    moment: datetime,
    *,
    answer_id: str,
    assignment_id: str,
    reviewer_id: str,
    kind: str,
    comment: str,
    reason: str,
    flag: str,
    seconds: float,
    said: dict[str, Any],
) -> dict[str, Any]:
    """Keep an answer; the same answer twice is kept once.

    Args:
        desk: the books, and where new records go.
        moment: the time of this operation, later than that of every answer before it.
        answer_id: UUID made in the browser.
        assignment_id: what is answered.
        reviewer_id: who answers.
        kind: "rate", "vote", "spans", "judge" or "skip".
        comment: free words.
        reason: why it was skipped.
        flag: what is wrong with the item.
        seconds: active time in seconds.
        said: ratings, winners, spans and judgements as `storage.queue.submit` takes them; those
            that the kind does not ask for are left alone.

    Returns:
        The fields of `storage.queue.Submitted`, with the outline of a task for the task, and the
        ids of the others' answers for the answers.

    Raises:
        ReviewError: the study does not allow this answer.
    """
    book = desk.book_of(assignment_id, moment)
    place = book.place_of(assignment_id, reviewer_id)
    if answer_id in book.answers:
        return _repeated(book, place, answer_id)
    _check_open(book, place, kind)
    answer = Answer(
        id=answer_id,
        assignment_id=assignment_id,
        kind=_checked_kind(kind, place),
        comment=comment,
        reason=reason,
        flag=flag,
        seconds=_checked_seconds(seconds),
        late=book.status == StudyStatus.CLOSED or not place.has_room,
        created_at=moment,
    )
    _note(desk, book, answer, _parts(desk, book, place, answer, said))
    return _submitted(place, book.answers[answer_id], False)


def _note(desk: Desk, book: Book, answer: Answer, parts: Sequence[Part]) -> None:
    check_fits([answer, *parts])
    desk.new += [answer, *parts]
    given = Given(
        id=answer.id,
        assignment_id=answer.assignment_id,
        kind=answer.kind,
        late=answer.late,
        created_at=answer.created_at,
        seconds=answer.seconds,
        content=content_of(parts),
    )
    book.note_answer(given)


def _repeated(book: Book, place: Place, answer_id: str) -> dict[str, Any]:
    given = book.answers[answer_id]
    if given.assignment_id != place.id:
        raise ReviewError(f"answer {answer_id} belongs to another item; load the page again")
    return _submitted(place, given, True)


def _submitted(place: Place, given: Given, repeated: bool) -> dict[str, Any]:
    others = place.adjudicates and given.kind != AnswerKind.SKIP
    return {
        "answer_id": given.id,
        "repeated": repeated,
        "late": given.late,
        "recorded_at": given.created_at.isoformat(),
        "feedback": feedback(place),
        "others": _others(place) if others else None,
        "follow_up": outline(place) if place.awaits_judging else None,
    }


def _others(place: Place) -> dict[str, Any]:
    places = place.entry.places.values()
    others = [one for one in places if one.counts and not one.adjudicates]
    others.sort(key=lambda one: one.id)
    return {"answer_ids": [one.given_answer_id for one in others], "swapped": place.swapped}


def _check_open(book: Book, place: Place, kind: str) -> None:
    if place.entry.is_training and not place.is_pending and not place.late:
        raise ReviewError("this training item is answered, and you have seen its right answer")
    if book.status == StudyStatus.CLOSED and place.counts:
        raise ReviewError("the study is closed; the answer that you gave before stands")
    if kind == AnswerKind.SPANS and place.step == "suggestions":
        raise ReviewError("your own marks are in; say 'judge' of the suggestions, or 'skip'")


def _checked_kind(kind: str, place: Place) -> AnswerKind:
    fitting = {
        ItemKind.RATE: AnswerKind.RATE,
        ItemKind.AB: AnswerKind.VOTE,
        ItemKind.SPANS: AnswerKind.SPANS if place.step == "own" else AnswerKind.JUDGE,
    }[place.entry.kind]
    if kind not in (fitting, AnswerKind.SKIP):
        raise ReviewError(f"this item takes {fitting.value!r} or 'skip', not {kind!r}")
    return AnswerKind(kind)


def _checked_seconds(seconds: float) -> float:
    if not isinstance(seconds, int | float) or not math.isfinite(seconds) or seconds < 0:
        raise ReviewError(f"seconds must be a number from 0 on, not {seconds!r}")
    return float(seconds)


def _parts(
    desk: Desk, book: Book, place: Place, answer: Answer, said: dict[str, Any]
) -> Sequence[Part]:
    if answer.kind == AnswerKind.RATE:
        return read_ratings(answer.id, place, said["ratings"], book.plan)
    if answer.kind == AnswerKind.VOTE:
        return read_winners(answer.id, place, said["winners"], book.plan)
    if answer.kind == AnswerKind.SKIP:
        return []
    generation_id = place.entry.generation_ids[0]
    length = desk.text_length(book, generation_id)
    spans = read_spans(answer.id, place, said["spans"], length)
    if answer.kind == AnswerKind.SPANS:
        return spans
    suggested = desk.suggested(generation_id)
    return [*spans, *read_judgements(answer.id, said["judgements"], suggested)]


def undo(
    desk: Desk, moment: datetime, *, answer_id: str, study_id: str, reviewer_id: str
) -> dict[str, Any] | None:
    """Take a reviewer's last answer in a study back and open its assignment again.

    Training answers stay, since their right answer was seen; so do the own marks that
    suggestions follow.

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
    book = desk.book(study_id, moment)
    if answer_id in book.answers:
        return outline(book.place_of(book.answers[answer_id].assignment_id, reviewer_id))
    place = _last_answered(book, reviewer_id)
    if place is None:
        return None
    if book.status != StudyStatus.OPEN:
        raise ReviewError(f"the study is {book.status.value}; answers can no longer be taken back")
    if not place.has_room:
        raise ReviewError("the item that you skipped has gone to another reviewer")
    answer = Answer(
        id=answer_id,
        assignment_id=place.id,
        kind=AnswerKind.UNDO,
        seconds=None,
        created_at=moment,
    )
    _note(desk, book, answer, [])
    lease(desk, book, place, moment)
    return outline(place)


def _last_answered(book: Book, reviewer_id: str) -> Place | None:
    answered = [
        (place.answered_at, place)
        for place in book.own(reviewer_id)
        if place.answered_at
        and not place.is_pending
        and not place.late
        and not place.entry.is_training
    ]
    return max(answered, key=lambda pair: pair[0], default=(None, None))[1]
