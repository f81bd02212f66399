"""Turns a figure of the lab about itself into a plain sentence."""

from __future__ import annotations

from lab.selftest.figures import Figure


def sentence(figure: Figure) -> str:
    """Say what came out, how sure that is, what was aimed at, and what the usual way gives."""
    said = (
        f"{figure.condition}: {percent(figure.value)} ± {percent(figure.error)} in "
        f"{figure.runs:,} simulated studies"
    )
    aim = aimed_at(figure)
    if aim:
        said += f"; aimed at {aim}, {'met' if figure.is_met else 'not met'}"
    if figure.usual is not None:
        said += f"; {figure.usual_way}: {percent(figure.usual)}"
    return f"{said}."


def aimed_at(figure: Figure) -> str:
    """Write what was aimed at, e.g. "93 % to 97 %"; empty where nothing was."""
    low, high = figure.low, figure.high
    if low is not None and high is not None:
        return f"{percent(low)} to {percent(high)}"
    if low is not None:
        return f"{percent(low)} or more"
    return f"{percent(high)} or less" if high is not None else ""


def percent(share: float | None) -> str:
    """Write a share in percent, e.g. "95.6 %"; a dash where there is none."""
    return "–" if share is None else f"{100 * share:.1f}".removesuffix(".0") + " %"
