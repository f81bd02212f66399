"""Turns the lab's figures about itself into a chart: value, error, target and the usual way."""

from __future__ import annotations

import math

import altair as alt
import pandas as pd

from apps.dashboard.colours import NEUTRAL, PALETTE
from apps.dashboard.drawing import finish, tips

OURS, USUAL = PALETTE[0], PALETTE[1]


def figures(frame: pd.DataFrame) -> alt.LayerChart:
    """Draw one row per simulated study.

    Args:
        frame: columns condition, value, low, high (the Monte-Carlo interval), usual, from, to (the
            target; NaN without one), all shares, and the words shown, usual_shown, aim.
    """
    known = frame[["value", "low", "high", "usual"]]
    ends = [math.floor(10 * float(known.min().min())) / 10, math.ceil(10 * known.max().max()) / 10]
    axis = alt.Axis(format="%", tickCount=5, title=None)
    scale = alt.Scale(domain=ends, nice=False, clamp=True)
    y = alt.Y("condition:N", sort=frame["condition"].tolist(), axis=None)
    tip = tips({"condition": "Study", "shown": "The lab", "aim": "Aimed at",
                "usual_shown": "The usual way"})  # fmt: skip
    base = alt.Chart().encode(y=y, tooltip=tip)
    # A layer without a mark would be a picture without a name to a screen reader.
    layers: list[alt.Chart] = []
    if frame["from"].notna().any():
        layers.append(
            base.transform_filter("isValid(datum.from)")
            .mark_bar(color=NEUTRAL, opacity=0.28, height=20, yOffset=9)
            .encode(x=alt.X("from:Q", scale=scale, axis=axis), x2="to:Q")
        )
    if frame["usual"].notna().any():
        layers.append(
            base.transform_filter("isValid(datum.usual)")
            .mark_point(shape="diamond", size=90, color=USUAL, strokeWidth=2, yOffset=9, opacity=1)
            .encode(x=alt.X("usual:Q", scale=scale, axis=axis))
        )
    layers += [
        base.mark_text(align="left", dy=-12, fontSize=12.5, color=NEUTRAL).encode(
            x=alt.datum(ends[0], type="quantitative", scale=scale), text="condition:N"
        ),
        base.mark_rule(color=OURS, strokeWidth=3, opacity=0.6, yOffset=9).encode(
            x=alt.X("low:Q", scale=scale, axis=axis), x2="high:Q"
        ),
        base.mark_point(filled=True, color=OURS, size=95, opacity=1, yOffset=9).encode(
            x=alt.X("value:Q", scale=scale, axis=axis)
        ),
    ]
    return finish(alt.layer(*layers, data=frame), rows=len(frame), step=46)
