"""Turns an estimate and its standard error, or its resamples, into an interval."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special, stats

# Shares are counts over counts: what lies closer to 0 or 1 than this is rounding.
_NOTHING = 1e-12


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence interval."""

    low: float
    """Lower end."""

    high: float
    """Upper end."""

    level: float
    """Confidence, e.g. 0.95."""


def check_level(level: float) -> None:
    """Raise ValueError unless 0 < level < 1."""
    if not 0 < level < 1:
        raise ValueError(f"level is {level}; it must lie between 0 and 1, e.g. 0.95")


def t_interval(value: float, standard_error: float, df: float, level: float) -> Interval:
    """Build the symmetric interval value ± t(df) × standard error."""
    reach = float(stats.t.ppf((1 + level) / 2, df)) * standard_error
    return Interval(value - reach, value + reach, level)


def share_interval(value: float, standard_error: float, n_clusters: int, level: float) -> Interval:
    """Build an interval for a share that stays within 0 and 1.

    The t interval with n_clusters − 1 degrees of freedom on the logit scale, by the delta method
    (Korn and Graubard 1999, "Analysis of Health Surveys"; the default of R's
    `survey::svyciprop`). Where there is no spread to build it from, every cluster counts as one
    observation (Clopper and Pearson 1934), which errs on the wide side.

    Args:
        value: the share, in [0, 1].
        standard_error: its standard error; 0 where the clusters do not differ.
        n_clusters: number of independent clusters, at least 2.
        level: confidence.
    """
    if standard_error <= _NOTHING or not _NOTHING < value < 1 - _NOTHING:
        return _exact(value, n_clusters, level)
    spread = standard_error / (value * (1 - value))
    logit = t_interval(float(special.logit(value)), spread, n_clusters - 1, level)
    return Interval(float(special.expit(logit.low)), float(special.expit(logit.high)), level)


def wilson_interval(n_hits: int, n: int, level: float) -> Interval:
    """Build an interval for a share of independent trials (Wilson 1927).

    Args:
        n_hits: trials that hit.
        n: trials, at least 1.
        level: confidence.
    """
    z = float(special.ndtri((1 + level) / 2))
    share, spread = n_hits / n, z * z / n
    centre = (share + spread / 2) / (1 + spread)
    reach = math.sqrt(spread * (share * (1 - share) + spread / 4)) / (1 + spread)
    return Interval(max(0.0, centre - reach), min(1.0, centre + reach), level)


def percentile_interval(resamples: np.ndarray, level: float) -> Interval | None:
    """Take the interval's ends from resampled values (Efron 1979).

    Args:
        resamples: shape (resamples,), NaN where a resample has no value.
        level: confidence.

    Returns:
        The interval; None where fewer than half of the resamples have a value.
    """
    held = resamples[np.isfinite(resamples)]
    if 2 * len(held) < len(resamples) or not len(held):
        return None
    low, high = np.quantile(held, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(low), float(high), level)


def _exact(value: float, n: int, level: float) -> Interval:
    tail, hits = (1 - level) / 2, value * n
    low = 0.0 if value <= _NOTHING else float(stats.beta.ppf(tail, hits, n - hits + 1))
    high = 1.0 if value >= 1 - _NOTHING else float(stats.beta.ppf(1 - tail, hits + 1, n - hits))
    return Interval(low, high, level)
