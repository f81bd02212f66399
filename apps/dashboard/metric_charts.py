"""Turns how metrics follow people into a heatmap, a chart of intervals, and dots to open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from apps.dashboard.colours import EVEN, LOSES, NEUTRAL, PALETTE, WINS
from apps.dashboard.drawing import colour, finish, names, tips

_INK = "#14202c"  # on the heatmap's own grounds, whatever the theme


def heatmap(frame: pd.DataFrame, order: Sequence[str], middle: float) -> alt.LayerChart:
    """Draw how well each metric (row) follows people on each criterion (column).

    Args:
        frame: columns name, criterion, value (NaN where there is none), shown, range, counts,
            sure ("yes" where it is certainly no chance).
        order: the rows, best first.
        middle: the value of chance; the ends are 1 and as far below it.
    """
    top = alt.Axis(
        title=None, orient="top", labelAngle=-40, labelOverlap=False, domain=False, ticks=False
    )
    left = alt.Axis(title=None, labelOverlap=False, domain=False, ticks=False)
    titles = {
        "name": "Metric",
        "criterion": "Criterion",
        "shown": "Agreement",
        "range": "95 % interval",
        "counts": "From",
    }
    base = alt.Chart(frame).encode(
        x=alt.X("criterion:N", axis=top, sort=list(dict.fromkeys(frame["criterion"]))),
        y=alt.Y("name:N", axis=left, sort=list(order)),
        tooltip=tips(titles),
    )
    ends = [2 * middle - 1, middle, 1]
    scale = alt.Scale(domain=ends, range=[LOSES, EVEN, WINS], clamp=True, interpolate="rgb")
    known = base.transform_filter("isValid(datum.value)")
    unknown = base.transform_filter("!isValid(datum.value)")
    border: dict[str, Any] = {"cornerRadius": 3, "stroke": NEUTRAL, "strokeOpacity": 0.25}
    layers = [
        known.mark_rect(**border).encode(color=alt.Color("value:Q", scale=scale, legend=None)),
        unknown.mark_rect(aria=False, fill=NEUTRAL, fillOpacity=0.06, **border),
        known.transform_filter("datum.sure === 'yes'")
        .mark_text(aria=False, fontSize=13, fontWeight=700, color=_INK)
        .encode(text="shown:N"),
        known.transform_filter("datum.sure === 'no'")
        .mark_text(aria=False, fontSize=13, color=_INK)
        .encode(text="shown:N"),
        unknown.mark_text(aria=False, fontSize=13, color=NEUTRAL).encode(text="shown:N"),
    ]
    return finish(alt.layer(*layers), rows=len(order) + 1, step=27)


def forest(frame: pd.DataFrame, domain: tuple[float, float], middle: float) -> alt.LayerChart:
    """Draw each metric's agreement with its interval, and what is left with the length fixed.

    Args:
        frame: columns name, value, low, high, shown, range, counts, beyond, beyond_shown,
            beyond_range.
        domain: ends of the value axis.
        middle: the value of chance, marked by a dashed line.
    """
    axis = alt.Axis(tickCount=5, title=None, format="~g")
    scale = alt.Scale(domain=list(domain), clamp=True)
    y = names(frame["name"].tolist())
    tip = tips({"name": "Metric", "shown": "Agreement", "range": "95 % interval",
                "beyond_shown": "Length held fixed", "beyond_range": "Its 95 % interval",
                "counts": "From"})  # fmt: skip
    base = alt.Chart(frame).encode(y=y, tooltip=tip)
    line = alt.Chart(pd.DataFrame({"value": [middle]}))
    layers = [
        line.mark_rule(color=NEUTRAL, strokeDash=[4, 4]).encode(x="value:Q"),
        base.transform_filter("isValid(datum.low)")
        .mark_rule(strokeWidth=3, opacity=0.55, color=PALETTE[0])
        .encode(x=alt.X("low:Q", scale=scale, axis=axis), x2="high:Q"),
        base.transform_filter("isValid(datum.value)")
        .mark_point(filled=True, size=95, opacity=1, color=PALETTE[0])
        .encode(x=alt.X("value:Q", scale=scale, axis=axis)),
    ]
    if frame["beyond"].notna().any():  # a layer without a mark is nothing to a screen reader
        layers.append(
            base.transform_filter("isValid(datum.beyond)")
            .mark_point(shape="diamond", size=80, opacity=1, color=PALETTE[1], strokeWidth=2)
            .encode(x=alt.X("beyond:Q", scale=scale, axis=axis))
        )
    return finish(alt.layer(*layers), rows=len(frame), step=26)


def scatter(
    frame: pd.DataFrame, colours: Mapping[str, str], x_title: str, y_title: str
) -> alt.Chart:
    """Draw one dot per text, its score against its mean rating; a click opens the text.

    Args:
        frame: columns x, y, name, prompt, link.
        colours: name to colour.
        x_title: the metric's name.
        y_title: what people judged.
    """
    scale = alt.Scale(zero=False, nice=True)
    chart = (
        alt.Chart(frame)
        .mark_circle(size=46, opacity=0.75)
        .encode(
            x=alt.X("x:Q", title=x_title, scale=scale, axis=alt.Axis(tickCount=6)),
            y=alt.Y("y:Q", title=y_title, scale=scale, axis=alt.Axis(tickCount=5)),
            color=colour(colours),
            href="link:N",
            tooltip=[
                *tips({"name": "Checkpoint", "prompt": "Prompt"}),
                alt.Tooltip("x:Q", title=x_title, format=".3~f"),
                alt.Tooltip("y:Q", title=y_title, format=".2~f"),
            ],
        )
    )
    return finish(chart, height=360)
