"""One figure of the lab about itself: how often an interval held the truth, or a test erred."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What simulation with a known truth gave, beside what was aimed at and what is usual."""

    topic: str
    """What is tried: "preferences", "ratings", "agreement", "prediction" or "sampling"."""
    question: str
    """The question in one sentence, e.g. "How often do 95 % intervals hold the truth?"."""
    condition: str
    """The simulated study, e.g. "8 reviewers, 600 votes"."""
    value: float
    """The lab's figure, a share in [0, 1]."""
    error: float
    """Its Monte-Carlo standard error."""
    low: float | None = None
    """Smallest value aimed at; None for no lower bound."""
    high: float | None = None
    """Largest value aimed at; None for no upper bound."""
    usual: float | None = None
    """What the usual way gives on the same draws; None where there is none."""
    usual_way: str = ""
    """What the usual way is, e.g. "every vote taken as independent"."""
    runs: int
    """Simulated studies."""
    seed: int
    """Seed of the draws."""

    @property
    def is_met(self) -> bool:
        """Whether the value lies in what was aimed at, give or take two Monte-Carlo errors."""
        reach = 2 * self.error
        above = self.low is None or self.value >= self.low - reach
        return above and (self.high is None or self.value <= self.high + reach)


def share_error(share: float, runs: int) -> float:
    """Return the Monte-Carlo standard error √(p (1 − p) / runs) of a share.

    At 0 and 1 the error of one case in all runs is given, as none at all would be a claim.
    """
    inside = min(max(share, 1 / (runs + 2)), 1 - 1 / (runs + 2))
    return math.sqrt(inside * (1 - inside) / runs)
