"""Reads prompts, and puts words on them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lab.records import Prompt, PromptTag
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


def add_tags(store: Store, tags: Sequence[PromptTag]) -> int:
    """Put words on prompts; a prompt that has the word already keeps it once.

    Returns:
        How many prompts got a word that they did not have.
    """
    rows = store.rows(
        "SELECT prompt_id, tag FROM prompt_tags WHERE tag IN (SELECT unnest($1::VARCHAR[]))",
        [list({tag.tag for tag in tags})],
    )
    held = {(row["prompt_id"], row["tag"]) for row in rows}
    new = [tag for tag in tags if (tag.prompt_id, tag.tag) not in held]
    store.add(new)
    return len(new)


def tag_counts(store: Store, dataset_id: str) -> dict[str, int]:
    """Return how many prompts of a data set have each word on them, by word."""
    rows = store.rows(
        "SELECT tag, count(*) AS n FROM prompt_tags JOIN prompts ON prompts.id = prompt_id "
        "WHERE dataset_id = $1::UUID GROUP BY tag ORDER BY tag",
        [dataset_id],
    )
    return {row["tag"]: row["n"] for row in rows}
