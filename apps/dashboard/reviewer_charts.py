"""Turns frames about reviewers into charts: agreement, leanings to a side, pairwise kappa."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from apps.dashboard.colours import EVEN, LOSES, NEUTRAL, PALETTE, WINS
from apps.dashboard.drawing import finish, names, tips

_INK = "#14202c"  # on the matrix's own grounds, whatever the theme
_MOST_NAMED = 40
_MOST_FIGURES = 8


def caterpillar(frame: pd.DataFrame, title: str, reference: float, *, share: bool) -> Any:
    """Draw one dot with its interval per reviewer; those worth a look are filled differently.

    Args:
        frame: columns name, value, low, high (NaN where there is no interval), stands_out (bool)
            and the words shown, range, counts; in the order to be drawn.
        title: what is drawn.
        reference: a value to mark by a dashed line.
        share: whether values are shares, shown as percentages.
    """
    axis = alt.Axis(format="%" if share else "~g", tickCount=5, title=title)
    lowest = min(0.0 if share else reference, float(frame[["low", "value"]].min().min()))
    scale = alt.Scale(domain=[lowest, 1], clamp=True)
    tip = tips({"name": "Reviewer", "shown": "Value", "range": "95 % interval", "counts": "From"})
    base = alt.Chart(frame).encode(y=_rows(frame), tooltip=tip)
    kinds = alt.Scale(domain=[False, True], range=[PALETTE[0], PALETTE[1]])
    shapes = alt.Scale(domain=[False, True], range=["circle", "diamond"])
    shade = alt.Color("stands_out:N", scale=kinds, legend=None)
    line = alt.Chart(pd.DataFrame({"value": [reference]}))
    layers = [
        line.mark_rule(color=NEUTRAL, strokeDash=[4, 4]).encode(x=alt.X("value:Q", scale=scale)),
        base.mark_rule(strokeWidth=2.5, opacity=0.55).encode(
            x=alt.X("low:Q", scale=scale, axis=axis), x2="high:Q", color=shade
        ),
        base.mark_point(filled=True, size=80, opacity=1).encode(
            x=alt.X("value:Q", scale=scale, axis=axis),
            color=shade,
            shape=alt.Shape("stands_out:N", scale=shapes, legend=None),
        ),
    ]
    return finish(alt.layer(*layers), rows=len(frame), step=24 if _all_named(frame) else 9)


def kappa_matrix(frame: pd.DataFrame, listed: Sequence[str]) -> Any:
    """Draw every two reviewers' kappa; pairs without one are drawn too, as empty cells.

    Args:
        frame: columns row, column, kappa (NaN where there is none), shown, range, shared, same.
        listed: the reviewers, in the order to be drawn.
    """
    is_large = len(listed) > _MOST_FIGURES
    top = alt.Axis(
        title=None, orient="top", labelAngle=-90 if is_large else 0, labelLimit=90,
        labelOverlap="greedy" if is_large else False, domain=False, ticks=False,
    )  # fmt: skip
    left = alt.Axis(title=None, labelOverlap=False, domain=False, ticks=False)
    titles = {"row": "Reviewer", "column": "And", "shown": "Kappa", "range": "95 % interval",
              "shared": "Judged by both", "same": "The same"}  # fmt: skip
    base = alt.Chart(frame).encode(
        x=alt.X("column:N", sort=list(listed), axis=top),
        y=alt.Y("row:N", sort=list(listed), axis=left),
        tooltip=tips(titles),
    )
    scale = alt.Scale(domain=[-1, 0, 1], range=[LOSES, EVEN, WINS], clamp=True, interpolate="rgb")
    border: dict[str, Any] = {
        "cornerRadius": 1 if is_large else 5, "stroke": NEUTRAL, "strokeOpacity": 0.25,
    }  # fmt: skip
    known = base.transform_filter("isValid(datum.kappa)")
    never = base.transform_filter("!isValid(datum.kappa)")
    layers = [
        known.mark_rect(**border).encode(color=alt.Color("kappa:Q", scale=scale, legend=None)),
        never.mark_rect(aria=False, fill=NEUTRAL, fillOpacity=0.06, **border),
        never.mark_text(aria=False, fontSize=11, color=NEUTRAL).encode(text=alt.value("–")),
    ]
    if not is_large:
        layers.append(
            known.mark_text(fontSize=13, fontWeight=600, color=_INK).encode(text="shown:N")
        )
    return finish(alt.layer(*layers), rows=len(listed), step=18 if is_large else 44)


def _rows(frame: pd.DataFrame) -> alt.Y:
    listed = frame["name"].tolist()
    if _all_named(frame):
        return names(listed)
    axis = alt.Axis(title=None, labelOverlap="greedy", domain=False, ticks=False, grid=False)
    return alt.Y("name:N", sort=listed, axis=axis)


def _all_named(frame: pd.DataFrame) -> bool:
    return len(frame) <= _MOST_NAMED
