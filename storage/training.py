"""Reads training runs and their logged steps."""

from __future__ import annotations

from lab.records import TrainingRun, TrainingStep
from storage.client import Store


def runs(store: Store) -> list[TrainingRun]:
    """Return all training runs, the oldest first."""
    return store.select(TrainingRun, "ORDER BY created_at, id")


def steps(store: Store, run_id: str) -> list[TrainingStep]:
    """Return the logged steps of a run, in order."""
    return store.select(
        TrainingStep, "WHERE training_run_id = $1::UUID ORDER BY step, id", [run_id]
    )
