"""Gives every chart the same font, axes, rows, colours and tooltips."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from apps.dashboard.colours import NEUTRAL

_FONT = "'Source Sans', 'Source Sans 3', 'Segoe UI', 'Helvetica Neue', Arial, sans-serif"
_AXIS = {
    "labelColor": NEUTRAL,
    "titleColor": NEUTRAL,
    "labelFontSize": 12.5,
    "titleFontSize": 12.5,
    "titleFontWeight": "normal",
    "labelLimit": 130,
    "domainColor": NEUTRAL,
    "domainOpacity": 0.4,
    "tickColor": NEUTRAL,
    "tickOpacity": 0.4,
    "gridColor": NEUTRAL,
    "gridOpacity": 0.18,
}
_AXIS_HEIGHT = 46  # the fitted height holds the axis and its title too
_LEGEND = {"labelColor": NEUTRAL, "titleColor": NEUTRAL, "labelFontSize": 12.5, "labelLimit": 200}


def names(listed: Sequence[str]) -> alt.Y:
    """Give each name a row, in the order given."""
    axis = alt.Axis(title=None, labelOverlap=False, domain=False, ticks=False, grid=False)
    bands = alt.Scale(paddingInner=0.35, paddingOuter=0.2)
    return alt.Y("name:N", sort=list(listed), axis=axis, scale=bands)


def colour(colours: Mapping[str, str]) -> alt.Color:
    """Colour by the field `name`, without a legend."""
    scale = alt.Scale(domain=list(colours), range=list(colours.values()))
    return alt.Color("name:N", scale=scale, legend=None)


def tips(titles: Mapping[str, str]) -> list[alt.Tooltip]:
    """Show fields, which are words already, when a mark is pointed at: field to its title."""
    return [alt.Tooltip(f"{field}:N", title=title) for field, title in titles.items()]


def finish(chart: Any, rows: int = 0, step: int = 0, height: int = 0) -> Any:
    """Give a chart its height, font, axes and transparent ground.

    Args:
        chart: what is drawn.
        rows: number of rows along the y axis, for a height of `rows` × `step`.
        step: height of a row in pixels.
        height: the height in pixels instead.
    """
    # The height in pixels and not as alt.Step, with which Vega warns in the console each time.
    sized = chart.properties(height=height or rows * step + _AXIS_HEIGHT, background="transparent")
    return (
        sized.configure(font=_FONT)
        .configure_axis(**_AXIS)
        .configure_legend(**_LEGEND)
        .configure_view(stroke=None)
    )
