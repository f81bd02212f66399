"""Asks the lab's own answers for what planning takes for granted, and for the curves of a plan."""

from __future__ import annotations

import pandas as pd

from apps.dashboard import assumed as starting
from apps.dashboard import data, planned
from apps.dashboard.assumed import Assumed
from apps.dashboard.filters import Filters
from apps.dashboard.results.rows import once
from lab.study.planning import Kind

power_by_prompts = once(planned.power_by_prompts)
smallest_by_budget = once(planned.smallest_by_budget)


def criteria(filters: Filters, kind: Kind) -> list[str]:
    """List the criteria that were answered within the filters, "overall" first."""
    return starting.criteria(_answers(filters, kind))


@once
def assumed(at: str, filters: Filters, kind: Kind, criterion: str | None) -> Assumed:
    """Return the lab's own estimates where it has them, and published ones where not."""
    return starting.assumed(_answers(filters, kind), kind, criterion)


def _answers(filters: Filters, kind: Kind) -> pd.DataFrame:
    return filters.ratings(data.ratings()) if kind == "rate" else filters.votes(data.votes())
