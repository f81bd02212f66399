"""Turns what a reviewer submits or takes back into answers, within the writer's transaction."""

from __future__ import annotations

import json
import math
from datetime import datetime
from typing import Any

from lab.errors import ReviewError
from lab.records import Answer, AnswerKind, ItemKind, Rating, StudyStatus, Vote, Winner
from storage.assigning import is_free
from storage.insert import Connection, insert_records
from storage.slots import Place, find_place, make_lease

_ON_SCREEN = {
    "left": (Winner.A, Winner.B),
    "right": (Winner.B, Winner.A),
    "tie": (Winner.TIE, Winner.TIE),
    "both_bad": (Winner.BOTH_BAD, Winner.BOTH_BAD),
}
"""Winner on the screen → winner in item order, as it stands and with the sides swapped."""


def submit(
    connection: Connection,
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
        connection: the writer's, within a transaction.
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
    place = find_place(connection, assignment_id, reviewer_id)
    if earlier := _find_answer(connection, answer_id, assignment_id):
        return earlier
    answer = Answer(
        id=answer_id,
        assignment_id=assignment_id,
        kind=_checked_kind(kind, place),
        comment=comment,
        reason=reason,
        flag=flag,
        seconds=_checked_seconds(seconds),
        late=place.status == StudyStatus.CLOSED or not is_free(connection, moment, place),
        created_at=moment,
    )
    parts = _parts(answer, place, ratings, winner)
    insert_records(connection, [answer])
    insert_records(connection, parts)
    return _submitted(answer.id, False, answer.late, moment)


def _find_answer(
    connection: Connection, answer_id: str, assignment_id: str
) -> dict[str, Any] | None:
    rows = connection.execute(
        "SELECT assignment_id::VARCHAR, late, created_at FROM answers WHERE id = $1::UUID",
        [answer_id],
    ).fetchall()
    if not rows:
        return None
    if rows[0][0] != assignment_id:
        raise ReviewError(f"answer {answer_id} belongs to another item; load the page again")
    return _submitted(answer_id, True, rows[0][1], rows[0][2])


def _submitted(answer_id: str, repeated: bool, late: bool, recorded_at: datetime) -> dict[str, Any]:
    return {
        "answer_id": answer_id,
        "repeated": repeated,
        "late": late,
        "recorded_at": recorded_at.isoformat(),
    }


def _checked_kind(kind: str, place: Place) -> AnswerKind:
    fitting = {ItemKind.RATE: AnswerKind.RATE, ItemKind.AB: AnswerKind.VOTE}[place.kind]
    if kind not in (fitting, AnswerKind.SKIP):
        raise ReviewError(f"this item takes {fitting.value!r} or 'skip', not {kind!r}")
    return AnswerKind(kind)


def _checked_seconds(seconds: float) -> float:
    if not isinstance(seconds, int | float) or not math.isfinite(seconds) or seconds < 0:
        raise ReviewError(f"seconds must be a number from 0 on, not {seconds!r}")
    return float(seconds)


def _parts(
    answer: Answer, place: Place, ratings: dict[str, int], winner: str | None
) -> list[Rating] | list[Vote]:
    if answer.kind == AnswerKind.RATE:
        _check_ratings(ratings, json.loads(place.protocol)["criteria"])
        return [
            Rating(
                answer_id=answer.id,
                generation_id=place.generation_a_id,
                criterion=criterion,
                value=value,
            )
            for criterion, value in ratings.items()
        ]
    if answer.kind == AnswerKind.VOTE:
        if winner not in _ON_SCREEN:
            raise ReviewError(f"winner must be one of {', '.join(_ON_SCREEN)}, not {winner!r}")
        return [Vote(answer_id=answer.id, winner=_ON_SCREEN[winner][place.assignment.swapped])]
    return []


def _check_ratings(ratings: dict[str, int], criteria: list[dict[str, Any]]) -> None:
    points = {criterion["name"]: len(criterion["anchors"]) for criterion in criteria}
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
    connection: Connection, moment: datetime, *, answer_id: str, study_id: str, reviewer_id: str
) -> str | None:
    """Take a reviewer's last answer in a study back and open its assignment again.

    Args:
        connection: the writer's, within a transaction.
        moment: the time of this operation.
        answer_id: UUID of the undoing, so that sending it twice takes back one answer.
        study_id: the study.
        reviewer_id: the reviewer.

    Returns:
        The assignment's id; None where there is nothing to take back.

    Raises:
        ReviewError: the study is not open, or the item has gone to another reviewer.
    """
    query = "SELECT assignment_id::VARCHAR FROM answers WHERE id = $1::UUID"
    if done := connection.execute(query, [answer_id]).fetchall():
        find_place(connection, done[0][0], reviewer_id)
        return str(done[0][0])
    assignment_id = _last_answered(connection, study_id, reviewer_id)
    if assignment_id is None:
        return None
    place = find_place(connection, assignment_id, reviewer_id)
    if place.status != StudyStatus.OPEN:
        raise ReviewError(f"the study is {place.status.value}; answers can no longer be taken back")
    if not is_free(connection, moment, place):
        raise ReviewError("the item that you skipped has gone to another reviewer")
    answer = Answer(
        id=answer_id,
        assignment_id=assignment_id,
        kind=AnswerKind.UNDO,
        seconds=0.0,
        created_at=moment,
    )
    insert_records(connection, [answer])
    insert_records(connection, [make_lease(assignment_id, moment)])
    return assignment_id


def _last_answered(connection: Connection, study_id: str, reviewer_id: str) -> str | None:
    rows = connection.execute(
        """
        WITH mine AS (
            SELECT id FROM assignments WHERE reviewer_id = $2::UUID
            AND item_id IN (SELECT id FROM items WHERE study_id = $1::UUID)
        ),
        newest AS (
            SELECT
                assignment_id, max(created_at) AS created_at,
                arg_max(struct_pack(kind := kind, late := late), created_at) AS answer
            FROM answers WHERE assignment_id IN (SELECT id FROM mine) GROUP BY assignment_id
        )
        SELECT assignment_id::VARCHAR FROM newest
        WHERE answer.kind <> 'undo' AND NOT answer.late ORDER BY created_at DESC LIMIT 1
        """,
        [study_id, reviewer_id],
    ).fetchall()
    return str(rows[0][0]) if rows else None
