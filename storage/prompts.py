"""Reads prompts."""

from __future__ import annotations

from collections.abc import Iterable

from lab.records import Prompt
from storage.client import Store


def read(
    store: Store, dataset_id: str, split: str | None = None, limit: int | None = None
) -> list[Prompt]:
    """Return the prompts of a data set in the order in which they were made.

    Args:
        store: the store.
        dataset_id: the data set.
        split: only this split; all by default.
        limit: only the first so many; all by default.
    """
    return store.select(
        Prompt,
        "WHERE dataset_id = $1::UUID AND ($2::VARCHAR IS NULL OR split = $2) "
        "ORDER BY rowid LIMIT coalesce($3::BIGINT, 9223372036854775807)",
        [dataset_id, split, limit],
    )


def by_ids(store: Store, ids: Iterable[str]) -> dict[str, Prompt]:
    """Return prompts by their ids; an id that the store does not hold is left out."""
    found = store.select(Prompt, "WHERE id IN (SELECT unnest($1::UUID[]))", [list(ids)])
    return {prompt.id: prompt for prompt in found}
