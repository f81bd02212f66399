"""Reads data sets."""

from __future__ import annotations

from lab.errors import UnknownNameError
from lab.records import Dataset
from storage.client import Store


def named(store: Store, name: str) -> Dataset:
    """Return the newest data set of a name.

    Raises:
        UnknownNameError: there is none; lists the names that there are.
    """
    found = store.select(
        Dataset, "WHERE name = $1 ORDER BY created_at DESC, id DESC LIMIT 1", [name]
    )
    if found:
        return found[0]
    known = [row["name"] for row in store.rows("SELECT DISTINCT name FROM datasets ORDER BY name")]
    raise UnknownNameError.of("data set", name, known, "import one with `lab data import`")


def by_id(store: Store, dataset_id: str) -> Dataset:
    """Return the data set of an id.

    Raises:
        UnknownNameError: there is none.
    """
    found = store.select(Dataset, "WHERE id = $1::UUID", [dataset_id])
    if not found:
        raise UnknownNameError(f"no data set with the id {dataset_id!r} in this lab")
    return found[0]


def every(store: Store) -> list[Dataset]:
    """Return all data sets, the oldest first."""
    return store.select(Dataset, "ORDER BY created_at, id")
