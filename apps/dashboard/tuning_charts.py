"""Turns the trials of a search into charts: history, settings side by side, what decided."""

from __future__ import annotations

import altair as alt
import pandas as pd

from apps.dashboard.colours import NEUTRAL, SCALE, WINS
from apps.dashboard.drawing import finish, names, tips

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
    y = alt.Y("at:Q", axis=None, scale=alt.Scale(domain=[-0.12, 1.12]))
    shades = alt.Scale(domain=[0, 0.5, 1], range=[SCALE[0], SCALE[2], SCALE[-1]])
    ordered = lines.sort_values("better", kind="stable")
    base = alt.Chart(ordered).encode(
        x=x,
        y=y,
        detail="trial:N",
        color=alt.Color("better:Q", scale=shades, legend=None),
        tooltip=tips({"trial": "Trial", "axis": "Setting", "shown": "Value"}),
    )
    # At the ends the words stand beyond the lines, in between beside them.
    inner = (ticks["at"] > 0) & (ticks["at"] < 1)
    places = [(ticks["at"] == 0, 0, 14), (ticks["at"] == 1, 0, -13), (inner, 7, 0)]
    words = [
        alt.Chart(ticks[chosen])
        .mark_text(dx=dx, dy=dy, align="left" if dx else "center", fontSize=12, color=NEUTRAL)
        .encode(x=x, y=y, text="shown:N")
        for chosen, dx, dy in places
        if chosen.any()
    ]
    return finish(
        alt.layer(
            base.mark_line(strokeWidth=1.6, opacity=0.8 if n_trials < 40 else 0.5),
            base.mark_point(filled=True, size=26, opacity=0.9),
            *words,
        ),
        height=320,
    )


def shares(frame: pd.DataFrame) -> alt.Chart:
    """Draw one bar per setting, from 0 to 100 %.

    Args:
        frame: columns name, value (a share), shown.
    """
    axis = alt.Axis(format="%", tickCount=5)
    scale = alt.Scale(domain=[0, 1])
    chart = alt.Chart(frame).mark_bar(color=WINS)
    return finish(
        chart.encode(
            y=names(frame["name"].tolist()),
            x=alt.X("value:Q", title="Share explained", scale=scale, axis=axis),
            tooltip=tips({"name": "Setting", "shown": "Explains"}),
        ),
        rows=len(frame),
        step=28,
    )
