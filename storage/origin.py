"""Reads where a text comes from, back to its data, and what else was written for its prompt."""

from __future__ import annotations

import json
from typing import Any

from storage.client import Store


def origin(store: Store, generation_id: str) -> dict[str, Any]:
    """Return where a text comes from.

    Returns:
        `dataset` (name, origin, licence, content_sha256, n_prompts, id and config), `tags` of the
        prompt, `checkpoints`: the text's own and those that it was trained from, newest first,
        each with name, kind and weights_sha256, and of its training run, where there is one, the
        name, seed, data set and that one's hash.
    """
    (found,) = store.rows(_DATA, [generation_id])
    config = json.loads(found.pop("config"))
    checkpoints: list[dict[str, Any]] = []
    following: str | None = found.pop("checkpoint_id")
    while following is not None and all(one["id"] != following for one in checkpoints):
        (one,) = store.rows(_CHECKPOINT, [following])
        settings = one.pop("settings")
        one["seed"] = json.loads(settings).get("seed") if settings else None
        checkpoints.append(one)
        following = one["parent_id"]
    tags = store.rows(_TAGS, [generation_id])
    return {
        "dataset": found | {"config": config},
        "tags": [row["tag"] for row in tags],
        "checkpoints": checkpoints,
    }


def beside(store: Store, generation_id: str) -> list[dict[str, Any]]:
    """Return the other texts for the same prompt, by checkpoint and sample.

    Returns:
        For each `generation_id`, `checkpoint`, `sample_index` and `decoding` (a dict).
    """
    rows = store.rows(_BESIDE, [generation_id])
    return [row | {"decoding": json.loads(row["decoding"])} for row in rows]


_DATA = """
    SELECT
        datasets.id AS id, datasets.name AS name, datasets.origin AS origin,
        datasets.licence AS licence, datasets.content_sha256 AS content_sha256,
        datasets.n_prompts AS n_prompts, datasets.config AS config,
        generations.checkpoint_id AS checkpoint_id
    FROM generations
    JOIN prompts ON prompts.id = generations.prompt_id
    JOIN datasets ON datasets.id = prompts.dataset_id
    WHERE generations.id = $1::UUID
"""

_TAGS = """
    SELECT DISTINCT tag FROM prompt_tags
    WHERE prompt_id = (SELECT prompt_id FROM generations WHERE id = $1::UUID) ORDER BY tag
"""

_CHECKPOINT = """
    SELECT
        checkpoints.id AS id, checkpoints.name AS name, checkpoints.kind AS kind,
        checkpoints.weights_sha256 AS weights_sha256, training_runs.name AS run,
        training_runs.config AS settings, datasets.name AS dataset,
        datasets.content_sha256 AS content_sha256,
        training_runs.parent_checkpoint_id AS parent_id
    FROM checkpoints
    LEFT JOIN training_runs ON training_runs.id = checkpoints.training_run_id
    LEFT JOIN datasets ON datasets.id = training_runs.dataset_id
    WHERE checkpoints.id = $1::UUID
"""

_BESIDE = """
    SELECT
        generations.id AS generation_id, checkpoints.name AS checkpoint,
        generations.sample_index AS sample_index, generations.decoding AS decoding
    FROM generations
    JOIN checkpoints
        ON checkpoints.id = generations.checkpoint_id AND checkpoints.kind <> 'control'
    WHERE generations.id <> $1::UUID
        AND generations.prompt_id = (SELECT prompt_id FROM generations WHERE id = $1::UUID)
    ORDER BY checkpoints.created_at, checkpoints.name, generations.sample_index,
        generations.rowid
"""
