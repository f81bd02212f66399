"""Turns when answers came into when a study will be done, as a range of dates.

What is to come is drawn from what was: whole days (or hours, while a study is young) are drawn
with replacement, so that days without answers and crowded days both have their share; and they are
drawn from a resample of themselves, since a few days do not know their own mean (Efron 1979).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

import numpy as np

Unit = Literal["day", "hour"]

LENGTH: dict[Unit, timedelta] = {"day": timedelta(days=1), "hour": timedelta(hours=1)}
MOST_UNITS: dict[Unit, int] = {"day": 14, "hour": 48}
"""How far back the pace looks, in whole units before now."""
_FEWEST = 3
_FARTHEST = 3650
_N_DRAWS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """When a study is likely to be done."""

    n_left: int
    """Answers still to come."""

    unit: Unit | None
    """Length of the pieces that the pace is drawn from; None with a reason."""

    n_units: int
    """How many of them there are."""

    per_unit: float | None
    """Answers per unit, on average over those; None with a reason."""

    earliest: datetime | None
    """One in ten futures is done by then, UTC; None with a reason."""

    latest: datetime | None
    """Nine in ten futures are done by then, UTC; None with a reason."""

    reason: str | None
    """Why there are no dates; None where there are."""


def outlook(times: Sequence[datetime] | np.ndarray, n_left: int, now: datetime,
            seed: int = 0) -> Outlook:  # fmt: skip
    """Say when a study is likely to be done, at the pace of late.

    Args:
        times: when answers came, UTC, in any order; an array is one of datetime64.
        n_left: answers still to come.
        now: the present moment, UTC.
        seed: seed of the draws.

    Raises:
        ValueError: `n_left` is negative, or `now` has no time zone.
    """
    if n_left < 0:
        raise ValueError(f"n_left is {n_left}; it must be 0 or more")
    if now.tzinfo is None:
        raise ValueError("now has no time zone; give it in UTC")
    if isinstance(times, np.ndarray):
        came = times.astype("datetime64[us]").astype(np.int64) / 1e6
    else:
        came = np.asarray([at.timestamp() for at in times], dtype=np.float64)
    if n_left == 0:
        return _nothing(0, "every answer is in")
    if not len(came):
        return _nothing(n_left, "no answers yet")
    unit, counts = _counts(came, now)
    if len(counts) < _FEWEST:
        return _nothing(n_left, "a forecast needs answers over three hours at least")
    if not counts.any():
        return _nothing(n_left, f"no answers in the last {len(counts)} {unit}s")
    needed = _units_needed(counts, n_left, np.random.default_rng(seed))
    early, late = np.quantile(needed, [0.1, 0.9], method="higher")
    if late > _FARTHEST:
        return _nothing(n_left, "at this pace it takes years")
    return Outlook(
        n_left=n_left,
        unit=unit,
        n_units=len(counts),
        per_unit=float(counts.mean()),
        earliest=now.astimezone(UTC) + LENGTH[unit] * float(early),
        latest=now.astimezone(UTC) + LENGTH[unit] * float(late),
        reason=None,
    )


def _nothing(n_left: int, reason: str) -> Outlook:
    return Outlook(
        n_left=n_left,
        unit=None,
        n_units=0,
        per_unit=None,
        earliest=None,
        latest=None,
        reason=reason,
    )


def _counts(came: np.ndarray, now: datetime) -> tuple[Unit, np.ndarray]:
    """Count answers in whole units back from now, the newest first."""
    age = now.timestamp() - came
    units: tuple[Unit, ...] = ("day", "hour")
    for unit in units:
        seconds = LENGTH[unit].total_seconds()
        n_units = max(0, min(int(np.ceil(age.max() / seconds)), MOST_UNITS[unit]))
        if n_units >= _FEWEST:
            break
    ago = np.floor(np.maximum(age, 0) / seconds).astype(np.int64)
    return unit, np.bincount(ago[ago < n_units], minlength=n_units)[:n_units]


def _units_needed(counts: np.ndarray, n_left: int, rng: np.random.Generator) -> np.ndarray:
    """Draw how many units pass until so many answers are in, shape (draws,)."""
    size = int(min(_FARTHEST + 1, np.ceil(3 * n_left / counts.mean()) + 10))
    pools = rng.choice(counts, (_N_DRAWS, len(counts)))
    total, passed = np.zeros(_N_DRAWS), np.full(_N_DRAWS, float(_FARTHEST + 1))
    open_draws, begun = np.arange(_N_DRAWS), 0
    while len(open_draws) and begun <= _FARTHEST:
        place = rng.integers(0, len(counts), (len(open_draws), size))
        sums = total[open_draws, None] + pools[open_draws[:, None], place].cumsum(axis=1)
        done = sums[:, -1] >= n_left
        passed[open_draws[done]] = begun + (sums[done] >= n_left).argmax(axis=1) + 1
        total[open_draws], begun = sums[:, -1], begun + size
        open_draws = open_draws[~done]
    return passed
