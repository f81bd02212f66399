"""Tuning: turns the trials of a search into what trains best, and what decided about it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from apps.dashboard import data, parts, tuning_charts, words
from apps.dashboard.results import tuning as results
from lab.analysis.search import Importance
from lab.records import Trial, TrialOutcome
from lab.tune.measure import BITS

TITLE = "Tuning"
SURE, SOME = 0.05, 0.5


def draw() -> None:
    """Draw the page."""
    names = results.searches()
    if not names:
        parts.heading(TITLE, "No settings have been searched yet.")
        parts.empty(
            "No searches yet",
            "Let the lab try learning rates, batch sizes and other settings; each trial appears "
            "here when it ends.",
            "lab tune --help",
        )
        return
    say = parts.heading_ahead(TITLE)
    search = names[0]
    if len(names) > 1:
        search = st.selectbox("Search", names, key="search", bind="query-params") or names[0]
    found = results.trials(search)
    say(_finding(search, found))
    if results.finished(found):
        _history(found)
        _coordinates(found)
        _importance(search, found)
    _table(found)


def _finding(search: str, found: list[Trial]) -> str:
    kept = results.finished(found)
    told = words.count(len(found), "trial")
    others = [
        f"{n} {results.OUTCOMES[outcome]}"
        for outcome in (TrialOutcome.PRUNED, TrialOutcome.FAILED)
        if (n := sum(one.outcome is outcome for one in found))
    ]
    beside = f" ({words.listed(others)})" if others else ""
    if not kept:
        return f"Search {search}: {told} so far{beside}, and none got to its end."
    best = kept[0]
    tried = words.listed(
        [f"{name} {_shown(value)}" for name, value in list(best.parameters.items())[:4]]
    )
    by_bits = results.measure(found) == BITS
    figure = words.number(best.value, 4)
    value = f"bits per byte, {figure}" if by_bits else f"validation loss, {figure} nats per token"
    return (
        f"Search {search}: of {told}{beside}, number {best.number} has the lowest {value}, with "
        f"{tried}."
    )


def _history(found: list[Trial]) -> None:
    title = results.measure(found)
    parts.section("How the search went", f"Each trial's {title}; the line is the lowest so far.")
    drawing = tuning_charts.history(results.history(found), title.capitalize())
    parts.chart(drawing, key="chart-search-history", alt_text="Value of each trial, and the best")
    parts.explained(
        "the value of a trial",
        "How well the trained model foresees texts that it did not learn from; lower is better.",
        "Of the best step of each run, on the validation split, or the mean over the folds. Bits "
        "per byte where a setting changes the tokens, since losses per token cannot be compared "
        "then. Settings are drawn by tree-structured Parzen estimators (Bergstra et al. 2011); a "
        "run is given up where its best figure so far is worse than the median of the finished "
        "ones at the same tenth of the budget. The lowest of many trials is a little too good to "
        "be true: train it anew and judge it on the test split.",
    )


def _coordinates(found: list[Trial]) -> None:
    lines, ticks = results.coordinates(found)
    parts.section(
        "Which settings go with which result",
        "One line per finished trial, from setting to setting and to its value at the right; blue "
        "lines are the best, orange ones the worst. Where blue lines come together, a setting "
        "matters.",
    )
    n_trials = lines["trial"].nunique()
    if n_trials == results.MOST_DRAWN:
        parts.note(f"The best {n_trials} trials are drawn.")
    parts.chart(
        tuning_charts.coordinates(lines, ticks, n_trials),
        key="chart-search-coordinates",
        alt_text="Parallel coordinates: settings and value of each finished trial",
    )


def _importance(search: str, found: list[Trial]) -> None:
    parts.section(
        "What decided",
        "How much of the differences between trials each setting explains by itself.",
    )
    every = results.importance(data.version(), search)
    told = [one for one in every if one.share is not None]
    if told:
        rows = [
            {
                "name": one.name,
                "value": one.share,
                "shown": f"{words.percent(one.share)}, {_told(one)}",
            }
            for one in told
        ]
        drawing = tuning_charts.shares(pd.DataFrame(rows))
        parts.chart(drawing, key="chart-search-importance", alt_text="Importance of each setting")
        for row in rows:
            parts.note(f"{row['name']}: {row['shown']}.")
    for one in every:
        if one.reason is not None:
            parts.note(f"{one.name}: not told, {one.reason}.")
    parts.explained(
        "the share explained",
        "0 % means that knowing the setting does not help to foresee which trials did well.",
        "Epsilon squared of Kruskal and Wallis over the ranks of the finished trials (Kelley 1935; "
        "Tomczak and Tomczak 2014), numbers cut into thirds; by chance: 2,000 shuffles, adjusted "
        "by Holm. Each setting is looked at alone, so what two do only together is not seen, and "
        "shares need not add up. The search tries good regions more often, so this is a guide and "
        "no experiment.",
    )


def _told(one: Importance) -> str:
    if one.p is None or one.p >= SURE:
        return "which may be chance"
    if one.tendency is None or abs(one.tendency) < SOME:
        return "more than chance would"
    return f"more than chance would; {'more' if one.tendency < 0 else 'less'} of it was better"


def _table(found: list[Trial]) -> None:
    parts.section(
        "Trials",
        "The best first. Each is a training run, whose curves stand on the page Training; lab tune "
        "prints the command that trains the best.",
    )
    number = st.column_config.NumberColumn
    titles = {
        "trial": "Trial",
        "value": number(results.measure(found).capitalize(), format="%.4f"),
        "ended": "Ended",
        "seconds": number("Seconds", format="%.1f"),
        "why": "Why",
        "run_id": "Run's id",
    }
    parts.table(results.table(found), "trials", titles)


def _shown(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)
