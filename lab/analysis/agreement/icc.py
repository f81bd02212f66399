"""Turns ratings by known people into ICC(2): how far the texts, not the people, make the points."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np
from scipy import sparse, stats

from lab.analysis.agreement.tally import Tally, compact
from lab.analysis.intervals import Interval, check_level

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
    k = len(used.values) / max(len(used.counts), 1)
    given = used.domain[used.values]
    # A mean near 0 keeps differences of sums exact.
    ratings = _Ratings(used.units, used.raters, given - _middle(given), used.n_raters)
    whole = ratings.summed()
    parts = whole.components()
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
        single_interval=_interval(ratings, whole, single, level),
        text_variance=of_texts,
        rater_variance=of_raters,
        rest_variance=rest,
        reason=None if single is not None else "every rating is the same",
    )


def _ratio(parts: tuple[float, float, float], k: float) -> float | None:
    of_texts, of_raters, rest = parts
    whole = of_texts + (of_raters + rest) / k
    return of_texts / whole if whole > 1e-12 else None


def _middle(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else 0.0


@dataclass(frozen=True, slots=True)
class _Sums:
    """What the components need to know of some texts; that of other texts adds to it."""

    n: int
    n_texts: int
    squares: float  # of the ratings
    text_squares: float  # of each text's sum, over its number of ratings
    loads: np.ndarray  # ratings by rater
    sums: np.ndarray  # of the ratings by rater
    levels: np.ndarray  # sum of the texts' means, over each rater's ratings
    shared: np.ndarray  # (raters, raters), over the texts of both: 1 / ratings of the text

    def with_other(self, other: _Sums, sign: int) -> _Sums:
        """Return the sums with those of other texts added (sign 1) or taken away (−1)."""
        return _Sums(
            *(getattr(self, one.name) + sign * getattr(other, one.name) for one in fields(self))
        )

    def components(self) -> tuple[float, float, float] | None:
        """Return the variances of texts, raters and rest; None where they cannot be told apart."""
        there = np.flatnonzero(self.loads)
        loads, sums = self.loads[there].astype(np.float64), self.sums[there]
        between = np.diag(loads) - self.shared[np.ix_(there, there)]
        right, n_raters = sums - self.levels[there], len(there)
        if not n_raters:
            return None
        # What is left of a difference of sums is no tie between two people.
        tied = np.abs(between) > 1e-9
        n_circles, circle = sparse.csgraph.connected_components(tied, directed=False)
        free = self.n - self.n_texts - n_raters + n_circles
        if free < 1 or n_raters <= n_circles or self.n_texts <= n_circles:
            return None
        # Within a circle only differences matter: any pull on its mean gives one solution of them.
        pulled = between + np.where(circle[:, None] == circle, between.diagonal().mean(), 0.0)
        by_raters = float(np.linalg.solve(pulled, right) @ right)
        within_texts = max(self.squares - self.text_squares, 0.0)
        within_raters = max(self.squares - float((sums**2 / loads).sum()), 0.0)
        left = max(within_texts - by_raters, 0.0)
        rest = left / free
        of_raters = (by_raters - rest * (n_raters - n_circles)) / (self.n - self.n_texts)
        of_texts = (within_raters - left - rest * (self.n_texts - n_circles)) / (self.n - n_raters)
        # Method III can come out below nothing; a variance cannot, but texts' may, as alpha does.
        return of_texts, max(of_raters, 0.0), rest


@dataclass(frozen=True, slots=True)
class _Ratings:
    """Ratings by text and rater, both numbered from 0."""

    texts: np.ndarray
    raters: np.ndarray
    values: np.ndarray
    n_raters: int

    def kept(self, rows: np.ndarray) -> _Ratings:
        """Keep some of them."""
        return _Ratings(self.texts[rows], self.raters[rows], self.values[rows], self.n_raters)

    def summed(self) -> _Sums:
        """Add up what the components need."""
        texts, raters, values, n_raters = self.texts, self.raters, self.values, self.n_raters
        texts = compact(texts)[1]
        per_text = np.bincount(texts)
        text_sums = np.bincount(texts, values)
        weights = 1 / np.sqrt(per_text[texts])
        who = sparse.coo_array((weights, (texts, raters)), shape=(len(per_text), n_raters)).tocsr()
        return _Sums(
            n=len(values),
            n_texts=len(per_text),
            squares=float((values**2).sum()),
            text_squares=float((text_sums**2 / per_text).sum()),
            loads=np.bincount(raters, minlength=n_raters),
            sums=np.bincount(raters, values, minlength=n_raters),
            levels=np.bincount(raters, (text_sums / per_text)[texts], minlength=n_raters),
            shared=(who.T @ who).toarray(),
        )


def _interval(ratings: _Ratings, whole: _Sums, single: float | None, level: float
              ) -> Interval | None:  # fmt: skip
    n_raters = int((whole.loads > 0).sum())
    if single is None or not -1 < single < 1 or n_raters < 3:
        return None
    ways = [
        _jackknife(_without_texts(ratings, whole)),
        _jackknife(_without_raters(ratings, whole)),
    ]
    if ways[0] is None or ways[1] is None:
        return None
    (first, first_df), (second, second_df) = ways[0], ways[1]
    if first + second <= 0:
        return None
    df = (first + second) ** 2 / (first**2 / first_df + second**2 / second_df)
    reach = float(stats.t.ppf((1 + level) / 2, df)) * np.sqrt(first + second)
    low, high = np.tanh(np.arctanh(single) + np.array([-reach, reach]))
    return Interval(float(low), float(high), level)


def _jackknife(without: Iterator[_Sums]) -> tuple[float, int] | None:
    found = []
    for rest in without:
        parts = rest.components()
        single = None if parts is None else _ratio(parts, 1)
        if single is None or not -1 < single < 1:
            return None
        found.append(np.arctanh(single))
    n_groups = len(found)
    spread = (n_groups - 1) / n_groups * ((np.array(found) - np.mean(found)) ** 2).sum()
    return float(spread), n_groups - 1


def _without_texts(ratings: _Ratings, whole: _Sums) -> Iterator[_Sums]:
    """Leave out one group of texts after another: its own sums are all that goes."""
    for rows in _groups(compact(ratings.texts)[1]):
        yield whole.with_other(ratings.kept(rows).summed(), -1)


def _without_raters(ratings: _Ratings, whole: _Sums) -> Iterator[_Sums]:
    """Leave out one group of raters after another: only their own texts are added up anew."""
    n_texts = int(ratings.texts.max()) + 1
    for rows in _groups(compact(ratings.raters)[1]):
        gone = np.zeros(len(ratings.values), dtype=bool)
        gone[rows] = True
        touched = np.bincount(ratings.texts[rows], minlength=n_texts)[ratings.texts] > 0
        others = whole.with_other(ratings.kept(touched).summed(), -1)
        yield others.with_other(ratings.kept(touched & ~gone).summed(), 1)


def _groups(codes: np.ndarray) -> Iterator[np.ndarray]:
    """Give the rows of each group; codes are dealt out in turn."""
    n_groups = min(_MOST_GROUPS, int(codes.max()) + 1)
    group = codes % n_groups
    return (np.flatnonzero(group == number) for number in range(n_groups))
