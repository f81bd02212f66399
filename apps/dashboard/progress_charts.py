"""Turns how far a study is into a burn-up, stacked bars of coverage, and a map of days."""

from __future__ import annotations

from datetime import datetime

import altair as alt
import pandas as pd

from apps.dashboard import words
from apps.dashboard.colours import NEUTRAL, PALETTE
from apps.dashboard.drawing import finish, names, tips

_BLUE, _ORANGE = PALETTE[0], PALETTE[1]


def burn_up(
    frame: pd.DataFrame, n_wanted: int, ends: tuple[datetime, datetime] | None, now: datetime
) -> alt.LayerChart:
    """Draw the answers so far against those that there are to be, with when these may be in.

    Args:
        frame: columns at (UTC) and answers, oldest first.
        n_wanted: answers that there are to be.
        ends: earliest and latest likely end, UTC; None where there is no forecast.
        now: the present moment, UTC.
    """
    first, last = frame["at"].iloc[0], pd.Timestamp(now)
    until = max(last, pd.Timestamp(ends[1])) if ends else max(last, frame["at"].iloc[-1])
    top = max(n_wanted, int(frame["answers"].iloc[-1]))
    x = alt.X(
        "at:T",
        scale=alt.Scale(type="utc", domain=[_date(first), _date(until)]),
        axis=alt.Axis(title="UTC", tickCount=6, labelOverlap="greedy"),
    )
    y = alt.Y(
        "answers:Q",
        scale=alt.Scale(domain=[0, top * 1.04], nice=False),
        axis=alt.Axis(title="answers", tickCount=5, tickMinStep=1, format=",d"),
    )
    told = frame.assign(
        when=frame["at"].dt.strftime("%d %b %Y %H:%M UTC"),
        count=[f"{n:,} of {n_wanted:,}" for n in frame["answers"]],
    )
    base = alt.Chart(told).encode(x=x, y=y, tooltip=tips({"when": "Until", "count": "Answers"}))
    goal = pd.DataFrame({"answers": [n_wanted]})
    layers = [
        alt.Chart(goal).mark_rule(aria=False, color=NEUTRAL, strokeDash=[4, 4]).encode(y=y),
        base.mark_area(color=_BLUE, opacity=0.18, interpolate="step-after", line=False),
        base.mark_line(color=_BLUE, strokeWidth=2.5, interpolate="step-after"),
        base.mark_point(color=_BLUE, filled=True, size=16, opacity=1),
    ]
    if ends:
        layers.append(_cone(int(frame["answers"].iloc[-1]), n_wanted, ends, last, x))
    return finish(alt.layer(*layers), height=320)


def _cone(
    n_done: int, n_wanted: int, ends: tuple[datetime, datetime], now: pd.Timestamp, x: alt.X
) -> alt.Chart:
    corners = pd.DataFrame(
        {
            "at": [now, pd.Timestamp(ends[0]), pd.Timestamp(ends[1]), now],
            "answers": [n_done, n_wanted, n_wanted, n_done],
            "order": range(4),
        }
    )
    return (
        alt.Chart(corners)
        .mark_line(filled=True, color=_ORANGE, opacity=0.3, strokeWidth=1.5)
        .encode(x=x, y="answers:Q", order="order:Q")
    )


def coverage(frame: pd.DataFrame, n_places: int) -> alt.Chart:
    """Draw which share of the items of each kind has how many answers.

    Args:
        frame: columns name, answers, value (the share) and shown.
        n_places: answers that each item is to have.
    """
    points = list(range(n_places + 1))
    listed = list(dict.fromkeys(frame["name"]))
    return finish(
        alt.Chart(frame.assign(share=frame["value"].map(lambda one: f"{one:.0%}")))
        .mark_bar()
        .encode(
            y=names(listed),
            x=alt.X(
                "value:Q",
                stack="zero",
                scale=alt.Scale(domain=[0, 1]),
                axis=alt.Axis(format="%", title="share of the items", tickCount=5),
            ),
            color=alt.Color(
                "answers:O",
                scale=alt.Scale(domain=points, range=shades(n_places)),
                legend=alt.Legend(title="answers", orient="top", columns=8),
            ),
            order="answers:Q",
            tooltip=tips({"name": "Items", "answers": "Answers each", "shown": "Items so far",
                          "share": "Share"}),
        ),
        rows=len(listed) + 1,
        step=46,
    )  # fmt: skip


def shades(n_places: int) -> list[str]:
    """Return one colour per number of answers: grey for none, light to full blue above."""
    scale = ["#bfd7ec", "#8fbbe0", "#5b9bd0", "#1f83c9"]
    at = [round(3 * (one - 1) / max(1, n_places - 1)) if n_places > 1 else 3
          for one in range(1, n_places + 1)]  # fmt: skip
    return ["#b9bec5", *(scale[one] for one in at)]


def times(frame: pd.DataFrame) -> alt.LayerChart:
    """Draw the middle half of the times per answer as a bar, the median as a tick, nine in ten.

    Args:
        frame: columns asked, quarter, median, three quarters, nine in ten (seconds), answers.
    """
    told = frame.rename(columns={"asked": "name"}).assign(
        **{
            field: frame[field].map(lambda one: f"{one:,.0f} s")
            for field in ("quarter", "median", "three quarters", "nine in ten")
        },
        low=frame["quarter"],
        middle=frame["median"],
        high=frame["three quarters"],
        tail=frame["nine in ten"],
    )
    titles = {"name": "Items", "median": "Median", "quarter": "A quarter under",
              "three quarters": "Three quarters under", "nine in ten": "Nine in ten under",
              "answers": "Answers"}  # fmt: skip
    x = alt.X("low:Q", scale=alt.Scale(zero=True), axis=alt.Axis(title="seconds", tickCount=6))
    base = alt.Chart(told).encode(y=names(told["name"].tolist()), tooltip=tips(titles))
    return finish(
        alt.layer(
            base.mark_rule(color=NEUTRAL, strokeWidth=2).encode(x=x, x2="tail:Q"),
            base.mark_bar(color=_BLUE, opacity=0.55, height=16).encode(x=x, x2="high:Q"),
            base.mark_tick(color=_ORANGE, thickness=3, size=24).encode(x="middle:Q"),
        ),
        rows=len(told),
        step=42,
    )


def per_day(frame: pd.DataFrame) -> alt.Chart:
    """Draw how many answers each reviewer gave each day, as a map of squares.

    Args:
        frame: columns reviewer, day (UTC), answers, seconds.
    """
    told = frame.rename(columns={"reviewer": "name"}).assign(
        date=frame["day"].dt.strftime("%d %b %Y"),
        minutes=[f"{one / 60:,.0f} min" for one in frame["seconds"]],
    )
    listed = sorted(set(told["name"]), key=words.in_order)
    # Days on which nobody came are seen too.
    every = pd.date_range(frame["day"].min(), frame["day"].max(), freq="D")
    days = [f"{day:%d %b %Y}" for day in every]
    return finish(
        alt.Chart(told)
        .mark_rect(cornerRadius=2)
        .encode(
            y=names(listed),
            x=alt.X(
                "date:O",
                scale=alt.Scale(domain=days),
                axis=alt.Axis(
                    title="day (UTC)",
                    labelAngle=0,
                    labelOverlap="greedy",
                    labelExpr="slice(datum.label, 0, 6)",
                ),
            ),
            color=alt.Color(
                "answers:Q",
                scale=alt.Scale(range=["#cfe1f1", "#0f5f9c"], domainMin=0),
                legend=alt.Legend(title="answers", orient="top", format=",d"),
            ),
            tooltip=tips({"name": "Reviewer", "date": "Day", "answers": "Answers",
                          "minutes": "Active time"}),
        ),
        rows=len(listed) + 2,
        step=24,
    )  # fmt: skip


def _date(at: pd.Timestamp) -> alt.DateTime:
    return alt.DateTime(
        year=at.year, month=at.month, date=at.day, hours=at.hour, minutes=at.minute,
        seconds=at.second, utc=True,
    )  # fmt: skip
