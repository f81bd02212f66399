"""Turns a leaderboard into a forest plot, and a history of looks into a ribbon."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import pandas as pd
from scipy import special

from apps.dashboard.colours import NEUTRAL
from apps.dashboard.drawing import colour, finish, names, tips

_SHARES = [0.001, 0.01, 0.05, 0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9, 0.95, 0.99, 0.999]
_STEPS = (36, 22)
_MANY = 12
_ROOM = 1.25  # the places stand at the right of the widest interval
_AS_SHARE = "format(1 / (1 + exp(-datum.value)), '.2~p')"


def forest(frame: pd.DataFrame, colours: Mapping[str, str], *, naive: bool) -> alt.LayerChart:
    """Draw one strength with its interval per checkpoint, on an axis of shares.

    Args:
        frame: columns name, strength, low, high, naive_low, naive_high (log odds; NaN where there
            is none), label (the places it may hold, at
            the right) and the tooltip's words: shown, range,
            naive_range, tied, counts.
        colours: name to colour.
        naive: whether the naive interval stands below each, for comparison.
    """
    ends = frame[["low", "high", "strength", *(["naive_low", "naive_high"] if naive else [])]]
    reach = max(0.5, float(ends.abs().max().max())) * 1.08
    x = _strength(reach)
    titles = {"name": "Checkpoint", "label": "Place", "shown": "Wins against an average one",
              "range": "95 % interval", "naive_range": "Naive interval", "tied": "Tied with",
              "counts": "From"}  # fmt: skip
    row = names(frame["name"].tolist())
    base = alt.Chart(frame).encode(y=row, tooltip=tips(titles))
    shift = 5 if naive else 0
    known = base.transform_filter("isValid(datum.strength)")
    layers = [
        alt.Chart(pd.DataFrame({"strength": [0.0]}))
        .mark_rule(aria=False, color=NEUTRAL, strokeDash=[4, 4])
        .encode(x=x),
        known.transform_filter("isValid(datum.low)")
        .mark_rule(strokeWidth=4, opacity=0.6, yOffset=-shift, strokeCap="round")
        .encode(x=_strength(reach, "low"), x2="high:Q", color=colour(colours)),
        known.mark_point(filled=True, size=95, opacity=1, yOffset=-shift).encode(
            x=x, color=colour(colours)
        ),
        known.mark_text(align="right", fontSize=12.5, color=NEUTRAL).encode(
            x=alt.datum(reach * _ROOM), text="label:N"
        ),
        base.transform_filter("!isValid(datum.strength)")
        .mark_text(aria=False, fontSize=12.5, color=NEUTRAL, fontStyle="italic")
        .encode(x=alt.datum(0.0), text=alt.value("no finite strength")),
    ]
    if naive:
        layers.append(
            known.mark_rule(strokeWidth=2, color=NEUTRAL, yOffset=8, strokeDash=[2, 2]).encode(
                x=_strength(reach, "naive_low"), x2="naive_high:Q"
            )
        )
    return finish(
        alt.layer(*layers), rows=len(frame), step=_STEPS[len(frame) > _MANY] + (10 if naive else 0)
    )


def ribbon(frame: pd.DataFrame, smallest: float, shade: str) -> alt.LayerChart:
    """Draw the share and its interval after so many votes.

    Args:
        frame: columns votes, value, low, high (shares), and the tooltip's words shown, counts.
        smallest: half the width of the band in which differences do not matter.
        shade: the checkpoint's colour.
    """
    scale = alt.Scale(domain=[0, 1], clamp=True)
    y = alt.Y("low:Q", scale=scale, axis=alt.Axis(format="%", title=None, tickCount=5))
    x = alt.X(
        "votes:Q",
        title="votes between the two, oldest first",
        scale=alt.Scale(domain=[0, int(frame["votes"].max())], nice=False),
        axis=alt.Axis(tickCount=6, tickMinStep=1, format=",d"),
    )
    band = pd.DataFrame({"low": [0.5 - smallest], "high": [0.5 + smallest]})
    half = pd.DataFrame({"low": [0.5]})
    base = alt.Chart(frame).encode(x=x, tooltip=tips({"shown": "Share", "counts": "After"}))
    layers = [
        alt.Chart(band).mark_rect(aria=False, color=NEUTRAL, opacity=0.16).encode(y=y, y2="high:Q"),
        alt.Chart(half).mark_rule(aria=False, color=NEUTRAL, strokeDash=[4, 4]).encode(y=y),
        base.mark_area(color=shade, opacity=0.25, interpolate="step-after").encode(
            y=y, y2="high:Q"
        ),
        base.mark_line(color=shade, strokeWidth=2.5).encode(y=alt.Y("value:Q", scale=scale)),
        base.mark_point(color=shade, filled=True, size=26, opacity=1).encode(
            y=alt.Y("value:Q", scale=scale)
        ),
    ]
    return finish(alt.layer(*layers), height=320)


def _strength(reach: float, field: str = "strength") -> alt.X:
    ticks = [float(special.logit(share)) for share in _SHARES]
    axis = alt.Axis(
        values=[tick for tick in ticks if abs(tick) <= reach],
        labelExpr=_AS_SHARE,
        title="decided votes won against an average checkpoint",
        labelOverlap="greedy",
    )
    return alt.X(
        f"{field}:Q", scale=alt.Scale(domain=[-reach, reach * _ROOM], clamp=True), axis=axis
    )
