"""Asks lab.analysis what each reviewer did, and how far they agree."""

from __future__ import annotations

import pandas as pd

from apps.dashboard import data, words
from apps.dashboard.filters import Filters
from apps.dashboard.results.rows import frame, once, row
from lab.analysis.agreement import Alpha, alpha_by_criterion
from lab.analysis.controls import ControlResults, control_results
from lab.analysis.reviewers import ReviewerSummary
from lab.analysis.reviewers import reviewers as summarise


def alphas(filters: Filters) -> pd.DataFrame:
    """Return the reviewers' agreement per criterion; value is NaN where there is a reason."""
    return frame(
        {
            **row(criterion, one.value, one.interval, one.reason, share=False),
            "counts": f"{words.count(one.n_units, 'text')} rated by two or more of "
            f"{words.count(one.n_raters, 'reviewer')}",
            "n_texts": one.n_units,
            "n_ratings": one.n_ratings,
            "reason": one.reason,
        }
        for criterion, one in _alphas(data.version(), filters).items()
    )


@once
def controls(version: str, study: str | None) -> ControlResults:
    """Return what the control items of one study, or of all, tell of the reviewers."""
    found = data.controls()
    return control_results(found if study is None else found[found["study"] == study])


@once
def summaries(at: str, filters: Filters) -> tuple[ReviewerSummary, ...]:
    """Return what each reviewer did, beside the others."""
    return summarise(filters.ratings(data.ratings()), filters.votes(data.votes()))


@once
def _alphas(at: str, filters: Filters) -> dict[str, Alpha]:
    return alpha_by_criterion(filters.ratings(data.ratings()))
