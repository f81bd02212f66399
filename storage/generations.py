"""Reads generations."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from lab.records import Generation
from storage.client import Store


def read(
    store: Store,
    checkpoint_ids: Iterable[str] | None = None,
    dataset_id: str | None = None,
    split: str | None = None,
) -> list[Generation]:
    """Return generations in the order in which they were made.

    Args:
        store: the store.
        checkpoint_ids: only of these checkpoints; of all by default.
        dataset_id: only for prompts of this data set; of all by default.
        split: only for prompts of this split; of all by default.
    """
    return store.select(
        Generation,
        "WHERE ($1::UUID[] IS NULL OR checkpoint_id IN (SELECT unnest($1::UUID[]))) "
        "AND (($2::UUID IS NULL AND $3::VARCHAR IS NULL) OR prompt_id IN (SELECT id FROM prompts "
        "WHERE ($2::UUID IS NULL OR dataset_id = $2::UUID) AND ($3::VARCHAR IS NULL OR split = $3)"
        ")) ORDER BY rowid",
        [None if checkpoint_ids is None else list(checkpoint_ids), dataset_id, split],
    )


def by_ids(store: Store, ids: Iterable[str]) -> dict[str, Generation]:
    """Return generations by their ids; an id that the store does not hold is left out."""
    found = store.select(Generation, "WHERE id IN (SELECT unnest($1::UUID[]))", [list(ids)])
    return {generation.id: generation for generation in found}


def existing(
    store: Store, checkpoint_id: str, decoding: dict[str, Any], seed: int | None
) -> set[tuple[str, int]]:
    """Say which samples are there already, so that sampling goes on where it stopped.

    Args:
        store: the store.
        checkpoint_id: the checkpoint.
        decoding: its decoding settings, in any order.
        seed: the seed of the sampling.

    Returns:
        Pairs of prompt id and sample index.
    """
    rows = store.rows(
        "SELECT prompt_id, sample_index, decoding FROM generations "
        "WHERE checkpoint_id = $1::UUID AND seed IS NOT DISTINCT FROM $2::BIGINT",
        [checkpoint_id, seed],
    )
    same = {text: json.loads(text) == decoding for text in {row["decoding"] for row in rows}}
    return {(row["prompt_id"], row["sample_index"]) for row in rows if same[row["decoding"]]}
