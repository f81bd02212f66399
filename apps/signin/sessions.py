"""Turns a name and a password into a stored session, and a token into its account."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from apps.signin.passwords import verify
from lab.records import Account, Session, now
from storage import accounts, sessions

if TYPE_CHECKING:
    from storage.client import Store

LIFE = timedelta(hours=12)
StoreProvider = Callable[[], "Store"]


def fingerprint(token: str) -> str:
    """Return the SHA-256 of a token in hex, the only form of it that is stored."""
    return hashlib.sha256(token.encode()).hexdigest()


def sign_in(store: Store, name: str, password: str) -> str | None:
    """Start a session.

    Args:
        store: the store.
        name: the folded sign-in name.
        password: what was typed.

    Returns:
        The new token for the cookie; None if name and password do not belong together.
    """
    account = accounts.named(store, name)
    if not verify(password, account.password_hash if account else None) or account is None:
        return None
    token = secrets.token_urlsafe(32)
    expires_at = now() + LIFE
    store.add(
        [Session(token_sha256=fingerprint(token), account_id=account.id, expires_at=expires_at)]
    )
    return token


def sign_out(store: Store, token: str) -> None:
    """End a session by adding a row of it that is already over; an unknown token is no session."""
    found = sessions.current(store, fingerprint(token))
    if found is None:
        return
    session, account = found
    ended = Session(token_sha256=session.token_sha256, account_id=account.id, expires_at=now())
    store.add([ended])


@dataclass(slots=True)
class Lookups:
    """Accounts by token, each remembered for a few seconds: a page of an app is many requests.

    A session that was ended in the other app is noticed within `seconds`.
    """

    provider: StoreProvider
    """Gives the open store."""

    seconds: float = 3.0
    """How long an answer is remembered, in seconds."""

    clock: Callable[[], float] = time.monotonic
    """Where the time comes from, in seconds."""

    _known: dict[str, tuple[float, Session | None, Account | None]] = field(default_factory=dict)

    def account(self, token: str) -> Account | None:
        """Find who a token belongs to.

        Args:
            token: the cookie's value.

        Returns:
            The account; None for an unknown, ended or expired session.

        Raises:
            StoreError: the store cannot be reached.
        """
        hit, account = self.remembered(token)
        if hit:
            return account
        found = sessions.current(self.provider(), fingerprint(token))
        session, account = found or (None, None)
        if len(self._known) >= 4096:
            self._known.clear()
        self._known[fingerprint(token)] = (self.clock() + self.seconds, session, account)
        return account

    def remembered(self, token: str) -> tuple[bool, Account | None]:
        """Say whether a token was looked up lately, and whose it is, without asking the store."""
        until, session, account = self._known.get(fingerprint(token), (0.0, None, None))
        if until <= self.clock():
            return False, None
        return True, account if session and session.expires_at > now() else None

    def forget(self, token: str) -> None:
        """Ask the store the next time."""
        self._known.pop(fingerprint(token), None)
