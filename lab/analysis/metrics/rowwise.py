"""Turns rows of paired values, with gaps, into one correlation per row.

A row may be a prompt's texts or a resample's checkpoints. Without gaps each function equals its
plain namesake in scipy.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import stats

Rowwise = Callable[[np.ndarray, np.ndarray], np.ndarray]

_MOST_IN_PAIRS = 150  # above, sorting (Knight 1966) is faster than writing all pairs out
_CELLS = 2_000_000


def pearson(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Compute Pearson's r of each row.

    Args:
        x: shape (rows, places), NaN where there is no value.
        y: the same shape.

    Returns:
        Shape (rows,), over the places that have both; NaN where one of the two does not vary.
    """
    held = np.isfinite(x) & np.isfinite(y)
    return _product_moment(np.where(held, x, 0.0), np.where(held, y, 0.0), held)


def spearman(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Compute Spearman's rho of each row: Pearson's r of the mid-ranks; see `pearson`."""
    held = np.isfinite(x) & np.isfinite(y)
    return _product_moment(_ranks(x, held), _ranks(y, held), held)


def kendall(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Compute Kendall's tau-b of each row (Kendall 1945); see `pearson`."""
    x, y = justified(x, y)
    sizes = np.isfinite(x).sum(axis=1)
    taus = np.full(len(x), np.nan)
    for row in np.flatnonzero(sizes > _MOST_IN_PAIRS):
        taus[row] = _tau(x[row, : sizes[row]], y[row, : sizes[row]])
    few = np.flatnonzero(sizes <= _MOST_IN_PAIRS)
    for rows in blocks(few, sizes):
        width = int(sizes[rows].max(initial=0))
        signs_x, signs_y = (pair_signs(each[rows, :width]) for each in (x, y))
        taus[rows] = tau_of_signs(signs_x, signs_y)
    return taus


def accuracy(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Compute the share of each row's pairs that x and y put in the same order, ties as ties.

    Takes and returns what `pearson` does; NaN where a row has no pair. Every pair counts (Kocmi
    et al. 2021, "To Ship or Not to Ship"; ties after Deutsch, Foster and Freitag 2023).
    """
    both = np.isfinite(x) & np.isfinite(y)
    x, y = np.where(both, x, np.nan), np.where(both, y, np.nan)
    i, j = np.triu_indices(x.shape[1], 1)
    signs_x, signs_y = (np.sign(each[:, i] - each[:, j]) for each in (x, y))
    n_pairs = np.isfinite(signs_x).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return (signs_x == signs_y).sum(axis=1) / n_pairs


def partial(xy: np.ndarray, xz: np.ndarray, yz: np.ndarray) -> np.ndarray:
    """Take a third variable's part out of correlations (Yule 1907; for tau, Kendall 1942).

    Args:
        xy: correlations of the two.
        xz: of the first with the third, the same shape.
        yz: of the second with the third, the same shape.

    Returns:
        The same shape; NaN where the third tells one of the two entirely.
    """
    left = (1 - xz**2) * (1 - yz**2)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(left > 1e-12, np.clip((xy - xz * yz) / np.sqrt(left), -1, 1), np.nan)


def pair_signs(values: np.ndarray) -> np.ndarray:
    """Tell the order of each pair of a row's places: −1, 0, 1; 0 where one has no value.

    Args:
        values: shape (rows, places).

    Returns:
        Shape (rows, pairs), the pairs as `numpy.triu_indices` lists them.
    """
    i, j = np.triu_indices(values.shape[1], 1)
    return np.nan_to_num(np.sign(values[:, i] - values[:, j]))


def tau_of_signs(signs_x: np.ndarray, signs_y: np.ndarray) -> np.ndarray:
    """Compute tau-b from the signs of pairs that x and y both have, shape (rows, pairs)."""
    agree = np.einsum("ij,ij->i", signs_x, signs_y)
    differ_x = np.einsum("ij,ij->i", signs_x, signs_x)
    differ_y = np.einsum("ij,ij->i", signs_y, signs_y)
    with np.errstate(invalid="ignore", divide="ignore"):
        return agree / np.sqrt(differ_x * differ_y)


def justified(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Move each row's places that have both values to the left, in order; NaN fills the rest."""
    held = np.isfinite(x) & np.isfinite(y)
    if held.all():
        return x, y
    order = np.argsort(~held, axis=1, kind="stable")[:, : max(1, int(held.sum(axis=1).max()))]
    there = np.take_along_axis(held, order, axis=1)
    moved = (np.where(there, np.take_along_axis(each, order, axis=1), np.nan) for each in (x, y))
    return next(moved), next(moved)


def blocks(rows: np.ndarray, sizes: np.ndarray) -> list[np.ndarray]:
    """Split rows into blocks of like size whose pairs fit into memory together."""
    ordered = rows[np.argsort(sizes[rows], kind="stable")]
    found, start = [], 0
    while start < len(ordered):
        # The last row of a block is its widest: look at most a doubling of the width ahead.
        width = max(2, int(sizes[ordered[start]]))
        end = int(np.searchsorted(sizes[ordered], 2 * width, side="right"))
        width = min(2 * width, int(sizes[ordered[end - 1]]))
        end = min(end, start + max(1, _CELLS // max(1, width * (width - 1) // 2)))
        found.append(ordered[start:end])
        start = end
    return found


def _tau(x: np.ndarray, y: np.ndarray) -> float:
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        return float("nan")
    return float(stats.kendalltau(x, y, method="asymptotic").statistic)


def _product_moment(x: np.ndarray, y: np.ndarray, held: np.ndarray) -> np.ndarray:
    n = held.sum(axis=1)
    x, varies_x = _centre(x, held, n)
    y, varies_y = _centre(y, held, n)
    with np.errstate(invalid="ignore", divide="ignore"):
        r = np.einsum("ij,ij->i", x, y) / np.sqrt(
            np.einsum("ij,ij->i", x, x) * np.einsum("ij,ij->i", y, y)
        )
    return np.where(varies_x & varies_y, np.clip(r, -1, 1), np.nan)


def _centre(values: np.ndarray, held: np.ndarray, n: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Subtract each row's mean, and tell which rows vary by more than rounding."""
    # Some metrics give values such as 1e-150, whose squares would be 0: first to a scale of 1.
    largest = np.abs(values).max(axis=1, initial=0.0)
    values = values / np.where(largest > 0, largest, 1.0)[:, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        means = values.sum(axis=1) / n
    centred = np.where(held, values - means[:, None], 0.0)
    return centred, np.abs(centred).max(axis=1, initial=0.0) > 1e-13


def _ranks(values: np.ndarray, held: np.ndarray) -> np.ndarray:
    last = np.where(held, values, np.inf)  # ranks of the places that are held do not change
    return np.where(held, stats.rankdata(last, axis=1), 0.0)
