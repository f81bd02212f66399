"""Turns a lab's own answers into what a plan starts from, and published figures where they lack."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from lab.analysis.variances import Variances, median_seconds, rating_variances, vote_variances
from lab.study.planning import Kind
from lab.study.power import RATING_SPREAD, VOTE_SPREAD, Spread, vote_spread

TIES = 0.2
SECONDS = 60.0
DIFFERENCE: dict[Kind, float] = {"rate": 0.3, "ab": 0.1}
"""What a plan is to find at first: points between means, or a win rate's distance from one half."""
_FEWEST_REVIEWERS = 3
_TELL_REVIEWERS = 6  # fewer say too little of how far reviewers differ


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumed:
    """What a plan starts from, and where it comes from."""

    prompt: float
    """Standard deviation between prompts."""
    reviewer: float
    """Standard deviation between reviewers."""
    residual: float
    """What is left, for ratings."""
    ties: float
    """Share of ties, for votes."""
    seconds: float
    """Time of one answer, in seconds."""
    found: Variances | None
    """The lab's own estimates; None where the figures are published ones."""
    own_reviewers: bool
    """Whether there are reviewers enough to tell how far they differ."""
    own_seconds: bool
    """Whether the time is the lab's own."""

    def spread(self, kind: Kind) -> Spread:
        """Return how far answers differ.

        Raises:
            ValueError: prompts and reviewers differ more than votes with so many ties can.
        """
        if kind == "ab":
            return vote_spread(self.ties, self.prompt, self.reviewer)
        return Spread(prompt=self.prompt, reviewer=self.reviewer, residual=self.residual)


def criteria(frame: pd.DataFrame) -> list[str]:
    """List the criteria of ratings or votes, "overall" first."""
    return sorted(map(str, frame["criterion"].unique()), key=lambda name: (name != "overall", name))


def assumed(frame: pd.DataFrame, kind: Kind, criterion: str | None) -> Assumed:
    """Return the lab's own estimates where it has them, and published ones where not.

    Args:
        frame: ratings or votes, as `storage.frames` gives them.
        kind: "rate" for ratings, "ab" for votes.
        criterion: name of the criterion; None for published figures.
    """
    seconds = median_seconds(frame)
    found = None
    if criterion is not None and len(frame):
        estimate = rating_variances if kind == "rate" else vote_variances
        found = estimate(frame, criterion)
    spread = RATING_SPREAD if kind == "rate" else VOTE_SPREAD
    start = Assumed(
        prompt=spread.prompt,
        reviewer=spread.reviewer,
        residual=spread.residual,
        ties=TIES,
        seconds=seconds or SECONDS,
        found=None,
        own_reviewers=False,
        own_seconds=seconds is not None,
    )
    return _own(start, found) if found is not None else start


def _own(start: Assumed, found: Variances) -> Assumed:
    parts = [found.sd(name) for name in ("prompt × system", "reviewer × system", "residual")]
    prompt, reviewer, residual = parts
    known = prompt is not None and reviewer is not None and bool(residual)
    if not known or found.n_reviewers < _FEWEST_REVIEWERS:
        return start
    tells = found.n_reviewers >= _TELL_REVIEWERS
    return replace(
        start,
        prompt=round(prompt or 0.0, 2),
        reviewer=round(reviewer or 0.0, 2) if tells else start.reviewer,
        own_reviewers=tells,
        residual=max(0.05, round(residual or 0.0, 2)),
        ties=round(start.ties if found.tie_rate is None else min(found.tie_rate, 0.9), 2),
        found=found,
    )
