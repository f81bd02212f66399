"""Turns values over time into a control chart that says whether something changed, and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy import sparse, special, stats
from scipy.sparse.linalg import lsqr

from lab.analysis.frames import codes_of, columns_of

Signal = Literal["", "above", "below", "rising", "falling"]
"""What a point says: nothing; beyond the limits by itself; or a slow move of the weighted mean."""

FEWEST_POINTS = 8
"""With fewer points no limits can be drawn that mean anything."""
LARGEST_BASELINE = 25
"""The first half of the points, at least 8 and up to so many, says what is usual."""
WEIGHT = 0.2
"""Weight of the newest point in the weighted mean (Roberts 1959)."""
SHEWHART, EWMA = 3.0, 2.86
"""Limits in standard errors, so that both rules together give a first false alarm in no
more than one of 200 points (simulated in `lab.selftest.drift`)."""

_MOST_SOLVED = 1_500  # groups whose effects are solved for at once
_SPREAD_OF_TWO = 2 / np.sqrt(np.pi)  # mean of |a − b| of two standard normals: 1.128
_DF_PER_POINT = 0.62  # of moving ranges, against a standard deviation's (Ott 1975)


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """The values of one stretch of time."""

    start: pd.Timestamp
    """Time of its first value."""

    end: pd.Timestamp
    """Time of its last value."""

    value: float
    """Their mean, as if the usual reviewers had judged the usual texts."""

    raw: float
    """Their plain mean."""

    weighted: float
    """The exponentially weighted mean of this and all earlier points."""

    low: float
    """Lower limit of what chance alone gives."""

    high: float
    """Upper limit of what chance alone gives."""

    n: int
    """Values in it."""

    n_reviewers: int
    """People who gave them."""

    signal: Signal
    """Whether it says that something changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlChart:
    """Whether a mean stayed what it was."""

    points: tuple[Point, ...]
    """In the order of time; empty with a reason."""

    centre: float | None
    """Mean of the baseline's points; None with a reason."""

    n_baseline: int
    """The first points, which say what is usual."""

    overdispersion: float | None
    """How much more points move than independent values would: 1 is not at all."""

    reason: str | None
    """Why there is no chart."""

    @property
    def signals(self) -> tuple[Point, ...]:
        """The points that say that something changed."""
        return tuple(point for point in self.points if point.signal)


def control_chart(
    frame: pd.DataFrame, per: Literal["day"] | int, adjust: tuple[str, ...] = ("reviewer_id",)
) -> ControlChart:
    """Draw a control chart of a mean over time.

    What reviewers and texts usually give is taken off first, by least squares, so that a severe
    reviewer who works on Tuesdays is no change. How far points move by chance is measured by
    their moving ranges in units of each point's own standard error, so that what values of one
    reviewer or session have in common is in the limits (Laney 2002, "Improved Control Charts for
    Attributes"; Shewhart 1931). Each point is judged by itself and by an exponentially weighted
    mean (Roberts 1959, "Control Chart Tests Based on Geometric Moving Averages"), with limits of
    Student's t, wider where the baseline is short.

    Args:
        frame: created_at, value, reviewer_id and the columns of `adjust`; one row per value.
        per: "day", or so many values per point.
        adjust: columns whose usual effect is taken off.

    Raises:
        ValueError: a column is missing, or `per` is no positive number.
    """
    if per != "day" and (isinstance(per, str) or per < 1):
        raise ValueError(f'per is {per!r}; it must be "day" or a number of values from 1 up')
    needed = list(dict.fromkeys(["created_at", "value", "reviewer_id", *adjust]))
    rows = columns_of(frame, needed, "control_chart")
    if (missing := rows["value"].isna()).any():
        rows = rows[~missing]
    if not rows["created_at"].is_monotonic_increasing:
        rows = rows.sort_values("created_at", kind="stable")
    places = _places(rows["created_at"], per)
    n_points = int(places[-1]) + 1 if len(places) else 0
    if n_points < FEWEST_POINTS:
        return _none(f"{n_points} points so far; a control chart needs {FEWEST_POINTS}")
    values = rows["value"].to_numpy(dtype=float)
    levelled = _levelled(values, [codes_of(rows[column]) for column in adjust])
    spread = float(levelled.std(ddof=1))
    if spread == 0:
        return _none("all values are the same")
    return _chart(rows, places, levelled, spread)


def _none(reason: str) -> ControlChart:
    return ControlChart(points=(), centre=None, n_baseline=0, overdispersion=None, reason=reason)


def _places(times: pd.Series, per: Literal["day"] | int) -> np.ndarray:
    if per == "day":
        return pd.factorize(times.dt.floor("D"), sort=True)[0]
    places = np.arange(len(times)) // per
    # The rest that does not fill a point joins the last one.
    return np.minimum(places, max(0, len(times) // per - 1))


def _levelled(values: np.ndarray, codes: list[np.ndarray]) -> np.ndarray:
    """Take off what each group usually gives; the overall mean stays."""
    mean = values.mean()
    centred = values - mean
    parts = [one for one in codes if one.max() > 0]
    if not parts:
        return values
    if sum(int(one.max()) + 1 for one in parts) > _MOST_SOLVED:
        design = sparse.hstack([_indicators(one) for one in parts]).tocsr()
        left = centred - design @ lsqr(design, centred, atol=1e-10, btol=1e-10)[0]
    else:
        left = centred
        for one, effects in zip(parts, _effects(centred, parts), strict=True):
            left = left - effects[one]
    found: np.ndarray = mean + left
    return found


def _effects(values: np.ndarray, codes: list[np.ndarray]) -> list[np.ndarray]:
    """Return the groups' effects by least squares, from counts of who is with whom."""
    sizes = [int(one.max()) + 1 for one in codes]
    met = [
        [
            np.bincount(one * other_size + other, minlength=size * other_size).reshape(size, -1)
            for other, other_size in zip(codes, sizes, strict=True)
        ]
        for one, size in zip(codes, sizes, strict=True)
    ]
    sums = [
        np.bincount(one, values, minlength=size) for one, size in zip(codes, sizes, strict=True)
    ]
    found = np.linalg.lstsq(np.block(met).astype(float), np.concatenate(sums), rcond=1e-10)[0]
    return np.split(found, np.cumsum(sizes)[:-1])


def _indicators(codes: np.ndarray) -> sparse.csr_matrix:
    rows = np.arange(len(codes))
    return sparse.csr_matrix((np.ones(len(codes)), (rows, codes)))


def _chart(
    rows: pd.DataFrame, places: np.ndarray, levelled: np.ndarray, spread: float
) -> ControlChart:
    counts = np.bincount(places)
    means = np.bincount(places, weights=levelled) / counts
    raw = np.bincount(places, weights=rows["value"].to_numpy(dtype=float)) / counts
    errors = spread / np.sqrt(counts)
    n_baseline = min(LARGEST_BASELINE, max(FEWEST_POINTS, len(means) // 2))
    centre = float(np.average(means[:n_baseline], weights=counts[:n_baseline]))
    standing = (means - centre) / errors
    moved = np.abs(np.diff(standing[:n_baseline])).mean() / _SPREAD_OF_TWO
    overdispersion = float(moved) or 1.0
    standing = standing / overdispersion
    weighted = _weighted(standing)
    alone, slow = _limits(n_baseline, len(means))
    reach = alone * overdispersion * errors
    signals = [
        _signal(z, w, a, s) for z, w, a, s in zip(standing, weighted, alone, slow, strict=True)
    ]
    ends = np.append(np.flatnonzero(np.diff(places)) + 1, len(places))
    starts, lasts = (
        rows["created_at"].iloc[at].tolist() for at in (np.append(0, ends[:-1]), ends - 1)
    )
    people = codes_of(rows["reviewer_id"])
    cells = np.bincount((people * len(counts) + places)[people >= 0],
                        minlength=(people.max() + 1) * len(counts))  # fmt: skip
    n_people = (cells.reshape(-1, len(counts)) > 0).sum(axis=0)
    points = tuple(
        Point(
            start=starts[i],
            end=lasts[i],
            value=float(means[i]),
            raw=float(raw[i]),
            weighted=float(centre + weighted[i] * overdispersion * errors[i]),
            low=float(centre - reach[i]),
            high=float(centre + reach[i]),
            n=int(counts[i]),
            n_reviewers=int(n_people[i]),
            signal=signals[i],
        )
        for i in range(len(counts))
    )
    return ControlChart(
        points=points,
        centre=centre,
        n_baseline=n_baseline,
        overdispersion=overdispersion,
        reason=None,
    )


def _weighted(standing: np.ndarray) -> np.ndarray:
    weighted, last = np.empty(len(standing)), 0.0
    for i, value in enumerate(standing):
        last = WEIGHT * value + (1 - WEIGHT) * last
        weighted[i] = last
    return weighted


def _limits(n_baseline: int, n_points: int) -> tuple[np.ndarray, np.ndarray]:
    """Return both rules' limits in units of a point's own spread; shape (points,) each.

    The centre is known up to 1 / √n_baseline, and the spread with few degrees of freedom: both
    widen the limits (as of a prediction interval).
    """
    df = _DF_PER_POINT * (n_baseline - 1)
    alone, slow = (_as_t(limit, df) for limit in (SHEWHART, EWMA))
    number = np.arange(1, n_points + 1)
    own = WEIGHT / (2 - WEIGHT) * (1 - (1 - WEIGHT) ** (2 * number))
    settled = (1 - (1 - WEIGHT) ** number) ** 2  # how far the centre's error has come through
    return (
        np.full(n_points, alone * np.sqrt(1 + 1 / n_baseline)),
        slow * np.sqrt(own + settled / n_baseline),
    )


def _as_t(limit: float, df: float) -> float:
    return float(-stats.t.ppf(special.ndtr(-limit), df))


def _signal(standing: float, weighted: float, alone: float, slow: float) -> Signal:
    if abs(standing) > alone:
        return "above" if standing > 0 else "below"
    if abs(weighted) > slow:
        return "rising" if weighted > 0 else "falling"
    return ""
