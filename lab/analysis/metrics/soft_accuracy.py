"""Turns scores by prompt and checkpoint into p-values of pairs, and those into soft accuracy."""

from __future__ import annotations

import numpy as np
from scipy import special

N_DRAWS = 1000
_DRAWN_UP_TO = 200  # prompts; with more, the draws follow the normal law to the second decimal


def pair_p_values(cells: np.ndarray, seed: int = 0) -> np.ndarray:
    """Compute, for each pair of checkpoints, the p-value that the first is better.

    The paired permutation test of Thompson, Mathur, Deutsch and Khayrallah (2024, "Improving
    Statistical Significance in Human Evaluation of Automatic Metrics via Soft Pairwise
    Accuracy"): on each prompt the two may swap their scores, and p is the share of draws whose
    difference is at least the one seen. All pairs share 1,000 draws; from 200 prompts on the
    draws' own mean and variance with the normal law stand for them.

    Args:
        cells: score by prompt and checkpoint, shape (prompts, checkpoints), NaN where none. A
            pair is compared on the prompts that have both.
        seed: seed of the draws.

    Returns:
        Shape (pairs,), as `numpy.triu_indices` lists them; NaN where no prompt has both.
    """
    if len(cells) > _DRAWN_UP_TO:
        return resampled_p_values(cells, np.ones((1, len(cells))))[0]
    gaps, n = _gaps(cells)
    signs = np.random.default_rng(seed).choice([-1.0, 1.0], size=(N_DRAWS, len(cells)))
    seen = gaps.sum(axis=0)
    near = 1e-9 * np.abs(gaps).sum(axis=0)  # equal sums may differ in their last bits
    p_values = (signs @ gaps >= seen - near).mean(axis=0)
    return np.where(n > 0, p_values, np.nan)


def resampled_p_values(cells: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Compute the p-values of `pair_p_values` by the normal law, once per resample of prompts.

    Args:
        cells: shape (prompts, checkpoints), NaN where none.
        weights: how often each prompt counts, shape (resamples, prompts).

    Returns:
        Shape (resamples, pairs); NaN where a resample has no prompt with both.
    """
    gaps, _ = _gaps(cells)
    held = (gaps != 0) | ~_missing(cells)
    p_values = p_of_sums(weights @ gaps, weights @ gaps**2)
    return np.where(weights @ held.astype(float) > 0, p_values, np.nan)


def p_of_sums(sums: np.ndarray, squares: np.ndarray) -> np.ndarray:
    """Compute p by the normal law from sums of differences and of their squares."""
    with np.errstate(invalid="ignore", divide="ignore"):
        z = sums / np.sqrt(squares)
    # A draw equal to what was seen counts too: checkpoints that never differ have p = 1.
    return np.where(squares > 0, special.ndtr(-z), 1.0)


def soft_accuracy(p_metric: np.ndarray, p_human: np.ndarray) -> np.ndarray:
    """Compute 1 − the mean distance of the two's p-values; shape (…,) from (…, pairs).

    1 where the metric is as sure of each pair as people are; a metric that is certain of the
    wrong order of a pair that people are certain of loses all of that pair.
    """
    return 1 - _mean_over_pairs(np.abs(p_metric - p_human))


def _mean_over_pairs(distances: np.ndarray) -> np.ndarray:
    held = np.isfinite(distances)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(held, distances, 0.0).sum(axis=-1) / held.sum(axis=-1)


def _missing(cells: np.ndarray) -> np.ndarray:
    i, j = np.triu_indices(cells.shape[1], 1)
    return ~np.isfinite(cells[:, i] - cells[:, j])


def _gaps(cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return differences by prompt and pair, 0 where a cell is missing, and prompts per pair."""
    i, j = np.triu_indices(cells.shape[1], 1)
    gaps = cells[:, i] - cells[:, j]
    return np.nan_to_num(gaps), np.isfinite(gaps).sum(axis=0)
