"""Turns answers into how far each person's agree with those of all others, for all at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from lab.analysis.frames import codes_of, distinct
from lab.analysis.intervals import Interval
from lab.analysis.reviewers.severity import severities


@dataclass(frozen=True, slots=True, kw_only=True)
class RatedBeside:
    """Each person's ratings beside the others' of the same texts; arrays of shape (people,)."""

    agreement: np.ndarray
    """Pearson's r with the mean of the others, their severities taken out; NaN for none."""

    severity: np.ndarray
    """Mean of own − the others' ratings, their severities taken out, in points; NaN for none."""

    n_ratings: np.ndarray
    """Ratings of texts that somebody else rated too."""

    n_texts: np.ndarray
    """Texts among them."""

    def interval(self, i: int, level: float) -> Interval | None:
        """Build the interval of a person's agreement by Fisher's z; None below four texts."""
        value, n = self.agreement[i], self.n_texts[i]
        if not np.isfinite(value) or n < 4:
            return None
        reach = float(stats.norm.ppf((1 + level) / 2)) / np.sqrt(n - 3)
        middle = np.arctanh(np.clip(value, -1 + 1e-12, 1 - 1e-12))
        low, high = np.tanh([middle - reach, middle + reach])
        return Interval(float(low), float(high), level)


def rated_beside(ratings: pd.DataFrame, who: np.ndarray, n_people: int) -> RatedBeside:
    """Compare everybody's ratings with the others'.

    Args:
        ratings: generation_id, criterion, value, and perhaps excluded: with excluded ratings
            nobody is compared.
        who: each rating's person, shape (ratings,).
        n_people: number of people.
    """
    texts, criteria = codes_of(ratings["generation_id"]), codes_of(ratings["criterion"])
    values = ratings["value"].to_numpy(dtype=np.float64)
    counts = counting(ratings)
    n_criteria = int(criteria.max(initial=-1)) + 1
    others = np.full(len(values), np.nan)
    for criterion in range(n_criteria):
        rows = np.flatnonzero(criteria == criterion)
        others[rows] = _mean_of_others(values[rows], texts[rows], who[rows], counts[rows], n_people)
    shared = np.isfinite(others)
    who, texts, criteria = who[shared], texts[shared], criteria[shared]
    values, others = values[shared], others[shared]
    n = np.bincount(who, minlength=n_people)
    severity = np.bincount(who, values - others, minlength=n_people) / np.where(n, n, np.nan)
    pairs = distinct(texts * n_people + who)
    return RatedBeside(
        agreement=_correlations(values, others, who, criteria, n_people),
        severity=severity,
        n_ratings=n,
        n_texts=np.bincount(pairs % n_people, minlength=n_people),
    )


def numbers_of(column: pd.Series, known: pd.Series) -> np.ndarray:
    """Return each row's place among the known values, shape (rows,)."""
    place = {str(value): number for number, value in enumerate(known)}
    codes, found = pd.factorize(column)
    return np.array([place[str(value)] for value in found], dtype=np.int64)[codes]


def counting(frame: pd.DataFrame) -> np.ndarray:
    """Return which answers others are compared with: all but the excluded ones."""
    if "excluded" not in frame:
        return np.ones(len(frame), dtype=bool)
    return ~frame["excluded"].to_numpy(dtype=bool)


def same_votes(
    votes: pd.DataFrame, who: np.ndarray, n_people: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return each person's mean share of the others' votes on the same pairs that were the same.

    Args:
        votes: item_id, criterion, winner, and perhaps excluded.
        who: each vote's person, shape (votes,).
        n_people: number of people.

    Returns:
        The shares, NaN for whoever shares no pair, and the votes behind them; shape (people,).
    """
    if votes.empty:
        return np.full(n_people, np.nan), np.zeros(n_people)
    criteria = codes_of(votes["criterion"])
    pair = codes_of(votes["item_id"]) * (int(criteria.max()) + 1) + criteria
    outcome = codes_of(votes["winner"])
    kind = pair * (int(outcome.max()) + 1) + outcome
    counts = counting(votes).astype(np.float64)
    n_others = np.bincount(pair, counts)[pair] - counts
    n_same = np.bincount(kind, counts)[kind] - counts
    shared = n_others > 0
    n = np.bincount(who[shared], minlength=n_people)
    total = np.bincount(who[shared], n_same[shared] / n_others[shared], minlength=n_people)
    return total / np.where(n, n, np.nan), n


def _mean_of_others(
    values: np.ndarray, texts: np.ndarray, who: np.ndarray, counts: np.ndarray, n_people: int
) -> np.ndarray:
    """Return the mean of what the others gave the same text, less their severities; NaN for none.

    Whoever rated a text in two studies is no other to themselves.
    """
    severe = severities(values[counts], pd.factorize(texts[counts])[0], who[counts], n_people)
    level = np.where(counts, values - severe[who], 0.0)
    own = pd.factorize(texts * n_people + who)[0]
    n = _spread(counts.astype(np.float64), texts) - _spread(counts.astype(np.float64), own)
    total = _spread(level, texts) - _spread(level, own)
    return np.divide(total, n, out=np.full(len(values), np.nan), where=n > 0.5)


def _spread(amounts: np.ndarray, groups: np.ndarray) -> np.ndarray:
    return np.bincount(groups, amounts)[groups] if len(groups) else np.zeros(0)


def _correlations(
    x: np.ndarray, y: np.ndarray, who: np.ndarray, criteria: np.ndarray, n_people: int
) -> np.ndarray:
    """Correlate within people and criteria; average each person's by size; NaN for none."""
    if not len(x):
        return np.full(n_people, np.nan)
    n_criteria = int(criteria.max()) + 1
    groups = who * n_criteria + criteria
    n = np.bincount(groups, minlength=n_people * n_criteria).astype(np.float64)
    size = np.maximum(n, 1)
    x = x - (np.bincount(groups, x, minlength=len(n)) / size)[groups]
    y = y - (np.bincount(groups, y, minlength=len(n)) / size)[groups]
    xx, yy, xy = (np.bincount(groups, part, minlength=len(n)) for part in (x * x, y * y, x * y))
    usable = (n >= 3) & (xx > 1e-9 * size) & (yy > 1e-9 * size)
    r = np.divide(xy, np.sqrt(xx * yy), out=np.zeros_like(n), where=usable)
    weights = (n * usable).reshape(n_people, n_criteria)
    total = weights.sum(axis=1)
    summed = (r.reshape(n_people, n_criteria) * weights).sum(axis=1)
    return np.divide(summed, total, out=np.full(n_people, np.nan), where=total > 0)
