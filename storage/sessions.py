"""Reads who is signed in."""

from __future__ import annotations

from lab.records import Account, Session, now
from storage.client import Store
from storage.schema import columns, decode


def current(store: Store, token_sha256: str) -> tuple[Session, Account] | None:
    """Return the session of a token and its account, in one question to the store.

    Args:
        store: the store.
        token_sha256: SHA-256 of the cookie's token.

    Returns:
        None if the token is unknown, expired or signed out.
    """
    parts = [(Session, "session"), (Account, "account")]
    names = [
        f'{alias}."{column.name}" AS {alias}_{column.name}'
        for kind, alias in parts
        for column in columns(kind)
    ]
    table = store.read(
        f"SELECT {', '.join(names)} FROM sessions AS session "
        "JOIN accounts AS account ON account.id = session.account_id "
        "WHERE token_sha256 = $1 ORDER BY session.created_at DESC, session.id DESC LIMIT 1",
        [token_sha256],
    )
    if table.num_rows == 0:
        return None
    cells = table.to_pydict()
    session, account = (
        decode(kind, [cells[f"{alias}_{column.name}"] for column in columns(kind)])[0]
        for kind, alias in parts
    )
    return (session, account) if session.expires_at > now() else None
