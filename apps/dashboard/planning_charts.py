"""Turns the power of planned studies into lines, one for each number of reviewers."""

from __future__ import annotations

import altair as alt
import pandas as pd

from apps.dashboard.colours import NEUTRAL, PALETTE
from apps.dashboard.drawing import finish, tips


def power(frame: pd.DataFrame, n_prompts: int) -> alt.LayerChart:
    """Draw the power against the number of prompts.

    Args:
        frame: columns prompts, power, reviewers (the line's name), hours.
        n_prompts: the plan's own number, marked.
    """
    frame = frame.assign(
        shown=[f"{100 * one:.0f} %" for one in frame["power"]],
        takes=[f"{one:.1f} h" for one in frame["hours"]],
        name=[f"{n:,}" for n in frame["prompts"]],
    )
    x = alt.X("prompts:Q", title="prompts", axis=alt.Axis(tickCount=6, format=",d"))
    y = alt.Y(
        "power:Q",
        title="studies that find it",
        scale=alt.Scale(domain=[0, 1]),
        axis=alt.Axis(format="%", tickCount=5),
    )
    titles = {"reviewers": "With", "name": "Prompts", "shown": "Find it", "takes": "Work"}
    goal = alt.Chart(pd.DataFrame({"power": [0.8]}))
    here = alt.Chart(pd.DataFrame({"prompts": [n_prompts]}))
    return finish(
        alt.layer(
            goal.mark_rule(aria=False, color=NEUTRAL, strokeDash=[4, 4]).encode(y=y),
            here.mark_rule(aria=False, color=NEUTRAL, strokeDash=[2, 3]).encode(x=x),
            *_lines(frame, x, y, titles),
        ),
        height=300,
    )


def smallest(frame: pd.DataFrame, hours: float, share: bool) -> alt.LayerChart:
    """Draw the smallest difference found in 8 of 10 studies against the budget.

    Args:
        frame: columns hours, smallest, reviewers (the line's name), split.
        hours: the budget, marked.
        share: whether the difference is the distance of a win rate from one half.
    """
    values = frame["smallest"] + 0.5 if share else frame["smallest"]
    frame = frame.assign(
        smallest=values,
        shown=[f"{100 * one:.0f} %" if share else f"{one:.2f} points" for one in values],
        name=[f"{one:.1f} h" for one in frame["hours"]],
    )
    x = alt.X("hours:Q", title="hours of reviewing in all", axis=alt.Axis(tickCount=6))
    y = alt.Y(
        "smallest:Q",
        title="smallest win rate found" if share else "smallest difference found, points",
        scale=alt.Scale(zero=not share),
        axis=alt.Axis(format="%" if share else "~g", tickCount=5),
    )
    titles = {"reviewers": "With", "name": "Budget", "shown": "Finds", "split": "Best split"}
    here = alt.Chart(pd.DataFrame({"hours": [hours]}))
    rule = here.mark_rule(aria=False, color=NEUTRAL, strokeDash=[2, 3]).encode(x=x)
    return finish(alt.layer(rule, *_lines(frame, x, y, titles)), height=300)


def _lines(
    frame: pd.DataFrame, x: alt.X, y: alt.Y, titles: dict[str, str]
) -> tuple[alt.Chart, alt.Chart]:
    listed = list(dict.fromkeys(frame["reviewers"]))
    shades = alt.Color(
        "reviewers:N",
        sort=listed,
        scale=alt.Scale(domain=listed, range=list(PALETTE[: len(listed)])),
        legend=alt.Legend(title=None, orient="top"),
    )
    dashes = alt.StrokeDash("reviewers:N", sort=listed, legend=None)
    base = alt.Chart(frame).encode(x=x, y=y, color=shades, tooltip=tips(titles))
    return (
        base.mark_line(strokeWidth=2.5).encode(strokeDash=dashes),
        base.mark_point(filled=True, size=34, opacity=1),
    )
