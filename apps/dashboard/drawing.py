"""Gives every chart the same font, axes, rows, colours and tooltips."""

from __future__ import annotations

import threading
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
_altair_settings = threading.Lock()


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
    # Set in place, since each of Altair's own steps copies the whole chart; the height in pixels
    # and not as alt.Step, with which Vega warns in the console each time.
    chart.height = height or rows * step + _AXIS_HEIGHT
    chart.background = "transparent"
    chart.config = {
        "font": _FONT,
        "axis": _AXIS,
        "legend": _LEGEND,
        "view": {"stroke": None},
    }
    return chart


def spec(chart: Any) -> dict[str, Any]:
    """Return a finished chart as a Vega-Lite specification with its data, unchecked.

    Altair's check against the schema takes longer than all else about a chart, and the same few
    functions draw them all: the tests check what these give.
    """
    # Altair's theme and its way with data are one setting for all threads.
    with (
        _altair_settings,
        alt.theme.enable("none"),
        alt.data_transformers.enable("default", max_rows=None),
    ):
        found: dict[str, Any] = chart.to_dict(validate=False)
    return found
