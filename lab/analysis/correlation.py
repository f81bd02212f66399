"""Turns joined ratings and metric scores into how well the metric follows the people."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd

from lab.analysis import weighted
from lab.analysis.bootstrap import batches, check_resamples, resample_weights
from lab.analysis.frames import codes_of, columns_of
from lab.analysis.intervals import Interval, check_level, percentile_interval

Level = Literal["pooled", "within prompt", "system"]
Estimate = Callable[[np.ndarray], np.ndarray]

_COEFFICIENTS: dict[str, weighted.Weighted] = {
    "pearson": weighted.pearson,
    "spearman": weighted.spearman,
    "kendall": weighted.kendall,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficient:
    """One correlation coefficient with its interval."""

    value: float | None
    """The coefficient, −1 to 1; None with a reason."""

    interval: Interval | None
    """Interval over other prompts; None with a reason."""

    reason: str | None
    """Why there is no value or no interval."""


_NOT_ASKED = Coefficient(value=None, interval=None, reason="not asked for")


@dataclass(frozen=True, slots=True, kw_only=True)
class Correlation:
    """How well one metric follows people's ratings on one criterion, at one level."""

    metric: str
    """Name of the metric."""

    criterion: str
    """Name of the criterion."""

    level: Level
    """"pooled": over all texts, whatever their prompt. "within prompt": over the texts of one
    prompt, averaged over prompts. "system": over the checkpoints' means. The three answer
    different questions, and their values are not comparable."""

    pearson: Coefficient
    """Pearson's r: do they lie on a line?"""

    spearman: Coefficient
    """Spearman's rho: do they put the texts in the same order?"""

    kendall: Coefficient
    """Kendall's tau-b: of two texts, how much oftener do they agree on the better than not?"""

    n_texts: int
    """Texts with both a rating and a score."""

    n_left_out: int
    """Rated texts without a score."""

    n_prompts: int
    """Prompts of the texts."""

    n_checkpoints: int
    """Checkpoints of the texts."""

    n_resamples: int
    """Resamples of the bootstrap over prompts."""

    seed: int
    """Seed of the bootstrap."""


def metric_against_humans(
    frame: pd.DataFrame,
    metric: str,
    criterion: str,
    level: Level = "pooled",
    confidence: float = 0.95,
    n_resamples: int = 1000,
    seed: int = 0,
    coefficients: Collection[str] = tuple(_COEFFICIENTS),
) -> Correlation:
    """Correlate a metric with the mean rating of each text.

    The intervals are percentiles of a bootstrap over prompts (Efron 1979); at the system level
    they say what other prompts would give for the same checkpoints. Within a prompt of two texts
    a coefficient is +1 or −1: their mean is then a share of agreements on a scale from −1 to 1.

    Args:
        frame: one row per rating, as `storage.frames.joined` gives it: generation_id, prompt_id,
            checkpoint, criterion, value and a column named as the metric (NaN: no score).
        metric: name of the metric.
        criterion: name of the criterion.
        level: "pooled", "within prompt" or "system".
        confidence: confidence of the intervals.
        n_resamples: resamples of the bootstrap, at least 100.
        seed: seed of the bootstrap.
        coefficients: those to compute; the others come back without a value, which saves their
            time (Kendall's takes the longest: seconds at thousands of texts).

    Raises:
        ValueError: a column is missing, an unknown level or coefficient, or a setting out of
            range.
    """
    check_level(confidence)
    check_resamples(n_resamples)
    if level not in get_args(Level):
        raise ValueError(f"level is {level!r}; it must be one of: {', '.join(get_args(Level))}")
    if unknown := sorted(set(coefficients) - set(_COEFFICIENTS)):
        raise ValueError(f"coefficient {unknown[0]!r} is none of {', '.join(_COEFFICIENTS)}")
    texts = _texts(frame, metric, criterion)
    scored = texts[texts["metric"].notna()]
    found = {
        name: _coefficient(scored, name, level, confidence, n_resamples, seed)
        if name in coefficients
        else _NOT_ASKED
        for name in _COEFFICIENTS
    }
    return Correlation(
        metric=metric,
        criterion=criterion,
        level=level,
        n_texts=len(scored),
        n_left_out=len(texts) - len(scored),
        n_prompts=int(scored["prompt_id"].nunique()),
        n_checkpoints=int(scored["checkpoint"].nunique()),
        n_resamples=n_resamples,
        seed=seed,
        **found,
    )


def _texts(frame: pd.DataFrame, metric: str, criterion: str) -> pd.DataFrame:
    needed = ["generation_id", "prompt_id", "checkpoint", "criterion", "value", metric]
    rows = columns_of(frame, needed, "metric_against_humans")
    rows = rows[rows["criterion"] == criterion].rename(columns={metric: "metric"})
    by_text = rows.groupby("generation_id", sort=True)
    texts = by_text[["prompt_id", "checkpoint", "metric"]].first()
    texts["human"] = by_text["value"].mean()
    return texts.astype({"metric": np.float64, "human": np.float64})


def _coefficient(
    texts: pd.DataFrame, name: str, level: Level, confidence: float, n_resamples: int, seed: int
) -> Coefficient:
    if reason := _too_few(texts, level):
        return Coefficient(value=None, interval=None, reason=reason)
    prompts = codes_of(texts["prompt_id"])
    n_prompts = int(prompts.max()) + 1
    estimate = _LEVELS[level](texts, prompts, _COEFFICIENTS[name])
    value = float(estimate(np.ones((1, n_prompts)))[0])
    if not np.isfinite(value):
        reason = "the ratings or the scores do not vary where they are compared"
        return Coefficient(value=None, interval=None, reason=reason)
    if n_prompts < 2:
        reason = "one prompt so far; an interval needs at least two"
        return Coefficient(value=value, interval=None, reason=reason)
    rng = np.random.default_rng(seed)
    resampled = [
        estimate(resample_weights(n_prompts, size, rng))
        for size in batches(n_resamples, max(n_prompts, len(texts)))
    ]
    interval = percentile_interval(np.concatenate(resampled), confidence)
    reason = None if interval else "most resamples of the prompts have no coefficient"
    return Coefficient(value=value, interval=interval, reason=reason)


def _too_few(texts: pd.DataFrame, level: Level) -> str | None:
    n_checkpoints = texts["checkpoint"].nunique()
    if level == "system" and n_checkpoints < 3:
        return f"{n_checkpoints} checkpoints with ratings and scores; this level needs three"
    if level == "pooled" and len(texts) < 3:
        return f"{len(texts)} texts with ratings and scores; a correlation needs three"
    if level == "within prompt" and not texts["prompt_id"].duplicated().any():
        return "no prompt has two texts with ratings and scores"
    return None


def _pooled(texts: pd.DataFrame, prompts: np.ndarray, of: weighted.Weighted) -> Estimate:
    """Make the coefficient over all texts a function of the prompts' weights."""
    x, y = texts["metric"].to_numpy(), texts["human"].to_numpy()
    return lambda weights: of(x, y, prompts, weights)


def _within_prompt(texts: pd.DataFrame, prompts: np.ndarray, of: weighted.Weighted) -> Estimate:
    """Make the mean of the prompts' own coefficients a function of the prompts' weights."""
    x, y = texts["metric"].to_numpy(), texts["human"].to_numpy()
    own = np.full(int(prompts.max()) + 1, np.nan)
    for prompt in range(len(own)):
        mine = np.flatnonzero(prompts == prompt)
        if len(mine) > 1:
            own[prompt] = of(x[mine], y[mine], np.zeros_like(mine), np.ones((1, 1)))[0]
    defined = np.isfinite(own)

    def estimate(weights: np.ndarray) -> np.ndarray:
        with np.errstate(invalid="ignore"):
            return weights[:, defined] @ own[defined] / weights[:, defined].sum(axis=1)

    return estimate


def _system(texts: pd.DataFrame, prompts: np.ndarray, of: weighted.Weighted) -> Estimate:
    """Make the coefficient over the checkpoints' means a function of the prompts' weights."""
    systems = codes_of(texts["checkpoint"])
    shape = (int(prompts.max()) + 1, int(systems.max()) + 1)
    x, y, n = (np.zeros(shape) for _ in range(3))
    np.add.at(x, (prompts, systems), texts["metric"].to_numpy())
    np.add.at(y, (prompts, systems), texts["human"].to_numpy())
    np.add.at(n, (prompts, systems), 1.0)
    systems, one = np.arange(shape[1]), np.ones((1, shape[1]))

    def estimate(weights: np.ndarray) -> np.ndarray:
        with np.errstate(invalid="ignore", divide="ignore"):
            means_x, means_y = (_rounded(weights @ each / (weights @ n)) for each in (x, y))
        values = (of(*pair, systems, one)[0] for pair in zip(means_x, means_y, strict=True))
        return np.fromiter(values, dtype=np.float64, count=len(weights))

    return estimate


def _rounded(means: np.ndarray) -> np.ndarray:
    # Equal means may differ in their last bit by the order of summing; ranks would see a winner.
    return np.round(means, 12 - int(np.ceil(np.log10(np.nanmax(np.abs(means)) or 1.0))))


_LEVELS: dict[Level, Callable[[pd.DataFrame, np.ndarray, weighted.Weighted], Estimate]] = {
    "pooled": _pooled,
    "within prompt": _within_prompt,
    "system": _system,
}
