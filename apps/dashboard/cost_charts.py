"""Turns checkpoints' quality and cost into one chart of points, intervals and the front."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import pandas as pd

from apps.dashboard.colours import NEUTRAL
from apps.dashboard.drawing import colour, finish, tips

_FORMS = ["on the front", "not certain", "dominated", "not known"]


def pareto(
    frame: pd.DataFrame, colours: Mapping[str, str], x_title: str, y_title: str
) -> alt.LayerChart:
    """Draw each checkpoint's quality against its cost, with intervals, and the front as steps.

    Args:
        frame: columns name, cost, cost_low, cost_high, quality, low, high (NaN where there is no
            interval), front (whether it is dominated by none, as measured), verdict, and the words
            for the tooltip: quality_shown, cost_shown, share.
        colours: name to colour.
        x_title: what it costs, with its unit.
        y_title: what is good.
    """
    scale = alt.Scale(zero=False, nice=True, padding=18)
    x = alt.X("cost:Q", title=x_title, scale=scale, axis=alt.Axis(tickCount=6, format="~g"))
    y = alt.Y("quality:Q", title=y_title, scale=scale, axis=alt.Axis(tickCount=6, format="~g"))
    tip = tips({"name": "Checkpoint", "quality_shown": y_title, "cost_shown": x_title,
                "verdict": "Place", "share": "On the front in"})  # fmt: skip
    base = alt.Chart(frame).encode(color=colour(colours), tooltip=tip)
    forms = alt.Scale(domain=_FORMS, range=["circle", "diamond", "cross", "square"])
    legend = alt.Legend(title=None, orient="top", symbolType="circle", symbolFillColor=NEUTRAL)
    steps = alt.Chart(frame[frame["front"]]).mark_line(
        interpolate="step-after", color=NEUTRAL, strokeDash=[5, 4], strokeWidth=1.5
    )
    qualities = [
        base.transform_filter("isValid(datum.low)")
        .mark_rule(strokeWidth=2, opacity=0.55)
        .encode(x=x, y=alt.Y("low:Q", scale=scale), y2="high:Q")
    ]
    costs = [
        base.transform_filter("isValid(datum.cost_low)")
        .mark_rule(strokeWidth=2, opacity=0.55)
        .encode(x=alt.X("cost_low:Q", scale=scale), x2="cost_high:Q", y=y)
    ]
    # A layer without a mark in it has nothing that a screen reader could say of it.
    layers = [
        steps.encode(x=x, y=y, order="cost:Q"),
        *(qualities if frame["low"].notna().any() else []),
        *(costs if frame["cost_low"].notna().any() else []),
        base.mark_point(filled=True, size=130, opacity=1).encode(
            x=x, y=y, shape=alt.Shape("verdict:N", scale=forms, legend=legend)
        ),
        base.mark_text(dx=9, dy=-11, align="left", fontSize=12.5).encode(
            x=x, y=y, text="name:N", color=alt.value(NEUTRAL)
        ),
    ]
    return finish(alt.layer(*layers), height=420)
