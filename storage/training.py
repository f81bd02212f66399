"""Reads training runs and their logged steps."""

from __future__ import annotations

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
