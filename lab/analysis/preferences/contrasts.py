"""Turns a fit and its clustered errors into the difference between every two checkpoints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special, stats

from lab.analysis.intervals import Interval
from lab.analysis.preferences.davidson import Fit
from lab.analysis.preferences.sandwich import Sandwich, effective, naive_spread, spread

_ONE_CLUSTER = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """How much stronger one checkpoint is than another."""

    checkpoint: str
    """The one of the two that comes first by name."""

    opponent: str
    """The other."""

    value: float | None
    """Difference of strengths: log odds that the checkpoint wins where one of the two does;
    above 0 it is the better one; None with a reason."""

    share: float | None
    """The same as a share of wins among decided votes, 0 to 1; 0.5 is no difference."""

    interval: Interval | None
    """Interval of the value over other reviewers and prompts; None with a reason."""

    naive_interval: Interval | None
    """What the interval would be if all votes were independent: too narrow, to compare with."""

    reason: str | None
    """Why there is no value or no interval; None where there are both."""

    standard_error: float | None
    """Standard error of the value, clustered by reviewer and prompt."""

    df: float | None
    """Degrees of freedom of the t distribution behind interval and p."""

    p: float | None
    """Two-sided p of no difference, for this pair alone."""

    p_holm: float | None
    """p adjusted for all pairs (Holm 1979)."""

    def share_interval(self) -> Interval | None:
        """Return the interval of the share of wins among decided votes."""
        if self.interval is None:
            return None
        ends = special.expit([self.interval.low, self.interval.high])
        return Interval(float(ends[0]), float(ends[1]), self.interval.level)


def contrasts(
    names: Sequence[str], sets: np.ndarray, fit: Fit, parts: Sandwich, level: float
) -> tuple[Contrast, ...]:
    """Compare every checkpoint with every one after it by name.

    Args:
        names: names of the checkpoints, sorted.
        sets: number of each checkpoint's set of comparable ones.
        fit: the estimates.
        parts: their covariances.
        level: confidence of the intervals.
    """
    first, second = np.triu_indices(len(names), 1)
    weights = np.zeros((len(first), len(fit.values)))
    row = np.arange(len(first))
    weights[row, first], weights[row, second] = 1, -1
    values = weights @ fit.values
    reasons = why_not(parts, weights)
    apart = sets[first] != sets[second]
    error, df, p, reach = _test(parts, weights, values, level)
    shown = ~apart & np.array([reason is None for reason in reasons], dtype=bool)
    holm = holm_adjusted(np.where(shown, p, np.nan))
    naive = naive_spread(parts, weights) * stats.norm.ppf((1 + level) / 2)
    return tuple(
        Contrast(
            checkpoint=names[first[i]],
            opponent=names[second[i]],
            value=None if apart[i] else float(values[i]),
            share=None if apart[i] else float(special.expit(values[i])),
            interval=_around(values[i], reach[i], level) if shown[i] else None,
            naive_interval=None if apart[i] else _around(values[i], naive[i], level),
            reason="wins do not lead from each of the two to the other" if apart[i] else reasons[i],
            standard_error=float(error[i]) if shown[i] else None,
            df=float(df[i]) if shown[i] else None,
            p=float(p[i]) if shown[i] else None,
            p_holm=float(holm[i]) if shown[i] else None,
        )
        for i in range(len(first))
    )


def why_not(parts: Sandwich, weights: np.ndarray) -> list[str | None]:
    """Say for each weighted sum why it has no interval; None where it has one."""
    if parts.reviewers is None:
        return ["one reviewer so far; an interval needs at least two"] * len(weights)
    lone = effective(parts.reviewers, weights) < _ONE_CLUSTER
    narrow = np.zeros(len(weights), dtype=bool)
    if parts.prompts is not None:
        narrow = effective(parts.prompts, weights) < _ONE_CLUSTER
    by_reviewer = "nearly all that is known of it comes from one reviewer"
    by_prompt = "nearly all that is known of it comes from one prompt"
    return [
        by_reviewer if alone else by_prompt if few else None
        for alone, few in zip(lone, narrow, strict=True)
    ]


def holm_adjusted(p: np.ndarray) -> np.ndarray:
    """Adjust p for their number (Holm 1979); NaN is none of them and stays NaN.

    Not by statsmodels, whose `multipletests` collects garbage at every call: 0.1 s and more.
    """
    adjusted = np.full(len(p), np.nan)
    order = np.argsort(p)[: int(np.isfinite(p).sum())]
    steps = p[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(1, np.maximum.accumulate(steps))
    return adjusted


def _test(
    parts: Sandwich, weights: np.ndarray, values: np.ndarray, level: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    if parts.reviewers is None and parts.prompts is None:
        nothing = np.full(len(values), np.nan)
        return nothing, nothing, nothing, nothing
    error, df = spread(parts, weights)
    with np.errstate(invalid="ignore", divide="ignore"):
        p = 2 * stats.t.sf(np.abs(values) / error, df)
    return error, df, np.where(error > 0, p, np.nan), stats.t.ppf((1 + level) / 2, df) * error


def _around(value: float, reach: float, level: float) -> Interval:
    return Interval(float(value - reach), float(value + reach), level)
