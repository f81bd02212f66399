"""Turns invitations and their uses into who may still join, and a join into an account.

An invitation is voided as a session is ended: by a newer row of the same token that is already
over. The newest row of a token is the one in force.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from lab.errors import ReviewError
from lab.records import Invitation, Role, new_id, now
from storage.client import Store


class State(StrEnum):
    """What has become of an invitation."""

    OPEN = "open"
    USED = "used"
    EXPIRED = "expired"
    VOID = "void"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """An invitation and what has become of it; never its token, which nobody has stored."""

    id: str
    """The invitation: the row in force."""

    role: Role
    """What the account may do."""

    account_id: str | None
    """The account that it signs in to; None where it makes one."""

    account_name: str | None
    """The sign-in name of that account; None where it makes one."""

    note: str
    """Whom it is meant for."""

    created_at: datetime
    """When it was made, UTC."""

    expires_at: datetime
    """From then on it is worthless, UTC."""

    used_at: datetime | None
    """When it was used, UTC; None where it was not."""

    used_by: str | None
    """Pseudonym of who used it; None where nobody did."""

    is_void: bool
    """Whether a lead took it back."""

    @property
    def state(self) -> State:
        """What has become of it by now."""
        if self.used_at is not None:
            return State.USED
        if self.is_void:
            return State.VOID
        return State.EXPIRED if self.expires_at <= now() else State.OPEN


class Outcome(StrEnum):
    """What became of the wish to join."""

    JOINED = "joined"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    """Over, or taken back."""
    USED = "used"
    NAME_TAKEN = "name_taken"


def every(store: Store, limit: int = 100) -> list[Invited]:
    """Return the newest invitations, each with what has become of it, the newest first."""
    query = f"{_INVITED} ORDER BY first_made DESC, id DESC LIMIT $1"
    return [_invited(row) for row in store.rows(query, [limit])]


def find(store: Store, token_sha256: str) -> Invited | None:
    """Return the invitation of a token; None where there is none."""
    rows = store.rows(f"{_INVITED} WHERE newest.token_sha256 = $1", [token_sha256])
    return _invited(rows[0]) if rows else None


def void(store: Store, invitation_id: str) -> None:
    """Make an open invitation worthless; one that is used or over stays as it is.

    Raises:
        ReviewError: there is no such invitation.
    """
    found = store.select(Invitation, "WHERE id = $1::UUID", [invitation_id])
    if not found:
        raise ReviewError(f"there is no invitation {invitation_id}; load the page again")
    invited = find(store, found[0].token_sha256)
    if invited is not None and invited.state is State.OPEN:
        moment = now()
        store.add([replace(found[0], id=new_id(), expires_at=moment, created_at=moment)])


def join(
    store: Store,
    *,
    token_sha256: str,
    name: str,
    password_hash: str | None,
    session_sha256: str,
    session_expires_at: datetime,
) -> Outcome:
    """Use an invitation, once: make its account, or take the given one, and open a session.

    Args:
        store: the store.
        token_sha256: SHA-256 of the link's token.
        name: the folded sign-in name; unused where the invitation is for an account.
        password_hash: the new account's Argon2id hash; None for an account without a password.
        session_sha256: SHA-256 of the token of the session to open.
        session_expires_at: when that session ends, UTC.

    Returns:
        What became of it; nothing was stored unless it is JOINED.
    """
    return Outcome(
        store.do(
            "join",
            token_sha256=token_sha256,
            name=name,
            password_hash=password_hash,
            session_sha256=session_sha256,
            session_expires_at=session_expires_at.isoformat(),
        )
    )


def _invited(row: dict[str, object]) -> Invited:
    fields = {key: value for key, value in row.items() if key != "first_made"}
    return Invited(**fields | {"role": Role(str(row["role"]))})  # type: ignore[arg-type]


_INVITED = """
    SELECT
        newest.id AS id, newest.role AS role, newest.account_id AS account_id,
        invited.name AS account_name, newest.note AS note, first_made AS created_at,
        newest.expires_at AS expires_at, used.created_at AS used_at,
        joined.pseudonym AS used_by, newest.expires_at <= newest.created_at AS is_void, first_made
    FROM (
        SELECT token_sha256, min(created_at) AS first_made, arg_max(id, created_at) AS id
        FROM invitations GROUP BY token_sha256
    ) AS tokens
    JOIN invitations AS newest ON newest.id = tokens.id
    LEFT JOIN (
        SELECT token_sha256, min(uses.created_at) AS created_at,
            arg_min(uses.account_id, uses.created_at) AS account_id
        FROM invitation_uses AS uses
        JOIN invitations ON invitations.id = uses.invitation_id GROUP BY token_sha256
    ) AS used ON used.token_sha256 = newest.token_sha256
    LEFT JOIN accounts AS invited ON invited.id = newest.account_id
    LEFT JOIN accounts AS joined ON joined.id = used.account_id
"""
