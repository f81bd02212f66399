"""Turns ratings by known people into ICC(2): how far the texts, not the people, make the points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse, stats

from lab.analysis.agreement.tally import Tally
from lab.analysis.intervals import Interval, check_level
from lab.analysis.reviewers.severity import normal_equations

_MOST_GROUPS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoWayICC:
    """ICC(2) of Shrout and Fleiss (1979): people are a sample, and their severity counts."""

    single: float | None
    """ICC(2, 1): of one person's ratings; None with a reason."""

    mean: float | None
    """ICC(2, k): of the mean of k people's ratings; None with a reason."""

    k: float
    """Mean number of people per text."""

    single_interval: Interval | None
    """Interval of the first over other texts and people; None where it cannot be told."""

    text_variance: float | None
    """Variance between texts, in squared points; None with a reason."""

    rater_variance: float | None
    """Variance of the people's severity, in squared points; None with a reason."""

    rest_variance: float | None
    """Variance of what is left, in squared points; None with a reason."""

    reason: str | None
    """Why there is no value."""


def icc2(tally: Tally, level: float = 0.95) -> TwoWayICC:
    """Compute ICC(2, 1) and ICC(2, k) from variance components.

    With everybody rating everything these are Shrout and Fleiss's; for other designs the
    components are those of Henderson's third method (1953). The interval is a jackknife over
    groups of texts and of people, on the scale of Fisher's z, with t.

    Args:
        tally: the ratings; only texts with two ratings count.
        level: confidence of the interval.

    Raises:
        ValueError: the level is out of range.
    """
    check_level(level)
    used = tally.compared()
    texts, raters, values = used.units, used.raters, used.domain[used.values]
    k = len(values) / max(len(used.counts), 1)
    parts = _components(texts, raters, values)
    if parts is None:
        return TwoWayICC(
            single=None, mean=None, k=k, single_interval=None, text_variance=None,
            rater_variance=None, rest_variance=None,
            reason="too few texts that several people share",
        )  # fmt: skip
    of_texts, of_raters, rest = parts
    single, mean = _ratio(parts, 1), _ratio(parts, k)
    return TwoWayICC(
        single=single,
        mean=mean,
        k=k,
        single_interval=_interval(texts, raters, values, single, level),
        text_variance=of_texts,
        rater_variance=of_raters,
        rest_variance=rest,
        reason=None if single is not None else "every rating is the same",
    )


def _ratio(parts: tuple[float, float, float], k: float) -> float | None:
    of_texts, of_raters, rest = parts
    whole = of_texts + (of_raters + rest) / k
    return of_texts / whole if whole > 1e-12 else None


def _components(
    texts: np.ndarray, raters: np.ndarray, values: np.ndarray
) -> tuple[float, float, float] | None:
    """Return the variances of texts, raters and rest; None where they cannot be told apart."""
    if not len(values):
        return None
    texts, raters = _compact(texts), _compact(raters)
    n, n_texts, n_raters = len(values), int(texts.max()) + 1, int(raters.max()) + 1
    between, right = normal_equations(values, texts, raters, n_raters)
    n_circles = sparse.csgraph.connected_components(between != 0, directed=False)[0]
    free = n - n_texts - n_raters + n_circles
    if free < 1 or n_raters <= n_circles or n_texts <= n_circles:
        return None
    effect = np.linalg.lstsq(between, right, rcond=1e-10)[0]
    within_texts, within_raters = _within(values, texts), _within(values, raters)
    by_raters = float(effect @ right)
    left = max(within_texts - by_raters, 0.0)
    rest = left / free
    of_raters = (by_raters - rest * (n_raters - n_circles)) / (n - n_texts)
    of_texts = (within_raters - left - rest * (n_texts - n_circles)) / (n - n_raters)
    # Method III can come out below nothing; a variance cannot, but texts' may, as alpha does.
    return of_texts, max(of_raters, 0.0), rest


def _compact(codes: np.ndarray) -> np.ndarray:
    """Return numbers from 0 without gaps in place of others, without sorting."""
    found: np.ndarray = (np.cumsum(np.bincount(codes) > 0) - 1)[codes]
    return found


def _within(values: np.ndarray, groups: np.ndarray) -> float:
    sizes = np.maximum(np.bincount(groups), 1)
    means = np.bincount(groups, values) / sizes
    return float(((values - means[groups]) ** 2).sum())


def _interval(
    texts: np.ndarray, raters: np.ndarray, values: np.ndarray, single: float | None, level: float
) -> Interval | None:
    n_raters = len(np.unique(raters))
    if single is None or not -1 < single < 1 or n_raters < 3:
        return None
    ways = [_jackknife(texts, raters, values, by) for by in (texts, raters)]
    if ways[0] is None or ways[1] is None:
        return None
    (first, first_df), (second, second_df) = ways[0], ways[1]
    if first + second <= 0:
        return None
    df = (first + second) ** 2 / (first**2 / first_df + second**2 / second_df)
    reach = float(stats.t.ppf((1 + level) / 2, df)) * np.sqrt(first + second)
    low, high = np.tanh(np.arctanh(single) + np.array([-reach, reach]))
    return Interval(float(low), float(high), level)


def _jackknife(
    texts: np.ndarray, raters: np.ndarray, values: np.ndarray, by: np.ndarray
) -> tuple[float, int] | None:
    codes = _compact(by)
    n_groups = min(_MOST_GROUPS, int(codes.max()) + 1)
    group = codes % n_groups
    found = []
    for left_out in range(n_groups):
        kept = group != left_out
        parts = _components(texts[kept], raters[kept], values[kept])
        single = None if parts is None else _ratio(parts, 1)
        if single is None or not -1 < single < 1:
            return None
        found.append(np.arctanh(single))
    spread = (n_groups - 1) / n_groups * ((np.array(found) - np.mean(found)) ** 2).sum()
    return float(spread), n_groups - 1
