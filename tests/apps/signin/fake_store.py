"""An in-memory stand-in for the store: accounts and sessions only, with a count of look-ups."""

from __future__ import annotations

from dataclasses import dataclass, field

from lab.errors import StoreError
from lab.records import Account, Session, now


@dataclass
class FakeStore:
    accounts: list[Account] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    n_lookups: int = 0
    broken: bool = False

    def add(self, records):
        if self.broken:
            raise StoreError("the store is gone")
        for record in records:
            kind = self.accounts if isinstance(record, Account) else self.sessions
            kind.append(record)


def account_named(store: FakeStore, name: str) -> Account | None:
    if store.broken:
        raise StoreError("the store is gone")
    return next((one for one in store.accounts if one.name == name), None)


def current_session(store: FakeStore, token_sha256: str) -> tuple[Session, Account] | None:
    store.n_lookups += 1
    if store.broken:
        raise StoreError("the store is gone")
    rows = [one for one in store.sessions if one.token_sha256 == token_sha256]
    if not rows or rows[-1].expires_at <= now():
        return None
    return rows[-1], next(one for one in store.accounts if one.id == rows[-1].account_id)
