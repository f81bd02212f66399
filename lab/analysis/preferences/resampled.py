"""Turns what each cluster contributes to a fit into resampled strengths, without fitting anew."""

from __future__ import annotations

import numpy as np

from lab.analysis.bootstrap import batches
from lab.analysis.preferences.davidson import Fit
from lab.analysis.preferences.sandwich import Sandwich, Way, spread

_LOW, _HIGH = (1 - np.sqrt(5)) / 2, (1 + np.sqrt(5)) / 2
_SHARE_OF_LOW = _HIGH / np.sqrt(5)


def resampled_strengths(
    fit: Fit, parts: Sandwich, n_checkpoints: int, n_resamples: int, seed: int
) -> np.ndarray:
    """Resample the strengths by a score bootstrap over clusters.

    Every reviewer's and every prompt's jackknifed contribution is multiplied by a random weight of
    mean 0 and variance 1, and one Newton step is taken (Kline and Santos 2012, "A score based
    approach to wild bootstrap inference"; two-point weights of Mammen 1993). The sum counts a
    vote's own noise twice, once in each way, so it is scaled to the two-way standard error.

    Args:
        fit: the estimates.
        parts: their covariances; clustered by reviewers at least.
        n_checkpoints: number of checkpoints.
        n_resamples: number of resamples.
        seed: seed of the draws.

    Returns:
        Shape (resamples, checkpoints).
    """
    rng = np.random.default_rng(seed)
    weights = np.eye(n_checkpoints, len(fit.values))
    ways = [way for way in (parts.reviewers, parts.prompts) if way is not None]
    moves = sum(_moves(way, n_checkpoints, n_resamples, rng) for way in ways)
    summed = np.sqrt(sum(np.diag(way.covariance)[:n_checkpoints] for way in ways))
    scale = spread(parts, weights)[0] / np.where(summed > 0, summed, 1)
    return fit.values[:n_checkpoints] + moves * scale


def top_shares(strengths: np.ndarray, sets: np.ndarray) -> np.ndarray:
    """Return in which share of the resamples each checkpoint is its set's strongest.

    Args:
        strengths: shape (resamples, checkpoints).
        sets: number of each checkpoint's set, shape (checkpoints,).
    """
    shares = np.zeros(strengths.shape[1])
    for number in np.unique(sets):
        inside = np.flatnonzero(sets == number)
        best = inside[strengths[:, inside].argmax(axis=1)]
        shares += np.bincount(best, minlength=len(shares)) / len(strengths)
    return shares


def _moves(way: Way, n_checkpoints: int, n_resamples: int, rng: np.random.Generator) -> np.ndarray:
    influence = way.influence[:, :n_checkpoints].astype(np.float32)
    drawn = []
    for size in batches(n_resamples, len(influence)):
        bits = rng.integers(0, 2**16, (size, len(influence)), dtype=np.uint16)
        low = bits < np.uint16(_SHARE_OF_LOW * 2**16)
        drawn.append(np.where(low, np.float32(_LOW), np.float32(_HIGH)) @ influence)
    return np.concatenate(drawn).astype(np.float64)
