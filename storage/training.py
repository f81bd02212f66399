"""Reads training runs and their logged steps."""

from __future__ import annotations

import json
from typing import Any

from lab.errors import UnknownNameError
from lab.records import TrainingEnd, TrainingRun, TrainingStep
from storage.client import Store


def runs(store: Store) -> list[TrainingRun]:
    """Return all training runs, the oldest first."""
    return store.select(TrainingRun, "ORDER BY created_at, id")


def run_named(store: Store, name: str) -> TrainingRun:
    """Return the newest training run of a name.

    Raises:
        UnknownNameError: there is none; lists the names that there are.
    """
    found = store.select(
        TrainingRun, "WHERE name = $1 ORDER BY created_at DESC, id DESC LIMIT 1", [name]
    )
    if found:
        return found[0]
    rows = store.rows("SELECT DISTINCT name FROM training_runs ORDER BY name")
    known = [row["name"] for row in rows]
    raise UnknownNameError.of("training run", name, known, "start one with `lab train`")


def ends(store: Store, run_id: str) -> list[TrainingEnd]:
    """Return how each stretch of a run ended, in order; a killed one has no end."""
    return store.select(
        TrainingEnd, "WHERE training_run_id = $1::UUID ORDER BY created_at, id", [run_id]
    )


def steps(store: Store, run_id: str) -> list[TrainingStep]:
    """Return the logged steps of a run, in order."""
    return store.select(
        TrainingStep, "WHERE training_run_id = $1::UUID ORDER BY step, id", [run_id]
    )


def facts(store: Store) -> list[dict[str, Any]]:
    """Return what each run learned from and how it last ended, the oldest run first.

    Returns:
        Dicts with `run_id`, `name`, `created_at`, `config` (a dict), `dataset`, `dataset_sha256`,
        `parent`, `parent_sha256` (None from scratch, or where the parent is no checkpoint of the
        store), and of the newest end `outcome`, `end_step`, `message`, `ended_at` (None without).
    """
    found = store.rows(_FACTS)
    for one in found:
        one["config"] = json.loads(one["config"])
    return found


_FACTS = """
    WITH newest AS (
        SELECT * FROM training_ends
        QUALIFY 1 = row_number() OVER (
            PARTITION BY training_run_id ORDER BY created_at DESC, id DESC
        )
    )
    SELECT
        training_runs.id::VARCHAR AS run_id, training_runs.name AS name,
        training_runs.created_at AS created_at, training_runs.config AS config,
        datasets.name AS dataset, datasets.content_sha256 AS dataset_sha256,
        parents.name AS parent, parents.weights_sha256 AS parent_sha256,
        newest.outcome AS outcome, newest.step AS end_step, newest.message AS message,
        newest.created_at AS ended_at
    FROM training_runs
    JOIN datasets ON datasets.id = training_runs.dataset_id
    LEFT JOIN checkpoints AS parents ON parents.id = training_runs.parent_checkpoint_id
    LEFT JOIN newest ON newest.training_run_id = training_runs.id
    ORDER BY training_runs.created_at, training_runs.id
"""
