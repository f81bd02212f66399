"""Tuning: turns the trials of a search into what trains best, and what decided about it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from apps.dashboard import data, parts, tuning_charts, words
from apps.dashboard.results import tuning as results
from lab.analysis.search import Importance
from lab.records import Trial, TrialOutcome
from lab.tune.measure import BITS, LOSS, spread_of

TITLE = "Tuning"
UNITS = {LOSS: "Loss in nats per token", BITS: "Bits per byte"}
SURE, SOME = 0.05, 0.5
MOST_SETTINGS = 8
MOST_FAILURES = 3
BEST = {"All": results.MOST_DRAWN, "Best 20": 20, "Best 10": 10}


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
    folds = results.folds(data.version(), search)
    say(_finding(search, found, folds))
    if results.finished(found):
        _history(found, folds)
        _coordinates(found)
        _importance(search, found)
        _each(search, found)
    _table(found, folds)


def _finding(search: str, found: list[Trial], folds: dict[int, list[float]]) -> str:
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
    tried = [f"{name} {_shown(value)}" for name, value in list(best.parameters.items())[:4]]
    more = len(best.parameters) - len(tried)
    tried += [words.count(more, "more setting")] if more else []
    by_bits = results.measure(found) == BITS
    figure = words.number(best.value, 4)
    value = f"bits per byte, {figure}" if by_bits else f"validation loss, {figure} nats per token"
    apart = spread_of(folds.get(best.number))
    if apart is not None:
        n_folds = len(folds[best.number])
        value += f" on average of {n_folds} folds (standard deviation {words.number(apart, 4)})"
    sentence = (
        f"Search {search}: of {told}{beside}, number {best.number} has the lowest {value}, with "
        f"{words.listed(tried)}"
    )
    if len(kept) > 1:
        sentence += f"; next is number {kept[1].number} at {words.number(kept[1].value, 4)}"
    return sentence + "."


def _history(found: list[Trial], folds: dict[int, list[float]]) -> None:
    title = results.measure(found)
    bars = " Upright lines are one standard deviation of the folds to each side." if folds else ""
    parts.section(
        "How the search went",
        f"Each trial's {title}, lower is better; the blue line is the lowest so far.{bars}",
    )
    drawing = tuning_charts.history(results.history(found, folds), UNITS[title])
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
    parts.section(
        "Which settings go with which result",
        "One line per finished trial, from setting to setting and to its value at the right; blue "
        "lines are the best of those drawn, orange ones the worst. Where blue lines come together, "
        "a setting matters.",
    )
    n_finished = len(results.finished(found))
    most = results.MOST_DRAWN
    offered = [name for name, n in BEST.items() if name == "All" or n < n_finished]
    if len(offered) > 1:
        chosen = st.segmented_control(
            "Trials", offered, default="All", required=True, key="best", bind="query-params"
        )
        most = BEST[str(chosen)]
    lines, ticks = results.coordinates(found, most)
    n_trials = lines["trial"].nunique()
    if n_trials == results.MOST_DRAWN:
        parts.note(f"The best {n_trials} trials are drawn.")
    parts.chart(
        tuning_charts.coordinates(lines, ticks, n_trials),
        key="chart-search-coordinates",
        alt_text="Parallel coordinates: settings and value of each finished trial",
    )


def _each(search: str, found: list[Trial]) -> None:
    """Draw the settings one by one, those that decided most first."""
    decided = [one.name for one in results.importance(data.version(), search)]
    title = results.measure(found)
    parts.section(
        "Setting by setting",
        f"One point per finished trial: its {title} against one setting. The large blue point is "
        "the best trial. A best value at the end of an axis asks for a wider range.",
    )
    shown = decided[:MOST_SETTINGS]
    if len(decided) > len(shown):
        parts.note(f"The {MOST_SETTINGS} settings that explain most are drawn.")
    for place, name in zip(parts.grid(len(shown)), shown, strict=False):
        with place:
            frame, log = results.one_setting(found, name)
            parts.chart(
                tuning_charts.one_setting(frame, name, log, UNITS[title]),
                key=f"chart-setting-{name}",
                alt_text=f"Value of each finished trial against {name}",
            )


def _importance(search: str, found: list[Trial]) -> None:
    parts.section(
        "What decided",
        "How much of the differences between the finished trials each setting explains by itself; "
        "a grey bar may be chance.",
    )
    every = results.importance(data.version(), search)
    told = [one for one in every if one.share is not None]
    if told:
        rows = [
            {
                "name": one.name,
                "value": one.share,
                "shown": f"{words.percent(one.share)}, {_told(one)}",
                "sure": _is_sure(one),
            }
            for one in told
        ]
        drawing = tuning_charts.shares(pd.DataFrame(rows))
        parts.chart(drawing, key="chart-search-importance", alt_text="Importance of each setting")
        for row in rows:
            if row["sure"]:
                parts.note(f"{row['name']}: {row['shown']}.")
        chance = [f"{one.name} ({words.percent(one.share)})" for one in told if not _is_sure(one)]
        if chance:
            parts.note(f"May be chance, with {told[0].n} finished trials: {words.listed(chance)}.")
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


def _is_sure(one: Importance) -> bool:
    return one.p is not None and one.p < SURE


def _told(one: Importance) -> str:
    if not _is_sure(one):
        return "which may be chance"
    if one.tendency is None or abs(one.tendency) < SOME:
        return "more than chance would"
    return f"more than chance would; {'more' if one.tendency < 0 else 'less'} of it was better"


def _table(found: list[Trial], folds: dict[int, list[float]]) -> None:
    parts.section(
        "Trials",
        "The best first. Each is a training run, whose curves stand on the page Training; lab tune "
        "prints the command that trains the best.",
    )
    number = st.column_config.NumberColumn
    shown = results.table(found, folds)
    titles = {
        "trial": number("Trial", pinned=True),
        "value": number(UNITS[results.measure(found)], format="%.4f"),
        "spread": number("± of folds", format="%.4f"),
        "ended": "Ended",
        **{name: number(format="%.4g") for name in results.settings(found) if _real(shown[name])},
        "seconds": number("Seconds", format="%.1f"),
        "why": "Why",
        "run_id": "Run's id",
    }
    parts.table(shown, "trials", titles)
    failed = [one for one in found if one.outcome is TrialOutcome.FAILED]
    for one in failed[:MOST_FAILURES]:
        parts.note(f"Trial {one.number} failed: {one.message}")
    if len(failed) > MOST_FAILURES:
        more = words.count(len(failed) - MOST_FAILURES, "more trial")
        parts.note(f"{more} failed; the table's column Why tells each.")


def _real(column: pd.Series) -> bool:
    return bool(pd.api.types.is_float_dtype(column))


def _shown(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)
