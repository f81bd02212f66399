"""Turns a study's stored facts into its book."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from lab.errors import ReviewError
from lab.records import AnswerKind, Control, ControlKind, ItemKind, StudyStatus
from storage.assignments.book import Book, Given
from storage.assignments.entries import Content, Entry, Place
from storage.assignments.plan import Plan, read_plan
from storage.insert import Connection


def read_book(connection: Connection, study_id: str) -> Book:
    """Read the book of a study; it stands before the first lease that ran out.

    Raises:
        ReviewError: there is no such study.
    """
    plan = _read_plan(connection, study_id)
    status = _read_status(connection, study_id)
    book = Book(study_id, status, plan, _read_entries(connection, study_id, plan))
    _read_places(connection, book)
    _read_answers(connection, book)
    return book


def _read_plan(connection: Connection, study_id: str) -> Plan:
    query = "SELECT protocol FROM studies WHERE id = $1::UUID"
    studies = connection.execute(query, [study_id]).fetchall()
    if not studies:
        raise ReviewError(f"there is no study {study_id}; load the page again")
    protocol = json.loads(studies[0][0])
    name = (protocol.get("adjudicator") or "").casefold()
    query = "SELECT id::VARCHAR FROM accounts WHERE name = $1"
    accounts = connection.execute(query, [name]).fetchall() if name else []
    return read_plan(protocol, accounts[0][0] if accounts else None)


def _read_status(connection: Connection, study_id: str) -> StudyStatus:
    query = "SELECT arg_max(status, created_at) FROM study_events WHERE study_id = $1::UUID"
    return StudyStatus(connection.execute(query, [study_id]).fetchall()[0][0] or "draft")


_ENTRIES = """
    SELECT items.id::VARCHAR, items.kind, position, items.prompt_id::VARCHAR, suggests,
        a.id::VARCHAR, b.id::VARCHAR, a.checkpoint_id::VARCHAR, b.checkpoint_id::VARCHAR,
        controls.id::VARCHAR, controls.kind, criterion, of_item_id::VARCHAR, expected, explanation
    FROM items
    JOIN generations AS a ON a.id = generation_a_id
    LEFT JOIN generations AS b ON b.id = generation_b_id
    LEFT JOIN controls ON controls.item_id = items.id
    WHERE study_id = $1::UUID ORDER BY position
"""


def _read_entries(connection: Connection, study_id: str, plan: Plan) -> list[Entry]:
    return [
        Entry(
            id=id,
            kind=ItemKind(kind),
            position=position,
            prompt_id=prompt_id,
            generation_ids=(a_id, b_id) if b_id else (a_id,),
            checkpoint_ids=(a_checkpoint, b_checkpoint) if b_id else (a_checkpoint,),
            suggests=suggests,
            control=_control(id, *control),
            n_places=plan.reviewers_per_item,
        )
        for (
            id, kind, position, prompt_id, suggests, a_id, b_id, a_checkpoint, b_checkpoint,
            *control,
        ) in connection.execute(_ENTRIES, [study_id]).fetchall()
    ]  # fmt: skip


def _control(
    item_id: str,
    id: str | None,
    kind: str,
    criterion: str | None,
    of_item_id: str | None,
    expected: str | None,
    explanation: str,
) -> Control | None:
    if id is None:
        return None
    return Control(
        id=id,
        item_id=item_id,
        kind=ControlKind(kind),
        criterion=criterion,
        of_item_id=of_item_id,
        expected=None if expected is None else json.loads(expected),
        explanation=explanation,
    )


_ASSIGNED = (
    "(SELECT id FROM assignments WHERE item_id IN (SELECT id FROM items WHERE study_id = $1))"
)


def _read_places(connection: Connection, book: Book) -> None:
    # By rowid: none is ever removed, and so it is the order in which they were given.
    rows = connection.execute(
        "SELECT id::VARCHAR, item_id::VARCHAR, reviewer_id::VARCHAR, swapped, adjudicates, "
        "coalesce(lease.expires_at, assignments.created_at) "
        "FROM assignments LEFT JOIN newest_leases AS lease ON lease.assignment_id = assignments.id "
        f"WHERE id IN {_ASSIGNED} ORDER BY assignments.rowid",
        [book.study_id],
    ).fetchall()
    for id, item_id, reviewer_id, swapped, adjudicates, expires_at in rows:
        book.add_place(
            Place(
                id=id,
                entry=book.entries[item_id],
                reviewer_id=reviewer_id,
                swapped=swapped,
                adjudicates=adjudicates,
                expires_at=expires_at,
            )
        )


def _read_answers(connection: Connection, book: Book) -> None:
    contents = _read_contents(connection, book.study_id)
    rows = connection.execute(
        "SELECT id::VARCHAR, assignment_id::VARCHAR, kind, late, created_at, seconds FROM answers "
        f"WHERE assignment_id IN {_ASSIGNED} ORDER BY created_at, rowid",
        [book.study_id],
    ).fetchall()
    for row in rows:
        book.note_answer(_given(*row, content=contents.get(row[0], Content())))


def _given(
    id: str,
    assignment_id: str,
    kind: str,
    late: bool,
    created_at: datetime,
    seconds: float | None,
    *,
    content: Content,
) -> Given:
    return Given(
        id=id,
        assignment_id=assignment_id,
        kind=AnswerKind(kind),
        late=late,
        created_at=created_at,
        seconds=seconds,
        content=content,
    )


def _read_contents(connection: Connection, study_id: str) -> dict[str, Content]:
    ratings = _by_answer(connection, study_id, "ratings", "criterion, value")
    winners = _by_answer(connection, study_id, "votes", "criterion, winner")
    marks = _by_answer(connection, study_id, "reviewer_spans", 'start, "end"')
    return {
        id: Content(
            ratings=dict(ratings.get(id, [])),
            winners=dict(winners.get(id, [])),
            marks=tuple(sorted(marks.get(id, []))),
        )
        for id in ratings.keys() | winners.keys() | marks.keys()
    }


def _by_answer(
    connection: Connection, study_id: str, table: str, fields: str
) -> dict[str, list[Any]]:
    rows = connection.execute(
        f"SELECT answer_id::VARCHAR, {fields} FROM {table} WHERE answer_id IN "
        f"(SELECT id FROM answers WHERE assignment_id IN {_ASSIGNED})",
        [study_id],
    ).fetchall()
    found: dict[str, list[Any]] = {}
    for answer_id, *values in rows:
        found.setdefault(answer_id, []).append(tuple(values))
    return found
