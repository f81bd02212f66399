"""Turns the trials of a search into the frames of the page Tuning."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import datetime
from numbers import Real
from statistics import fmean, median
from typing import Any

import pandas as pd

from apps.dashboard import data, words
from apps.dashboard.results import training
from apps.dashboard.results.rows import once
from lab.analysis.search import Importance, importances
from lab.records import Trial, TrialOutcome
from lab.tune.measure import BITS, measure_of, spread_of

OUTCOMES = {
    TrialOutcome.FINISHED: "finished",
    TrialOutcome.PRUNED: "given up",
    TrialOutcome.FAILED: "failed",
}
MOST_DRAWN = 300
_LOG_SPAN = 20  # drawn values nearer to one another than this never stand on a logarithmic axis
_FEW = 5  # so many different numbers stand as choices, each with its own place


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


@once
def folds(at: str, search: str) -> dict[int, list[float]]:
    """Return what each fold of the finished trials came to, by trial; empty without folds.

    Args:
        at: the data's version.
        search: the search's name.
    """
    found = trials(search)
    joined = [one for one in finished(found) if one.training_run_id is None]
    if not joined:
        return {}
    form = re.compile(rf"{re.escape(search)}-(\d+)\.\d+")
    of_run = {one["name"]: form.fullmatch(one["name"]) for one in data.run_facts()}
    named = {name: int(match[1]) for name, match in of_run.items() if match}
    by_bits = measure(found) == BITS
    values: dict[int, list[float]] = {}
    for name, (loss, bits) in training.best_of_folds(at, frozenset(named)).items():
        values.setdefault(named[name], []).append(bits if by_bits else loss)
    # Runs of another search of the same name do not come to this trial's value.
    return {
        one.number: told
        for one in joined
        if len(told := values.get(one.number, [])) > 1
        and math.isclose(fmean(told), one.value or 0.0, rel_tol=1e-6)
    }


def table(found: list[Trial], of_folds: dict[int, list[float]] | None = None) -> pd.DataFrame:
    """Return one row per trial: the best first, then what was given up, then what failed.

    Args:
        found: the trials.
        of_folds: what each fold came to, by trial; see `folds`.
    """
    best_first = finished(found)
    order = list(OUTCOMES)
    others = sorted(
        (one for one in found if one not in best_first),
        key=lambda one: (order.index(one.outcome), _or_last(one.value), one.number),
    )
    of_folds = of_folds or {}
    told = pd.DataFrame(
        {
            "trial": one.number,
            "value": one.value,
            **({"spread": spread_of(of_folds.get(one.number))} if of_folds else {}),
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


def history(found: list[Trial], of_folds: dict[int, list[float]] | None = None) -> pd.DataFrame:
    """Return each trial's value with the lowest so far among those that finished.

    Args:
        found: the trials.
        of_folds: what each fold came to, by trial; low and high are one standard deviation away.
    """
    rows, lowest = [], math.inf
    for one in found:
        if one.outcome is TrialOutcome.FINISHED and one.value is not None:
            lowest = min(lowest, one.value)
        spread = spread_of((of_folds or {}).get(one.number))
        apart = "" if spread is None else f" ± {words.number(spread, 4)}"
        rows.append(
            {
                "trial": one.number,
                "value": one.value,
                "best": lowest if math.isfinite(lowest) else None,
                "low": None if spread is None or one.value is None else one.value - spread,
                "high": None if spread is None or one.value is None else one.value + spread,
                "ended": OUTCOMES[one.outcome],
                "shown": words.number(one.value, 4) + apart,
                "settings": words.listed(
                    [f"{name} {_cell(value)}" for name, value in one.parameters.items()]
                ),
            }
        )
    return pd.DataFrame(rows).astype(dict.fromkeys(["value", "best", "low", "high"], float))


def one_setting(found: list[Trial], name: str) -> tuple[pd.DataFrame, bool | None]:
    """Set the value of each finished trial against one of its settings.

    Returns:
        Columns trial, setting, shown, value, reached (the value in words), best (whether it is the
        best trial); and whether the setting is better drawn on a logarithmic axis, None where it
        is a choice.
    """
    kept = finished(found)
    drawn = [one.parameters.get(name) for one in kept]
    log = None if _is_choice(drawn) else _is_log(drawn)
    rows = [
        {
            "trial": one.number,
            "setting": str(_cell(value)) if log is None else value,
            "shown": str(_cell(value)),
            "value": one.value,
            "reached": words.number(one.value, 4),
            "best": place == 0,
        }
        for place, (one, value) in enumerate(zip(kept, drawn, strict=True))
    ]
    frame = pd.DataFrame(rows)
    if log is None:
        order = {str(_cell(one)): i for i, one in enumerate(_choices(drawn))}
        frame = frame.sort_values("setting", key=lambda names: names.map(order), kind="stable")
    return frame, log


def coordinates(found: list[Trial], most: int = MOST_DRAWN) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Place the best finished trials on one axis per setting, and on one of values.

    Args:
        found: the trials.
        most: how many of the best to place.

    Returns:
        One row per trial and axis: trial, axis (its name), at (0 at the bottom, 1 at the top),
        shown (the value in words), better (share of the trials that did no better, 1 for the
        best); and the words at the axes' ends and, for choices, between: axis, at, shown.
    """
    kept = finished(found)[:most]
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
    if _is_choice(drawn):
        options = [str(_cell(one)) for one in _choices(drawn)]
        last = max(len(options) - 1, 1)
        at = {one: i / last if len(options) > 1 else 0.5 for i, one in enumerate(options)}
        return [at[str(_cell(one))] for one in drawn], [(at[one], one) for one in options]
    low, high = min(drawn), max(drawn)
    places = _placed(drawn, math.log if _is_log(drawn) else float)
    return places, [(0.0, _short(low)), (1.0, _short(high))]


def _short(value: float) -> str:
    """Write a number in few letters, since the axes stand close on a narrow screen."""
    return f"{value:.3g}" if abs(value) < 1000 else str(_cell(value))


def _placed(drawn: list[Any], scale: Callable[[Any], float]) -> list[float]:
    low, high = scale(min(drawn)), scale(max(drawn))
    return [(scale(one) - low) / (high - low) for one in drawn]


def _is_choice(drawn: list[Any]) -> bool:
    """Say whether values are words, or so few numbers that each has its own place."""
    numeric = all(isinstance(one, Real) and not isinstance(one, bool) for one in drawn)
    different = len(set(drawn))
    return not numeric or different == 1 or (different <= _FEW and 2 * different < len(drawn))


def _choices(drawn: list[Any]) -> list[Any]:
    """Order choices: numbers by size, then words."""
    apart = {str(_cell(one)): one for one in drawn}
    numbers = {
        text: one
        for text, one in apart.items()
        if isinstance(one, Real) and not isinstance(one, bool)
    }
    in_order = sorted(numbers, key=lambda text: float(numbers[text]))
    return [apart[text] for text in [*in_order, *sorted(apart.keys() - numbers)]]


def _is_log(drawn: list[Any]) -> bool:
    """Say whether the values spread more evenly over a logarithmic axis."""
    low, high = min(drawn), max(drawn)
    if low <= 0 or high / low <= _LOG_SPAN:
        return False
    off = [abs(median(_placed(drawn, scale)) - 0.5) for scale in (math.log, float)]
    return off[0] < off[1]


def _or_last(value: float | None) -> float:
    return math.inf if value is None else value


def _cell(value: Any) -> Any:
    if isinstance(value, float):
        rounded = float(f"{value:.4g}")
        return int(rounded) if rounded.is_integer() else rounded
    return "none" if value is None else str(value).lower() if isinstance(value, bool) else value
