"""Asks lab.analysis how well the automatic metrics follow people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from apps.dashboard import data
from apps.dashboard.filters import Filters
from apps.dashboard.results.marks import marks
from apps.dashboard.results.rows import once, once_large
from lab.analysis.metrics.ceiling import Ceiling, human_ceiling
from lab.analysis.metrics.correlation import Asked, Following, metrics_against_humans
from lab.analysis.metrics.error_marks import error_scores
from lab.analysis.metrics.measures import Level, Measure
from lab.analysis.metrics.metric_contrasts import (
    MetricContrast,
    MetricStanding,
    metric_contrasts,
    metric_standings,
)
from lab.analysis.metrics.rated_texts import draw_prompts
from lab.analysis.ratings.summaries import text_means
from lab.metrics.run import METRICS
from storage import scores

MARKED = "few marked faults"
"""What the reviewers' marks count as: a criterion, minus each text's error score."""
MOST_TEXTS = 6_000
LOWER = tuple(name for name, metric in METRICS.items() if metric.better == "lower")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What the reader asks of the metrics."""

    level: Level = "within prompt"
    """"within prompt" or "system"."""
    measure: Measure = "kendall"
    """What is measured."""
    lower: tuple[str, ...] = LOWER
    """Metrics of which lower is better."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Texts with scores and ratings, as far as they are looked at."""

    texts: pd.DataFrame
    """One row per text: its scores."""
    ratings: pd.DataFrame
    """One row per rating of these texts, error scores from marks among them."""
    means: pd.DataFrame
    """Their mean ratings, one column per criterion, indexed by generation_id."""
    n_all: int
    """Texts that are rated; more than in `texts` where only a draw is looked at."""


def metric_columns(texts: pd.DataFrame) -> list[str]:
    """List the metrics that a frame of generations has: the lab's own in its order, then others."""
    known = _metrics(data.version())
    ours = [name for name in METRICS if name in known]
    others = [name for name in known if name not in METRICS]
    return [name for name in (*ours, *others) if name in texts.columns]


@once_large
def judged(at: str, filters: Filters) -> Judged:
    """Return the rated texts within the filters, of so many prompts as can be shown at once."""
    ratings = _ratings(filters)
    texts = filters.generations(data.generations())
    rated = texts[texts["generation_id"].isin(ratings["generation_id"])]
    drawn = draw_prompts(rated, MOST_TEXTS)
    ratings = ratings[ratings["generation_id"].isin(drawn["generation_id"])]
    return Judged(texts=drawn, ratings=ratings, means=text_means(ratings), n_all=len(rated))


def metrics_of(one: Judged) -> list[str]:
    """List the metrics that any of the texts has a score of."""
    return [name for name in metric_columns(one.texts) if one.texts[name].notna().any()]


@once
def following(at: str, filters: Filters, question: Question) -> tuple[Following, ...]:
    """Return how well each metric follows people on each criterion."""
    one = judged(at, filters)
    return metrics_against_humans(one.texts, one.means, metrics_of(one), _asked(one, question))


@once
def ceilings(at: str, filters: Filters, question: Question) -> dict[str, Ceiling]:
    """Return how well a reviewer follows the others, by criterion."""
    one = judged(at, filters)
    return {found.criterion: found for found in human_ceiling(one.ratings, _asked(one, question))}


@once
def contrasts(
    at: str, filters: Filters, question: Question, criterion: str, metrics: tuple[str, ...]
) -> tuple[MetricContrast, ...]:
    """Return which of two metrics follows people better, for each pair."""
    one = judged(at, filters)
    return metric_contrasts(one.texts, one.means[criterion], metrics, _asked(one, question))


def standings(
    metrics: Sequence[str], found: tuple[MetricContrast, ...]
) -> dict[str, MetricStanding]:
    """Return the places that each metric may hold."""
    return {one.metric: one for one in metric_standings(metrics, found)}


def whole_sets(at: str, filters: Filters) -> pd.DataFrame:
    """Return the newest scores of whole sets of texts within the filters' checkpoints and data set.

    Returns:
        `metric`, `checkpoint`, `data set`, `texts`, `value`, `low`, `high`, `why not`, `version`.
    """
    rows = [
        row
        for row in _sets(at)
        if (not filters.checkpoints or row["checkpoint"] in filters.checkpoints)
        and filters.dataset in (None, row["dataset"])
    ]
    names = {"dataset": "data set", "n_texts": "texts", "reason": "why not"}
    order = ["metric", "checkpoint", "data set", "texts", "value", "low", "high", "why not"]
    frame = pd.DataFrame(rows).rename(columns=names)
    return frame.reindex(columns=[*order, "version"])


def length_of(one: Judged) -> str | None:
    """Name the column that tells the texts' length; None where there is none."""
    for name in ("length", "n_tokens"):
        if name in one.texts and one.texts[name].notna().all():
            return name
    return None


def _asked(one: Judged, question: Question) -> Asked:
    return Asked(
        level=question.level,
        measure=question.measure,
        lower_is_better=question.lower,
        length=length_of(one),
    )


def _ratings(filters: Filters) -> pd.DataFrame:
    """Return ratings within the filters, and the marks' error scores as if they were ratings."""
    columns = ["generation_id", "prompt_id", "checkpoint", "criterion", "value"]
    rated = filters.ratings(data.ratings())[columns]
    found = marks(filters)
    found = found[found["step"] == "own"]
    if found.empty or filters.criterion is not None:
        return rated
    texts = found[["generation_id", "prompt_id", "checkpoint"]].drop_duplicates("generation_id")
    scored = error_scores(found).merge(texts, on="generation_id")
    scored = scored.assign(criterion=MARKED, value=-scored["error_score"])[columns]
    names = dict.fromkeys(columns[:-1], object)
    return pd.concat([rated.astype(names), scored.astype(names)], ignore_index=True)


@once
def _metrics(at: str) -> list[str]:
    return scores.metrics(data.store())


@once
def _sets(at: str) -> list[dict[str, Any]]:
    return scores.of_sets(data.store())
