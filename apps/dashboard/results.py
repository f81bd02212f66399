"""Asks lab.analysis for what the pages show, once per change of the records and of the filters.

Results come back as frames that the charts and tables take: one row per thing, with its value and
interval, and both in words. Nothing is computed here.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from apps.dashboard import data, words
from apps.dashboard.filters import Filters
from lab.analysis.agreement import Alpha, alpha_by_criterion
from lab.analysis.controls import ControlResults, control_results
from lab.analysis.correlation import Coefficient, Correlation, Level, metric_against_humans
from lab.analysis.intervals import Interval
from lab.analysis.preferences import WinRate, win_rate
from lab.analysis.rates import HallucinationRate, hallucination_rate
from lab.analysis.ratings import MeanRating, mean_rating
from lab.analysis.reviewers import ReviewerSummary
from lab.analysis.reviewers import reviewers as summarise_reviewers
from lab.analysis.summaries import MetricMean, text_means
from lab.analysis.summaries import metric_means as metric_means_of
from lab.metrics.run import METRICS

_once = st.cache_resource(max_entries=64, show_spinner=False)


def means(filters: Filters) -> pd.DataFrame:
    """Return the mean rating per checkpoint and criterion."""
    return _frame(
        {
            "criterion": one.criterion,
            **_row(one.checkpoint, one.value, one.interval, one.reason, share=False),
            "counts": f"{words.count(one.n_ratings, 'rating')} by "
            f"{words.count(one.n_reviewers, 'reviewer')} on {words.count(one.n_prompts, 'prompt')}",
        }
        for one in _means(data.version(), filters)
    )


def win_rates(filters: Filters) -> pd.DataFrame:
    """Return how often each checkpoint is preferred to all others together."""
    return _frame(
        {
            **_row(one.checkpoint, one.value, one.interval, one.reason, share=True),
            "counts": _vote_counts(one),
            "n_votes": one.n_votes,
            "n_both_bad": one.n_both_bad,
        }
        for one in _win_rates(data.version(), filters)
        if one.value is not None
    )


def hallucinations(filters: Filters) -> pd.DataFrame:
    """Return the share of texts with a hallucination per checkpoint."""
    return _frame(
        {
            **_row(one.checkpoint, one.value, one.interval, one.reason, share=True),
            "counts": f"{one.n_flagged:,} of {words.count(one.n_checked, 'checked text')}",
            "n_spans": one.n_spans,
        }
        for one in _hallucinations(data.version(), filters)
        if one.value is not None
    )


def alphas(filters: Filters) -> pd.DataFrame:
    """Return the reviewers' agreement per criterion; value is NaN where there is a reason."""
    return _frame(
        {
            **_row(criterion, one.value, one.interval, one.reason, share=False),
            "counts": f"{words.count(one.n_units, 'text')} rated by two or more of "
            f"{words.count(one.n_raters, 'reviewer')}",
            "n_texts": one.n_units,
            "n_ratings": one.n_ratings,
            "reason": one.reason,
        }
        for criterion, one in _alphas(data.version(), filters).items()
    )


@_once
def controls(version: str, study: str | None) -> ControlResults:
    """Return what the control items of one study, or of all, tell of the reviewers."""
    frame = data.controls()
    return control_results(frame if study is None else frame[frame["study"] == study])


def metric_means(filters: Filters) -> pd.DataFrame:
    """Return one row per checkpoint: its number of texts and each metric's mean."""
    rows: dict[str, dict[str, Any]] = {}
    for one in _metric_means(data.version(), filters):
        row = rows.setdefault(one.checkpoint, {"checkpoint": one.checkpoint, "texts": one.n_texts})
        row[one.metric] = one.value
    names = [name for name in data.checkpoint_names() if name in rows]
    return pd.DataFrame([rows[name] for name in names])


def metric_columns(frame: pd.DataFrame) -> list[str]:
    """List the metrics that a frame of generations has, in the lab's order."""
    return [name for name in METRICS if name in frame.columns]


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
        row = _row(metric, found.value, found.interval, found.reason, share=False)
        counts = (
            f"{words.count(one.n_texts, 'text')}, {words.count(one.n_prompts, 'prompt')}, "
            f"{words.count(one.n_checkpoints, 'checkpoint')}"
        )
        rows.append({**row, "counts": counts, "n_texts": one.n_texts})
    frame = _frame(rows)
    if frame.empty:
        return frame
    return frame.sort_values("value", key=abs, ascending=False, kind="stable")


@_once
def reviewers(at: str, filters: Filters) -> tuple[ReviewerSummary, ...]:
    """Return what each reviewer did, beside the others."""
    return summarise_reviewers(filters.ratings(data.ratings()), filters.votes(data.votes()))


@_once
def correlation(
    at: str, filters: Filters, metric: str, criterion: str, level: Level, coefficient: str
) -> Correlation:
    """Return how well one metric follows the people's ratings on one criterion."""
    rows = filters.ratings(data.joined())
    return metric_against_humans(rows, metric, criterion, level, coefficients=[coefficient])


@_once
def texts(at: str, filters: Filters) -> pd.DataFrame:
    """Return each rated text's mean on each criterion, indexed by generation_id."""
    return text_means(filters.ratings(data.ratings()))


def vote_criterion(filters: Filters) -> str:
    """Return the criterion of the votes to show: the chosen one if it was voted on."""
    voted = sorted(data.votes()["criterion"].unique())
    for wanted in (filters.criterion, "overall"):
        if wanted in voted:
            return str(wanted)
    return voted[0] if voted else "overall"


@_once
def _means(at: str, filters: Filters) -> tuple[MeanRating, ...]:
    return mean_rating(filters.ratings(data.ratings()))


@_once
def _win_rates(at: str, filters: Filters) -> list[WinRate]:
    votes, criterion = filters.votes(data.votes()), vote_criterion(filters)
    return [win_rate(votes, name, criterion=criterion) for name in _compared(votes)]


@_once
def _hallucinations(at: str, filters: Filters) -> tuple[HallucinationRate, ...]:
    return hallucination_rate(filters.generations(data.generations()))


@_once
def _metric_means(at: str, filters: Filters) -> tuple[MetricMean, ...]:
    frame = filters.generations(data.generations())
    return metric_means_of(frame, metric_columns(frame))


@_once
def _alphas(at: str, filters: Filters) -> dict[str, Alpha]:
    return alpha_by_criterion(filters.ratings(data.ratings()))


def _compared(votes: pd.DataFrame) -> list[str]:
    named = set(votes["checkpoint_a"]) | set(votes["checkpoint_b"])
    return [name for name in data.checkpoint_names() if name in named]


def _vote_counts(one: WinRate) -> str:
    return (
        f"{one.n_wins} won, {one.n_ties} tied, {one.n_losses} lost, {one.n_both_bad} both bad; "
        f"{words.count(one.n_reviewers, 'reviewer')}"
    )


def _row(
    name: str, value: float | None, interval: Interval | None, reason: str | None, *, share: bool
) -> dict[str, Any]:
    shown = words.percent(value) if share else words.number(value)
    spread = words.percent_range(interval) if share else words.number_range(interval)
    return {
        "name": name,
        "value": value,
        "low": interval.low if interval else None,
        "high": interval.high if interval else None,
        "shown": shown,
        "range": spread if interval else reason,
    }


def _frame(rows: Any) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows))
    if frame.empty:
        return frame
    order = {name: i for i, name in enumerate(data.checkpoint_names())}
    places = frame["name"].map(order).fillna(-1)
    frame = frame.assign(place=places).sort_values("place", kind="stable").drop(columns="place")
    return frame.astype({"value": float, "low": float, "high": float})
