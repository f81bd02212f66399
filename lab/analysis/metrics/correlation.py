"""Turns scores and ratings of texts into how well each metric follows people.

Never over pooled rows: a metric that knows which prompts are easy, or which checkpoint is good,
would pass for one that can tell two texts apart.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import pandas as pd

from lab.analysis.bootstrap import batches, check_resamples, resample_weights
from lab.analysis.frames import columns_of
from lab.analysis.intervals import Interval, check_level, percentile_interval
from lab.analysis.metrics import chance, rowwise, tie_calibration
from lab.analysis.metrics.measures import (
    COEFFICIENTS,
    Estimate,
    Level,
    Measure,
    check_measure,
    drawn_soft_accuracy,
    over_systems,
    own_values,
    system_means,
)
from lab.analysis.metrics.rated_texts import RatedTexts, rated_texts, with_people
from lab.analysis.metrics.soft_accuracy import pair_p_values
from lab.analysis.preferences.contrasts import holm_adjusted


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimated:
    """One figure with its interval."""

    value: float | None
    """The figure; None with a reason."""

    interval: Interval | None
    """Interval over other prompts and the same checkpoints; None with a reason."""

    reason: str | None
    """Why there is no value or no interval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Following:
    """How well one metric follows people's ratings on one criterion, at one level."""

    metric: str
    """Name of the metric."""

    criterion: str
    """Name of the criterion."""

    level: Level
    """"within prompt": over the texts of one prompt, averaged over prompts. "system": over the
    checkpoints' means. The two answer different questions; their values are not comparable."""

    measure: Measure
    """What is measured. Scores of which lower is better are turned round first, so that more is
    always better; accuracies are shares of pairs, 0 to 1."""

    agreement: Estimated
    """The measure."""

    beyond_length: Estimated
    """The correlation that is left when the texts' length is held fixed; accuracies have none."""

    p: float | None
    """p-value against a metric that knows nothing. Within prompts it speaks of other prompts,
    between checkpoints of other checkpoints."""

    p_holm: float | None
    """The same adjusted for all metrics and criteria asked for (Holm 1979)."""

    same_texts: tie_calibration.Calibrated | None
    """Pairwise accuracy within prompts with its threshold chosen on the same texts, as published
    elsewhere; None for all else."""

    n_texts: int
    """Texts with both a rating and a score."""

    n_left_out: int
    """Rated texts without a score."""

    n_prompts: int
    """Prompts of the texts."""

    n_checkpoints: int
    """Checkpoints of the texts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How metrics are to be compared with people."""

    level: Level = "within prompt"
    """"within prompt" or "system"."""

    measure: Measure = "kendall"
    """One of `measures.MEASURES[level]`."""

    lower_is_better: Collection[str] = ()
    """Metrics whose scores are turned round."""

    length: str | None = None
    """The column that holds each text's length; None to leave its part in."""

    confidence: float = 0.95
    """Confidence of the intervals."""

    n_resamples: int = 1000
    """Resamples of the bootstrap over prompts, at least 100."""

    seed: int = 0
    """Seed of the bootstrap, the permutations and the folds."""

    def __post_init__(self) -> None:
        check_measure(self.level, self.measure)
        check_level(self.confidence)
        check_resamples(self.n_resamples)


def metrics_against_humans(
    texts: pd.DataFrame, means: pd.DataFrame, metrics: Sequence[str], asked: Asked
) -> tuple[Following, ...]:
    """Measure how well each metric follows the texts' mean ratings on each criterion.

    Correlations within prompts are the mean of the prompts' own (the "group by item" of Deutsch,
    Foster and Freitag 2023), over prompts where both vary. Intervals are percentiles of a
    bootstrap over prompts (Efron 1979): what other prompts would give for the same checkpoints.

    Args:
        texts: one row per text: generation_id, prompt_id, checkpoint, one column per metric (NaN:
            no score), and the one of the length.
        means: mean ratings, one row per rated text, indexed by generation_id, one column per
            criterion (NaN: not rated), as `summaries.text_means` gives them.
        metrics: names of the metrics.
        asked: level, measure and settings.

    Returns:
        One result per criterion and metric, in the order given.

    Raises:
        ValueError: a column is missing.
    """
    names = [*dict.fromkeys((*metrics, *([asked.length] if asked.length else [])))]
    scores = columns_of(
        texts, ["generation_id", "prompt_id", "checkpoint", *names], "metrics_against_humans"
    )
    turned = [name for name in metrics if name in asked.lower_is_better]
    scores = scores.assign(**{name: -scores[name] for name in turned})
    found = []
    for criterion in means.columns:
        rated = with_people(scores, means[criterion])
        grid = rated_texts(rated, [*names, "people"], "metrics_against_humans")
        found += [_following(grid, name, str(criterion), asked) for name in metrics]
    adjusted = holm_adjusted(np.array([np.nan if one.p is None else one.p for one in found]))
    return tuple(
        replace(one, p_holm=None if one.p is None else float(p))
        for one, p in zip(found, adjusted, strict=True)
    )


def too_few(texts: RatedTexts, held: np.ndarray, level: Level) -> str | None:
    """Say why a level cannot be looked at with the texts held; None where it can."""
    if level == "system":
        n = len(np.unique(texts.checkpoints[held]))
        if n >= 3:
            return None
        return f"{n} checkpoints with ratings and scores; this level needs three"
    if np.bincount(texts.prompts[held], minlength=1).max() < 2:
        return "no prompt has two texts with ratings and scores"
    return None


def estimated(estimate: Estimate, n_prompts: int, asked: Asked) -> Estimated:
    """Compute a figure and its interval from a function of the prompts' weights."""
    value = float(estimate(np.ones((1, n_prompts)))[0])
    if not np.isfinite(value):
        reason = "the ratings or the scores do not vary where they are compared"
        return Estimated(value=None, interval=None, reason=reason)
    if n_prompts < 2:
        reason = "one prompt so far; an interval needs at least two"
        return Estimated(value=value, interval=None, reason=reason)
    resampled = [estimate(part) for part in _weights(n_prompts, asked.n_resamples, asked.seed)]
    interval = percentile_interval(np.concatenate(resampled), asked.confidence)
    missing = None if interval else "most resamples of the prompts have no value"
    return Estimated(value=value, interval=interval, reason=missing)


def _weights(n_prompts: int, n_resamples: int, seed: int) -> Iterable[np.ndarray]:
    if len(sizes := list(batches(n_resamples, n_prompts))) == 1:
        return [_drawn_once(n_prompts, n_resamples, seed)]
    rng = np.random.default_rng(seed)
    return (resample_weights(n_prompts, size, rng) for size in sizes)


@lru_cache(maxsize=2)
def _drawn_once(n_prompts: int, n_resamples: int, seed: int) -> np.ndarray:
    """Draw once for all metrics and criteria, which takes longer than all else."""
    weights = resample_weights(n_prompts, n_resamples, np.random.default_rng(seed))
    weights.flags.writeable = False
    return weights


def _following(texts: RatedTexts, metric: str, criterion: str, asked: Asked) -> Following:
    x, y = texts.values[metric], texts.values["people"]
    held = np.isfinite(x)
    reason = too_few(texts, held, asked.level)
    agreement, p = (_none(reason), None) if reason else _agreement(texts, x, y, asked)
    beyond = _none(reason) if reason else _beyond_length(texts, metric, asked)
    same = None
    if asked.measure == "accuracy" and asked.level == "within prompt":
        same = tie_calibration.calibrate(texts.by_prompt(x), texts.by_prompt(y))
    return Following(
        metric=metric,
        criterion=criterion,
        level=asked.level,
        measure=asked.measure,
        agreement=agreement,
        beyond_length=beyond,
        p=p,
        p_holm=None,
        same_texts=same,
        n_texts=int(held.sum()),
        n_left_out=int((~held).sum()),
        n_prompts=len(np.unique(texts.prompts[held])),
        n_checkpoints=len(np.unique(texts.checkpoints[held])),
    )


def _agreement(
    texts: RatedTexts, x: np.ndarray, y: np.ndarray, asked: Asked
) -> tuple[Estimated, float | None]:
    if asked.level == "within prompt":
        own = own_values(texts, x, y, asked.measure, asked.seed)
        if own is None:
            return _none("one prompt so far; its ties are calibrated on other prompts"), None
        found = estimated(own.estimate, texts.n_prompts, asked)
        return found, None if found.value is None else chance.p_within(own, asked.measure)
    found = estimated(over_systems(texts, x, y, asked.measure), texts.n_prompts, asked)
    if found.value is None:
        return found, None
    if asked.measure == "soft accuracy":
        found = replace(found, value=drawn_soft_accuracy(texts, x, y))
    return found, _p_system(texts, x, y, asked)


def _p_system(texts: RatedTexts, x: np.ndarray, y: np.ndarray, asked: Asked) -> float | None:
    held, one = np.isfinite(x) & np.isfinite(y), np.ones((1, texts.n_prompts))
    if asked.measure == "soft accuracy":
        metric, human = (pair_p_values(texts.cells(each, held)) for each in (x, y))
    else:
        metric, human = (system_means(texts, each, held, one)[0] for each in (x, y))
    return chance.p_system(metric, human, asked.measure, asked.seed)


def _beyond_length(texts: RatedTexts, metric: str, asked: Asked) -> Estimated:
    if asked.measure not in COEFFICIENTS:
        return _none("only correlations can be freed of the length")
    if asked.length is None:
        return _none("the texts' length is not known")
    if metric == asked.length:
        return _none("this is the length")
    held = np.isfinite(texts.values[metric]) & np.isfinite(texts.values[asked.length])
    x, y, z = (
        np.where(held, texts.values[name], np.nan) for name in (metric, "people", asked.length)
    )
    if asked.level == "within prompt":
        # The means' partial correlation, as that of a prompt with three texts is always ±1.
        owns = [own_values(texts, *pair, asked.measure, 0) for pair in ((x, y), (x, z), (y, z))]
        parts: list[Estimate] = [own.estimate for own in owns if own is not None]
    else:
        parts = [over_systems(texts, *pair, asked.measure) for pair in ((x, y), (x, z), (y, z))]
    return estimated(
        lambda weights: rowwise.partial(*(part(weights) for part in parts)), texts.n_prompts, asked
    )


def _none(reason: str | None) -> Estimated:
    return Estimated(value=None, interval=None, reason=reason)
