"""Asks the lab's own answers for what planning takes for granted, and lab.study for the plans."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from apps.dashboard import assumed as starting
from apps.dashboard import data
from apps.dashboard.assumed import Assumed
from apps.dashboard.filters import Filters
from apps.dashboard.results.rows import once
from lab.study.planning import Kind, Work, within_budget

N_POINTS = 14


def criteria(filters: Filters, kind: Kind) -> list[str]:
    """List the criteria that were answered within the filters, "overall" first."""
    return starting.criteria(_answers(filters, kind))


@once
def assumed(at: str, filters: Filters, kind: Kind, criterion: str | None) -> Assumed:
    """Return the lab's own estimates where it has them, and published ones where not."""
    return starting.assumed(_answers(filters, kind), kind, criterion)


def _answers(filters: Filters, kind: Kind) -> pd.DataFrame:
    return filters.ratings(data.ratings()) if kind == "rate" else filters.votes(data.votes())


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
