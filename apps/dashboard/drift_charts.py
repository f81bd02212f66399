"""Turns a control chart into a drawing: points, limits, weighted mean, and what stands out."""

from __future__ import annotations

from collections.abc import Callable

import altair as alt
import pandas as pd

from apps.dashboard import words
from apps.dashboard.colours import LOSES, NEUTRAL, WINS
from apps.dashboard.drawing import finish, tips
from lab.analysis.reviewers.drift import ControlChart

SIGNALS = {
    "": "as usual",
    "above": "above the limits",
    "below": "below the limits",
    "rising": "weighted mean too high",
    "falling": "weighted mean too low",
}


def points(found: ControlChart, as_shown: Callable[[float], float]) -> pd.DataFrame:
    """Return one row per point, in the unit in which it is shown.

    Args:
        found: the chart.
        as_shown: from the unit of analysis to the one shown, e.g. from log seconds to seconds.
    """
    return pd.DataFrame(
        {
            "point": number,
            "from": f"{one.start:%Y-%m-%d %H:%M}",
            "to": f"{one.end:%Y-%m-%d %H:%M}",
            "value": as_shown(one.value),
            "plain": as_shown(one.raw),
            "weighted": as_shown(one.weighted),
            "low": as_shown(one.low),
            "high": as_shown(one.high),
            "answers": one.n,
            "reviewers": one.n_reviewers,
            "signal": SIGNALS[one.signal],
        }
        for number, one in enumerate(found.points, 1)
    )


def control(frame: pd.DataFrame, centre: float, title: str, *, share: bool) -> alt.LayerChart:
    """Draw a control chart.

    Args:
        frame: see `points`.
        centre: the usual value.
        title: what is drawn, with its unit.
        share: whether values are shares, shown in per cent.
    """
    axis = alt.Axis(format="%" if share else "~g", tickCount=6)
    shown = frame.assign(
        shown=[words.percent(v) if share else words.number(v) for v in frame["value"]]
    )
    x = alt.X("point:Q", title="Points in the order of time",
              axis=alt.Axis(tickMinStep=1, tickCount=10, format="d"),
              scale=alt.Scale(domain=[0.5, len(frame) + 0.5], nice=False))  # fmt: skip
    y = alt.Y("value:Q", title=title, axis=axis, scale=alt.Scale(zero=False))
    tip = tips({
        "from": "From", "to": "To", "shown": "Value", "answers": "Values",
        "reviewers": "Reviewers", "signal": "Says",
    })  # fmt: skip
    base = alt.Chart(shown).encode(x=x, tooltip=tip)
    layers = [
        base.mark_area(color=NEUTRAL, opacity=0.14).encode(
            y=alt.Y("low:Q", title=title, axis=axis, scale=alt.Scale(zero=False)), y2="high:Q"
        ),
        alt.Chart(pd.DataFrame({"value": [centre]}))
        .mark_rule(color=NEUTRAL, strokeDash=[4, 4])
        .encode(y=y),
        base.mark_line(color=NEUTRAL, strokeWidth=2).encode(y=alt.Y("weighted:Q", axis=axis)),
        base.mark_line(color=WINS, strokeWidth=1, opacity=0.6).encode(y=y),
        base.mark_point(color=WINS, filled=True, size=50, opacity=1).encode(y=y),
    ]
    odd = shown[shown["signal"] != SIGNALS[""]]
    if len(odd):
        diamonds = alt.Chart(odd).mark_point(
            color=LOSES, filled=True, shape="diamond", size=170, opacity=1
        )
        layers.append(diamonds.encode(x=x, y=y, tooltip=tip))
    return finish(alt.layer(*layers), height=340)
