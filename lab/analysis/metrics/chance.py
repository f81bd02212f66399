"""Turns a measure into its p-value against a metric that knows nothing.

Within prompts the independent units are prompts; between checkpoints they are checkpoints.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from scipy import stats

from lab.analysis.metrics import soft_accuracy
from lab.analysis.metrics.measures import COEFFICIENTS, Measure, Own

N_DRAWS = 9999
_CELLS = 4_000_000


def p_within(own: Own, measure: Measure) -> float | None:
    """Test whether the mean over prompts differs from chance, by Student's t over prompts.

    Two-sided for correlations, one-sided (better than chance) for accuracy. Never below what a
    test by signs alone could reach, as with few prompts that all say the same.

    Returns:
        The p-value; None with fewer than two prompts.
    """
    gaps = (own.values - own.chance)[np.isfinite(own.values)]
    n = len(gaps)
    if n < 2:
        return None
    sides = 1 if measure == "accuracy" else 2
    spread = gaps.std(ddof=1)
    if spread <= 1e-12:
        p = 0.0 if abs(gaps[0]) > 1e-12 and (sides == 2 or gaps[0] > 0) else 1.0
    else:
        t = gaps.mean() / (spread / np.sqrt(n))
        p = sides * float(stats.t.sf(t if sides == 1 else abs(t), n - 1))
    return min(1.0, max(p, sides * 0.5**n))


def p_system(x: np.ndarray, y: np.ndarray, measure: Measure, seed: int) -> float | None:
    """Test whether as good an agreement comes about when scores fall on checkpoints at random.

    Two-sided for correlations, one-sided for accuracies; 9,999 permutations of the checkpoints,
    the seen one counted with them (Phipson and Smyth 2010).

    Args:
        x: the metric's means by checkpoint, shape (checkpoints,); for soft accuracy its p-values
            by pair.
        y: the same of the ratings.
        measure: the measure.
        seed: seed of the permutations.

    Returns:
        The p-value; None where one of the two does not vary.
    """
    if measure in COEFFICIENTS or measure == "accuracy":
        held = np.isfinite(x) & np.isfinite(y)
        x, y = x[held], y[held]
    if measure in ("pearson", "spearman"):
        x, y = (_scaled(each if measure == "pearson" else stats.rankdata(each)) for each in (x, y))
        drawn, seen = np.abs(x[_orders(len(x), seed)] @ y), abs(float(x @ y))
    else:
        drawn, seen = _of_pairs(x, y, measure, seed)
    if not np.isfinite(seen):
        return None
    return float((1 + (drawn >= seen - 1e-9).sum()) / (1 + len(drawn)))


def _scaled(values: np.ndarray) -> np.ndarray:
    """Centre and scale, so that products are correlations; NaN where nothing varies."""
    centred = values - values.mean()
    with np.errstate(invalid="ignore"):
        return centred / np.sqrt(centred @ centred)


def _of_pairs(x: np.ndarray, y: np.ndarray, measure: Measure, seed: int) -> tuple[Any, float]:
    """Compute a measure of pairs for permuted checkpoints, and for the ones seen."""
    if measure == "soft accuracy":
        k = round((1 + np.sqrt(1 + 8 * len(x))) / 2)
        square = np.full((k, k), np.nan)
        i, j = np.triu_indices(k, 1)
        square[i, j], square[j, i] = x, 1 - x  # a pair turned round
    else:
        square = np.sign(x[:, None] - x[None, :])
        k = len(x)
        i, j = np.triu_indices(k, 1)
        y = np.sign(y[i] - y[j])
    of = {"kendall": _tau, "accuracy": _share}.get(measure, soft_accuracy.soft_accuracy)
    orders = _orders(k, seed)
    size = max(1, _CELLS // max(1, len(i)))
    parts = (orders[start : start + size] for start in range(0, len(orders), size))
    drawn = np.concatenate([of(square[part[:, i], part[:, j]], y) for part in parts])
    return drawn, float(of(square[i, j][None], y)[0])


def _tau(signs_x: np.ndarray, signs_y: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore"):
        norm = np.sqrt(np.abs(signs_x[0]).sum() * np.abs(signs_y).sum())
        return np.abs(signs_x @ signs_y) / norm


def _share(signs_x: np.ndarray, signs_y: np.ndarray) -> np.ndarray:
    return (signs_x == signs_y).mean(axis=1)


@lru_cache(maxsize=4)
def _orders(n: int, seed: int) -> np.ndarray:
    """Draw permutations, the same for all metrics; shape (draws, n)."""
    orders = np.tile(np.arange(n), (N_DRAWS, 1))
    return np.random.default_rng(seed).permuted(orders, axis=1)
