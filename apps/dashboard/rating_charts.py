"""Turns rating results into diverging bars, raw and adjusted means, and reviewers' severities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt
import pandas as pd

from apps.dashboard.charts import ramp
from apps.dashboard.colours import NEUTRAL
from apps.dashboard.drawing import colour, finish, names, tips

_MANY = 40
_AS_SHARE = "format(abs(datum.value), '.0%')"


def reach_of(frame: pd.DataFrame, points: Sequence[int]) -> float:
    """Return how far from the middle the bars of all criteria go, so that they share an axis."""
    ends = [
        _placed(group, points)[["start", "end"]].abs().max().max()
        for _, group in frame.groupby("criterion", observed=True)
    ]
    return max(0.1, *map(float, ends))


def diverging(frame: pd.DataFrame, points: Sequence[int], reach: float) -> alt.LayerChart:
    """Draw the shares of the scale's points, the middle of the scale in the middle.

    Args:
        frame: columns name, point, n, value (the share), shown, range.
        points: the scale's points, worst first.
        reach: ends of the axis, as a share.
    """
    placed = _placed(frame, points)
    x = alt.X(
        "start:Q",
        scale=alt.Scale(domain=[-reach, reach]),
        axis=alt.Axis(
            title="below the middle  ←    → above the middle",
            labelExpr=_AS_SHARE,
            tickCount=5,
            labelOverlap="greedy",
        ),
    )
    colours = ramp(points)
    shades = alt.Scale(domain=list(map(int, colours)), range=list(colours.values()))
    titles = {"name": "Checkpoint", "point": "Rating", "n": "Ratings", "shown": "Share",
              "range": "95 % interval"}  # fmt: skip
    bars = (
        alt.Chart(placed)
        .mark_bar()
        .encode(
            y=names(list(dict.fromkeys(frame["name"]))),
            x=x,
            x2="end:Q",
            color=alt.Color("point:O", scale=shades, legend=None),
            tooltip=tips(titles),
        )
    )
    middle = alt.Chart(pd.DataFrame({"start": [0.0]})).mark_rule(
        aria=False, color=NEUTRAL, strokeDash=[4, 4]
    )
    drawn = alt.layer(bars, middle.encode(x=x))
    return finish(drawn, rows=frame["name"].nunique(), step=_step(frame["name"].nunique(), 32))


def beside(
    frame: pd.DataFrame, colours: Mapping[str, str], ends: tuple[float, float]
) -> alt.LayerChart:
    """Draw each checkpoint's adjusted mean with its interval, and its raw mean below it.

    Args:
        frame: columns name, value, low, high, raw, raw_low, raw_high (NaN where there is none),
            and the tooltip's words: shown, range, raw_shown, raw_range, counts.
        colours: name to colour.
        ends: ends of the scale that was used.
    """
    titles = {"name": "Checkpoint", "shown": "Adjusted mean", "range": "95 % interval",
              "raw_shown": "Raw mean", "raw_range": "Its interval", "counts": "From"}  # fmt: skip
    base = alt.Chart(frame).encode(y=names(frame["name"].tolist()), tooltip=tips(titles))

    def x(field: str) -> alt.X:
        scale = alt.Scale(domain=list(ends), clamp=True)
        return alt.X(f"{field}:Q", scale=scale, axis=alt.Axis(title="mean rating", tickCount=5))

    held = base.transform_filter("isValid(datum.value)")
    bounded = held.transform_filter("isValid(datum.low)")
    raw = base.transform_filter("isValid(datum.raw_low)")
    layers = [
        raw.mark_rule(aria=False, color=NEUTRAL, strokeWidth=2, strokeDash=[3, 2], yOffset=7)
        .encode(x=x("raw_low"), x2="raw_high:Q"),
        base.mark_point(
            aria=False, shape="diamond", filled=True, color=NEUTRAL, size=60, opacity=1, yOffset=7
        ).encode(x=x("raw")),
        bounded.mark_rule(strokeWidth=4, opacity=0.6, strokeCap="round", yOffset=-5).encode(
            x=x("low"), x2="high:Q", color=colour(colours)
        ),
        held.mark_point(filled=True, size=95, opacity=1, yOffset=-5).encode(
            x=x("value"), color=colour(colours)
        ),
    ]  # fmt: skip
    return finish(alt.layer(*layers), rows=len(frame), step=_step(len(frame), 32))


def caterpillar(frame: pd.DataFrame) -> alt.LayerChart:
    """Draw what each reviewer gives more or less than an average one.

    Args:
        frame: columns name, points, low, high, ratings, and the words shown and range; the most
            severe first.
    """
    reach = max(0.5, float(frame[["low", "high"]].abs().max().max())) * 1.05
    x = alt.Scale(domain=[-reach, reach])
    title = "points more or less than an average reviewer"
    axis = alt.Axis(title=title, tickCount=6, format="+~g", titleLimit=330)
    titles = {"name": "Reviewer", "shown": "Points", "range": "95 % interval",
              "ratings": "Ratings"}  # fmt: skip
    base = alt.Chart(frame).encode(y=names(frame["name"].tolist()), tooltip=tips(titles))
    away = alt.condition(
        "datum.high < 0 || datum.low > 0", alt.value("#d1651f"), alt.value(NEUTRAL)
    )
    layers = [
        alt.Chart(pd.DataFrame({"low": [0.0]}))
        .mark_rule(aria=False, color=NEUTRAL, strokeDash=[4, 4])
        .encode(x=alt.X("low:Q", scale=x, axis=axis)),
        base.mark_rule(aria=False, strokeWidth=3, opacity=0.6, strokeCap="round").encode(
            x=alt.X("low:Q", scale=x, axis=axis), x2="high:Q", color=away
        ),
        base.mark_point(filled=True, size=60, opacity=1).encode(
            x=alt.X("points:Q", scale=x, axis=axis), color=away
        ),
    ]
    return finish(alt.layer(*layers), rows=len(frame), step=_step(len(frame), 24))


def _placed(frame: pd.DataFrame, points: Sequence[int]) -> pd.DataFrame:
    """Give each share its place left or right of the middle of the scale."""
    middle = (points[0] + points[-1]) / 2
    ordered = frame.sort_values("point", kind="stable")
    below = ordered["value"] * ((ordered["point"] < middle) + 0.5 * (ordered["point"] == middle))
    left = below.groupby(ordered["name"]).transform("sum")
    end = ordered.groupby("name")["value"].cumsum() - left
    placed = ordered.assign(start=end - ordered["value"], end=end)
    return placed.astype({"point": int}).loc[frame.index]


def _step(rows: int, usual: int) -> int:
    return usual if rows <= _MANY else 18
