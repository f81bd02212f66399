"""Turns ratings into each checkpoint's mean on each criterion, with its interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from lab.analysis.bootstrap import batches, check_resamples, resample_weights
from lab.analysis.frames import codes_of, columns_of
from lab.analysis.intervals import Interval, check_level, t_interval


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

    n_ratings: int
    """Ratings."""

    n_reviewers: int
    """People who gave them."""

    n_prompts: int
    """Prompts that they cover."""

    n_resamples: int
    """Resamples of the bootstrap."""

    seed: int
    """Seed of the bootstrap."""


def mean_rating(
    frame: pd.DataFrame, level: float = 0.95, n_resamples: int = 500, seed: int = 0
) -> tuple[MeanRating, ...]:
    """Compute the mean rating of every checkpoint on every criterion.

    The standard error comes from a two-way cluster bootstrap: reviewers and prompts are drawn
    anew, independently, and a rating counts as often as both were drawn (Owen 2007, "The
    pigeonhole bootstrap"; it errs on the wide side). The interval is mean ± t × that error with
    min(reviewers, prompts) − 1 degrees of freedom, cut at the lowest and highest value that
    anybody gave on the criterion. The bootstrap's own percentiles cover too little when a handful
    of reviewers differ in severity.

    Args:
        frame: one row per rating: checkpoint, criterion, reviewer_id, prompt_id, value.
        level: confidence of the intervals.
        n_resamples: resamples of the bootstrap, at least 100.
        seed: seed of the bootstrap; the order of the rows does not matter.

    Returns:
        One result per checkpoint and criterion that has ratings, sorted by both.

    Raises:
        ValueError: a column is missing, or a setting is out of range.
    """
    check_level(level)
    check_resamples(n_resamples)
    needed = ["checkpoint", "criterion", "reviewer_id", "prompt_id", "value"]
    rows = columns_of(frame, needed, "mean_rating")
    ranges = {
        str(name): (values.min(), values.max())
        for name, values in rows.groupby("criterion")["value"]
    }
    return tuple(
        _mean_of(
            group, str(checkpoint), str(criterion), ranges[str(criterion)], level, n_resamples, seed
        )
        for (checkpoint, criterion), group in rows.groupby(["checkpoint", "criterion"], sort=True)
    )


def _mean_of(
    group: pd.DataFrame,
    checkpoint: str,
    criterion: str,
    bounds: tuple[float, float],
    level: float,
    n_resamples: int,
    seed: int,
) -> MeanRating:
    values = group["value"].to_numpy(dtype=np.float64)
    reviewers, prompts = codes_of(group["reviewer_id"]), codes_of(group["prompt_id"])
    n_reviewers, n_prompts = reviewers.max() + 1, prompts.max() + 1
    reason, interval = _too_few(n_reviewers, n_prompts), None
    if reason is None:
        error = _standard_error(values, reviewers, prompts, n_resamples, seed)
        df = min(n_reviewers, n_prompts) - 1
        wide = t_interval(float(values.mean()), error, int(df), level)
        interval = Interval(
            max(wide.low, float(bounds[0])), min(wide.high, float(bounds[1])), level
        )
    return MeanRating(
        checkpoint=checkpoint,
        criterion=criterion,
        value=float(values.mean()),
        interval=interval,
        reason=reason,
        n_ratings=len(values),
        n_reviewers=int(n_reviewers),
        n_prompts=int(n_prompts),
        n_resamples=n_resamples,
        seed=seed,
    )


def _too_few(n_reviewers: int, n_prompts: int) -> str | None:
    if n_reviewers < 2:
        return "one reviewer so far; an interval needs at least two"
    if n_prompts < 2:
        return "one prompt so far; an interval needs at least two"
    return None


def _standard_error(
    values: np.ndarray, reviewers: np.ndarray, prompts: np.ndarray, n_resamples: int, seed: int
) -> float:
    shape = (int(prompts.max()) + 1, int(reviewers.max()) + 1)
    sums = sparse.csr_array((values - values.mean(), (prompts, reviewers)), shape=shape)
    counts = sparse.csr_array((np.ones_like(values), (prompts, reviewers)), shape=shape)
    rng = np.random.default_rng(seed)
    means = []
    for size in batches(n_resamples, max(shape)):
        by_reviewer = resample_weights(shape[1], size, rng)
        by_prompt = resample_weights(shape[0], size, rng)
        totals = ((sums @ by_reviewer.T).T * by_prompt).sum(axis=1)
        weights = ((counts @ by_reviewer.T).T * by_prompt).sum(axis=1)
        means.append(totals[weights > 0] / weights[weights > 0])
    return float(np.concatenate(means).std(ddof=1))
