"""Turns a fit and the clusters that its votes fall in into standard errors and degrees of freedom.

Votes of one reviewer, and votes on one prompt, are not independent. Two ways of clustering are
joined after Cameron, Gelbach and Miller (2011, "Robust Inference with Multiway Clustering"). With
few or unequal clusters that is too narrow, so each way's part is the one-step jackknife (CR3: Bell
and McCaffrey 2002; for scores, MacKinnon, Nielsen and Webb 2023, "Fast and reliable jackknife and
bootstrap methods for cluster-robust inference"), and the degrees of freedom count a cluster by its
share of the information (Carter, Schnepel and Steigerwald 2017, "Asymptotic behavior of a t-test
robust to cluster heterogeneity"), joined over the two ways by Satterthwaite (1946).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from lab.analysis.preferences.ballots import Ballots, Cells
from lab.analysis.preferences.davidson import Fit

# The leverage of a cluster beyond the 500 largest is too small to change an error's third figure.
_MOST_CORRECTED = 500
_RIDGE = 1e-6
_MOST_DF = 2.0  # times those of the scarcer way


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way of clustering: by reviewer or by prompt."""

    influence: np.ndarray
    """What leaving a cluster out changes, shape (clusters, parameters)."""

    covariance: np.ndarray
    """Jackknife covariance of the estimates, shape (parameters, parameters)."""

    n_effective: np.ndarray
    """Equal clusters that would tell as much of each parameter, shape (parameters,)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandwich:
    """What standard errors of estimates and of their differences are read from."""

    reviewers: Way | None
    """Clustered by reviewer; None with a single reviewer."""

    prompts: Way | None
    """Clustered by prompt; None with a single prompt."""

    both: np.ndarray
    """Covariance clustered by reviewer and prompt together, shape (parameters, parameters)."""

    naive: np.ndarray
    """Covariance as if all votes were independent, shape (parameters, parameters)."""


def sandwich(ballots: Ballots, cells: Cells, fit: Fit) -> Sandwich:
    """Compute the parts of the clustered covariance.

    Args:
        ballots: the votes that were fitted.
        cells: the same, counted.
        fit: the estimates.
    """
    effects = fit.scores @ fit.bread
    return Sandwich(
        reviewers=_way(ballots.reviewers, cells, fit),
        prompts=_way(ballots.prompts, cells, fit),
        both=_together(ballots, cells, effects),
        naive=effects.T @ (cells.n[:, None] * effects),
    )


def spread(parts: Sandwich, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Compute standard errors of weighted sums of parameters, with degrees of freedom.

    The variance is V_reviewers + V_prompts − V_both, never less than either of the two: with few
    clusters the difference can come out too small, even negative.

    Args:
        parts: at least one way of clustering is there.
        weights: shape (sums, parameters).

    Returns:
        Standard errors and degrees of freedom (at least 1), each of shape (sums,).
    """
    both = _variance(parts.both, weights)
    found = [
        (_variance(way.covariance, weights), np.maximum(1, effective(way, weights) - 1))
        for way in (parts.reviewers, parts.prompts)
        if way is not None
    ]
    if len(found) == 1:
        return np.sqrt(found[0][0]), found[0][1]
    (v_one, df_one), (v_two, df_two) = found
    first = v_one >= v_two
    large, small = np.maximum(v_one, v_two), np.minimum(v_one, v_two)
    rest = np.maximum(0, small - both)
    df_large, df_rest = np.where(first, df_one, df_two), np.where(first, df_two, df_one)
    variance = large + rest
    with np.errstate(invalid="ignore", divide="ignore"):
        df = variance**2 / (large**2 / df_large + rest**2 / df_rest)
    # Which way is the larger is itself an estimate; unlimited, small p come too often.
    df = np.minimum(df, _MOST_DF * np.minimum(df_one, df_two))
    return np.sqrt(variance), np.nan_to_num(np.maximum(1, df), nan=1.0)


def naive_spread(parts: Sandwich, weights: np.ndarray) -> np.ndarray:
    """Return standard errors as if all votes were independent, shape (sums,)."""
    return np.sqrt(_variance(parts.naive, weights))


def effective(way: Way, weights: np.ndarray) -> np.ndarray:
    """Return the effective clusters of the scarcest parameter of each sum, shape (sums,)."""
    return np.where(weights != 0, way.n_effective, np.inf).min(axis=1)


def _way(codes: np.ndarray, cells: Cells, fit: Fit) -> Way | None:
    n_clusters = int(codes.max()) + 1
    if n_clusters < 2:
        return None
    counts = _count(codes, n_clusters, cells)
    scores = counts @ fit.scores
    shrink = np.full(n_clusters, np.sqrt(n_clusters / (n_clusters - 1)))
    heavy = np.argsort(-counts.sum(axis=1), kind="stable")[:_MOST_CORRECTED]
    scores[heavy] = _without_leverage(counts[heavy], scores[heavy], fit)
    shrink[heavy] = np.sqrt((n_clusters - 1) / n_clusters)
    influence = shrink[:, None] * (scores @ fit.bread)
    return Way(
        influence=influence,
        covariance=influence.T @ influence,
        n_effective=_effective(counts, fit),
    )


def _without_leverage(counts: sparse.csr_array, scores: np.ndarray, fit: Fit) -> np.ndarray:
    """Return (I − H_g B)⁻¹ S_g: what S_g would be at the estimate made without cluster g."""
    p = scores.shape[1]
    weighted = np.einsum("cij,cjp->cip", fit.curvature, fit.slopes)
    left = np.empty((len(scores), p, p))
    for cluster in range(len(scores)):
        held = slice(counts.indptr[cluster], counts.indptr[cluster + 1])
        cells = counts.indices[held]
        times = fit.slopes[cells] * counts.data[held][:, None, None]
        left[cluster] = times.reshape(-1, p).T @ weighted[cells].reshape(-1, p)
    kept = (1 + _RIDGE) * np.eye(p) - left @ fit.bread
    return np.linalg.solve(kept, scores[:, :, None])[:, :, 0]


def _effective(counts: sparse.csr_array, fit: Fit) -> np.ndarray:
    moves = fit.slopes @ fit.bread
    told = np.einsum("cip,cij,cjp->cp", moves, fit.curvature, moves)
    by_cluster = counts @ told
    squares = (by_cluster**2).sum(axis=0)
    return by_cluster.sum(axis=0) ** 2 / np.where(squares > 0, squares, 1.0)


def _together(ballots: Ballots, cells: Cells, effects: np.ndarray) -> np.ndarray:
    """Sum within each reviewer's votes on one prompt, without writing out a row for each."""
    n_prompts = int(ballots.prompts.max()) + 1
    codes = ballots.reviewers.astype(np.int64) * n_prompts + ballots.prompts
    n_clusters = int(codes.max()) + 1
    if n_clusters > 4 * len(ballots) + 1000:
        present, codes = np.unique(codes, return_inverse=True)
        n_clusters = len(present)
    counts = _count(codes, n_clusters, cells)
    return effects.T @ ((counts.T @ counts) @ effects)


def _count(codes: np.ndarray, n_clusters: int, cells: Cells) -> sparse.csr_array:
    """Count votes by cluster and cell, shape (clusters, cells)."""
    ones = np.ones(len(codes))
    return sparse.coo_array(
        (ones, (codes, cells.of_vote)), shape=(n_clusters, len(cells.n))
    ).tocsr()


def _variance(covariance: np.ndarray, weights: np.ndarray) -> np.ndarray:
    return np.maximum(0, np.einsum("sp,pq,sq->s", weights, covariance, weights, optimize=True))
