"""Turns a coefficient of agreement and its ratings into intervals: over units, raters, and both."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse, special, stats

from lab.analysis.agreement.coefficients import Coefficient
from lab.analysis.agreement.tally import Tally, compact, patterns_of
from lab.analysis.bootstrap import batches
from lab.analysis.intervals import Interval, percentile_interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Intervals:
    """What may be said of the coefficient elsewhere; None where it cannot be said."""

    both: Interval | None = None
    """Over other units and other raters together."""

    by_unit: Interval | None = None
    """Over other units, judged by the same raters."""

    by_rater: Interval | None = None
    """Over other raters of the same units."""


def intervals(
    coefficient: Coefficient, tally: Tally, level: float, n_resamples: int, seed: int
) -> Intervals:
    """Build the three intervals.

    Over units by the bootstrap (Efron 1979). Over raters, and over both, by the jackknife on the
    scale of Fisher's z, for shares the logit, with t. The variance over both is that over
    units, plus that over raters, less that over single ratings, which both have counted
    (Cameron, Gelbach and Miller 2011; Owen 2007, "The pigeonhole bootstrap", why neither alone
    holds), and never below either of the first two; degrees of freedom after Satterthwaite, from
    the effective number of raters.

    Args:
        coefficient: the coefficient.
        tally: the ratings.
        level: confidence.
        n_resamples: resamples of the bootstrap.
        seed: its seed.
    """
    patterns, unit_pattern, times = patterns_of(tally.counts)
    parts = coefficient.parts(patterns)
    total = times @ parts
    by_unit = percentile_interval(
        resample(coefficient, parts, times, n_resamples, np.random.default_rng(seed)), level
    )
    left, kinds, kind_of = _left_out(coefficient, patterns, parts, unit_pattern, tally)
    scale = _Scale(coefficient.is_share)
    middle = float(scale.there(coefficient.value(total)))
    of_units = _jackknife(scale, coefficient.value(total - parts), times)
    raters = sparse.coo_array(
        (np.ones(len(kind_of)), (tally.raters, kind_of)), shape=(tally.n_raters, len(kinds))
    ).tocsr()
    loads = np.bincount(tally.raters, minlength=tally.n_raters)
    of_raters = _jackknife(
        scale, coefficient.value(total - raters @ left)[loads > 0], np.ones(int((loads > 0).sum()))
    )
    of_ratings = _jackknife(
        scale, coefficient.value(total - left), np.bincount(kind_of, minlength=len(kinds))
    )
    n_raters = loads.sum() ** 2 / (loads.astype(np.float64) ** 2).sum()
    if of_units is None or of_raters is None or of_ratings is None or not np.isfinite(middle):
        return Intervals(by_unit=by_unit)
    variance = max(of_units, of_raters, of_units + of_raters - of_ratings)
    df_units, df_raters = times.sum() - 1, max(n_raters - 1, 1)
    spread = of_units**2 / df_units + of_raters**2 / df_raters
    df = min((of_units + of_raters) ** 2 / spread, df_units + df_raters) if spread else df_units
    return Intervals(
        both=scale.interval(middle, variance, df, level),
        by_unit=by_unit,
        by_rater=scale.interval(middle, of_raters, df_raters, level),
    )


def resample(
    coefficient: Coefficient,
    parts: np.ndarray,
    times: np.ndarray,
    n_resamples: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """Compute the coefficient on units drawn with replacement.

    Units with the same counts are interchangeable, so that only how often each pattern is drawn
    matters; a resample is then one weighted sum.

    Args:
        coefficient: the coefficient.
        parts: what a unit of each pattern adds, shape (patterns, sums).
        times: units of each pattern, shape (patterns,).
        n_resamples: number of resamples.
        rng: source of the draws.

    Returns:
        Shape (resamples,); NaN where a resample has no value.
    """
    n = int(times.sum())
    found = [
        coefficient.value(rng.multinomial(n, times / n, size=size) @ parts)
        for size in batches(n_resamples, max(parts.shape))
    ]
    return np.concatenate(found)


class _Scale:
    """The scale on which a coefficient is closer to normal, and its way back."""

    def __init__(self, is_share: bool) -> None:
        self.is_share = is_share

    def there(self, values: np.ndarray) -> np.ndarray:
        with np.errstate(divide="ignore", invalid="ignore"):
            return special.logit(values) if self.is_share else np.arctanh(values)

    def back(self, value: float) -> float:
        return float(special.expit(value) if self.is_share else np.tanh(value))

    def interval(self, middle: float, variance: float, df: float, level: float) -> Interval | None:
        if variance <= 0:
            return None
        reach = float(stats.t.ppf((1 + level) / 2, df)) * np.sqrt(variance)
        return Interval(self.back(middle - reach), self.back(middle + reach), level)


def _jackknife(scale: _Scale, values: np.ndarray, times: np.ndarray) -> float | None:
    """Return the jackknife variance; None where leaving one out leaves no value."""
    n = times.sum()
    moved = scale.there(values)
    if n < 2 or not np.isfinite(moved).all():
        return None
    mean = (times * moved).sum() / n
    return float((n - 1) / n * (times * (moved - mean) ** 2).sum())


def _left_out(
    coefficient: Coefficient,
    patterns: np.ndarray,
    parts: np.ndarray,
    unit_pattern: np.ndarray,
    tally: Tally,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return what leaving out one rating takes from the sums, by kind of rating.

    Ratings of one kind have the same value, in units with the same counts.

    Returns:
        What each kind takes, shape (kinds, sums); the kinds; each rating's kind.
    """
    n_values = patterns.shape[1]
    kinds, kind_of, _ = compact(unit_pattern[tally.units] * n_values + tally.values)
    pattern, value = np.divmod(kinds, n_values)
    fewer = patterns[pattern].copy()
    fewer[np.arange(len(kinds)), value] -= 1
    return parts[pattern] - coefficient.parts(fewer), kinds, kind_of
