"""Turns values and the clusters that they fall in into their mean and its standard error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lab.analysis.intervals import Interval, check_level, share_interval


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusteredMean:
    """A mean whose values are not independent of one another."""

    value: float
    """The mean."""

    standard_error: float | None
    """Clustered standard error; None where no way of clustering has two clusters."""

    n_clusters: int
    """Clusters of the way that has the fewest, of those used."""


def clustered_mean(values: np.ndarray, clusters: tuple[np.ndarray, ...]) -> ClusteredMean:
    """Compute a mean with a standard error robust to one or two ways of clustering.

    Two ways after Cameron, Gelbach and Miller (2011, "Robust Inference with Multiway
    Clustering"): V = V_1 + V_2 − V_12, where each part sums the squared residual totals
    of its clusters, times G / (G − 1). V is never taken below V_1 or V_2: with few clusters the
    difference can come out too small, even negative.

    Args:
        values: shape (rows,).
        clusters: one or two arrays of cluster numbers from 0, each of shape (rows,); a way with a
            single cluster is left out.

    Returns:
        The mean, its standard error and the smallest number of clusters used.
    """
    value = float(values.mean())
    used = [codes for codes in clusters if np.any(codes != codes[0])]
    if not used:
        return ClusteredMean(value=value, standard_error=None, n_clusters=1)
    residuals = (values - value) / len(values)
    parts = [_variance(residuals, codes) for codes in used]
    variance = max(parts)
    if len(used) == 2:
        both = used[0] * (int(used[1].max()) + 1) + used[1]
        variance = max(variance, sum(parts) - _variance(residuals, both))
    n_clusters = min(np.count_nonzero(np.bincount(codes)) for codes in used)
    return ClusteredMean(
        value=value, standard_error=float(np.sqrt(variance)), n_clusters=int(n_clusters)
    )


def clustered_share_interval(mean: ClusteredMean, level: float) -> Interval | None:
    """Build the interval of a share; None where there are fewer than two clusters."""
    check_level(level)
    if mean.standard_error is None:
        return None
    return share_interval(mean.value, mean.standard_error, mean.n_clusters, level)


def _variance(residuals: np.ndarray, codes: np.ndarray) -> float:
    present, compact = np.unique(codes, return_inverse=True)
    totals = np.bincount(compact, weights=residuals)
    n_clusters = len(present)
    return float(n_clusters / (n_clusters - 1) * (totals**2).sum()) if n_clusters > 1 else 0.0
