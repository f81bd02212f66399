"""Turns scores, ratings and votes into the plain sums of a report: means, counts, paces."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewerSummary:
    """How much one reviewer did and how fast."""

    reviewer: str
    """Pseudonym."""

    n_rated: int
    """Items rated, however many criteria each has."""

    n_compared: int
    """Pairs voted on."""

    median_seconds: float
    """Median time from showing an item to the answer, in seconds."""


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
    return tuple(
        _mean_of(str(checkpoint), metric, group[metric])
        for checkpoint, group in rows.groupby("checkpoint", sort=True)
        for metric in metrics
    )


def reviewer_summaries(ratings: pd.DataFrame, votes: pd.DataFrame) -> tuple[ReviewerSummary, ...]:
    """Count each reviewer's answers and take their median time.

    Args:
        ratings: one row per rating: reviewer, item_id, seconds.
        votes: one row per vote, with the same columns.

    Returns:
        One result per reviewer, the busiest first, then by name.

    Raises:
        ValueError: a column is missing.
    """
    rated = _answers(ratings, "n_rated")
    compared = _answers(votes, "n_compared")
    answers = pd.concat([rated, compared])
    found = [
        ReviewerSummary(
            reviewer=str(reviewer),
            n_rated=int((group["kind"] == "n_rated").sum()),
            n_compared=int((group["kind"] == "n_compared").sum()),
            median_seconds=float(group["seconds"].median()),
        )
        for reviewer, group in answers.groupby("reviewer", sort=True)
    ]
    return tuple(sorted(found, key=lambda one: -(one.n_rated + one.n_compared)))


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


def _mean_of(checkpoint: str, metric: str, scores: pd.Series) -> MetricMean:
    scored = scores.dropna()
    return MetricMean(
        checkpoint=checkpoint,
        metric=metric,
        value=float(scored.mean()) if len(scored) else None,
        n_scored=len(scored),
        n_texts=len(scores),
    )


def _answers(frame: pd.DataFrame, kind: str) -> pd.DataFrame:
    # One answer is one item of one reviewer, however many criteria it rates.
    rows = columns_of(frame, ["reviewer", "item_id", "seconds"], "reviewer_summaries")
    return rows.drop_duplicates(["reviewer", "item_id"]).assign(kind=kind)
