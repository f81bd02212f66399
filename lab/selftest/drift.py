"""Tries on simulated studies how often a control chart sees a change, real or none at all."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from lab.analysis.reviewers.drift import control_chart
from lab.selftest.figures import Figure, share_error

TOPIC = "drift"
SEVERITY, SESSION, ITEM, REST = 0.8, 0.2, 0.5, 0.7
_PER_POINT, _IN_SESSION = 30, 20


def figures(runs: int, seed: int) -> Iterator[Figure]:
    """Give each figure as soon as it is known.

    Args:
        runs: simulated studies per figure.
        seed: seed of the draws.
    """
    for n_points in (15, 25, 100):
        yield _false_alarms(runs, seed, n_points)
    yield _found(runs, seed)


def ratings_over_time(
    rng: np.random.Generator, n_points: int, shift: float = 0.0, after: float = 1.0
) -> pd.DataFrame:
    """Draw ratings of ten reviewers in sessions of 20, severe and mild ones, of 60 texts.

    Args:
        rng: source of the draws.
        n_points: so many times 30 ratings.
        shift: what all reviewers give more, in points, from some moment on.
        after: that moment, as a share of the ratings.

    Returns:
        created_at, reviewer_id, generation_id and value.
    """
    n = n_points * _PER_POINT
    n_sessions = -(-n // _IN_SESSION)
    session = np.arange(n) // _IN_SESSION
    reviewer = rng.integers(0, 10, n_sessions)[session]
    text = rng.integers(0, 60, n)
    value = 3 + rng.normal(0, SEVERITY, 10)[reviewer] + rng.normal(0, ITEM, 60)[text]
    value += rng.normal(0, SESSION, n_sessions)[session] + rng.normal(0, REST, n)
    value += shift * (np.arange(n) >= after * n)
    times = pd.Timestamp("2026-01-01", tz="UTC") + pd.to_timedelta(np.arange(n), unit="min")
    return pd.DataFrame({
        "created_at": times, "reviewer_id": reviewer, "generation_id": text,
        "value": np.clip(np.round(value), 1, 5),
    })  # fmt: skip


def _false_alarms(runs: int, seed: int, n_points: int) -> Figure:
    watched, alarms, naive, all_points = 0, 0, 0, 0
    for run in range(runs):
        frame = ratings_over_time(np.random.default_rng([seed, n_points, run]), n_points)
        chart = control_chart(frame, _PER_POINT, ("reviewer_id", "generation_id"))
        first = next((i for i, one in enumerate(chart.points, 1) if one.signal), None)
        watched += first or len(chart.points)
        alarms += first is not None
        naive += _beyond_three(frame["value"].to_numpy())
        all_points += n_points
    rate = alarms / watched
    return Figure(
        topic=TOPIC,
        question="How likely is a chart's first false alarm at each point (1 / ARL0)?",
        condition=f"charts of {n_points} points of {_PER_POINT} ratings, reviewers in sessions, "
        f"severity sd {SEVERITY}, no change",
        value=rate,
        error=share_error(rate, watched),
        high=1 / 200,
        usual=naive / all_points,
        usual_way="plain means with limits of 3 standard errors of independent ratings",
        runs=runs,
        seed=seed,
    )


def _beyond_three(values: np.ndarray) -> int:
    means = values.reshape(-1, _PER_POINT).mean(axis=1)
    reach = 3 * values.std(ddof=1) / np.sqrt(_PER_POINT)
    return int((np.abs(means - means.mean()) > reach).sum())


def _found(runs: int, seed: int) -> Figure:
    found = 0
    for run in range(runs):
        rng = np.random.default_rng([seed, run])
        frame = ratings_over_time(rng, 40, shift=0.5, after=0.7)
        chart = control_chart(frame, _PER_POINT, ("reviewer_id", "generation_id"))
        found += any(point.signal in ("above", "rising") for point in chart.points[28:])
    return Figure(
        topic=TOPIC,
        question="How often is a change of all reviewers by half a point seen?",
        condition="40 points of 30 ratings, the change after 28 of them",
        value=found / runs,
        error=share_error(found / runs, runs),
        low=0.9,
        runs=runs,
        seed=seed,
    )
