"""Turns values with their intervals into the rows that charts and tables take.

Results come as frames: one row per thing, with its value and interval, and both in words. Nothing
is computed here; what is asked of lab.analysis is asked once per change of the records and of the
filters.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import pandas as pd
import streamlit as st

from apps.dashboard import data, words
from lab.analysis.intervals import Interval

LONG_SECONDS = 0.2
"""What takes longer has used much memory, which is then handed back to the system."""

P = ParamSpec("P")
Answer = TypeVar("Answer")


def _cached(max_entries: int) -> Callable[[Callable[P, Answer]], Callable[P, Answer]]:
    keep = st.cache_resource(max_entries=max_entries, show_spinner="Working the figures out …")

    def of(ask: Callable[P, Answer]) -> Callable[P, Answer]:
        @wraps(ask)
        def asked(*args: P.args, **named: P.kwargs) -> Answer:
            started = time.perf_counter()
            try:
                return ask(*args, **named)
            finally:
                if time.perf_counter() - started > LONG_SECONDS:
                    data.give_back()

        found: Callable[P, Answer] = keep(asked)
        return found

    return of


once = _cached(64)
# For answers as large as the frames themselves.
once_large = _cached(3)


def row(
    name: str, value: float | None, interval: Interval | None, reason: str | None, *, share: bool
) -> dict[str, Any]:
    """Return a thing's value and interval as numbers and in words.

    Args:
        name: the thing's name.
        value: its value; None where there is none.
        interval: the value's interval; None where there is none.
        reason: why there is no interval, in words.
        share: whether the value is a share, shown in per cent.
    """
    shown = words.percent(value) if share else words.number(value)
    spread = words.percent_range(interval) if share else words.number_range(interval)
    return {
        "name": name,
        "value": value,
        "low": interval.low if interval else None,
        "high": interval.high if interval else None,
        "shown": shown,
        "range": spread if interval else reason,
    }


def frame(rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """Return rows as a frame, checkpoints in the lab's order, missing numbers as NaN."""
    found = pd.DataFrame(list(rows))
    if found.empty:
        return found
    order = {name: i for i, name in enumerate(data.checkpoint_names())}
    places = found["name"].map(order).fillna(-1)
    found = found.assign(place=places).sort_values("place", kind="stable").drop(columns="place")
    return found.astype({"value": float, "low": float, "high": float})
