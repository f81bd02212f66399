"""Asks lab.analysis how the checkpoints were rated."""

from __future__ import annotations

import pandas as pd

from apps.dashboard import data, words
from apps.dashboard.filters import Filters
from apps.dashboard.results.rows import frame, once, row
from lab.analysis.ratings import MeanRating, mean_rating


def means(filters: Filters) -> pd.DataFrame:
    """Return the mean rating per checkpoint and criterion."""
    return frame(
        {
            "criterion": one.criterion,
            **row(one.checkpoint, one.value, one.interval, one.reason, share=False),
            "counts": f"{words.count(one.n_ratings, 'rating')} by "
            f"{words.count(one.n_reviewers, 'reviewer')} on {words.count(one.n_prompts, 'prompt')}",
        }
        for one in _means(data.version(), filters)
    )


@once
def _means(at: str, filters: Filters) -> tuple[MeanRating, ...]:
    return mean_rating(filters.ratings(data.ratings()))
