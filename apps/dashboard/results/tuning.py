"""Turns the trials of a search into the frames of the page Tuning."""

from __future__ import annotations

import math
from datetime import datetime
from numbers import Real
from typing import Any

import pandas as pd

from apps.dashboard import data, words
from apps.dashboard.results.rows import once
from lab.analysis.search import Importance, importances
from lab.records import Trial, TrialOutcome
from lab.tune.measure import measure_of

OUTCOMES = {
    TrialOutcome.FINISHED: "finished",
    TrialOutcome.PRUNED: "given up",
    TrialOutcome.FAILED: "failed",
}
MOST_DRAWN = 300
_LOG_SPAN = 20  # drawn values further apart than this stand on a logarithmic axis


def searches() -> list[str]:
    """Return the names of all searches, the one with the newest trial first."""
    newest: dict[str, datetime] = {}
    for one in data.search_trials():
        newest[one.search] = max(one.created_at, newest.get(one.search, one.created_at))
    return sorted(newest, key=lambda name: newest[name], reverse=True)


def trials(search: str) -> list[Trial]:
    """Return the trials of a search that ended, by number."""
    return [one for one in data.search_trials() if one.search == search]


def finished(found: list[Trial]) -> list[Trial]:
    """Keep the trials that have a value to compare, the best first."""
    kept = [one for one in found if one.outcome is TrialOutcome.FINISHED and one.value is not None]
    return sorted(kept, key=lambda one: (one.value or 0.0, one.number))


def settings(found: list[Trial]) -> list[str]:
    """Name what was searched."""
    return list(dict.fromkeys(name for one in found for name in one.parameters))


def measure(found: list[Trial]) -> str:
    """Say what the values are."""
    return measure_of(settings(found))


def table(found: list[Trial]) -> pd.DataFrame:
    """Return one row per trial, the best first, then those without an end."""
    best_first = finished(found)
    others = [one for one in found if one not in best_first]
    told = pd.DataFrame(
        {
            "trial": one.number,
            "value": one.value,
            "ended": OUTCOMES[one.outcome],
            **{name: _cell(one.parameters.get(name)) for name in settings(found)},
            "seconds": one.seconds,
            "why": one.message,
            "run_id": one.training_run_id,
        }
        for one in [*best_first, *others]
    )
    # A table's column has one type; "none" beside numbers is a word.
    mixed = [name for name in settings(found) if told[name].dtype == object]
    return told.astype({"value": float, **dict.fromkeys(mixed, str)})


def history(found: list[Trial]) -> pd.DataFrame:
    """Return each trial's value with the lowest so far among those that finished."""
    rows, lowest = [], math.inf
    for one in found:
        if one.outcome is TrialOutcome.FINISHED and one.value is not None:
            lowest = min(lowest, one.value)
        rows.append(
            {
                "trial": one.number,
                "value": one.value,
                "best": lowest if math.isfinite(lowest) else None,
                "ended": OUTCOMES[one.outcome],
                "shown": words.number(one.value, 4),
            }
        )
    return pd.DataFrame(rows).astype({"value": float, "best": float})


def coordinates(found: list[Trial]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Place every finished trial on one axis per setting, and on one of values.

    Returns:
        One row per trial and axis: trial, axis (its name), at (0 at the bottom, 1 at the top),
        shown (the value in words), better (share of the trials that did no better, 1 for the
        best); and the words at the axes' ends and, for choices, between: axis, at, shown.
    """
    kept = finished(found)[:MOST_DRAWN]
    rows, ticks = [], []
    for name in [*settings(kept), "value"]:
        drawn = [one.value if name == "value" else one.parameters.get(name) for one in kept]
        places, told = _axis(drawn)
        ticks += [{"axis": name, "at": at, "shown": shown} for at, shown in told]
        rows += [
            {
                "trial": one.number,
                "axis": name,
                "at": at,
                "shown": str(_cell(value)),
                "better": 1 - place / max(len(kept) - 1, 1),
            }
            for place, (one, at, value) in enumerate(zip(kept, places, drawn, strict=True))
        ]
    return pd.DataFrame(rows), pd.DataFrame(ticks)


@once
def importance(at: str, search: str) -> tuple[Importance, ...]:
    """Say how much each setting decided about the finished trials' values."""
    kept = finished(trials(search))
    return importances([one.parameters for one in kept], [one.value or 0.0 for one in kept])


def _axis(drawn: list[Any]) -> tuple[list[float], list[tuple[float, str]]]:
    """Return the place of each value and the words along the axis."""
    numeric = all(isinstance(one, Real) and not isinstance(one, bool) for one in drawn)
    if not numeric or len(set(drawn)) == 1:
        options = sorted({str(_cell(one)) for one in drawn})
        last = max(len(options) - 1, 1)
        at = {one: i / last if len(options) > 1 else 0.5 for i, one in enumerate(options)}
        return [at[str(_cell(one))] for one in drawn], [(at[one], one) for one in options]
    low, high = min(drawn), max(drawn)
    if low > 0 and high / low > _LOG_SPAN:
        span = math.log(high / low)
        places = [math.log(one / low) / span for one in drawn]
    else:
        places = [(one - low) / (high - low) for one in drawn]
    return places, [(0.0, str(_cell(low))), (1.0, str(_cell(high)))]


def _cell(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.4g}")
    return "none" if value is None else str(value) if isinstance(value, bool) else value
