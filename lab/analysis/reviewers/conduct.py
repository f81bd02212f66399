"""Turns what reviewers did into whether it looks careless: straight lines, and the study's rule."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lab.analysis.frames import codes_of, columns_of


@dataclass(frozen=True, slots=True, kw_only=True)
class StraightLines:
    """How often one reviewer gave a text the same point on every criterion."""

    reviewer_id: str
    """The account."""

    n: int
    """Texts rated on at least two criteria."""

    n_straight: int
    """Of these, texts with the same point throughout."""

    share: float
    """n_straight / n, 0 to 1."""


def straight_lines(ratings: pd.DataFrame) -> dict[str, StraightLines]:
    """Count how often each reviewer rates in a straight line.

    Args:
        ratings: one row per rating: item_id, reviewer_id, criterion, value.

    Returns:
        Reviewer's id → the count, for whoever rated a text on two criteria or more.

    Raises:
        ValueError: a column is missing.
    """
    needed = ["item_id", "reviewer_id", "criterion", "value"]
    rows = columns_of(ratings, needed, "straight_lines")
    who, listed = pd.factorize(rows["reviewer_id"], sort=True)
    items, values = codes_of(rows["item_id"]), codes_of(rows["value"])
    texts = who.astype(np.int64) * (int(items.max(initial=0)) + 1) + items
    order = np.argsort(texts, kind="stable")
    starts = np.flatnonzero(np.diff(texts[order], prepend=-1))
    if not len(starts):
        return {}
    several = np.diff(np.append(starts, len(order))) >= 2
    ordered = values[order]
    lowest, highest = (of.reduceat(ordered, starts) for of in (np.minimum, np.maximum))
    person = who[order[starts]]
    n = np.bincount(person, several, minlength=len(listed))
    n_straight = np.bincount(person, several & (lowest == highest), minlength=len(listed))
    return {
        str(name): _lines(str(name), int(of_person), int(straight))
        for name, of_person, straight in zip(listed, n, n_straight, strict=True)
        if of_person
    }


def _lines(reviewer_id: str, n: int, n_straight: int) -> StraightLines:
    return StraightLines(reviewer_id=reviewer_id, n=n, n_straight=n_straight, share=n_straight / n)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """The exclusion rule of a study's protocol, as far as it is in figures."""

    below_gold: float | None = None
    """Who has a lower share of the items with a known answer right falls under it, training left
    out; None for no such rule."""

    faster_than: float | None = None
    """Whose median seconds per answer are fewer falls under it; None for no such rule."""


def falls_under(
    rule: Rule, *, n_known: int, n_right: int, median_seconds: float | None
) -> tuple[str, ...]:
    """Say by what a reviewer falls under the exclusion rule; it is advice, nobody is excluded.

    Args:
        rule: the rule.
        n_known: gold and degraded items that the reviewer answered.
        n_right: of these, the ones answered right.
        median_seconds: the reviewer's median time per answer; None where it is not known.

    Returns:
        "gold", "speed", both or none; what was not measured says nothing.
    """
    reasons = []
    if rule.below_gold is not None and n_known and n_right / n_known < rule.below_gold:
        reasons.append("gold")
    if rule.faster_than is not None and median_seconds is not None:
        reasons += ["speed"] if median_seconds < rule.faster_than else []
    return tuple(reasons)
