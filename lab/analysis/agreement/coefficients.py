"""Turns counts of alike ratings into coefficients of agreement, by sums over the units.

Each coefficient is a function of sums that every unit adds to. Leaving out a unit, a rater or a
rating, or counting a unit twice, then changes a sum and needs no second look at the ratings.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np

Measurement = Literal["nominal", "ordinal", "interval", "ratio"]
Weights = Literal["identity", "linear", "ordinal", "quadratic"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficient:
    """A coefficient as a function of sums over units."""

    parts: Callable[[np.ndarray], np.ndarray]
    """Counts, shape (units, values), → what each unit adds, shape (units, sums)."""

    value: Callable[[np.ndarray], np.ndarray]
    """Sums, shape (…, sums), → coefficients, shape (…,); NaN where there is none."""

    is_share: bool = False
    """Whether it lies between 0 and 1, rather than anywhere up to 1."""


def alpha(domain: np.ndarray, measurement: Measurement) -> Coefficient:
    """Make Krippendorff's alpha (2011, "Computing Krippendorff's Alpha-Reliability").

    Args:
        domain: the values in order, shape (values,).
        measurement: how far apart two values are: just different (nominal), by how many ratings
            lie between (ordinal), by their difference (interval), or by that relative to their
            sum (ratio).
    """
    fixed = None if measurement == "ordinal" else _distances(domain, measurement)
    return Coefficient(parts=_coincidences, value=partial(_alpha, fixed=fixed))


def ac2(domain: np.ndarray, weights: Weights) -> Coefficient:
    """Make Gwet's AC2 (2014, "Handbook of Inter-Rater Reliability", chapter 5).

    With identity weights it is his AC1 (2008). A unit with a single rating adds to how common the
    values are, not to the agreement.
    """
    table = weight_table(domain, weights)
    return Coefficient(parts=partial(_pairs, table=table), value=partial(_ac2, table=table))


def percent(domain: np.ndarray, weights: Weights) -> Coefficient:
    """Make the mean over units of the share of pairs of ratings that agree, weighted."""
    table = weight_table(domain, weights)
    return Coefficient(parts=partial(_pairs, table=table), value=_percent, is_share=True)


def icc1(domain: np.ndarray) -> Coefficient:
    """Make ICC(1, 1) of Shrout and Fleiss (1979): raters are not told apart.

    Units may have different numbers of ratings (Donner 1986, for the mean group size).
    """
    return Coefficient(parts=partial(_moments, domain=domain), value=_icc1)


def weight_table(domain: np.ndarray, weights: Weights) -> np.ndarray:
    """Return how far each two values agree, 0 to 1, shape (values, values) (Gwet 2014).

    Raises:
        ValueError: the weights have no such name.
    """
    n = len(domain)
    if weights == "identity" or n < 2:
        return np.eye(n)
    apart = np.abs(domain[:, None] - domain[None, :]) / (domain[-1] - domain[0])
    if weights == "linear":
        return 1 - apart
    if weights == "quadratic":
        return 1 - apart**2
    if weights == "ordinal":
        steps = np.abs(np.arange(n)[:, None] - np.arange(n)[None, :])
        return 1 - (steps + 1) * steps / (n * (n - 1))
    raise ValueError(f"weights is {weights!r}; it must be identity, linear, ordinal or quadratic")


def _distances(domain: np.ndarray, measurement: Measurement) -> np.ndarray:
    if measurement == "nominal":
        return 1 - np.eye(len(domain))
    apart = domain[:, None] - domain[None, :]
    if measurement == "interval":
        return apart**2
    if measurement == "ratio":
        if (domain < 0).any():
            raise ValueError("ratio measurement needs values of at least 0")
        sums = domain[:, None] + domain[None, :]
        return np.divide(apart, sums, out=np.zeros_like(apart), where=sums > 0) ** 2
    raise ValueError(
        f"measurement is {measurement!r}; it must be nominal, ordinal, interval or ratio"
    )


def _coincidences(counts: np.ndarray) -> np.ndarray:
    """Return each unit's coincidence matrix, shape (units, values × values)."""
    n_values = counts.shape[1]
    pairs = counts[:, :, None] * counts[:, None, :].astype(np.float64)
    diagonal = np.arange(n_values)
    pairs[:, diagonal, diagonal] -= counts
    n_others = np.maximum(counts.sum(axis=1) - 1, 1)
    return (pairs / n_others[:, None, None]).reshape(len(counts), -1)


def _alpha(sums: np.ndarray, fixed: np.ndarray | None) -> np.ndarray:
    n_values = int(np.sqrt(sums.shape[-1]))
    observed = sums.reshape(*sums.shape[:-1], n_values, n_values)
    totals = observed.sum(axis=-1)
    distance = _ranks_apart(totals) if fixed is None else fixed
    apart = (observed * distance).sum(axis=(-2, -1))
    by_chance = (totals[..., :, None] * totals[..., None, :] * distance).sum(axis=(-2, -1))
    n = totals.sum(axis=-1)
    found = by_chance > 1e-12 * n * n
    return 1 - np.where(found, (n - 1) * apart / np.where(found, by_chance, 1), np.nan)


def _ranks_apart(totals: np.ndarray) -> np.ndarray:
    """Return squared rank distances: (Σ from c to k of n_g − (n_c + n_k) / 2)²."""
    below = totals.cumsum(axis=-1) - totals / 2
    return (below[..., :, None] - below[..., None, :]) ** 2


def _pairs(counts: np.ndarray, table: np.ndarray) -> np.ndarray:
    """Return each unit's agreement, whether it has one, the values' shares, whether it has any."""
    n = counts.sum(axis=1)
    several = n >= 2
    agree = (counts * (counts @ table - 1)).sum(axis=1) / np.where(several, n * (n - 1), 1)
    shares = counts / np.maximum(n, 1)[:, None]
    return np.column_stack([np.where(several, agree, 0), several, shares, n >= 1])


def _percent(sums: np.ndarray) -> np.ndarray:
    found = sums[..., 1] > 0.5
    return np.where(found, sums[..., 0] / np.where(found, sums[..., 1], 1), np.nan)


def _ac2(sums: np.ndarray, table: np.ndarray) -> np.ndarray:
    n_values = len(table)
    rated = np.maximum(sums[..., -1], 1)
    shares = sums[..., 2:-1] / rated[..., None]
    spread = (shares * (1 - shares)).sum(axis=-1)
    by_chance = table.sum() / max(n_values * (n_values - 1), 1) * spread
    found = (by_chance < 1 - 1e-12) & (n_values > 1)
    return np.where(found, (_percent(sums) - by_chance) / np.where(found, 1 - by_chance, 1), np.nan)


def _moments(counts: np.ndarray, domain: np.ndarray) -> np.ndarray:
    """Return per unit with two ratings: 1, n, n², Σx, (Σx)² / n and Σx²."""
    n = counts.sum(axis=1)
    several = n >= 2
    # About the middle of the domain, so that the sums of squares stay small.
    x = domain - domain.mean()
    total, squares = counts @ x, counts @ x**2
    parts = np.column_stack([np.ones(len(n)), n, n**2, total, total**2 / np.maximum(n, 1), squares])
    return parts * several[:, None]


def _icc1(sums: np.ndarray) -> np.ndarray:
    units, n, n2, total, between, squares = np.moveaxis(sums, -1, 0)
    found = (units > 1.5) & (n > units)
    units, n = np.where(found, units, 2), np.where(found, n, 4)
    mean_between = (between - total**2 / n) / (units - 1)
    mean_within = (squares - between) / (n - units)
    size = (n - n2 / n) / (units - 1)
    spread = mean_between + (size - 1) * mean_within
    found &= spread > 1e-12
    return np.where(found, (mean_between - mean_within) / np.where(found, spread, 1), np.nan)
