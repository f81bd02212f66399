"""Asks lab.analysis what automatic scores add to the ratings."""

from __future__ import annotations

import pandas as pd

from apps.dashboard import data, words
from apps.dashboard.filters import Filters
from apps.dashboard.predicted_charts import AGAINST
from apps.dashboard.results.metrics import metric_columns
from apps.dashboard.results.rows import frame, once, row
from lab.analysis.prediction.estimates import (
    Predicted,
    chosen_pairs,
    predicted_differences,
    predicted_means,
)


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


@once
def differences(at: str, filters: Filters) -> tuple[Predicted, ...]:
    """Return the differences between checkpoints, with and without automatic scores."""
    return predicted_differences(
        filters.ratings(data.ratings()),
        filters.generations(data.generations()),
        score_names(filters),
        _pairs(filters),
    )


@once
def compared_with(at: str, filters: Filters) -> str | None:
    """Return the one that all others are compared with; None where every two are compared."""
    pairs = _pairs(filters)
    names = {name for pair in pairs for name in pair}
    every = 2 * len(pairs) == len(names) * (len(names) - 1)
    return None if every else pairs[0][1]


def _pairs(filters: Filters) -> tuple[tuple[str, str], ...]:
    return chosen_pairs(filters.ratings(data.ratings()), data.checkpoint_names())


def drawn(found: tuple[Predicted, ...]) -> pd.DataFrame:
    """Return one row per checkpoint of one criterion, with both values and intervals."""
    return frame(map(drawn_row, found))


def drawn_row(one: Predicted) -> dict[str, object]:
    """Return a mean with both its intervals as a row of a chart."""
    return {
        **row(one.checkpoint, one.value, one.interval, one.reason, share=False),
        "plain": one.classical_value,
        "plain_low": one.classical_interval.low if one.classical_interval else float("nan"),
        "plain_high": one.classical_interval.high if one.classical_interval else float("nan"),
        "plain_range": words.number_range(one.classical_interval),
        "saved": words.percent(one.saved),
        "counts": f"{words.count(one.n_ratings, 'rating')} of "
        f"{words.count(one.n_rated, 'text')}, {one.n_unrated:,} more with scores only",
    }


def drawn_pairs(found: tuple[Predicted, ...]) -> pd.DataFrame:
    """Return one row per pair of one criterion, with both differences and intervals."""
    return frame(map(drawn_pair, found))


def drawn_pair(one: Predicted) -> dict[str, object]:
    """Return a difference with both its intervals as a row of a chart."""
    return {
        **drawn_row(one),
        "name": f"{one.checkpoint}{AGAINST}{one.opponent}",
        "p": words.number(one.p_holm, 4),
        "plain_p": words.number(one.classical_p_holm, 4),
    }


def table(found: tuple[Predicted, ...]) -> pd.DataFrame:
    """Return one row per criterion and checkpoint, numbers as numbers."""
    return pd.DataFrame([_line(one, {}, {}) for one in found])


def table_of_pairs(found: tuple[Predicted, ...]) -> pd.DataFrame:
    """Return one row per criterion and pair, numbers as numbers."""
    return pd.DataFrame(
        [
            _line(
                one,
                {"against": one.opponent},
                {"Holm p": one.p_holm, "ratings alone, Holm p": one.classical_p_holm},
            )
            for one in found
        ]
    )


def _line(one: Predicted, who: dict[str, object], tested: dict[str, object]) -> dict[str, object]:
    ends = {"with scores": one.interval, "ratings alone": one.classical_interval}
    values = {"with scores": one.value, "ratings alone": one.classical_value}
    line: dict[str, object] = {"criterion": one.criterion, "checkpoint": one.checkpoint, **who}
    for what, interval in ends.items():
        line[what] = values[what]
        line[f"{what}, low"] = interval.low if interval else None
        line[f"{what}, high"] = interval.high if interval else None
    saved = one.saved_interval
    return line | {
        **tested,
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
