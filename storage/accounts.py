"""Reads accounts."""

from __future__ import annotations

from lab.errors import UnknownNameError
from lab.records import Account
from storage.client import Store


def named(store: Store, name: str) -> Account | None:
    """Return the account of a sign-in name in any case; None where there is none."""
    found = store.select(Account, "WHERE name = $1", [name.casefold()])
    return found[0] if found else None


def existing(store: Store, name: str) -> Account:
    """Return the account of a sign-in name in any case.

    Raises:
        UnknownNameError: there is none; lists the names that there are.
    """
    account = named(store, name)
    if account is None:
        known = [one.name for one in every(store)]
        raise UnknownNameError.of("account", name, known, "add one with `lab account add`")
    return account


def by_id(store: Store, id: str) -> Account | None:
    """Return an account by its id; None where there is none."""
    found = store.select(Account, "WHERE id = $1::UUID", [id])
    return found[0] if found else None


def every(store: Store) -> list[Account]:
    """Return all accounts by name."""
    return store.select(Account, "ORDER BY name")
