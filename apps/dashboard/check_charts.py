"""Turns what is known of a hallucination check into charts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from apps.dashboard import words
from apps.dashboard.colours import LOSES, NEUTRAL, WINS
from apps.dashboard.drawing import colour, finish, names, tips
from lab.analysis.checks.accuracy import Curve
from lab.analysis.checks.calibration import Reliability

_MOST_POINTS = 400
_SHARE = alt.Scale(domain=[0, 1], clamp=True)
_AXIS: dict[str, Any] = {"format": "%", "tickCount": 5}


def rates(frame: pd.DataFrame, colours: Mapping[str, str]) -> alt.LayerChart:
    """Draw each checkpoint's rate: by the check as an open square, corrected as a dot.

    Args:
        frame: columns name, by_check, value, low, high (NaN where people labelled too little),
            shown, shown_by_check and range.
        colours: checkpoint to colour.
    """
    tip = tips({
        "name": "Checkpoint", "shown_by_check": "By the check", "shown": "Corrected",
        "range": "95 % interval",
    })  # fmt: skip
    axis = alt.Axis(title="Texts with a hallucination", **_AXIS)
    base = alt.Chart(frame).encode(
        y=names(frame["name"].tolist()), color=colour(colours), tooltip=tip
    )
    known = base.transform_filter("isValid(datum.value)")
    x = alt.X("value:Q", scale=_SHARE, axis=axis)
    corrected = [
        base.transform_filter("isValid(datum.low)")
        .mark_rule(strokeWidth=3, opacity=0.55)
        .encode(x=alt.X("low:Q", scale=_SHARE, axis=axis), x2="high:Q"),
        known.mark_point(filled=True, size=110, opacity=1).encode(x=x),
        known.mark_text(dy=-12, fontSize=12.5).encode(
            x=x, text="shown:N", color=alt.value(NEUTRAL)
        ),
    ]
    # A layer without a mark in it has nothing that a screen reader could say of it.
    layers = [
        *(corrected if frame["low"].notna().any() else []),
        base.mark_point(filled=False, shape="square", size=90, strokeWidth=2).encode(
            x=alt.X("by_check:Q", scale=_SHARE, axis=axis)
        ),
    ]
    return finish(alt.layer(*layers), rows=len(frame), step=42)


def kinds(frame: pd.DataFrame, colours: Mapping[str, str]) -> alt.Chart:
    """Draw in which share of each checkpoint's texts each kind of piece is marked.

    Args:
        frame: columns name, kind, share, shown and counts.
        colours: checkpoint to colour.
    """
    chart = (
        alt.Chart(frame)
        .mark_bar()
        .encode(
            y=alt.Y("kind:N", axis=alt.Axis(title=None, labelOverlap=False, ticks=False)),
            yOffset=alt.YOffset("name:N", sort=list(colours)),
            x=alt.X("share:Q", axis=alt.Axis(title="Texts", **_AXIS), scale=alt.Scale(domainMin=0)),
            color=colour(colours),
            tooltip=tips(
                {"name": "Checkpoint", "kind": "Kind", "shown": "Share", "counts": "Texts"}
            ),
        )
    )
    n_names = min(frame["name"].nunique(), 12)
    return finish(chart, rows=frame["kind"].nunique(), step=14 * n_names + 14)


def precision_recall(curve: Curve, limit: float | None) -> alt.LayerChart:
    """Draw precision against recall, guessing as a dashed line, the chosen threshold as a dot."""
    points = pd.DataFrame(
        {"recall": curve.recall, "precision": curve.precision, "threshold": curve.thresholds}
    )
    chosen = None if limit is None else points[points["threshold"] >= limit].tail(1)
    kept = np.unique(np.linspace(0, len(points) - 1, _MOST_POINTS).round().astype(int))
    x = alt.X("recall:Q", scale=_SHARE, axis=alt.Axis(title="Recall", **_AXIS))
    y = alt.Y("precision:Q", scale=_SHARE, axis=alt.Axis(title="Precision", **_AXIS))
    guess = alt.Chart(pd.DataFrame({"precision": [curve.prevalence]}))
    layers: list[Any] = [
        guess.mark_rule(color=NEUTRAL, strokeDash=[4, 4]).encode(y=y),
        alt.Chart(points.iloc[kept])
        .mark_line(color=WINS, interpolate="step-before")
        .encode(x=x, y=y),
        alt.Chart(points.iloc[kept])
        .mark_point(color=WINS, filled=True, size=18)
        .encode(x=x, y=y, tooltip=_said()),
    ]
    if chosen is not None and len(chosen):
        dot = alt.Chart(chosen).encode(x=x, y=y, tooltip=_said())
        layers.append(dot.mark_point(color=LOSES, filled=True, size=150, shape="diamond"))
        layers.append(
            dot.mark_text(dy=-14, fontSize=12.5, color=NEUTRAL, align="right").encode(
                text=alt.value("chosen threshold")
            )
        )
    return finish(alt.layer(*layers), height=340)


def reliability(found: Reliability) -> alt.LayerChart:
    """Draw the share of hallucinated texts against the score, one dot with interval per bin."""
    frame = pd.DataFrame(
        {
            "score": one.score,
            "share": one.share.value,
            "low": one.share.interval.low if one.share.interval else None,
            "high": one.share.interval.high if one.share.interval else None,
            "range": words.percent_range(one.share.interval),
            "scores": f"{one.low:.2f} to {one.high:.2f}",
            "texts": one.share.n,
        }
        for one in found.bins
    )
    frame = frame.astype({"low": float, "high": float})
    x = alt.X("score:Q", scale=_SHARE, axis=alt.Axis(title="Score of the check", tickCount=5))
    y = alt.Y("share:Q", scale=_SHARE, axis=alt.Axis(title="Hallucinated, say people", **_AXIS))
    tip = [
        *tips({"scores": "Scores", "texts": "Texts", "range": "95 % interval"}),
        alt.Tooltip("share:Q", title="Hallucinated", format=".0%"),
    ]
    ideal = alt.Chart(pd.DataFrame({"score": [0, 1], "share": [0, 1]}))
    base = alt.Chart(frame).encode(x=x, tooltip=tip)
    layers = [
        ideal.mark_line(color=NEUTRAL, strokeDash=[4, 4]).encode(x=x, y=y),
        base.transform_filter("isValid(datum.low)")
        .mark_rule(color=WINS, strokeWidth=3, opacity=0.55)
        .encode(y=alt.Y("low:Q", scale=_SHARE, axis=alt.Axis(title="", **_AXIS)), y2="high:Q"),
        base.mark_point(color=WINS, filled=True, size=90, opacity=1).encode(y=y),
    ]
    return finish(alt.layer(*layers), height=340)


def _said() -> list[alt.Tooltip]:
    return [
        alt.Tooltip("threshold:Q", title="Flag from score", format=".2~f"),
        alt.Tooltip("precision:Q", title="Precision", format=".0%"),
        alt.Tooltip("recall:Q", title="Recall", format=".0%"),
    ]
