"""Turns votes into who leans to one side of the screen, all reviewers looked at together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from lab.analysis.frames import codes_of, columns_of
from lab.analysis.intervals import Interval, check_level
from lab.records import Winner


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewerSide:
    """How one reviewer's votes fall to the left and to the right of the screen."""

    reviewer_id: str
    """The account."""

    reviewer: str
    """The pseudonym."""

    n_items: int
    """Pairs on which more criteria went to one side than to the other."""

    n_left: int
    """Of these, to the left."""

    share: float
    """n_left / n_items, 0 to 1; 0.5 is no leaning."""

    interval: Interval
    """Exact interval over other pairs (Clopper and Pearson 1934)."""

    p: float
    """Exact two-sided p of a share of one half, one observation per pair."""

    q: float
    """The same adjusted for looking at all reviewers (Benjamini and Hochberg 1995)."""

    leans: bool
    """Whether q is below 1 − level."""


def side_biases(votes: pd.DataFrame, level: float = 0.95) -> tuple[ReviewerSide, ...]:
    """Test every reviewer for a leaning to one side.

    Sides are dealt by chance, so that without a leaning a pair goes left as often as right,
    whatever the texts are. Criteria judged on one pair go together: a pair is one observation,
    left if more of its criteria went left than right.

    Args:
        votes: one row per vote: item_id, reviewer_id, reviewer, criterion, winner, swapped.
        level: confidence of the intervals; among the reviewers named as leaning, on average at
            most 1 − level do not lean.

    Returns:
        One result per reviewer with a decided pair, sorted by pseudonym.

    Raises:
        ValueError: a column is missing, or the level is out of range.
    """
    check_level(level)
    needed = ["item_id", "reviewer_id", "reviewer", "criterion", "winner", "swapped"]
    rows = columns_of(votes, needed, "side_biases")
    a_won = (rows["winner"] == Winner.A.value).to_numpy()
    decided = a_won | (rows["winner"] == Winner.B.value).to_numpy()
    rows, a_won = rows[decided], a_won[decided]
    if rows.empty:
        return ()
    who, listed = pd.factorize(rows["reviewer_id"], sort=True)
    known = [str(one) for one in listed]
    sign = np.where(a_won != rows["swapped"].to_numpy(dtype=bool), 1, -1)
    pairs, place = np.unique(codes_of(rows["item_id"]) * len(known) + who, return_inverse=True)
    net = np.bincount(place, sign)
    person = (pairs % len(known))[net != 0]
    n = np.bincount(person, minlength=len(known))
    left = np.bincount(person, net[net != 0] > 0, minlength=len(known)).astype(np.int64)
    first = rows.drop_duplicates("reviewer_id")
    names = dict(zip(first["reviewer_id"].astype(str), first["reviewer"].astype(str), strict=True))
    found = np.flatnonzero(n)
    tests = [stats.binomtest(int(left[i]), int(n[i])) for i in found]
    q = benjamini_hochberg(np.array([test.pvalue for test in tests]))
    sides = [
        ReviewerSide(
            reviewer_id=known[i],
            reviewer=names[known[i]],
            n_items=int(n[i]),
            n_left=int(left[i]),
            share=float(left[i] / n[i]),
            interval=_exact(test, level),
            p=float(test.pvalue),
            q=float(adjusted),
            leans=bool(adjusted < 1 - level),
        )
        for i, test, adjusted in zip(found, tests, q, strict=True)
    ]
    return tuple(sorted(sides, key=lambda one: (one.reviewer, one.reviewer_id)))


def benjamini_hochberg(p: np.ndarray) -> np.ndarray:
    """Adjust p-values for the share of false findings among all (Benjamini and Hochberg 1995).

    Args:
        p: shape (tests,).

    Returns:
        Adjusted p-values in the same order.
    """
    order = np.argsort(p)[::-1]
    raised = p[order] * len(p) / np.arange(len(p), 0, -1)
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(np.minimum.accumulate(raised), 1)
    return adjusted


def _exact(test: Any, level: float) -> Interval:
    ends = test.proportion_ci(confidence_level=level)
    return Interval(float(ends.low), float(ends.high), level)
