"""Asks lab.analysis for what the page Overview shows of each checkpoint."""

from __future__ import annotations

from typing import Any

import pandas as pd

from apps.dashboard import data, words
from apps.dashboard.filters import Filters
from apps.dashboard.results.metrics import metric_columns
from apps.dashboard.results.rows import frame, once, row
from apps.dashboard.results.verdict import vote_criterion
from lab.analysis.checks.shares import HallucinationRate, hallucination_rate
from lab.analysis.preferences.win_rates import WinRate
from lab.analysis.preferences.win_rates import win_rates as win_rates_of
from lab.analysis.ratings.summaries import MetricMean
from lab.analysis.ratings.summaries import metric_means as metric_means_of


def win_rates(filters: Filters) -> pd.DataFrame:
    """Return how often each checkpoint is preferred to all others together."""
    return frame(
        {
            **row(one.checkpoint, one.value, one.interval, one.reason, share=True),
            "counts": _vote_counts(one),
            "n_votes": one.n_votes,
            "n_both_bad": one.n_both_bad,
        }
        for one in _win_rates(data.version(), filters)
        if one.value is not None
    )


def hallucinations(filters: Filters) -> pd.DataFrame:
    """Return the share of texts with a hallucination per checkpoint."""
    return frame(
        {
            **row(one.checkpoint, one.value, one.interval, one.reason, share=True),
            "counts": f"{one.n_flagged:,} of {words.count(one.n_checked, 'checked text')}",
            "n_spans": one.n_spans,
        }
        for one in _hallucinations(data.version(), _of_texts(filters))
        if one.value is not None
    )


def metric_means(filters: Filters) -> pd.DataFrame:
    """Return one row per checkpoint: its number of texts and each metric's mean."""
    counts = _of_texts(filters).generations(data.texts())["checkpoint"].value_counts()
    rows: dict[str, dict[str, Any]] = {
        name: {"checkpoint": name, "texts": int(counts[name])}
        for name in data.checkpoint_names()
        if counts.get(name, 0)
    }
    for one in _metric_means(data.version(), _of_texts(filters)):
        rows[one.checkpoint][one.metric] = one.value
    return pd.DataFrame(rows.values(), columns=None if rows else ["checkpoint", "texts"])


@once
def _win_rates(at: str, filters: Filters) -> tuple[WinRate, ...]:
    votes, criterion = filters.votes(data.votes()), vote_criterion(filters)
    return win_rates_of(votes, _compared(votes), criterion)


@once
def _hallucinations(at: str, filters: Filters) -> tuple[HallucinationRate, ...]:
    return hallucination_rate(filters.generations(data.texts()))


@once
def _metric_means(at: str, filters: Filters) -> tuple[MetricMean, ...]:
    texts = filters.generations(data.generations())
    return metric_means_of(texts, metric_columns(texts))


def _of_texts(filters: Filters) -> Filters:
    """Return what narrows texts alone, so that another study is no new question about them."""
    return Filters(dataset=filters.dataset, tag=filters.tag, checkpoints=filters.checkpoints)


def _compared(votes: pd.DataFrame) -> list[str]:
    named = set(votes["checkpoint_a"]) | set(votes["checkpoint_b"])
    return [name for name in data.checkpoint_names() if name in named]


def _vote_counts(one: WinRate) -> str:
    return (
        f"{one.n_wins} won, {one.n_ties} tied, {one.n_losses} lost, {one.n_both_bad} both bad; "
        f"{words.count(one.n_reviewers, 'reviewer')}"
    )
