"""Says who holds a place at an item: the rules of *k* reviewers per item, within a transaction.

A place is held by an answer that counts, or by an assignment under a lease that has not run out.
A skip gives the place back; so does a lease that ran out, until the same reviewer takes it again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from lab.errors import ReviewError
from lab.records import Assignment, ItemKind, Lease, StudyStatus
from storage.insert import Connection

LEASE = timedelta(minutes=15)
"""How long an assignment holds its place without a sign of life."""

HOLDINGS = """
    answered AS (
        SELECT assignment_id, arg_max(struct_pack(kind := kind, late := late), created_at) AS newest
        FROM answers WHERE assignment_id IN (SELECT id FROM given) GROUP BY assignment_id
    ),
    leased AS (
        SELECT assignment_id, arg_max(expires_at, created_at) AS expires_at
        FROM leases WHERE assignment_id IN (SELECT id FROM given) GROUP BY assignment_id
    ),
    slots AS (
        SELECT
            given.id, given.item_id, given.reviewer_id, answered.newest.kind AS kind,
            coalesce(answered.newest.kind, 'undo') = 'undo' AS is_open,
            leased.expires_at > $1::TIMESTAMPTZ AS is_leased
        FROM given
        LEFT JOIN answered ON answered.assignment_id = given.id
        LEFT JOIN leased ON leased.assignment_id = given.id
        WHERE is_open AND is_leased
            OR answered.newest.kind IN ('rate', 'vote') AND NOT answered.newest.late
            OR given.reviewer_id = $2::UUID
    )
"""
"""SQL over `given` (id, item_id, reviewer_id): the held places, and all of reviewer $2, at $1."""

OPEN_ITEMS = f"""
    WITH given AS (
        SELECT assignments.id, item_id, reviewer_id FROM assignments
        WHERE item_id IN (SELECT id FROM items WHERE study_id = $3::UUID)
    ),
    {HOLDINGS},
    per_item AS (
        SELECT
            item_id,
            count(*) FILTER (WHERE reviewer_id <> $2::UUID) AS n_others,
            any_value(id) FILTER (WHERE reviewer_id = $2::UUID) AS my_id,
            bool_and(is_open) FILTER (WHERE reviewer_id = $2::UUID) AS mine_open,
            bool_or(is_open AND is_leased) FILTER (WHERE reviewer_id = $2::UUID) AS mine_leased
        FROM slots GROUP BY item_id
    )
    SELECT items.id AS item_id, items.kind AS kind, my_id, coalesce(mine_leased, false) AS is_mine
    FROM items LEFT JOIN per_item ON per_item.item_id = items.id
    WHERE items.study_id = $3::UUID AND coalesce(mine_open, true)
        AND (coalesce(mine_leased, false) OR coalesce(n_others, 0) < $4::BIGINT)
"""
"""SQL: the items that reviewer $2 may judge in study $3 with $4 reviewers per item, at $1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What there is to know of an assignment before it is answered."""

    assignment: Assignment
    """The assignment."""

    study_id: str
    """The study."""

    kind: ItemKind
    """Whether the item is rated or compared."""

    generation_a_id: str
    """The item's first generation."""

    protocol: str
    """The study's protocol as JSON."""

    status: StudyStatus
    """Whether the study hands out items."""


def find_place(connection: Connection, assignment_id: str, reviewer_id: str) -> Place:
    """Find an assignment of a reviewer.

    Raises:
        ReviewError: there is none, or it is another reviewer's.
    """
    found = connection.execute(
        """
        SELECT
            assignments.item_id::VARCHAR, assignments.reviewer_id::VARCHAR, swapped,
            assignments.created_at, items.study_id::VARCHAR, items.kind,
            items.generation_a_id::VARCHAR, studies.protocol,
            (SELECT arg_max(status, created_at) FROM study_events WHERE study_id = studies.id)
        FROM assignments
        JOIN items ON items.id = assignments.item_id
        JOIN studies ON studies.id = items.study_id
        WHERE assignments.id = $1::UUID
        """,
        [assignment_id],
    ).fetchall()
    if not found or found[0][1] != reviewer_id:
        raise ReviewError(f"assignment {assignment_id} is not yours; load the page again")
    item_id, _, swapped, created_at, study_id, kind, generation_a_id, protocol, status = found[0]
    return Place(
        assignment=Assignment(
            id=assignment_id,
            item_id=item_id,
            reviewer_id=reviewer_id,
            swapped=swapped,
            created_at=created_at,
        ),
        study_id=study_id,
        kind=ItemKind(kind),
        generation_a_id=generation_a_id,
        protocol=protocol,
        status=StudyStatus(status or "draft"),
    )


def count_others(connection: Connection, moment: datetime, place: Place) -> int:
    """Count the places at an item that other reviewers hold."""
    rows = connection.execute(
        "WITH given AS (SELECT id, item_id, reviewer_id FROM assignments WHERE item_id = $3::UUID),"
        f"{HOLDINGS} SELECT count(*) FROM slots WHERE reviewer_id <> $2::UUID",
        [moment, place.assignment.reviewer_id, place.assignment.item_id],
    ).fetchall()
    return int(rows[0][0])


def make_lease(assignment_id: str, moment: datetime) -> Lease:
    """Make the lease that begins at a moment."""
    return Lease(assignment_id=assignment_id, expires_at=moment + LEASE, created_at=moment)


def reviewers_per_item(connection: Connection, study_id: str, reviewer_id: str) -> int:
    """Read how many reviewers an item of a study wants.

    Returns:
        0 while the study is not open, so that it hands out nothing.

    Raises:
        ReviewError: the study or the reviewer does not exist.
    """
    found = connection.execute(
        """
        SELECT
            (protocol->>'reviewers_per_item')::BIGINT,
            (SELECT arg_max(status, created_at) FROM study_events WHERE study_id = $1::UUID),
            (SELECT count(*) FROM accounts WHERE id = $2::UUID)
        FROM studies WHERE id = $1::UUID
        """,
        [study_id, reviewer_id],
    ).fetchall()
    if not found or not found[0][2]:
        raise ReviewError(f"no study {study_id} or no account {reviewer_id}; sign in again")
    n_reviewers, status, _ = found[0]
    return int(n_reviewers) if status == StudyStatus.OPEN else 0
