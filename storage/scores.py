"""Reads what automatic metrics have said."""

from __future__ import annotations

from typing import Any

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


def incomplete_sets(store: Store, metric: str, version: str) -> list[list[str]]:
    """Return the ids of each set of texts of which a metric has not scored every one.

    Args:
        store: the store.
        metric: a metric under which a text's value depends on the other texts of its set: those
            of its checkpoint on its data set. A new text makes the whole set be scored anew.
        version: only scores in this version count.
    """
    rows = store.rows(
        "SELECT list(id ORDER BY place) AS ids FROM (SELECT generations.rowid AS place, "
        "generations.id AS id, checkpoint_id, dataset_id, generations.id NOT IN (SELECT "
        "generation_id FROM metric_scores WHERE metric = $1 AND version = $2) AS is_new "
        "FROM generations JOIN prompts ON prompts.id = prompt_id WHERE checkpoint_id NOT IN "
        "(SELECT id FROM checkpoints WHERE kind = 'control')) "
        "GROUP BY checkpoint_id, dataset_id HAVING bool_or(is_new) "
        "ORDER BY checkpoint_id, dataset_id",
        [metric, version],
    )
    return [[str(one) for one in row["ids"]] for row in rows]


def missing_sets(store: Store, metric: str, version: str) -> list[list[str]]:
    """Return the ids of each set of texts that a metric of whole sets has not scored as it is.

    Args:
        store: the store.
        metric: a metric of a checkpoint's texts on a data set.
        version: only scores in this version count, and of as many texts as there are now.
    """
    rows = store.rows(
        "SELECT ids FROM (SELECT checkpoint_id, dataset_id, count(*) AS n_texts, "
        "list(generations.id ORDER BY generations.rowid) AS ids FROM generations "
        "JOIN prompts ON prompts.id = prompt_id WHERE checkpoint_id NOT IN "
        "(SELECT id FROM checkpoints WHERE kind = 'control') GROUP BY checkpoint_id, dataset_id) "
        "WHERE (checkpoint_id, dataset_id, n_texts) NOT IN (SELECT (checkpoint_id, dataset_id, "
        "n_texts) FROM checkpoint_scores WHERE metric = $1 AND version = $2) "
        "ORDER BY checkpoint_id, dataset_id",
        [metric, version],
    )
    return [[str(one) for one in row["ids"]] for row in rows]


def of_sets(store: Store) -> list[dict[str, Any]]:
    """Return the newest score of each checkpoint, data set and metric of whole sets.

    Returns:
        `metric`, `version`, `checkpoint`, `dataset`, `n_texts`, `value`, `low`, `high` and
        `reason`, sorted by metric, data set and checkpoint.
    """
    return store.rows(
        "SELECT metric, version, checkpoints.name AS checkpoint, datasets.name AS dataset, "
        "n_texts, value, low, high, reason FROM checkpoint_scores "
        "JOIN checkpoints ON checkpoints.id = checkpoint_id "
        "JOIN datasets ON datasets.id = dataset_id "
        "WHERE checkpoint_scores.rowid IN (SELECT max(rowid) FROM checkpoint_scores "
        "GROUP BY checkpoint_id, dataset_id, metric) "
        "ORDER BY metric, dataset, checkpoint"
    )


def read(store: Store, metric: str) -> list[MetricScore]:
    """Return all scores of a metric, of every version, in the order in which they were made."""
    return store.select(MetricScore, "WHERE metric = $1 ORDER BY rowid", [metric])


def metrics(store: Store) -> list[str]:
    """Return the names of all metrics that have scores, sorted."""
    rows = store.rows("SELECT DISTINCT metric FROM metric_scores ORDER BY metric")
    return [row["metric"] for row in rows]


def texts(store: Store) -> list[dict[str, Any]]:
    """Return what a score from outside can be matched to a text by, in the order of the texts.

    Returns:
        `generation_id`, `dataset`, `key` and `prompt`, `checkpoint` and `text` of every text but
        those made worse on purpose.
    """
    return store.rows(
        "SELECT generations.id AS generation_id, datasets.name AS dataset, prompts.key AS key, "
        "prompts.text AS prompt, checkpoints.name AS checkpoint, generations.text AS text "
        "FROM generations "
        "JOIN checkpoints ON checkpoints.id = generations.checkpoint_id "
        "AND checkpoints.kind <> 'control' "
        "JOIN prompts ON prompts.id = generations.prompt_id "
        "JOIN datasets ON datasets.id = prompts.dataset_id ORDER BY generations.rowid"
    )


def newest(store: Store, metric: str) -> dict[tuple[str, str], float | None]:
    """Return a metric's newest value of each text, by the text's id and the version."""
    rows = store.rows(
        "SELECT generation_id, version, value FROM newest_scores WHERE metric = $1", [metric]
    )
    return {(str(row["generation_id"]), row["version"]): row["value"] for row in rows}


def overview(store: Store) -> list[dict[str, Any]]:
    """Return one row per metric and version in use: how many texts have it, and their mean."""
    return store.rows(
        "SELECT metric, version, count(value) AS n_texts, avg(value) AS mean, "
        "min(value) AS lowest, max(value) AS highest "
        "FROM newest_scores GROUP BY metric, version ORDER BY metric, version"
    )
