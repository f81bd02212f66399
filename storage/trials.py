"""Reads the trials of searches."""

from __future__ import annotations

from lab.records import Trial
from storage.client import Store


def every(store: Store) -> list[Trial]:
    """Return the trials of all searches, by search and number."""
    return store.select(Trial, "ORDER BY search, dataset_id, number")


def of_search(store: Store, name: str) -> list[Trial]:
    """Return the trials of one search, by number."""
    return store.select(Trial, "WHERE search = $1 ORDER BY dataset_id, number", [name])
