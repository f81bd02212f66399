"""Drift: turns answers over time into whether reviewers, or what they judge, changed."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import streamlit as st

from apps.dashboard import data, drift_charts, parts, words
from apps.dashboard.filters import Filters
from apps.dashboard.results import drift as results
from apps.dashboard.results.drift import Measure, Per
from lab.analysis.reviewers.drift import ControlChart, Point

TITLE = "Drift"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """How a measure is named and written."""

    name: str
    """Its name in sentences."""
    axis: str
    """Its name with its unit."""
    as_shown: Callable[[float], float] = float
    """From the unit of analysis to the one shown."""
    written: Callable[[float | None], str] = words.number
    """Writes a value."""
    share: bool = False
    """Whether it is a share."""


MEASURES: dict[Measure, Shown] = {
    "rating": Shown(name="The mean rating", axis="Mean rating, points"),
    "disagreement": Shown(
        name="The distance between ratings of the same text",
        axis="Mean distance from the other ratings of the text, points",
    ),
    "seconds": Shown(
        name="The time per answer",
        axis="Seconds per answer (geometric mean)",
        as_shown=math.exp,
        written=lambda value: words.duration(value or 0.0),
    ),
    "controls": Shown(
        name="The share of right answers to control items",
        axis="Right answers to control items",
        written=words.percent,
        share=True,
    ),
}
NAMES: dict[str, Measure] = {
    "Mean rating": "rating",
    "Disagreement": "disagreement",
    "Time per answer": "seconds",
    "Right answers to controls": "controls",
}
PER: dict[str, Per] = {
    "1/25 of all": "auto",
    "A day": "day",
    "25 values": "25",
    "50 values": "50",
    "100 values": "100",
}


def draw() -> None:
    """Draw the page."""
    filters: Filters = st.session_state["filters"]
    heading = st.container()
    measure, per = _ask()
    narrowed = _of_criterion(filters, measure)
    found = results.chart(data.version(), narrowed, measure, per)
    with heading:
        parts.heading(TITLE, _finding(found, MEASURES[measure], narrowed))
    if not found.points:
        _nothing(filters, measure, found.reason or "")
        return
    _chart(found, MEASURES[measure])
    if measure in ("rating", "disagreement"):
        _others(filters, measure, per)
        _reviewers(narrowed)


def _ask() -> tuple[Measure, Per]:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        measure = st.selectbox(
            "What to follow", list(NAMES), key="measure", bind="query-params", width=260
        )
        per = st.selectbox("One point is", list(PER), key="per", bind="query-params", width=200)
    return NAMES[measure], PER[per]


def _of_criterion(filters: Filters, measure: Measure) -> Filters:
    """Follow all criteria together where none is chosen."""
    return replace(filters, criterion=None) if measure in ("seconds", "controls") else filters


def _finding(found: ControlChart, shown: Shown, filters: Filters) -> str:
    what = shown.name + (f" on {filters.criterion}" if filters.criterion else "")
    if not found.points or found.centre is None:
        return f"{what} cannot be followed yet: {found.reason}."
    centre = shown.written(shown.as_shown(found.centre))
    if not found.signals:
        return (
            f"{what} has not changed: none of {len(found.points)} points leaves what chance "
            f"gives around {centre}."
        )
    first = found.signals[0]
    rest = f", and {len(found.signals) - 1} later" if len(found.signals) > 1 else ""
    value = shown.written(shown.as_shown(first.value))
    return (
        f"{what} changed: the point from {_when(first)} says so ({value}, "
        f"{drift_charts.SIGNALS[first.signal]}, usual is {centre}){rest}."
    )


def _when(point: Point) -> str:
    return f"{point.start:%Y-%m-%d %H:%M}"


def _nothing(filters: Filters, measure: Measure, reason: str) -> None:
    known = data.controls() if measure == "controls" else data.ratings()
    if measure == "controls" and known.empty:
        parts.empty(
            "No answers to control items yet",
            "Plan control items into a study, so that it is seen whether reviewers get tired.",
            "lab study create --help",
        )
    elif known.empty and data.votes().empty:
        parts.no_ratings(True)
    elif results.values(data.version(), filters, measure).empty:
        parts.hidden("answers")
    else:
        parts.empty(
            "Not enough answers to draw limits",
            f"There are {reason}. Choose fewer values per point, or wait for more answers.",
        )


def _chart(found: ControlChart, shown: Shown) -> None:
    parts.section(
        "Control chart",
        "Each point is the mean of one stretch of time, as if the usual reviewers had judged the "
        "usual checkpoints. The grey band is what chance gives; the grey line is the weighted "
        "mean, which sees slow moves. Diamonds say that something changed.",
    )
    frame = drift_charts.points(found, shown.as_shown)
    centre = shown.as_shown(found.centre or 0.0)
    drawing = drift_charts.control(frame, centre, shown.axis, share=shown.share)
    said = f"Control chart of {len(frame)} points, {len(found.signals)} of them out of control"
    parts.chart(drawing, key="chart-drift", alt_text=said)
    wider = words.number(found.overdispersion, 1)
    parts.explained(
        "Control chart",
        f"The first {found.n_baseline} points say what is usual; points move {wider} times as "
        "much as independent answers would, and the limits know it.",
        "What reviewers, checkpoints and criteria usually give is taken off by least squares. "
        "The spread is that of the moving ranges over each point's own standard error (Laney "
        "2002); single points are judged as Shewhart (1931) does at 3 standard errors, slow moves "
        "by an exponentially weighted mean (Roberts 1959; weight 0.2, limit 2.86 standard "
        "errors), both with Student's t. In 600 simulated studies without any change, with severe "
        "and mild reviewers working in sessions, a first false alarm came once in 378 points where "
        "charts have 100 points, and once in 827 where they have 25; plain limits of 3 standard "
        "errors would raise 28 of 100 points.",
    )
    parts.table(frame, "drift")


def _others(filters: Filters, measure: Measure, per: Per) -> None:
    parts.section(
        "By criterion and checkpoint",
        "The same chart for each by itself. Of many charts one now and then gives a false alarm.",
    )
    rows = [
        _line(replace(filters, criterion=criterion), measure, per, criterion, None)
        for criterion in results.criteria(filters)
    ]
    rows += [
        _line(filters, measure, per, filters.criterion or "all", name)
        for name in results.checkpoints(filters)
    ]
    parts.table(pd.DataFrame(rows), "drift-charts")


def _line(
    filters: Filters, measure: Measure, per: Per, criterion: str, checkpoint: str | None
) -> dict[str, Any]:
    found = results.chart(data.version(), filters, measure, per, checkpoint)
    return {
        "criterion": criterion,
        "checkpoint": checkpoint or "all",
        "usual": words.number(found.centre),
        **_said(found),
    }


def _said(found: ControlChart) -> dict[str, Any]:
    first = found.signals[0] if found.signals else None
    if not found.points:
        return {"change": "unknown", "since": found.reason, "points": 0}
    return {
        "change": drift_charts.SIGNALS[first.signal] if first else "none",
        "since": _when(first) if first else "",
        "points": len(found.points),
    }


def _reviewers(filters: Filters) -> None:
    parts.section(
        "Did a reviewer become stricter or milder?",
        "How far each one's ratings lie above those of others on the same texts, in points, over "
        "time.",
    )
    rows = [
        {"reviewer": name, "usual": words.number(found.centre), **_said(found)}
        for name, found in results.severities(data.version(), filters).items()
    ]
    if rows:
        parts.table(pd.DataFrame(rows), "drift-reviewers")
    else:
        parts.note("No text has been rated by two people on the same criterion.")
