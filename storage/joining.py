"""Turns a new name or a used invitation into an account, within the writer's transaction."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TypeVar

from lab.errors import ReviewError
from lab.records import Account, Invitation, InvitationUse, Role, Session
from storage.desk import Desk
from storage.schema import check_fits, column_list, columns, decode

Record = TypeVar("Record")


def add_account(
    desk: Desk,
    moment: datetime,
    *,
    name: str,
    role: str,
    password_hash: str | None,
    pseudonym: str | None = None,
) -> str:
    """Make an account.

    Args:
        desk: the books, and where new records go.
        moment: the time of this operation.
        name: the folded sign-in name.
        role: what it may do.
        password_hash: Argon2id hash; None for an account without a password.
        pseudonym: the name in reports; None for the role with the first free number.

    Returns:
        The pseudonym.

    Raises:
        ReviewError: the name or the pseudonym is taken.
    """
    taken = _pseudonyms(desk)
    if _has_name(desk, name):
        raise ReviewError(f"there is an account named {name!r} already; choose another name")
    if pseudonym in taken:
        raise ReviewError(f"somebody is called {pseudonym!r} in reports already; choose another")
    account = _account(name, role, password_hash, pseudonym or _free(role, taken), moment)
    check_fits([account])
    desk.new.append(account)
    return account.pseudonym


def join(
    desk: Desk,
    moment: datetime,
    *,
    token_sha256: str,
    name: str,
    password_hash: str | None,
    session_sha256: str,
    session_expires_at: str,
) -> str:
    """Use an invitation; takes and returns what `storage.invitations.join` does."""
    invitation = _newest_invitation(desk, token_sha256)
    if invitation is None:
        return "unknown"
    if _is_used(desk, token_sha256):
        return "used"
    if invitation.expires_at <= moment:
        return "expired"
    new: list[Account] = []
    if invitation.account_id is None:
        if _has_name(desk, name):
            return "name_taken"
        free = _free(invitation.role, _pseudonyms(desk))
        new.append(_account(name, invitation.role, password_hash, free, moment))
    account_id = invitation.account_id or new[0].id
    use = InvitationUse(invitation_id=invitation.id, account_id=account_id, created_at=moment)
    session = Session(
        token_sha256=session_sha256,
        account_id=account_id,
        expires_at=datetime.fromisoformat(session_expires_at),
        created_at=moment,
    )
    check_fits([*new, use, session])
    desk.new += [*new, use, session]
    return "joined"


def _account(
    name: str, role: str, password_hash: str | None, pseudonym: str, moment: datetime
) -> Account:
    return Account(
        name=name,
        role=Role(role),
        pseudonym=pseudonym,
        password_hash=password_hash,
        created_at=moment,
    )


def _pending(desk: Desk, kind: type[Record]) -> list[Record]:
    """Return what other operations of this transaction made, which no query sees yet."""
    return [record for record in desk.new if type(record) is kind]


def _has_name(desk: Desk, name: str) -> bool:
    query = "SELECT 1 FROM accounts WHERE name = $1"
    stored = desk.connection.execute(query, [name]).fetchall()
    return bool(stored) or any(one.name == name for one in _pending(desk, Account))


def _pseudonyms(desk: Desk) -> set[str]:
    stored = desk.connection.execute("SELECT pseudonym FROM accounts").fetchall()
    return {name for (name,) in stored} | {one.pseudonym for one in _pending(desk, Account)}


def _free(role: str, taken: set[str]) -> str:
    """Name the number after the highest: one that was ever seen in a report is not given again."""
    numbers = [re.fullmatch(rf"{role}-([0-9]{{1,9}})", name) for name in taken]
    return f"{role}-{1 + max((int(found[1]) for found in numbers if found), default=0)}"


def _newest_invitation(desk: Desk, token_sha256: str) -> Invitation | None:
    rows = desk.connection.execute(
        f"SELECT {column_list(Invitation)} FROM invitations WHERE token_sha256 = $1 "
        "ORDER BY created_at DESC, id DESC LIMIT 1",
        [token_sha256],
    ).fetchall()
    if not rows:
        return None
    texts = zip(columns(Invitation), rows[0], strict=True)
    cells = [[str(v) if c.sql == "UUID" and v is not None else v] for c, v in texts]
    return decode(Invitation, cells)[0]


def _is_used(desk: Desk, token_sha256: str) -> bool:
    ids = "SELECT id::VARCHAR FROM invitations WHERE token_sha256 = $1"
    of_token = {id for (id,) in desk.connection.execute(ids, [token_sha256]).fetchall()}
    query = f"SELECT 1 FROM invitation_uses WHERE invitation_id::VARCHAR IN ({ids})"
    stored = desk.connection.execute(query, [token_sha256]).fetchall()
    pending = _pending(desk, InvitationUse)
    return bool(stored) or any(one.invitation_id in of_token for one in pending)
