"""Reads what the lab found out about itself and lays it out for the page Self-test."""

from __future__ import annotations

import numpy as np
import pandas as pd

from apps.dashboard import data
from lab.selftest import recorded
from lab.selftest.figures import Figure
from lab.selftest.recorded import Recording
from lab.selftest.run import TOPICS
from lab.selftest.sentences import aimed_at, percent, sentence


def recordings() -> list[Recording]:
    """Return each topic's newest recording, of the shipped ones and this lab's own.

    Raises:
        InputError: this lab's own file is broken.
    """
    order = list(TOPICS)
    found = recorded.newest(data.store().home.reports / recorded.FILE_NAME)
    return sorted(found, key=lambda one: order.index(one.topic))


def finding(found: list[Recording]) -> str:
    """Say in one sentence how many of the figures are as they should be."""
    aimed = [one for recording in found for one in recording.figures if aimed_at(one)]
    missed = [one for one in aimed if not one.is_met]
    if not missed:
        return (
            f"All {len(aimed)} figures with a target meet it, in simulated studies whose truth is "
            "known."
        )
    first = missed[0]
    more = f", and {len(missed) - 1} more" if len(missed) > 1 else ""
    return (
        f"{len(aimed) - len(missed)} of {len(aimed)} figures with a target meet it. Missed: "
        f"{first.question} {sentence(first)[:-1]}{more}."
    )


def origin(one: Recording) -> str:
    """Say when, with what and how a recording was made."""
    versions = ", ".join(f"{name} {number}" for name, number in one.versions.items())
    return f"Run on {one.made_at:%d %B %Y, %H:%M} UTC in {one.seconds:,.0f} s with {versions}."


def rows(figures: list[Figure]) -> pd.DataFrame:
    """Return one row per figure, as `selftest_charts.figures` draws it."""
    return pd.DataFrame(
        {
            "condition": one.condition,
            "value": one.value,
            "low": max(0.0, one.value - 1.96 * one.error),
            "high": min(1.0, one.value + 1.96 * one.error),
            "usual": np.nan if one.usual is None else one.usual,
            "shown": f"{percent(one.value)} ± {percent(one.error)}",
            "usual_shown": percent(one.usual),
            "aim": aimed_at(one) or "no target",
            "from": np.nan if one.low is None and one.high is None else (one.low or 0.0),
            "to": np.nan if one.low is None and one.high is None else _or_one(one.high),
        }
        for one in figures
    )


def table(found: list[Recording]) -> pd.DataFrame:
    """Return one row per figure, numbers as numbers."""
    return pd.DataFrame(
        {
            "topic": one.topic,
            "question": one.question,
            "simulated study": one.condition,
            "the lab": one.value,
            "Monte-Carlo error": one.error,
            "aimed at": aimed_at(one) or "–",
            "met": "–" if not aimed_at(one) else "yes" if one.is_met else "no",
            "the usual way": np.nan if one.usual is None else one.usual,
            "which is": one.usual_way,
            "studies": one.runs,
            "seed": one.seed,
        }
        for recording in found
        for one in recording.figures
    )


def _or_one(high: float | None) -> float:
    return 1.0 if high is None else high
