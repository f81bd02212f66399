"""Turns judgements of the same units into Cohen's kappa of every pair of people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import sparse, stats

from lab.analysis.agreement.tally import Tally
from lab.analysis.intervals import Interval, check_level

LEAST_SHARED = 10
"""Fewer units judged by both people than this give no kappa: it would be mostly chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kappas:
    """Cohen's kappa of every pair of raters; rows and columns in the order of the tally."""

    values: np.ndarray
    """Shape (raters, raters), symmetric; NaN where there is none, and on the diagonal."""

    n_shared: np.ndarray
    """Units that both judged, shape (raters, raters); on the diagonal each rater's own."""

    n_same: np.ndarray
    """Of these, the same judgement, shape (raters, raters)."""

    standard_errors: np.ndarray
    """By the delta method over units, with identity weights that of Fleiss, Cohen and Everitt
    (1969); shape (raters, raters), NaN where there is no kappa."""

    def reason(self, i: int, j: int) -> str | None:
        """Say why two raters have no kappa; None where they have one."""
        if np.isfinite(self.values[i, j]):
            return None
        n = int(self.n_shared[i, j])
        if n == 0:
            return "never judged the same"
        if n < LEAST_SHARED:
            return f"{n} judged by both; kappa needs {LEAST_SHARED}"
        return "every answer is the same"

    def interval(self, i: int, j: int, level: float = 0.95) -> Interval | None:
        """Build the interval of a pair's kappa over other units; None where there is no kappa."""
        check_level(level)
        value, error = self.values[i, j], self.standard_errors[i, j]
        if not np.isfinite(value) or not np.isfinite(error):
            return None
        reach = float(stats.norm.ppf((1 + level) / 2)) * error
        return Interval(float(value - reach), float(min(1.0, value + reach)), level)


def kappas(tally: Tally, weights: Literal["identity", "quadratic"]) -> Kappas:
    """Compute Cohen's kappa (1960; with quadratic weights 1968) of every pair of raters.

    Everything is a sum over the units that both judged, so that all pairs together are a few
    products of sparse matrices.

    Args:
        tally: the judgements.
        weights: "identity" for outcomes without an order, "quadratic" for points.

    Raises:
        ValueError: the weights have another name.
    """
    if weights not in ("identity", "quadratic"):
        raise ValueError(f"weights is {weights!r}; it must be identity or quadratic")
    shape = (len(tally.counts), tally.n_raters)
    judged = _sparse(np.ones(len(tally.units)), tally, shape)
    each = [
        _sparse((tally.values == place).astype(np.float64), tally, shape)
        for place in range(len(tally.domain))
    ]
    n = (judged.T @ judged).toarray()
    n_same = sum((one.T @ one for one in each), sparse.csr_array((shape[1], shape[1]))).toarray()
    enough = n >= LEAST_SHARED
    size = np.where(enough, n, 1)
    if weights == "identity":
        found, error = _plain(size, n_same / size, each)
    else:
        found, error = _quadratic(size, tally, shape)
    found, error = np.where(enough, found, np.nan), np.where(enough, error, np.nan)
    np.fill_diagonal(found, np.nan)
    return Kappas(
        values=found,
        n_shared=n.astype(np.int64),
        n_same=n_same.astype(np.int64),
        standard_errors=np.where(np.isfinite(found), error, np.nan),
    )


def _plain(
    n: np.ndarray, same: np.ndarray, each: list[sparse.csr_array]
) -> tuple[np.ndarray, np.ndarray]:
    together = [[(one.T @ other).toarray() / n for other in each] for one in each]
    first = [sum(row) for row in together]
    second = [one.T for one in first]
    chance = sum(p * q for p, q in zip(first, second, strict=True))
    usable = 1 - chance > 1e-12
    rest = np.where(usable, 1 - chance, 1)
    # What a unit adds to kappa: (same − c · (q(x) + p(y))) / rest, c = (1 − same) / rest.
    slope = (1 - same) / rest
    places = range(len(each))
    square = sum(p * q * (p + q) for p, q in zip(first, second, strict=True))
    square = square + 2 * sum(second[k] * first[m] * together[k][m] for k in places for m in places)
    mixed = sum(together[k][k] * (first[k] + second[k]) for k in places)
    power = same - 2 * slope * mixed + slope**2 * square
    spread = power - (same - 2 * slope * chance) ** 2
    error = np.sqrt(np.maximum(spread, 0) / n) / rest
    return np.where(usable, (same - chance) / rest, np.nan), error


def _quadratic(
    n: np.ndarray, tally: Tally, shape: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray]:
    # About the middle of the domain, so that sums of powers lose no digits.
    x = tally.domain[tally.values] - tally.domain.mean()
    powers = [_sparse(x**power, tally, shape) for power in range(5)]
    moments = {
        (a, b): (powers[a].T @ powers[b]).toarray() / n
        for a in range(5)
        for b in range(5)
        if a + b <= 4
    }
    mean, other = moments[1, 0], moments[0, 1]
    apart = moments[2, 0] + moments[0, 2] - 2 * moments[1, 1]
    chance = moments[2, 0] + moments[0, 2] - 2 * mean * other
    usable = chance > 1e-12
    chance = np.where(usable, chance, 1)
    # What a unit adds to kappa: (slope · (x² + y² − 2 (x · other + y · mean)) − (x − y)²) / chance.
    slope = apart / chance
    added = {
        (2, 0): slope - 1,
        (0, 2): slope - 1,
        (1, 1): np.full_like(slope, 2),
        (1, 0): -2 * slope * other,
        (0, 1): -2 * slope * mean,
    }
    power = sum(
        one * two * moments[a + c, b + d]
        for (a, b), one in added.items()
        for (c, d), two in added.items()
    )
    middle = sum(one * moments[place] for place, one in added.items())
    error = np.sqrt(np.maximum(power - middle**2, 0) / n) / chance
    return np.where(usable, 1 - apart / chance, np.nan), error


def _sparse(values: np.ndarray, tally: Tally, shape: tuple[int, int]) -> sparse.csr_array:
    return sparse.coo_array((values, (tally.units, tally.raters)), shape=shape).tocsr()
