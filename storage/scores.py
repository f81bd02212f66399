"""Reads what automatic metrics have said."""

from __future__ import annotations

from lab.records import MetricScore
from storage.client import Store


def missing(store: Store, metric: str, version: str) -> list[str]:
    """Return the ids of texts that a metric has not scored in this version; no control's."""
    rows = store.rows(
        "SELECT id FROM generations WHERE id NOT IN "
        "(SELECT generation_id FROM metric_scores WHERE metric = $1 AND version = $2) "
        "AND checkpoint_id NOT IN (SELECT id FROM checkpoints WHERE kind = 'control') "
        "ORDER BY rowid",
        [metric, version],
    )
    return [row["id"] for row in rows]


def read(store: Store, metric: str) -> list[MetricScore]:
    """Return all scores of a metric, of every version, in the order in which they were made."""
    return store.select(MetricScore, "WHERE metric = $1 ORDER BY rowid", [metric])


def metrics(store: Store) -> list[str]:
    """Return the names of all metrics that have scores, sorted."""
    rows = store.rows("SELECT DISTINCT metric FROM metric_scores ORDER BY metric")
    return [row["metric"] for row in rows]
