"""Asks lab.analysis how well the automatic metrics follow people."""

from __future__ import annotations

import pandas as pd

from apps.dashboard import data, words
from apps.dashboard.filters import Filters
from apps.dashboard.results.rows import frame, once, row
from lab.analysis.correlation import Coefficient, Correlation, Level, metric_against_humans
from lab.metrics.run import METRICS


def metric_columns(texts: pd.DataFrame) -> list[str]:
    """List the metrics that a frame of generations has, in the lab's order."""
    return [name for name in METRICS if name in texts.columns]


def correlations(filters: Filters, criterion: str, level: Level, coefficient: str) -> pd.DataFrame:
    """Return each metric's correlation with the ratings, the strongest first.

    Args:
        filters: what to look at.
        criterion: name of the criterion.
        level: "pooled", "within prompt" or "system".
        coefficient: "pearson", "spearman" or "kendall".
    """
    rows = []
    for metric in metric_columns(data.joined()):
        one = correlation(data.version(), filters, metric, criterion, level, coefficient)
        found: Coefficient = getattr(one, coefficient)
        line = row(metric, found.value, found.interval, found.reason, share=False)
        counts = (
            f"{words.count(one.n_texts, 'text')}, {words.count(one.n_prompts, 'prompt')}, "
            f"{words.count(one.n_checkpoints, 'checkpoint')}"
        )
        rows.append({**line, "counts": counts, "n_texts": one.n_texts})
    table = frame(rows)
    if table.empty:
        return table
    return table.sort_values("value", key=abs, ascending=False, kind="stable")


@once
def correlation(
    at: str, filters: Filters, metric: str, criterion: str, level: Level, coefficient: str
) -> Correlation:
    """Return how well one metric follows the people's ratings on one criterion."""
    rows = filters.ratings(data.joined())
    return metric_against_humans(rows, metric, criterion, level, coefficients=[coefficient])
