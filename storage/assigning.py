"""Turns the wish for work into assignments under leases, within the writer's transaction."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from lab.errors import ReviewError
from lab.records import Assignment, Draft, ItemKind
from storage.insert import Connection, insert_records
from storage.slots import (
    OPEN_ITEMS,
    Place,
    count_others,
    find_place,
    make_lease,
    reviewers_per_item,
)


def next_tasks(
    connection: Connection, moment: datetime, *, study_id: str, reviewer_id: str, count: int
) -> list[str]:
    """Give a reviewer the next items of a study's queue.

    Args:
        connection: the writer's, within a transaction.
        moment: the time of this operation.
        study_id: the study.
        reviewer_id: the reviewer.
        count: how many assignments the reviewer is to have at hand.

    Returns:
        Ids of assignments: those under a lease of the reviewer's already, then new ones.
    """
    n_reviewers = reviewers_per_item(connection, study_id, reviewer_id)
    if n_reviewers == 0:
        return []
    rows = connection.execute(
        "SELECT item_id::VARCHAR, kind, my_id::VARCHAR, is_mine "
        f"FROM ({OPEN_ITEMS} ORDER BY is_mine DESC, items.position LIMIT $5::BIGINT)",
        [moment, reviewer_id, study_id, n_reviewers, count],
    ).fetchall()
    return [
        my_id if is_mine else _take(connection, moment, item_id, reviewer_id, kind, my_id)
        for item_id, kind, my_id, is_mine in rows
    ]


def _take(
    connection: Connection,
    moment: datetime,
    item_id: str,
    reviewer_id: str,
    kind: str,
    my_id: str | None,
) -> str:
    if my_id is None:
        assignment = Assignment(
            item_id=item_id,
            reviewer_id=reviewer_id,
            swapped=kind == ItemKind.AB and _draw_side(item_id, reviewer_id),
            created_at=moment,
        )
        my_id = assignment.id
        insert_records(connection, [assignment])
    insert_records(connection, [make_lease(my_id, moment)])
    return my_id


def _draw_side(item_id: str, reviewer_id: str) -> bool:
    # Ids are random, so this bit is too; drawn so, a repeated write draws the same side.
    return bool(hashlib.sha256(f"{item_id} {reviewer_id}".encode()).digest()[0] & 1)


def renew(connection: Connection, moment: datetime, *, assignment_id: str, reviewer_id: str) -> str:
    """Hold an assignment's place for another term.

    Returns:
        When the new lease runs out, in ISO 8601.

    Raises:
        ReviewError: the place has gone to another reviewer, or the study has ended.
    """
    place = find_place(connection, assignment_id, reviewer_id)
    if not is_free(connection, moment, place):
        raise ReviewError(
            "the place of this item has gone to another reviewer; "
            "an answer will be kept, but not counted"
        )
    lease = make_lease(assignment_id, moment)
    insert_records(connection, [lease])
    return lease.expires_at.isoformat()


def is_free(connection: Connection, moment: datetime, place: Place) -> bool:
    """Say whether an assignment has, or can still have, a place at its item."""
    wanted = json.loads(place.protocol)["reviewers_per_item"]
    return count_others(connection, moment, place) < wanted


def save_draft(
    connection: Connection, moment: datetime, *, draft: dict[str, Any], reviewer_id: str
) -> None:
    """Keep what a reviewer has entered so far; the same draft twice is kept once.

    Raises:
        ReviewError: the assignment is not the reviewer's.
    """
    find_place(connection, draft["assignment_id"], reviewer_id)
    query = "SELECT 1 FROM drafts WHERE id = $1::UUID"
    if not connection.execute(query, [draft["id"]]).fetchall():
        insert_records(connection, [Draft(**draft, created_at=moment)])
