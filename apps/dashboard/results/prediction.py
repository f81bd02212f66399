"""Asks lab.analysis what automatic scores add to the ratings."""

from __future__ import annotations

import pandas as pd

from apps.dashboard import data, words
from apps.dashboard.filters import Filters
from apps.dashboard.results.metrics import metric_columns
from apps.dashboard.results.rows import frame, once, row
from lab.analysis.prediction.estimates import Predicted, predicted_means


def score_names(filters: Filters) -> list[str]:
    """List what may predict ratings: the metrics, and the faults that the source check found."""
    texts = filters.generations(data.generations())
    return [*metric_columns(texts), *(name for name in ("n_spans",) if name in texts.columns)]


@once
def predicted(at: str, filters: Filters) -> tuple[Predicted, ...]:
    """Return each checkpoint's mean on each criterion, with and without automatic scores."""
    return predicted_means(
        filters.ratings(data.ratings()),
        filters.generations(data.generations()),
        score_names(filters),
    )


def drawn(found: tuple[Predicted, ...]) -> pd.DataFrame:
    """Return one row per checkpoint of one criterion, with both values and intervals."""
    return frame(
        {
            **row(one.checkpoint, one.value, one.interval, one.reason, share=False),
            "plain": one.classical_value,
            "plain_low": one.classical_interval.low if one.classical_interval else float("nan"),
            "plain_high": one.classical_interval.high if one.classical_interval else float("nan"),
            "plain_range": words.number_range(one.classical_interval),
            "saved": words.percent(one.saved),
            "counts": f"{words.count(one.n_ratings, 'rating')} of "
            f"{words.count(one.n_rated, 'text')}, {one.n_unrated:,} more with scores only",
        }
        for one in found
    )


def table(found: tuple[Predicted, ...]) -> pd.DataFrame:
    """Return one row per criterion and checkpoint, numbers as numbers."""
    rows = []
    for one in found:
        ends = {"with scores": one.interval, "ratings alone": one.classical_interval}
        values = {"with scores": one.value, "ratings alone": one.classical_value}
        line: dict[str, object] = {"criterion": one.criterion, "checkpoint": one.checkpoint}
        for what, interval in ends.items():
            line[what] = values[what]
            line[f"{what}, low"] = interval.low if interval else None
            line[f"{what}, high"] = interval.high if interval else None
        saved = one.saved_interval
        line |= {
            "saved": one.saved,
            "saved, low": saved.low if saved else None,
            "saved, high": saved.high if saved else None,
            "worth, ratings": one.effective_ratings,
            "ratings": one.n_ratings,
            "rated texts": one.n_rated,
            "unrated texts": one.n_unrated,
            "trust in scores": one.tuning,
            "note": one.reason or "",
        }
        rows.append(line)
    return pd.DataFrame(rows)
