"""Turns ratings of the same texts by several people into how far the people agree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import krippendorff
import numpy as np
import pandas as pd

from lab.analysis.bootstrap import batches, check_resamples
from lab.analysis.frames import columns_of
from lab.analysis.intervals import Interval, check_level, percentile_interval

Measurement = Literal["ordinal", "nominal"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alpha:
    """Krippendorff's alpha: 1 is full agreement, 0 what chance gives, below 0 worse than that."""

    value: float | None
    """Alpha; None with a reason."""

    interval: Interval | None
    """Interval over other units (texts); None with a reason."""

    reason: str | None
    """Why there is no value or no interval."""

    measurement: Measurement
    """How far apart two values are: by rank (ordinal) or just different (nominal)."""

    n_units: int
    """Units with at least two ratings; the others cannot be compared and are left out."""

    n_left_out: int
    """Units with a single rating."""

    n_ratings: int
    """Ratings of the units that count."""

    n_raters: int
    """People who gave at least one of these ratings."""

    n_resamples: int
    """Resamples of the bootstrap."""

    seed: int
    """Seed of the bootstrap."""


def ordinal_alpha(
    values: np.ndarray, level: float = 0.95, n_resamples: int = 1000, seed: int = 0
) -> Alpha:
    """Compute alpha for values whose order counts, such as points of a rating scale.

    Krippendorff (2011, "Computing Krippendorff's Alpha-Reliability"); the interval resamples
    units.

    Args:
        values: shape (units, raters), NaN = not rated.
        level: confidence of the interval.
        n_resamples: resamples of the bootstrap, at least 100.
        seed: seed of the bootstrap.

    Raises:
        ValueError: not two-dimensional, or a setting is out of range.
    """
    return _alpha(values, "ordinal", level, n_resamples, seed)


def nominal_alpha(
    values: np.ndarray, level: float = 0.95, n_resamples: int = 1000, seed: int = 0
) -> Alpha:
    """Compute alpha for values without an order, such as numbered outcomes of votes.

    Takes, raises and returns what `ordinal_alpha` does.
    """
    return _alpha(values, "nominal", level, n_resamples, seed)


def alpha_by_criterion(
    frame: pd.DataFrame, level: float = 0.95, n_resamples: int = 1000, seed: int = 0
) -> dict[str, Alpha]:
    """Compute the ordinal alpha of every criterion; the units are the generations.

    Args:
        frame: one row per rating: generation_id, reviewer_id, criterion, value.
        level: confidence of the intervals.
        n_resamples: resamples of the bootstrap, at least 100.
        seed: seed of the bootstrap.

    Returns:
        Criterion → alpha, sorted by name.

    Raises:
        ValueError: a column is missing, or a setting is out of range.
    """
    needed = ["generation_id", "reviewer_id", "criterion", "value"]
    rows = columns_of(frame, needed, "alpha_by_criterion")
    return {
        str(criterion): ordinal_alpha(_matrix(group), level, n_resamples, seed)
        for criterion, group in rows.groupby("criterion", sort=True)
    }


def _matrix(group: pd.DataFrame) -> np.ndarray:
    # A person who met the same text in two studies keeps the mean of both: one voice, once.
    table = group.pivot_table(
        index="generation_id", columns="reviewer_id", values="value", aggfunc="mean"
    )
    return table.to_numpy(dtype=np.float64)


def _alpha(
    values: np.ndarray, measurement: Measurement, level: float, n_resamples: int, seed: int
) -> Alpha:
    check_level(level)
    check_resamples(n_resamples)
    table = np.asarray(values, dtype=np.float64)
    if table.ndim != 2:
        raise ValueError(f"values has shape {table.shape}; it must be (units, raters)")
    rated = np.isfinite(table).sum(axis=1)
    used = table[rated >= 2]
    counts, domain = _count(used)
    value, interval, reason = _estimate(counts, domain, measurement, level, n_resamples, seed)
    return Alpha(
        value=value,
        interval=interval,
        reason=reason,
        measurement=measurement,
        n_units=len(used),
        n_left_out=int((rated == 1).sum()),
        n_ratings=int(rated[rated >= 2].sum()),
        n_raters=int(np.isfinite(used).any(axis=0).sum()),
        n_resamples=n_resamples,
        seed=seed,
    )


def _count(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    domain = np.unique(table[np.isfinite(table)])
    counts = np.zeros((len(table), len(domain)), dtype=np.intp)
    for column, value in enumerate(domain):
        counts[:, column] = (table == value).sum(axis=1)
    return counts, domain


def _estimate(
    counts: np.ndarray,
    domain: np.ndarray,
    measurement: Measurement,
    level: float,
    n_resamples: int,
    seed: int,
) -> tuple[float | None, Interval | None, str | None]:
    if not len(counts):
        return None, None, "no text has been rated by two people"
    if len(domain) < 2:
        return None, None, "every rating is the same, so agreement cannot be told from chance"
    value = float(
        krippendorff.alpha(
            value_counts=counts, value_domain=domain, level_of_measurement=measurement
        )
    )
    if len(counts) < 2:
        return value, None, "one text rated by two people; an interval needs at least two texts"
    resampled = resampled_alphas(counts, measurement, n_resamples, seed)
    interval = percentile_interval(resampled, level)
    return value, interval, None if interval else "too few of the resamples have two values"


def resampled_alphas(
    counts: np.ndarray, measurement: Measurement, n_resamples: int, seed: int
) -> np.ndarray:
    """Compute alpha on units drawn with replacement.

    Units with the same counts are interchangeable, so that only how often each pattern is drawn
    matters; a resample is then one weighted sum of coincidence matrices.

    Args:
        counts: ratings per unit and value, shape (units, values), values in order; each unit has
            at least two.
        measurement: how far apart two values are.
        n_resamples: number of resamples.
        seed: seed of the draws.

    Returns:
        Shape (resamples,); NaN where a resample has a single value.
    """
    patterns, frequency = np.unique(counts, axis=0, return_counts=True)
    flat = _coincidences(patterns).reshape(len(patterns), -1)
    rng = np.random.default_rng(seed)
    shares = frequency / frequency.sum()
    alphas = [
        _alphas((rng.multinomial(len(counts), shares, size=size) @ flat), measurement)
        for size in batches(n_resamples, max(flat.shape))
    ]
    return np.concatenate(alphas)


def _coincidences(counts: np.ndarray) -> np.ndarray:
    """Return each unit's coincidence matrix, shape (units, values, values)."""
    pairs = counts[:, :, None] * counts[:, None, :].astype(np.float64)
    diagonal = np.arange(counts.shape[1])
    pairs[:, diagonal, diagonal] -= counts
    return pairs / (counts.sum(axis=1) - 1)[:, None, None]


def _alphas(flat: np.ndarray, measurement: Measurement) -> np.ndarray:
    n_values = int(np.sqrt(flat.shape[1]))
    observed = flat.reshape(-1, n_values, n_values)
    totals = observed.sum(axis=2)
    distance = _ordinal(totals) if measurement == "ordinal" else 1 - np.eye(n_values)[None]
    apart = (observed * distance).sum(axis=(1, 2))
    by_chance = (totals[:, :, None] * totals[:, None, :] * distance).sum(axis=(1, 2))
    with np.errstate(invalid="ignore", divide="ignore"):
        return 1 - (totals.sum(axis=1) - 1) * apart / by_chance


def _ordinal(totals: np.ndarray) -> np.ndarray:
    """Return squared rank distances: (Σ from c to k of n_g − (n_c + n_k) / 2)²."""
    below = totals.cumsum(axis=1) - totals / 2
    return (below[:, :, None] - below[:, None, :]) ** 2
