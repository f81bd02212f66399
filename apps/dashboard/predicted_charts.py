"""Turns means and differences, with automatic scores and without, into forests of intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt
import pandas as pd

from apps.dashboard.colours import NEUTRAL
from apps.dashboard.drawing import colour, finish, tips

_ENDS = ["low", "high", "plain_low", "plain_high"]
_TITLES = {"shown": "With scores", "range": "95 % interval", "plain_range": "By ratings alone",
           "saved": "Ratings saved", "counts": "From"}  # fmt: skip
STEP = 44
AGAINST = " − "


def differences(frame: pd.DataFrame, shades: Mapping[str, str]) -> alt.LayerChart:
    """Draw each pair's difference with scores, and by ratings alone below it, about 0.

    Args:
        frame: as for `intervals`, with the words p and plain_p; a name is two checkpoints with
            AGAINST between them.
        shades: name to colour.
    """
    low, high = min(0.0, float(frame[_ENDS].min().min())), max(0.0, float(frame[_ENDS].max().max()))
    room = 0.05 * (high - low)
    domain = (low - room, high + room)
    title = "points that the first is rated higher"
    titles = {"name": "Pair", "p": "Holm p", "plain_p": "Holm p by ratings alone"}
    x = alt.X("value:Q", scale=alt.Scale(domain=list(domain), nice=False))
    zero = alt.Chart(pd.DataFrame({"value": [0.0]})).mark_rule(
        aria=False, color=NEUTRAL, strokeDash=[4, 4]
    )
    layers = intervals(frame, shades, _pairs(frame["name"].tolist()), domain, title, titles)
    return finish(alt.layer(zero.encode(x=x), *layers), rows=len(frame), step=STEP)


def intervals(
    frame: pd.DataFrame,
    shades: Mapping[str, str],
    y: alt.Y,
    domain: tuple[float, float],
    title: str,
    titles: Mapping[str, str],
) -> list[alt.Chart]:
    """Draw each value with its interval that scores give and, below, those by ratings alone.

    Args:
        frame: columns name, value, low, high, plain, plain_low, plain_high (NaN where there is
            none), and the tooltip's words: shown, range, plain_range, saved, counts.
        shades: name to colour.
        y: a row for each name.
        domain: ends of the axis.
        title: what the axis shows.
        titles: the tooltip's further words and what they are called, before the usual ones.
    """

    def x(field: str) -> alt.X:
        axis = alt.Axis(title=title, tickCount=5, titleLimit=330)
        return alt.X(f"{field}:Q", scale=alt.Scale(domain=list(domain), nice=False), axis=axis)

    base = alt.Chart(frame).encode(y=y, tooltip=tips({**titles, **_TITLES}))
    plain = base.transform_filter("isValid(datum.plain_low)")
    helped = base.transform_filter("isValid(datum.low)")
    return [
        plain.mark_rule(strokeWidth=2, color=NEUTRAL, yOffset=9, strokeDash=[2, 2]).encode(
            x=x("plain_low"), x2="plain_high:Q"
        ),
        base.mark_point(filled=True, size=36, color=NEUTRAL, opacity=1, yOffset=9).encode(
            x=x("plain")
        ),
        helped.mark_rule(strokeWidth=4, opacity=0.6, strokeCap="round").encode(
            x=x("low"), x2="high:Q", color=colour(shades)
        ),
        helped.mark_point(filled=True, size=95, opacity=1).encode(
            x=x("value"), color=colour(shades)
        ),
    ]


def _pairs(listed: Sequence[str]) -> alt.Y:
    """Give each pair a row, its two names on a line each."""
    lines = f"[split(datum.label, '{AGAINST}')[0], '− ' + split(datum.label, '{AGAINST}')[1]]"
    axis = alt.Axis(
        title=None, labelOverlap=False, domain=False, ticks=False, grid=False, labelExpr=lines
    )
    bands = alt.Scale(paddingInner=0.35, paddingOuter=0.2)
    return alt.Y("name:N", sort=list(listed), axis=axis, scale=bands)
