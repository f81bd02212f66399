"""Turns scores and ratings into plain means: of a metric by checkpoint, of a text by criterion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from lab.analysis.frames import columns_of


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricMean:
    """One metric's mean over a checkpoint's texts."""

    checkpoint: str
    """Name of the checkpoint."""

    metric: str
    """Name of the metric."""

    value: float | None
    """Mean over the texts that have a score; None where none has."""

    n_scored: int
    """Texts with a score."""

    n_texts: int
    """Texts of the checkpoint."""


def metric_means(frame: pd.DataFrame, metrics: Sequence[str]) -> tuple[MetricMean, ...]:
    """Compute the mean of each metric over each checkpoint's texts.

    Args:
        frame: one row per generation: checkpoint, and one column per metric, NaN = no score.
        metrics: names of the columns.

    Returns:
        One result per checkpoint and metric, sorted by checkpoint, metrics as given.

    Raises:
        ValueError: a column is missing.
    """
    rows = columns_of(frame, ["checkpoint", *metrics], "metric_means")
    groups = rows.groupby("checkpoint", sort=True, observed=True)
    n_texts, scores = groups.size(), groups[list(metrics)]
    n_scored, means = scores.count().to_numpy(dtype=int), scores.mean().to_numpy(dtype=float)
    return tuple(
        MetricMean(
            checkpoint=str(checkpoint),
            metric=metric,
            value=float(means[row, column]) if n_scored[row, column] else None,
            n_scored=int(n_scored[row, column]),
            n_texts=int(n),
        )
        for row, (checkpoint, n) in enumerate(n_texts.items())
        for column, metric in enumerate(metrics)
    )


def text_means(ratings: pd.DataFrame) -> pd.DataFrame:
    """Compute each text's mean rating on each criterion.

    Args:
        ratings: one row per rating: generation_id, criterion, value.

    Returns:
        One row per text, indexed by generation_id, one column per criterion; NaN = not rated.

    Raises:
        ValueError: a column is missing.
    """
    rows = columns_of(ratings, ["generation_id", "criterion", "value"], "text_means")
    return rows.pivot_table(
        index="generation_id", columns="criterion", values="value", aggfunc="mean"
    )
