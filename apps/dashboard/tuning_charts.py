"""Turns the trials of a search into charts: history, settings side by side, what decided."""

from __future__ import annotations

import altair as alt
import pandas as pd

from apps.dashboard.colours import NEUTRAL, SCALE, WINS
from apps.dashboard.drawing import finish, names, tips

_FAR = 5  # values further apart than this stand on a logarithmic axis
_TICKS = [float(f"{m}e{d}") for d in range(-9, 7) for m in (1, 2, 5)]
_ROOMY = 5  # with more axes, every other name stands a line higher, for narrow screens
_INK, _PLATE = "#ffffff", "#56616f"  # words among lines, on either theme
_LETTER = 7.2  # width of a letter at 12 px
_FORMS = {"finished": "circle", "given up": "cross", "failed": "triangle-down"}


def history(frame: pd.DataFrame, title: str) -> alt.LayerChart:
    """Draw each trial's value, and the lowest so far as steps.

    Args:
        frame: columns trial, value, best (NaN before the first), low and high (NaN without folds),
            ended, shown, settings.
        title: what the values are.
    """
    x = alt.X("trial:Q", title="Trial", axis=alt.Axis(tickCount=8, tickMinStep=1, format="d"))
    y = _values(frame, title)
    told = list(dict.fromkeys(frame.loc[frame["value"].notna(), "ended"]))
    forms = alt.Scale(domain=told, range=[_FORMS[one] for one in told])
    legend = alt.Legend(title=None, orient="top", symbolFillColor=NEUTRAL)
    best = alt.Chart(frame[frame["best"].notna()]).mark_line(
        interpolate="step-after", color=WINS, strokeWidth=2
    )
    points = alt.Chart(frame[frame["value"].notna()]).mark_point(
        filled=True, size=60, color=NEUTRAL, opacity=0.85
    )
    shape = alt.Shape("ended:N", scale=forms, legend=legend)
    tip = tips({"trial": "Trial", "shown": title, "ended": "Ended", "settings": "Settings"})
    layers = [best.encode(x=x, y=_values(frame, title, "best"))]
    if frame["low"].notna().any():
        rule = alt.Chart(frame[frame["low"].notna()]).mark_rule(color=NEUTRAL, opacity=0.6)
        layers.append(rule.encode(x=x, y=_values(frame, title, "low"), y2=alt.Y2("high:Q")))
    layers.append(points.encode(x=x, y=y, tooltip=tip, shape=shape))
    return finish(alt.layer(*layers), height=280)


def one_setting(frame: pd.DataFrame, name: str, log: bool | None, title: str) -> alt.Chart:
    """Draw the value of each finished trial against one setting, the best one in blue and large.

    Args:
        frame: columns trial, setting, shown, value, reached, best; see
            apps.dashboard.results.tuning.
        name: the setting.
        log: whether its axis is logarithmic; None where it is a choice.
        title: what the values are.
    """
    if log is None:
        order = list(dict.fromkeys(frame["setting"]))
        x = alt.X("setting:N", sort=order, title=name, axis=alt.Axis(labelAngle=0, grid=True))
    else:
        scale = alt.Scale(type="log", nice=False) if log else alt.Scale(zero=False, nice=True)
        marked = {"values": _TICKS} if log else {"tickCount": 5}
        axis = alt.Axis(format="~g", labelOverlap=True, **marked)
        x = alt.X(
            "setting:Q", title=f"{name}{', logarithmic' if log else ''}", scale=scale, axis=axis
        )
    best = alt.datum.best
    chart = alt.Chart(frame).mark_point(filled=True, opacity=0.8)
    return finish(
        chart.encode(
            x=x,
            y=_values(frame, title),
            color=alt.condition(best, alt.value(WINS), alt.value(NEUTRAL)),
            size=alt.condition(best, alt.value(150), alt.value(50)),
            tooltip=tips({"trial": "Trial", "shown": name, "reached": title}),
        ),
        height=230,
    )


def _values(frame: pd.DataFrame, title: str, field: str = "value") -> alt.Y:
    """Put values on an axis that is logarithmic where they are far apart."""
    values = frame["value"].dropna()
    log = len(values) > 0 and values.min() > 0 and values.max() > _FAR * values.min()
    scale = alt.Scale(type="log", nice=False) if log else alt.Scale(zero=False, nice=True)
    axis = (
        alt.Axis(values=_TICKS, format="~g", labelOverlap=True)
        if log
        else alt.Axis(tickCount=6, format="~g")
    )
    return alt.Y(
        f"{field}:Q", title=f"{title}{', logarithmic' if log else ''}", scale=scale, axis=axis
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
        axis=alt.Axis(labels=False, title=None, grid=True, domain=False, ticks=False),
    )
    y = alt.Y("at:Q", axis=None, scale=alt.Scale(domain=[-0.12, 1.28]))
    shades = alt.Scale(domain=[0, 0.5, 1], range=[SCALE[0], SCALE[2], SCALE[-1]])
    ordered = lines.sort_values("better", kind="stable")
    base = alt.Chart(ordered).encode(
        x=x,
        y=y,
        detail="trial:N",
        color=alt.Color("better:Q", scale=shades, legend=None),
        tooltip=tips({"trial": "Trial", "axis": "Setting", "shown": "Value"}),
    )
    # At the ends the words stand beyond the lines, in between on plates above them.
    words = [
        alt.Chart(ticks[chosen])
        .mark_text(dy=dy, fontSize=12, color=NEUTRAL)
        .encode(x=x, y=y, text="shown:N")
        for chosen, dy in ((ticks["at"] == 0, 14), (ticks["at"] == 1, -13))
        if chosen.any()
    ]
    words += [
        alt.Chart(pd.DataFrame({"axis": on_line, "at": 1.0}))
        .mark_text(dy=dy, fontSize=12.5, color=NEUTRAL)
        .encode(x=x, y=y, text="axis:N")
        for on_line, dy in _two_lines(axes)
    ]
    inner = ticks[(ticks["at"] > 0) & (ticks["at"] < 1)]
    for letters, alike in inner.groupby(inner["shown"].str.len()):
        on = alt.Chart(alike).encode(x=x, y=y)
        width = 10 + _LETTER * int(str(letters))
        words += [
            on.mark_rect(width=width, height=16, cornerRadius=4, color=_PLATE, opacity=0.92),
            on.mark_text(fontSize=11.5, color=_INK).encode(text="shown:N"),
        ]
    return finish(
        alt.layer(
            base.mark_line(strokeWidth=1.6, opacity=0.8 if n_trials < 40 else 0.5),
            base.mark_point(filled=True, size=26, opacity=0.9),
            *words,
        ),
        height=350,
    )


def _two_lines(axes: list[str]) -> list[tuple[list[str], int]]:
    """Put names above the axes, on two lines where there are many; with their shift in pixels."""
    if len(axes) <= _ROOMY:
        return [(axes, -34)]
    return [(axes[::2], -34), (axes[1::2], -49)]


def shares(frame: pd.DataFrame) -> alt.Chart:
    """Draw one bar per setting, from 0 to 100 %, grey where it may be chance.

    Args:
        frame: columns name, value (a share), shown, sure.
    """
    axis = alt.Axis(format="%", tickCount=5)
    scale = alt.Scale(domain=[0, 1])
    shade = alt.condition(alt.datum.sure, alt.value(WINS), alt.value(NEUTRAL))
    chart = alt.Chart(frame).mark_bar()
    return finish(
        chart.encode(
            y=names(frame["name"].tolist()),
            x=alt.X("value:Q", title="Share explained", scale=scale, axis=axis),
            color=shade,
            tooltip=tips({"name": "Setting", "shown": "Explains"}),
        ),
        rows=len(frame),
        step=28,
    )
