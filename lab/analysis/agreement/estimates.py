"""Turns ratings of the same units by several people into how far the people agree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lab.analysis.agreement import coefficients
from lab.analysis.agreement.coefficients import Coefficient, Measurement, Weights
from lab.analysis.agreement.intervals import Intervals, intervals
from lab.analysis.agreement.tally import Tally, tally_frame
from lab.analysis.bootstrap import check_resamples
from lab.analysis.frames import columns_of
from lab.analysis.intervals import Interval, check_level

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """A coefficient of agreement: 1 is full agreement, 0 (but for percent) what chance gives."""

    value: float | None
    """The coefficient; None with a reason."""

    interval: Interval | None
    """Interval over other units and other raters together; None with a reason."""

    by_unit: Interval | None
    """Interval over other units, judged by the same raters; None where there is no value or one
    unit."""

    by_rater: Interval | None
    """Interval over other raters of the same units; None with fewer than three raters."""

    reason: str | None
    """Why there is no value, or no interval over both."""

    n_units: int
    """Units with at least two ratings; the others cannot be compared."""

    n_left_out: int
    """Units with a single rating."""

    n_ratings: int
    """Ratings of the units that count."""

    n_raters: int
    """People who gave at least one of these ratings."""

    @property
    def widest(self) -> Interval | None:
        """The interval over units and raters, or the one over units where raters are too few."""
        return self.interval or self.by_unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreements:
    """How far people agree on one criterion, by several coefficients."""

    criterion: str
    """What was judged."""

    is_vote: bool
    """Whether outcomes of votes were compared, rather than ratings."""

    alpha: Agreement
    """Krippendorff's alpha: ordinal for ratings, nominal for votes."""

    ac2: Agreement
    """Gwet's AC2: with ordinal weights for ratings, AC1 for votes."""

    percent: Agreement
    """Share of pairs of judgements that are the same."""

    icc1: Agreement | None
    """ICC(1, 1): share of the variance that is the texts'; None for votes."""


def krippendorff_alpha(
    tally: Tally,
    measurement: Measurement,
    *,
    level: float = 0.95,
    n_resamples: int = 1000,
    seed: int = 0,
) -> Agreement:
    """Compute Krippendorff's alpha.

    Args:
        tally: the ratings; see `lab.analysis.agreement.tally`.
        measurement: "nominal", "ordinal", "interval" or "ratio".
        level: confidence of the intervals.
        n_resamples: resamples of the bootstrap over units, at least 100.
        seed: seed of the bootstrap.

    Raises:
        ValueError: a setting is out of range.
    """
    coefficient = coefficients.alpha(tally.domain, measurement)
    return _agreement(coefficient, tally.compared(), tally, level, n_resamples, seed)


def gwet_ac2(
    tally: Tally,
    weights: Weights,
    *,
    level: float = 0.95,
    n_resamples: int = 1000,
    seed: int = 0,
) -> Agreement:
    """Compute Gwet's AC2, which is AC1 with identity weights.

    Give the tally all values that could be given: how likely chance is to agree depends on them.
    Takes, raises and returns what `krippendorff_alpha` does.
    """
    coefficient = coefficients.ac2(tally.domain, weights)
    return _agreement(coefficient, tally, tally, level, n_resamples, seed)


def percent_agreement(
    tally: Tally,
    weights: Weights = "identity",
    *,
    level: float = 0.95,
    n_resamples: int = 1000,
    seed: int = 0,
) -> Agreement:
    """Compute the share of pairs of ratings that agree; see `krippendorff_alpha`."""
    coefficient = coefficients.percent(tally.domain, weights)
    return _agreement(coefficient, tally.compared(), tally, level, n_resamples, seed)


def icc1(tally: Tally, *, level: float = 0.95, n_resamples: int = 1000, seed: int = 0) -> Agreement:
    """Compute ICC(1, 1), for which raters need not be known; see `krippendorff_alpha`."""
    coefficient = coefficients.icc1(tally.domain)
    return _agreement(coefficient, tally.compared(), tally, level, n_resamples, seed)


def agreement_by_criterion(
    frame: pd.DataFrame,
    points: Mapping[str, Sequence[int]] | None = None,
    *,
    level: float = 0.95,
    n_resamples: int = 1000,
    seed: int = 0,
) -> tuple[Agreements, ...]:
    """Compute the agreement of ratings on each criterion; the units are the generations.

    Args:
        frame: one row per rating: generation_id, reviewer_id, criterion, value.
        points: criterion → all points of its scale; by default those that were given.
        level: confidence of the intervals.
        n_resamples: resamples of the bootstrap, at least 100.
        seed: seed of the bootstrap.

    Returns:
        One result per criterion, sorted by name.

    Raises:
        ValueError: a column is missing, or a setting is out of range.
    """
    rows = columns_of(
        frame, ["generation_id", "reviewer_id", "criterion", "value"], "agreement_by_criterion"
    )
    settings = {"level": level, "n_resamples": n_resamples, "seed": seed}
    found = []
    for criterion, group in rows.groupby("criterion", sort=True, observed=True):
        scale = {*(points or {}).get(str(criterion), ()), *group["value"].unique()}
        tally = tally_frame(group, "generation_id", "value", sorted(scale))
        found.append(_agreements(str(criterion), tally, is_vote=False, **settings))
    return tuple(found)


def vote_agreement_by_criterion(
    frame: pd.DataFrame, *, level: float = 0.95, n_resamples: int = 1000, seed: int = 0
) -> tuple[Agreements, ...]:
    """Compute the agreement of votes on each criterion; the units are the items.

    Args:
        frame: one row per vote: item_id, reviewer_id, criterion, winner (in item order).
        level: confidence of the intervals.
        n_resamples: resamples of the bootstrap, at least 100.
        seed: seed of the bootstrap.

    Returns:
        One result per criterion, sorted by name.

    Raises:
        ValueError: a column is missing, or a setting is out of range.
    """
    rows = columns_of(
        frame, ["item_id", "reviewer_id", "criterion", "winner"], "vote_agreement_by_criterion"
    )
    rows = rows.assign(code=outcome_codes(rows["winner"]))
    settings = {"level": level, "n_resamples": n_resamples, "seed": seed}
    return tuple(
        _agreements(str(name), tally_frame(group, "item_id", "code"), is_vote=True, **settings)
        for name, group in rows.groupby("criterion", sort=True, observed=True)
    )


def outcome_codes(winners: pd.Series) -> np.ndarray:
    """Give the outcomes of votes numbers: 0 to 3 for a, b, tie and both_bad.

    Raises:
        ValueError: an outcome has another name.
    """
    from lab.records import Winner

    codes = {winner.value: place for place, winner in enumerate(Winner)}
    found = winners.astype(object).map(codes)
    if found.isna().any():
        raise ValueError(f"{winners[found.isna()].iloc[0]!r} is not an outcome of a vote")
    return found.to_numpy(dtype=np.int64)


def _agreements(criterion: str, tally: Tally, *, is_vote: bool, **settings: Any) -> Agreements:
    return Agreements(
        criterion=criterion,
        is_vote=is_vote,
        alpha=krippendorff_alpha(tally, "nominal" if is_vote else "ordinal", **settings),
        ac2=gwet_ac2(tally, "identity" if is_vote else "ordinal", **settings),
        percent=percent_agreement(tally, **settings),
        icc1=None if is_vote else icc1(tally, **settings),
    )


def _agreement(
    coefficient: Coefficient, used: Tally, tally: Tally, level: float, n_resamples: int, seed: int
) -> Agreement:
    check_level(level)
    check_resamples(n_resamples)
    sizes = tally.counts.sum(axis=1)
    several = sizes >= 2
    n_raters = int(np.count_nonzero(np.bincount(tally.raters[several[tally.units]])))
    value, found, reason = _estimate(coefficient, used, int(several.sum()), n_raters,
                                     level, n_resamples, seed)  # fmt: skip
    return Agreement(
        value=value,
        interval=found.both,
        by_unit=found.by_unit,
        by_rater=found.by_rater,
        reason=reason,
        n_units=int(several.sum()),
        n_left_out=int((sizes == 1).sum()),
        n_ratings=int(sizes[several].sum()),
        n_raters=n_raters,
    )


def _estimate(
    coefficient: Coefficient,
    used: Tally,
    n_units: int,
    n_raters: int,
    level: float,
    n_resamples: int,
    seed: int,
) -> tuple[float | None, Intervals, str | None]:
    if not n_units:
        return None, Intervals(), "nothing has been judged by two people"
    value = float(coefficient.value(coefficient.parts(used.counts).sum(axis=0)))
    if np.isnan(value):
        return (
            None,
            Intervals(),
            "every answer is the same, so agreement cannot be told from chance",
        )
    if n_units < 2:
        return value, Intervals(), "one unit judged by two people; an interval needs at least two"
    found = intervals(coefficient, used, level, n_resamples, seed)
    if found.both:
        return value, found, None
    if n_raters < 3:
        return value, found, "two people only; what others would answer takes three to tell"
    return value, found, "too little differs between answers for an interval"
