"""Turns results into the rows of the report's charts and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from apps.dashboard.report.gathered import Material
from lab.analysis.intervals import Interval

MOST_PAIRS = 45
"""Pairs that a table lists; the rest are counted below it."""


def ends(interval: Interval | None, prefix: str = "") -> dict[str, float]:
    """Return an interval's ends as columns of a table."""
    return {
        f"{prefix}low": interval.low if interval else np.nan,
        f"{prefix}high": interval.high if interval else np.nan,
    }


def ordered(material: Material, rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return a chart's rows as a frame, checkpoints in the lab's order, numbers as numbers."""
    order = {name: place for place, name in enumerate(material.checkpoints)}
    known = sorted(rows, key=lambda one: order.get(str(one["name"]), -1))
    return pd.DataFrame(known).astype({"value": float, "low": float, "high": float})


def noted(rows: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    """Return rows as a frame, without the column of notes where there is none."""
    frame = pd.DataFrame(rows)
    return frame if frame["note"].any() else frame.drop(columns="note")


def or_nan(value: float | None) -> float:
    """Return NaN, which a table shows as a dash, for None."""
    return np.nan if value is None else value
