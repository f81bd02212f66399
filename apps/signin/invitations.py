"""Turns the wish to invite somebody into a link that works once, and that link into a session."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from apps.signin.passwords import hash_password
from apps.signin.requests import JOIN
from apps.signin.sessions import LIFE, fingerprint
from lab.records import Account, Invitation, Role, now
from storage import invitations
from storage.invitations import Outcome

if TYPE_CHECKING:
    from storage.client import Store

DAYS = 7
"""How long an invitation is good unless somebody says otherwise."""

MOST_DAYS = 90
"""The longest that one may be good."""

LINK_LIFE = timedelta(days=30)
"""How long somebody without a password stays signed in: there is no other way back in."""


def invite(
    store: Store,
    role: Role,
    *,
    note: str = "",
    days: int = DAYS,
    account: Account | None = None,
    inviter_id: str | None = None,
) -> str:
    """Make an invitation.

    Args:
        store: the store.
        role: what the new account may do; unused where an account is given.
        note: whom it is meant for.
        days: how long it is good, 1 to 90.
        account: the account that it signs in to; None where it makes one.
        inviter_id: the lead who makes it; None where the command line does.

    Returns:
        The link's path, with its token: the only place where that ever stands.
    """
    if not 1 <= days <= MOST_DAYS:
        raise ValueError(f"days must be 1 to {MOST_DAYS}, not {days}")
    token = secrets.token_urlsafe(32)
    made = Invitation(
        token_sha256=fingerprint(token),
        role=account.role if account else role,
        account_id=account.id if account else None,
        inviter_id=inviter_id,
        note=note,
        expires_at=now() + timedelta(days=days),
    )
    store.add([made])
    return f"{JOIN}?token={token}"


def accept(
    store: Store, token: str, name: str, password: str | None, *, has_password: bool
) -> tuple[Outcome, str, timedelta]:
    """Use an invitation.

    Args:
        store: the store.
        token: the link's token.
        name: the name chosen, folded; unused where the invitation is for an account.
        password: the password chosen; None for none.
        has_password: whether the account has, or will have, a password to come back with.

    Returns:
        What became of it, the token for the cookie, and how long the session lives.
    """
    session, life = secrets.token_urlsafe(32), LIFE if has_password else LINK_LIFE
    outcome = invitations.join(
        store,
        token_sha256=fingerprint(token),
        name=name,
        password_hash=None if password is None else hash_password(password),
        session_sha256=fingerprint(session),
        session_expires_at=now() + life,
    )
    return outcome, session, life
