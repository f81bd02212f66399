"""Turns counts over rows of the same prompts into a ratio with an interval over prompts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lab.analysis.intervals import Interval, share_interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One figure about a check, with its interval over other prompts."""

    value: float | None
    """The figure; None with a reason."""

    interval: Interval | None
    """Interval over other prompts; None with a reason."""

    reason: str | None
    """Why there is no value or no interval, in words."""

    n: int
    """Texts, sentences or pieces that it is made of."""

    n_prompts: int
    """Prompts of these."""


def unknown(reason: str) -> Measured:
    """Return the figure that there is none, with the reason."""
    return Measured(value=None, interval=None, reason=reason, n=0, n_prompts=0)


def ratio(
    top: np.ndarray, bottom: np.ndarray, prompts: np.ndarray, level: float, nothing: str
) -> Measured:
    """Compute Σ top / Σ bottom, a share, with an interval clustered by prompt.

    The variance is that of the linearised ratio, summed within prompts, times G / (G − 1)
    (Cochran 1977, "Sampling Techniques", §6); the interval is t on the logit scale.

    Args:
        top: shape (rows,), between 0 and `bottom`.
        bottom: shape (rows,), not negative.
        prompts: number of each row's prompt, shape (rows,).
        level: confidence.
        nothing: the reason to give where the denominator is 0.
    """
    counted = bottom > 0
    if not counted.any():
        return unknown(nothing)
    top, bottom, prompts = top[counted], bottom[counted], prompts[counted]
    value = float(top.sum() / bottom.sum())
    totals = cluster_totals((top - value * bottom) / bottom.sum(), prompts)
    interval: Interval | None = None
    reason: str | None = "one prompt so far; an interval needs at least two"
    if len(totals) > 1:
        interval = share_interval(value, spread(totals), len(totals), level)
        reason = None
    return Measured(
        value=value,
        interval=interval,
        reason=reason,
        n=int(bottom.sum()) if np.all(bottom == bottom.astype(int)) else int(counted.sum()),
        n_prompts=len(totals),
    )


def cluster_totals(influence: np.ndarray, clusters: np.ndarray) -> np.ndarray:
    """Sum what rows contribute to an estimate within each cluster; shape (clusters,)."""
    _, codes = np.unique(clusters, return_inverse=True)
    return np.bincount(codes, weights=influence)


def spread(totals: np.ndarray) -> float:
    """Return the standard error of an estimate from its clusters' contributions."""
    n = len(totals)
    return float(np.sqrt(n / (n - 1) * (totals**2).sum()))
