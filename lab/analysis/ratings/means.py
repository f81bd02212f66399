"""Turns ratings into each checkpoint's mean and distribution on each criterion, with intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lab.analysis.frames import codes_of, columns_of
from lab.analysis.intervals import Interval, check_level, share_interval, t_interval
from lab.analysis.ratings.pigeonhole import clusters_of, pigeonhole_errors


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanRating:
    """How one checkpoint's texts were rated on one criterion."""

    checkpoint: str
    """Name of the checkpoint."""

    criterion: str
    """Name of the criterion."""

    value: float
    """Mean of all ratings, in points of the scale."""

    interval: Interval | None
    """Interval for the mean over other reviewers and other prompts; None with a reason."""

    reason: str | None
    """Why there is no interval; None where there is one."""

    standard_error: float | None
    """Standard error of the mean, in points; None with a reason."""

    n_ratings: int
    """Ratings."""

    n_reviewers: int
    """People who gave them."""

    n_prompts: int
    """Prompts that they cover."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingShare:
    """How often one point of the scale was given to one checkpoint's texts on one criterion."""

    checkpoint: str
    """Name of the checkpoint."""

    criterion: str
    """Name of the criterion."""

    point: float
    """The point of the scale."""

    n_ratings: int
    """Ratings with this point."""

    share: float
    """The same as a share of the checkpoint's ratings on the criterion, 0 to 1."""

    interval: Interval | None
    """Interval of the share over other reviewers and other prompts; None with a reason."""

    reason: str | None
    """Why there is no interval; None where there is one."""


@dataclass(frozen=True, slots=True)
class _Groups:
    """Ratings coded by checkpoint and criterion."""

    names: list[tuple[str, str]]  # (checkpoint, criterion), sorted
    codes: np.ndarray
    values: np.ndarray
    reviewers: np.ndarray
    prompts: np.ndarray
    n: np.ndarray
    n_reviewers: np.ndarray
    n_prompts: np.ndarray

    def reason(self, group: int) -> str | None:
        if self.n_reviewers[group] < 2:
            return "one reviewer so far; an interval needs at least two"
        if self.n_prompts[group] < 2:
            return "one prompt so far; an interval needs at least two"
        return None


def mean_rating(frame: pd.DataFrame, level: float = 0.95) -> tuple[MeanRating, ...]:
    """Compute the mean rating of every checkpoint on every criterion.

    The standard error is the pigeonhole bootstrap's over reviewers and prompts, in closed form
    (Owen 2007; see `pigeonhole`). The interval is mean ± t × that error with
    min(reviewers, prompts) − 1 degrees of freedom, cut at the lowest and highest value that
    anybody gave on the criterion. A bootstrap's own percentiles cover too little when a handful
    of reviewers differ in severity.

    Args:
        frame: one row per rating: checkpoint, criterion, reviewer_id, prompt_id, value.
        level: confidence of the intervals.

    Returns:
        One result per checkpoint and criterion that has ratings, sorted by both.

    Raises:
        ValueError: a column is missing, or the level is out of range.
    """
    check_level(level)
    if (groups := _grouped(frame, "mean_rating")) is None:
        return ()
    (errors,) = pigeonhole_errors(
        groups.values[None], groups.codes, groups.reviewers, groups.prompts
    )
    means = np.bincount(groups.codes, weights=groups.values) / groups.n
    lowest, highest = _range_by_criterion(groups)
    results = []
    for group, (checkpoint, criterion) in enumerate(groups.names):
        value, error, reason = float(means[group]), float(errors[group]), groups.reason(group)
        df = int(min(groups.n_reviewers[group], groups.n_prompts[group])) - 1
        ends = lowest[criterion], highest[criterion]
        results.append(
            MeanRating(
                checkpoint=checkpoint,
                criterion=criterion,
                value=value,
                interval=None if reason else _within(t_interval(value, error, df, level), ends),
                reason=reason,
                standard_error=None if reason else error,
                n_ratings=int(groups.n[group]),
                n_reviewers=int(groups.n_reviewers[group]),
                n_prompts=int(groups.n_prompts[group]),
            )
        )
    return tuple(results)


def rating_shares(frame: pd.DataFrame, level: float = 0.95) -> tuple[RatingShare, ...]:
    """Compute how often each point was given to every checkpoint on every criterion.

    The interval of a share is built on the logit scale from the same two-way error as the mean's.

    Args:
        frame: one row per rating: checkpoint, criterion, reviewer_id, prompt_id, value.
        level: confidence of the intervals.

    Returns:
        One result per checkpoint, criterion and point that was given on the criterion at all,
        sorted by the three.

    Raises:
        ValueError: a column is missing, or the level is out of range.
    """
    check_level(level)
    if (groups := _grouped(frame, "rating_shares")) is None:
        return ()
    given, points = _points_by_criterion(groups), np.unique(groups.values)
    hits = (groups.values == points[:, None]).astype(np.float64)
    errors = pigeonhole_errors(hits, groups.codes, groups.reviewers, groups.prompts)
    counts = np.stack([np.bincount(groups.codes, weights=row) for row in hits])
    return tuple(
        _share_of(groups, group, point, (counts[row, group], errors[row, group]), level)
        for group, (_, criterion) in enumerate(groups.names)
        for row, point in enumerate(points)
        if point in given[criterion]
    )


def _share_of(
    groups: _Groups, group: int, point: float, found: tuple[float, float], level: float
) -> RatingShare:
    checkpoint, criterion = groups.names[group]
    share, reason = float(found[0] / groups.n[group]), groups.reason(group)
    few = int(min(groups.n_reviewers[group], groups.n_prompts[group]))
    return RatingShare(
        checkpoint=checkpoint,
        criterion=criterion,
        point=float(point),
        n_ratings=int(found[0]),
        share=share,
        interval=None if reason else share_interval(share, float(found[1]), few, level),
        reason=reason,
    )


def _grouped(frame: pd.DataFrame, caller: str) -> _Groups | None:
    needed = ["checkpoint", "criterion", "reviewer_id", "prompt_id", "value"]
    rows = columns_of(frame, needed, caller)
    if rows.empty:
        return None
    checkpoint, checkpoints = _coded(rows["checkpoint"])
    criterion, criteria = _coded(rows["criterion"])
    keys = checkpoint * len(criteria) + criterion
    found = np.flatnonzero(np.bincount(keys))
    codes = np.searchsorted(found, keys)
    names = [(checkpoints[key // len(criteria)], criteria[key % len(criteria)]) for key in found]
    reviewers, prompts = codes_of(rows["reviewer_id"]), codes_of(rows["prompt_id"])
    return _Groups(
        names=names,
        codes=codes,
        values=rows["value"].to_numpy(dtype=np.float64),
        reviewers=reviewers,
        prompts=prompts,
        n=np.bincount(codes),
        n_reviewers=clusters_of(codes, reviewers),
        n_prompts=clusters_of(codes, prompts),
    )


def _coded(column: pd.Series) -> tuple[np.ndarray, list[str]]:
    codes, names = pd.factorize(column, sort=True)
    return codes, list(map(str, names))


def _range_by_criterion(groups: _Groups) -> tuple[dict[str, float], dict[str, float]]:
    points = _points_by_criterion(groups)
    return (
        {name: min(given) for name, given in points.items()},
        {name: max(given) for name, given in points.items()},
    )


def _points_by_criterion(groups: _Groups) -> dict[str, set[float]]:
    which, points = pd.factorize(groups.values)
    given: dict[str, set[float]] = {}
    for key in np.flatnonzero(np.bincount(groups.codes * len(points) + which)):
        name = groups.names[key // len(points)][1]
        given.setdefault(name, set()).add(float(points[key % len(points)]))
    return given


def _within(wide: Interval, ends: tuple[float, float]) -> Interval:
    return Interval(max(wide.low, ends[0]), min(wide.high, ends[1]), wide.level)
