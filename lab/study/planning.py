"""Turns a budget of answers into the reviewers, prompts and answers per item that find the most.

See `lab.study.power` for what a study can find. A unit is what one reviewer answers at a time: a
text to rate, of which each prompt has one per system, or a pair to compare.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

from lab.study.power import (
    Detectable,
    Spread,
    rating_power,
    smallest_rating_difference,
    smallest_win_rate,
    win_rate_power,
)

Kind = Literal["rate", "ab"]

_MOST_PER_ITEM = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A study as planning sees it: who judges how much of what."""

    kind: Kind
    """"rate" (two systems' texts are rated) or "ab" (they are compared in pairs)."""

    n_prompts: int
    """Prompts for which both systems' texts are judged."""

    reviewers_per_item: int
    """Different people who judge each item."""

    n_reviewers: int
    """People among whom the work is divided."""

    spread: Spread
    """How far judgements differ."""

    seconds_per_answer: float
    """Time that one answer takes, in seconds."""

    level: float = 0.05
    """Level of the two-sided test."""

    @property
    def n_answers(self) -> int:
        """Answers in all: two texts for each prompt and reviewer, or one pair."""
        return self.n_prompts * self.reviewers_per_item * (2 if self.kind == "rate" else 1)

    @property
    def seconds(self) -> float:
        """Working time of all reviewers together, in seconds."""
        return self.n_answers * self.seconds_per_answer

    def power(self, difference: float) -> float | None:
        """Return the share of studies that find a difference; see `lab.study.power`."""
        find = rating_power if self.kind == "rate" else win_rate_power
        return find(
            difference,
            self.n_prompts,
            self.reviewers_per_item,
            self.n_reviewers,
            self.spread,
            self.level,
        )

    def smallest(self, power: float = 0.8) -> Detectable:
        """Return the smallest difference found with a power; see `lab.study.power`."""
        find = smallest_rating_difference if self.kind == "rate" else smallest_win_rate
        return find(
            self.n_prompts,
            self.reviewers_per_item,
            self.n_reviewers,
            self.spread,
            self.level,
            power,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What one more of something would help."""

    what: str
    """"items", "reviewers" or "answers per item"."""

    work: Work
    """The plan with twice as many of it."""

    power: float | None
    """Its power; None where it has none."""


def within_budget(work: Work, seconds: float, most_prompts: int | None = None) -> Work | None:
    """Find how a budget of time is best divided between prompts and answers per item.

    Money is time: a budget over the pay per hour.

    Args:
        work: the plan whose reviewers, spread and time per answer hold.
        seconds: working time of all reviewers together, in seconds.
        most_prompts: how many prompts there are; None for no limit.

    Returns:
        The plan that finds the smallest difference, of plans alike the one with fewer answers per
        item; None where the budget does not reach for two prompts or there is one reviewer.
    """
    if work.n_reviewers < 2:
        return None
    best, smallest = None, math.inf
    for k in range(1, min(_MOST_PER_ITEM, work.n_reviewers) + 1):
        one = replace(work, n_prompts=1, reviewers_per_item=k)
        n_prompts = min(int(seconds // one.seconds), most_prompts or math.inf)
        if n_prompts < 2:
            break
        plan = replace(one, n_prompts=int(n_prompts))
        error = _relative(plan)
        if error < smallest - 1e-12:
            best, smallest = plan, error
    return best


def prompts_needed(work: Work, difference: float, power: float = 0.8, most: int = 20_000) -> int:
    """Find the fewest prompts that find a difference with a power; 0 where `most` do not.

    Args:
        work: the plan whose reviewers and answers per item hold.
        difference: as for `Work.power`.
        power: wanted share of studies that find it.
        most: where the search ends.
    """

    def enough(n: int) -> bool:
        return (replace(work, n_prompts=n).power(difference) or 0.0) >= power

    if not enough(most):
        return 0
    low, high = 1, most
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def what_helps(work: Work, difference: float) -> tuple[Change, ...]:
    """Say what twice as many items, reviewers or answers per item would do, the best first.

    Twice the reviewers share the same answers, so that they cost no more time.

    Args:
        work: the plan.
        difference: the difference to find, as for `Work.power`.
    """
    plans = {
        "reviewers": replace(work, n_reviewers=2 * work.n_reviewers),
        "items": replace(work, n_prompts=2 * work.n_prompts),
    }
    if 2 * work.reviewers_per_item <= work.n_reviewers:
        doubled = 2 * work.reviewers_per_item
        plans["answers per item"] = replace(work, reviewers_per_item=doubled)
    changes = [
        Change(what=what, work=plan, power=plan.power(difference)) for what, plan in plans.items()
    ]
    return tuple(sorted(changes, key=lambda one: -(one.power or 0.0)))


def _relative(work: Work) -> float:
    return work.smallest().value or math.inf
