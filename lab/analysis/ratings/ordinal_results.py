"""Turns a fitted ordinal model into what people read: ratings, differences, severities, words."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy import special, stats

from lab.analysis.intervals import Interval, t_interval
from lab.analysis.ratings import ordinal_words
from lab.analysis.ratings.effects import (
    Scale,
    density,
    difference_in_points,
    expected_rating,
    superiority,
)
from lab.analysis.ratings.ordinal_design import Design
from lab.analysis.ratings.ordinal_fit import Estimate
from lab.analysis.ratings.ordinal_records import (
    AdjustedRating,
    OrdinalModel,
    RatedPair,
    Severity,
    Spread,
    Threshold,
)


def without(criterion: str, rows: pd.DataFrame, reason: str, level: float) -> OrdinalModel:
    """Describe a criterion that has no model, and why."""
    names = sorted(map(str, rows["checkpoint"].unique()))
    return OrdinalModel(
        criterion=criterion,
        reason=reason,
        checkpoints=tuple(_no_rating(name, rows, reason) for name in names),
        pairs=tuple(_no_pair(a, b, reason) for i, a in enumerate(names) for b in names[i + 1 :]),
        severities=(),
        spreads=(),
        thresholds=(),
        remarks=(),
        is_converged=False,
        n_ratings=len(rows),
        level=level,
    )


def described(
    criterion: str,
    rows: pd.DataFrame,
    kept: pd.DataFrame,
    design: Design,
    found: Estimate,
    level: float,
) -> OrdinalModel:
    """Describe a fitted model.

    Args:
        criterion: name of the criterion.
        rows: all its ratings.
        kept: those of the checkpoints between which differences are finite.
        design: the same in numbers.
        found: the fit.
        level: confidence of the intervals.
    """
    names = sorted(map(str, rows["checkpoint"].unique()))
    number = {name: place for place, name in enumerate(design.checkpoints)}
    no_interval = _no_interval(design, kept)
    fixed = _Fixed(design, found, level)
    apart = ordinal_words.apart(rows, set(number))
    return OrdinalModel(
        criterion=criterion,
        reason=None,
        checkpoints=tuple(
            fixed.rating(number[name], kept, no_interval)
            if name in number
            else _no_rating(name, rows, apart[name])
            for name in names
        ),
        pairs=tuple(
            fixed.pair(number[a], number[b], no_interval)
            if a in number and b in number
            else _no_pair(a, b, apart.get(a) or apart[b])
            for i, a in enumerate(names)
            for b in names[i + 1 :]
        ),
        severities=_severities(design, found, fixed, level),
        spreads=_spreads(design, found, level),
        thresholds=fixed.thresholds(),
        remarks=ordinal_words.remarks(design, found, apart),
        is_converged=found.is_converged,
        n_ratings=len(rows),
        level=level,
    )


class _Fixed:
    """Checkpoints and thresholds of a fit, with errors and degrees of freedom of their sums."""

    def __init__(self, design: Design, found: Estimate, level: float) -> None:
        self.design, self.found, self.level = design, found, level
        fixed = found.mode.point.core[design.n_reviewers + design.n_likings :]
        n_free = len(design.checkpoints) - 1
        self.levels = np.append(0.0, fixed[:n_free])
        self.cuts = fixed[n_free:]
        self.scale = scale_of(design, found)
        self.spread = float(np.hypot(self.scale.shared, self.scale.own))
        self.middle = float(self.levels.mean())

    def rating(self, place: int, rows: pd.DataFrame, reason: str | None) -> AdjustedRating:
        latent = float(self.levels[place])
        value = float(expected_rating(self.scale, np.array([latent]), self.spread)[0])
        mine = self.design.checkpoint == place
        return AdjustedRating(
            checkpoint=self.design.checkpoints[place],
            value=value,
            interval=None if reason else self._within(place, latent, value),
            reason=reason,
            n_ratings=int(mine.sum()),
            n_reviewers=len(np.unique(self.design.reviewer[mine])),
        )

    def pair(self, one: int, other: int, reason: str | None) -> RatedPair:
        value = float(self.levels[one] - self.levels[other])
        middle = float(self.levels[one] + self.levels[other]) / 2
        error, df = self._spread(self._weights(one) - self._weights(other))
        interval = None if reason else t_interval(value, error, df, self.level)
        scale = self.scale

        def points(latent: float) -> float:
            return difference_in_points(scale, latent, middle)

        def effect(latent: float) -> float:
            return latent / scale.spread

        def chance(latent: float) -> float:
            return superiority(scale, latent, middle)

        return RatedPair(
            checkpoint=self.design.checkpoints[one],
            opponent=self.design.checkpoints[other],
            value=value,
            interval=interval,
            points=points(value),
            points_interval=_through(interval, points),
            effect=effect(value),
            effect_interval=_through(interval, effect),
            superiority=chance(value),
            superiority_interval=_through(interval, chance),
            standard_error=None if reason else error,
            df=None if reason else df,
            p=None if reason else float(2 * stats.t.sf(abs(value) / error, df)),
            p_holm=None,
            reason=reason,
        )

    def thresholds(self) -> tuple[Threshold, ...]:
        points, n_free = self.design.points, len(self.levels) - 1
        found = []
        for place, cut in enumerate(self.cuts):
            weights = np.zeros(n_free + len(self.cuts))
            weights[:n_free] = -1 / (n_free + 1)
            weights[n_free + place] = 1
            found.append(
                Threshold(
                    point=float(points[place]),
                    next_point=float(points[place + 1]),
                    value=float(cut - self.middle),
                    standard_error=self._spread(weights)[0],
                )
            )
        return tuple(found)

    def _within(self, place: int, latent: float, value: float) -> Interval:
        """Build a mean rating's interval on the logit scale, so that it stays on the scale."""
        low, high = float(self.design.points[0]), float(self.design.points[-1])
        rise = np.diff(self.design.points) * density(self.scale, latent, self.spread)
        weights = rise.sum() * self._weights(place)
        weights[len(self.levels) - 1 :] = -rise
        error, df = self._spread(weights)
        share = (value - low) / (high - low)
        wide = t_interval(
            float(special.logit(share)),
            error / ((high - low) * share * (1 - share)),
            df,
            self.level,
        )
        ends = low + (high - low) * special.expit([wide.low, wide.high])
        return Interval(float(ends[0]), float(ends[1]), self.level)

    def _weights(self, place: int) -> np.ndarray:
        weights = np.zeros(len(self.levels) - 1 + len(self.cuts))
        if place:
            weights[place - 1] = 1
        return weights

    def _spread(self, weights: np.ndarray) -> tuple[float, float]:
        """Return the standard error of a weighted sum, with degrees of freedom.

        The degrees are Satterthwaite's, from how well the variance itself is known (Fai and
        Cornelius 1996; Kuznetsova, Brockhoff and Christensen 2017, "lmerTest").
        """
        variance = float(weights @ self.found.covariance @ weights)
        moves = np.einsum("i,sij,j->s", weights, self.found.slopes, weights)
        known = float(moves @ self.found.spread_covariance @ moves)
        df = max(1.0, 2 * variance**2 / known) if known > 0 else np.inf
        return float(np.sqrt(variance)), float(df)


def scale_of(design: Design, found: Estimate) -> Scale:
    """Collect a fit's thresholds and spreads."""
    spread = found.spreads
    return Scale(
        points=design.points,
        thresholds=found.mode.point.core[design.n_columns :],
        shared=float(np.hypot(spread.get("reviewer", 0.0), spread.get("prompt", 0.0))),
        own=float(np.hypot(spread.get("liking", 0.0), spread.get("text", 0.0))),
    )


def _severities(
    design: Design, found: Estimate, fixed: _Fixed, level: float
) -> tuple[Severity, ...]:
    n = design.n_reviewers
    lenient = found.mode.point.core[:n]
    errors = np.sqrt(np.diag(found.inverse)[:n])
    counts = np.bincount(design.reviewer, minlength=n)
    rest = np.sqrt(max(0.0, fixed.spread**2 - found.spreads.get("reviewer", 0.0) ** 2))

    def points(severity: float) -> float:
        ends = fixed.middle + np.array([-severity, 0.0])
        mine, average = expected_rating(fixed.scale, ends, float(rest))
        return float(mine - average)

    results = []
    for place in np.argsort(lenient, kind="stable"):
        value = -float(lenient[place])
        interval = t_interval(value, float(errors[place]), n - 1, level)
        turned = Interval(points(interval.high), points(interval.low), level)
        results.append(
            Severity(
                reviewer_id=design.reviewers[place],
                value=value,
                interval=interval,
                points=points(value),
                points_interval=turned,
                n_ratings=int(counts[place]),
            )
        )
    return tuple(results)


def _spreads(design: Design, found: Estimate, level: float) -> tuple[Spread, ...]:
    rest = np.pi / np.sqrt(3)
    total = sum(value**2 for value in found.spreads.values()) + rest**2
    results = []
    for name, n in design.random:
        value = found.spreads[name]
        reach = float(stats.norm.ppf((1 + level) / 2)) * found.spread_errors[name]
        ends = value * np.exp([-reach, min(reach, 50.0)])
        interval = Interval(float(ends[0]), float(ends[1]), level)
        share = value**2 / total
        results.append(
            Spread(name=name, value=value, interval=interval, share=float(share), n_levels=n)
        )
    last = Spread(
        name="rest",
        value=float(rest),
        interval=None,
        share=float(rest**2 / total),
        n_levels=len(design.y),
    )
    return (*results, last)


def _no_interval(design: Design, rows: pd.DataFrame) -> str | None:
    if len(design.reviewers) < 2:
        return "one reviewer so far; an interval needs at least two"
    if rows["prompt_id"].nunique() < 2:
        return "one prompt so far; an interval needs at least two"
    return None


def _no_rating(name: str, rows: pd.DataFrame, reason: str) -> AdjustedRating:
    mine = rows[rows["checkpoint"] == name]
    return AdjustedRating(
        checkpoint=name,
        value=None,
        interval=None,
        reason=reason,
        n_ratings=len(mine),
        n_reviewers=int(mine["reviewer_id"].nunique()),
    )


def _no_pair(checkpoint: str, opponent: str, reason: str) -> RatedPair:
    return RatedPair(
        checkpoint=checkpoint,
        opponent=opponent,
        value=None,
        interval=None,
        points=None,
        points_interval=None,
        effect=None,
        effect_interval=None,
        superiority=None,
        superiority_interval=None,
        standard_error=None,
        df=None,
        p=None,
        p_holm=None,
        reason=reason,
    )


def _through(interval: Interval | None, turn: Callable[[float], float]) -> Interval | None:
    if interval is None:
        return None
    return Interval(turn(interval.low), turn(interval.high), interval.level)
