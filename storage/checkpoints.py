"""Reads checkpoints."""

from __future__ import annotations

from collections.abc import Iterable

from lab.errors import UnknownNameError
from lab.records import Checkpoint
from storage.client import Store


def named(store: Store, name: str) -> Checkpoint:
    """Return the newest checkpoint of a name; texts made worse on purpose have none.

    Raises:
        UnknownNameError: there is none; lists the names that there are.
    """
    found = store.select(
        Checkpoint,
        "WHERE name = $1 AND kind <> 'control' ORDER BY created_at DESC, id DESC LIMIT 1",
        [name],
    )
    if found:
        return found[0]
    rows = store.rows("SELECT DISTINCT name FROM checkpoints WHERE kind <> 'control' ORDER BY name")
    known = [row["name"] for row in rows]
    raise UnknownNameError.of("checkpoint", name, known, "train one with `lab train`")


def every(store: Store) -> list[Checkpoint]:
    """Return all checkpoints, the oldest first, that of texts made worse among them."""
    return store.select(Checkpoint, "ORDER BY created_at, id")


def systems(store: Store) -> list[Checkpoint]:
    """Return the checkpoints that are judged: all but that of texts made worse on purpose."""
    return store.select(Checkpoint, "WHERE kind <> 'control' ORDER BY created_at, id")


def by_ids(store: Store, ids: Iterable[str]) -> dict[str, Checkpoint]:
    """Return checkpoints by their ids; an id that the store does not hold is left out."""
    found = store.select(Checkpoint, "WHERE id IN (SELECT unnest($1::UUID[]))", [list(ids)])
    return {checkpoint.id: checkpoint for checkpoint in found}
