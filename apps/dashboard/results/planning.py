"""Asks the lab's own answers for what planning takes for granted, and lab.study for the plans."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from apps.dashboard import data
from apps.dashboard.filters import Filters
from apps.dashboard.results.rows import once
from lab.analysis.variances import Variances, median_seconds, rating_variances, vote_variances
from lab.study.planning import Kind, Work, within_budget
from lab.study.power import RATING_SPREAD, VOTE_SPREAD

TIES = 0.2
SECONDS = 60.0
N_POINTS = 14
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


def criteria(filters: Filters, kind: Kind) -> list[str]:
    """List the criteria that were answered within the filters, "overall" first."""
    frame = filters.ratings(data.ratings()) if kind == "rate" else filters.votes(data.votes())
    return sorted(map(str, frame["criterion"].unique()), key=lambda name: (name != "overall", name))


@once
def assumed(at: str, filters: Filters, kind: Kind, criterion: str | None) -> Assumed:
    """Return the lab's own estimates where it has them, and published ones where not."""
    frame = filters.ratings(data.ratings()) if kind == "rate" else filters.votes(data.votes())
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


@once
def power_by_prompts(work: Work, difference: float) -> pd.DataFrame:
    """Return the power at up to three times as many prompts, for half to twice the reviewers."""
    most = 3 * work.n_prompts
    steps = sorted({max(2, round(most * (i + 1) / N_POINTS)) for i in range(N_POINTS)})
    rows = []
    for n_reviewers in _crowds(work):
        each = min(work.reviewers_per_item, n_reviewers)
        for n in steps:
            plan = replace(work, n_prompts=n, n_reviewers=n_reviewers, reviewers_per_item=each)
            rows.append(
                {
                    "prompts": n,
                    "power": plan.power(difference),
                    "reviewers": f"{n_reviewers} reviewers",
                    "hours": plan.seconds / 3600,
                }
            )
    return pd.DataFrame(rows)


@once
def smallest_by_budget(work: Work, hours: float) -> pd.DataFrame:
    """Return the smallest difference found with the best split of each budget up to twice as much.

    A budget that reaches for no study has no row.
    """
    rows = []
    for n_reviewers in _crowds(work):
        for i in range(1, N_POINTS + 1):
            budget = 2 * hours * i / N_POINTS
            plan = within_budget(replace(work, n_reviewers=n_reviewers), 3600 * budget)
            smallest = plan.smallest().value if plan else None
            if plan is not None and smallest is not None:
                rows.append(
                    {
                        "hours": budget,
                        "smallest": smallest,
                        "reviewers": f"{n_reviewers} reviewers",
                        "split": f"{plan.n_prompts} prompts × {plan.reviewers_per_item} answers",
                    }
                )
    return pd.DataFrame(rows, columns=["hours", "smallest", "reviewers", "split"])


def _crowds(work: Work) -> list[int]:
    n = work.n_reviewers
    return sorted({max(2, n // 2), n, 2 * n})
