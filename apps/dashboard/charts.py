"""Turns small frames into charts that read the same on a light and a dark ground."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from apps.dashboard.colours import EVEN, LOSES, NEUTRAL, SCALE, WINS
from apps.dashboard.drawing import colour, finish, names, tips

_DECADES = [float(f"1e{d}") for d in range(-12, 10)]
_WITHIN = [float(f"{m}e{d}") for d in range(-12, 10) for m in (1, 2, 5)]
_MANY_DECADES = 100  # from here on, as a ratio, decades alone are marked
# Each label by itself: a format for the axis writes 200 as 0.2k where others are thousands.
_SHORT = "format(datum.value, abs(datum.value) < 1000 ? '~g' : '~s')"
_INK = "#14202c"  # on the matrix's own grounds, whatever the theme
_MOST_FIGURES = 8  # with more checkpoints, figures would not fit the matrix's cells


def dots(
    frame: pd.DataFrame,
    colours: Mapping[str, str],
    domain: tuple[float, float],
    *,
    share: bool = False,
    reference: float | None = None,
) -> alt.LayerChart:
    """Draw one dot with its interval per name.

    Args:
        frame: columns name, value, low, high (NaN where there is no interval), and the words
            for the tooltip: shown, range, counts.
        colours: name to colour.
        domain: ends of the value axis.
        share: whether values are shares, shown as percentages.
        reference: a value to mark by a dashed line, e.g. .5 for "no preference".
    """
    # Channels by their classes: Altair takes milliseconds over each one that is given as a string.
    axis = alt.Axis(format="%" if share else "~g", tickCount=5, title=None)
    x = alt.X("value:Q", scale=alt.Scale(domain=list(domain), clamp=True), axis=axis)
    y = names(frame["name"].tolist())
    shade = colour(colours)
    tip = tips({"name": "Name", "shown": "Value", "range": "95 % interval", "counts": "From"})
    base = alt.Chart(frame).encode(y=y, color=shade, tooltip=tip)
    layers: list[alt.Chart] = []
    if reference is not None:
        line = alt.Chart(pd.DataFrame({"value": [reference]}))
        layers.append(line.mark_rule(color=NEUTRAL, strokeDash=[4, 4]).encode(x=alt.X("value:Q")))
    layers.append(
        base.mark_rule(strokeWidth=3, opacity=0.55).encode(
            x=alt.X("low:Q", scale=alt.Scale(domain=list(domain), clamp=True), axis=axis),
            x2=alt.X2("high:Q"),
        )
    )
    layers.append(base.mark_point(filled=True, size=110, opacity=1).encode(x=x))
    layers.append(
        base.mark_text(dy=-12, fontSize=12.5, color=NEUTRAL).encode(
            x=x, text=alt.Text("shown:N"), color=alt.ColorValue(NEUTRAL)
        )
    )
    return finish(alt.layer(*layers), rows=len(frame), step=42)


def matrix(frame: pd.DataFrame, names: Sequence[str]) -> alt.LayerChart:
    """Draw how often the row's checkpoint is preferred to the column's, with the counts.

    Pairs that never met are drawn too, as empty cells with a dash; where there are many
    checkpoints, figures are left to the tooltips.

    Args:
        frame: columns row, column, rate (NaN where they never met), shown and votes (the words
            in the cell).
        names: the checkpoints, best first.
    """
    is_large = len(names) > _MOST_FIGURES
    # On a narrow screen the columns' names give way; they come in the order of the rows.
    top = alt.Axis(
        title="against",
        orient="top",
        labelAngle=-90 if is_large else 0,
        labelLimit=90,
        labelOverlap="greedy" if is_large else False,
        domain=False,
        ticks=False,
    )
    left = alt.Axis(title=None, labelOverlap=False, domain=False, ticks=False)
    titles = {"row": "Preferred", "column": "Against", "shown": "Win rate", "votes": "From"}
    base = alt.Chart(frame).encode(
        x=alt.X("column:N", sort=list(names), axis=top),
        y=alt.Y("row:N", sort=list(names), axis=left),
        tooltip=tips(titles),
    )
    scale = alt.Scale(domain=[0, 0.5, 1], range=[LOSES, EVEN, WINS], clamp=True, interpolate="rgb")
    corner = 1 if is_large else 5
    border: dict[str, Any] = {"cornerRadius": corner, "stroke": NEUTRAL, "strokeOpacity": 0.25}
    met = base.transform_filter("isValid(datum.rate)")
    never = base.transform_filter("!isValid(datum.rate)")
    layers = [
        met.mark_rect(**border).encode(color=alt.Color("rate:Q", scale=scale, legend=None)),
        never.mark_rect(aria=False, fill=NEUTRAL, fillOpacity=0.06, **border),
    ]
    if not is_large:
        layers += [
            met.mark_text(fontSize=15, fontWeight=600, dy=-6, color=_INK).encode(text="shown:N"),
            met.mark_text(fontSize=11.5, dy=12, color=_INK).encode(text="votes:N"),
            never.mark_text(aria=False, fontSize=13, color=NEUTRAL).encode(text="shown:N"),
        ]
    return finish(alt.layer(*layers), rows=len(names), step=18 if is_large else 64)


def curves(
    frame: pd.DataFrame,
    colours: Mapping[str, str],
    x: str,
    x_title: str,
    y_title: str,
    *,
    log: bool = False,
) -> alt.LayerChart | alt.Chart:
    """Draw one line per run and kind of value over the training.

    Args:
        frame: columns name, kind ("training", "validation", …), value, and the x column.
        colours: run's name to colour.
        x: the column to draw along.
        x_title: its words.
        y_title: what is drawn, with its unit.
        log: whether the value axis is logarithmic.
    """
    kinds = list(dict.fromkeys(frame["kind"]))
    dashes = alt.Scale(domain=kinds, range=[[1, 0], [6, 4]][: len(kinds)])
    dash = alt.StrokeDash("kind:N", legend=None, scale=dashes)
    scale = alt.Scale(type="log", nice=False) if log else alt.Scale(zero=False, nice=True)
    few = {"values": _log_ticks(frame["value"])} if log else {"tickCount": 6}
    ticks = alt.Axis(labelExpr=_SHORT, **few)
    base = alt.Chart(frame).encode(
        x=alt.X(f"{x}:Q", title=x_title, axis=alt.Axis(tickCount=6, labelExpr=_SHORT)),
        y=alt.Y("value:Q", title=y_title, scale=scale, axis=ticks),
        color=colour(colours),
        strokeDash=dash,
        detail="run:N",
        tooltip=[
            *tips({"name": "Run", "kind": "Loss"}),
            alt.Tooltip("step:Q", title="Step", format=",d"),
            alt.Tooltip("value:Q", title=y_title, format=".4~g"),
        ],
    )
    return finish(base.mark_line(strokeWidth=2, point=alt.OverlayMarkDef(size=16)), height=320)


def _log_ticks(values: pd.Series) -> list[float]:
    """Return what is marked on a logarithmic axis that holds values above 0."""
    low, high = float(values.min()), float(values.max())
    ticks = _DECADES if high > _MANY_DECADES * low else _WITHIN
    return [one for one in ticks if low <= one <= high]


def bars(frame: pd.DataFrame, x_title: str) -> alt.Chart:
    """Draw one bar per name.

    Args:
        frame: columns name, value, shown.
        x_title: what is counted.
    """
    chart = (
        alt.Chart(frame)
        .mark_bar(color=WINS)
        .encode(
            y=names(frame["name"].tolist()),
            x=alt.X("value:Q", title=x_title, axis=alt.Axis(tickCount=5, tickMinStep=1)),
            tooltip=tips({"name": "Name", "shown": x_title}),
        )
    )
    return finish(chart, rows=len(frame), step=28)


def ramp(points: Sequence[int]) -> dict[str, str]:
    """Map the scale's points to their colours, for a legend."""
    return {str(point): colour for point, colour in zip(points, _ramp(len(points)), strict=True)}


def _ramp(n: int) -> list[str]:
    last = max(n - 1, 1)
    return [SCALE[round(i * (len(SCALE) - 1) / last)] for i in range(n)]
