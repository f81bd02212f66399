"""Turns the trials of a search into charts: their history, and one line per trial over settings."""

from __future__ import annotations

import altair as alt
import pandas as pd

from apps.dashboard.colours import NEUTRAL, SCALE, WINS
from apps.dashboard.drawing import finish, tips

_FORMS = {"finished": "circle", "given up": "cross", "failed": "triangle-down"}


def history(frame: pd.DataFrame, title: str) -> alt.LayerChart:
    """Draw each trial's value, and the lowest so far as steps.

    Args:
        frame: columns trial, value, best (NaN before the first), ended, shown.
        title: what the values are.
    """
    x = alt.X("trial:Q", title="Trial", axis=alt.Axis(tickCount=8, tickMinStep=1, format="d"))
    scale = alt.Scale(zero=False, nice=True)
    y = alt.Y("value:Q", title=title, scale=scale, axis=alt.Axis(tickCount=6, format="~g"))
    told = list(dict.fromkeys(frame["ended"]))
    forms = alt.Scale(domain=told, range=[_FORMS[one] for one in told])
    legend = alt.Legend(title=None, orient="top", symbolFillColor=NEUTRAL)
    best = alt.Chart(frame[frame["best"].notna()]).mark_line(
        interpolate="step-after", color=WINS, strokeWidth=2
    )
    points = alt.Chart(frame[frame["value"].notna()]).mark_point(
        filled=True, size=60, color=NEUTRAL, opacity=0.85
    )
    shape = alt.Shape("ended:N", scale=forms, legend=legend)
    tip = tips({"trial": "Trial", "shown": title, "ended": "Ended"})
    return finish(
        alt.layer(
            best.encode(x=x, y=alt.Y("best:Q", scale=scale, title=title)),
            points.encode(x=x, y=y, tooltip=tip, shape=shape),
        ),
        height=280,
    )


def coordinates(lines: pd.DataFrame, ticks: pd.DataFrame, n_trials: int) -> alt.LayerChart:
    """Draw one line per trial over one axis per setting, the best trials in blue and on top.

    Args:
        lines: columns trial, axis, at, shown, better; see apps.dashboard.results.tuning.
        ticks: columns axis, at, shown.
        n_trials: number of lines.
    """
    axes = list(dict.fromkeys(ticks["axis"]))
    x = alt.X(
        "axis:N",
        sort=axes,
        title=None,
        scale=alt.Scale(type="point", padding=0.35),
        axis=alt.Axis(orient="top", labelAngle=0, grid=True, domain=False, ticks=False),
    )
    y = alt.Y("at:Q", axis=None, scale=alt.Scale(domain=[-0.06, 1.06]))
    shades = alt.Scale(domain=[0, 0.5, 1], range=[SCALE[0], SCALE[2], SCALE[-1]])
    ordered = lines.sort_values("better", kind="stable")
    base = alt.Chart(ordered).encode(
        x=x,
        y=y,
        detail="trial:N",
        color=alt.Color("better:Q", scale=shades, legend=None),
        tooltip=tips({"trial": "Trial", "axis": "Setting", "shown": "Value"}),
    )
    words = alt.Chart(ticks).mark_text(dx=5, align="left", fontSize=11.5, color=NEUTRAL)
    return finish(
        alt.layer(
            base.mark_line(strokeWidth=1.6, opacity=0.8 if n_trials < 40 else 0.5),
            base.mark_point(filled=True, size=26, opacity=0.9),
            words.encode(x=x, y=y, text="shown:N"),
        ),
        height=320,
    )
