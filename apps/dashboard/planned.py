"""Turns a plan into curves: its power over prompts, and what budgets find."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from lab.study.planning import Work, within_budget

N_POINTS = 14


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
