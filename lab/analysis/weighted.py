"""Turns two columns and many rows of weights into one correlation per row of weights.

A resample counts each text as often as its prompt was drawn, so that a whole bootstrap is a few
matrix products. With weights of one each function equals its plain namesake in scipy.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import stats

Weighted = Callable[[np.ndarray, np.ndarray, np.ndarray, np.ndarray], np.ndarray]

_MOST_TEXTS_IN_PAIRS = 4000


def pearson(x: np.ndarray, y: np.ndarray, prompts: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Compute Pearson's r under each row of weights.

    Args:
        x: shape (texts,).
        y: shape (texts,).
        prompts: number of each text's prompt from 0, shape (texts,).
        weights: how often each prompt counts, shape (resamples, prompts).

    Returns:
        Shape (resamples,); NaN where a column does not vary.
    """
    by_text = weights[:, prompts]
    return _product_moment(np.broadcast_to(x, by_text.shape), y[None], by_text)


def spearman(x: np.ndarray, y: np.ndarray, prompts: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Compute Spearman's rho under each row of weights: Pearson's r of the mid-ranks.

    Takes and returns what `pearson` does.
    """
    by_text = weights[:, prompts]
    return _product_moment(_mid_ranks(x, by_text), _mid_ranks(y, by_text), by_text)


def kendall(x: np.ndarray, y: np.ndarray, prompts: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Compute Kendall's tau-b under each row of weights (Kendall 1945).

    Takes and returns what `pearson` does. Above 4,000 texts the pairs no longer fit into memory,
    and the resamples are written out one by one.
    """
    if len(x) > _MOST_TEXTS_IN_PAIRS:
        return _kendall_one_by_one(x, y, prompts, weights)
    signs_x, signs_y = _signs(x), _signs(y)
    agree = _weigh(_by_prompt(signs_x * signs_y, prompts, weights.shape[1]), weights)
    differ_x = _weigh(_by_prompt(np.abs(signs_x), prompts, weights.shape[1]), weights)
    differ_y = _weigh(_by_prompt(np.abs(signs_y), prompts, weights.shape[1]), weights)
    with np.errstate(invalid="ignore", divide="ignore"):
        return agree / np.sqrt(differ_x * differ_y)


def _product_moment(x: np.ndarray, y: np.ndarray, weights: np.ndarray) -> np.ndarray:
    x, varies_x = _centre(x, weights)
    y, varies_y = _centre(y, weights)
    with np.errstate(invalid="ignore", divide="ignore"):
        r = (weights * x * y).sum(axis=1) / np.sqrt(
            (weights * x * x).sum(axis=1) * (weights * y * y).sum(axis=1)
        )
    return np.where(varies_x & varies_y, np.clip(r, -1, 1), np.nan)


def _centre(values: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Subtract each row's mean, and tell which rows vary by more than rounding."""
    with np.errstate(invalid="ignore", divide="ignore"):
        means = (weights * values).sum(axis=1) / weights.sum(axis=1)
    centred = values - means[:, None]
    size = (weights * values * values).sum(axis=1)
    return centred, (weights * centred * centred).sum(axis=1) > 1e-26 * size


def _mid_ranks(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    held = np.add.reduceat(weights[:, order], starts, axis=1)
    middle = held.cumsum(axis=1) - held / 2
    ranks = np.empty_like(weights)
    ranks[:, order] = np.repeat(middle, np.diff(np.r_[starts, len(values)]), axis=1)
    return ranks


def _signs(values: np.ndarray) -> np.ndarray:
    return np.sign(values[:, None] - values[None, :])


def _by_prompt(pairs: np.ndarray, prompts: np.ndarray, n_prompts: int) -> np.ndarray:
    """Sum a (texts, texts) matrix into a (prompts, prompts) one."""
    order = np.argsort(prompts, kind="stable")
    present, starts = np.unique(prompts[order], return_index=True)
    rows = np.add.reduceat(pairs[order][:, order], starts, axis=0)
    sums = np.zeros((n_prompts, n_prompts))
    sums[np.ix_(present, present)] = np.add.reduceat(rows, starts, axis=1)
    return sums


def _weigh(pairs: np.ndarray, weights: np.ndarray) -> np.ndarray:
    return ((weights @ pairs) * weights).sum(axis=1)


def _kendall_one_by_one(
    x: np.ndarray, y: np.ndarray, prompts: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    taus = np.empty(len(weights))
    for row, weight in enumerate(weights):
        times = weight[prompts].astype(np.intp)
        taus[row] = stats.kendalltau(np.repeat(x, times), np.repeat(y, times)).statistic
    return taus
