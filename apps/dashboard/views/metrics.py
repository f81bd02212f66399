"""Metrics against people: turns scores and ratings into how far a metric can be trusted."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from apps.dashboard import (
    colours,
    data,
    metric_charts,
    metric_tables,
    metric_words,
    parts,
    words,
)
from apps.dashboard.filters import Filters
from apps.dashboard.metric_tables import PERSON
from apps.dashboard.metric_words import LEVELS, NAMES
from apps.dashboard.results import metrics as results
from apps.dashboard.results.metrics import Judged, Question
from lab.analysis.metrics.correlation import Following
from lab.analysis.metrics.measures import COEFFICIENTS, MEASURES, Level, Measure
from lab.metrics.run import SET_METRICS

TITLE = "Metrics against people"
MOST_DOTS = 5000


def draw() -> None:
    """Draw the page."""
    filters: Filters = st.session_state["filters"]
    _against_people(filters)
    _whole_sets(filters)


def _against_people(filters: Filters) -> None:
    one = results.judged(data.version(), filters)
    metrics = results.metrics_of(one)
    if one.texts.empty:
        parts.heading(TITLE, "Nobody has rated a text within these filters yet.")
        parts.no_ratings(data.ratings().empty)
        return
    if not metrics:
        parts.heading(TITLE, "The rated texts have no automatic scores yet.")
        parts.empty("No scores yet", "Score the texts; each metric appears here.", "lab score")
        return
    heading = st.container()
    question = _ask(metrics)
    found = results.following(data.version(), filters, question)
    people = results.ceilings(data.version(), filters, question)
    with heading:
        persons = {name: each.agreement.value for name, each in people.items()}
        parts.heading(TITLE, metric_words.finding(found, persons))
    _all(found, people, question, one)
    criterion = _criterion(list(one.means.columns))
    mine = [each for each in found if each.criterion == criterion]
    order = metric_tables.ranked(mine)
    _on(criterion, mine, people.get(criterion), order, question)
    _texts(one, criterion, order)
    _between(filters, question, criterion, mine, order)


def _ask(metrics: list[str]) -> Question:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        level: Level = st.segmented_control(
            "Level",
            list(LEVELS),
            default="within prompt",
            required=True,
            key="level",
            bind="query-params",
        )
        known = {NAMES[name]: name for name in NAMES if name in MEASURES[level]}
        if st.session_state.get("measure", "Kendall") not in known:
            del st.session_state["measure"]
        measure: Measure = known[
            st.segmented_control(
                "Measure",
                list(known),
                default="Kendall",
                required=True,
                key="measure",
                bind="query-params",
            )
        ]
    lower = st.multiselect(
        "Lower is better for",
        metrics,
        default=[name for name in metrics if name in results.LOWER],
        key="lower",
        bind="query-params",
        placeholder="none of the metrics",
        help="Their scores are turned round, so that more agreement is always a higher figure.",
    )
    return Question(level=level, measure=measure, lower=tuple(lower))


def _all(
    found: tuple[Following, ...], people: dict[str, Any], question: Question, one: Judged
) -> None:
    parts.section(
        f"{NAMES[question.measure]}, every metric and criterion",
        f"{LEVELS[question.level]} {metric_words.MEANINGS[question.measure]} A star and bold "
        f"figures: certainly better or worse than chance. The row “{PERSON}” is what a single "
        "rating reaches against the mean of the text's other ratings: a metric above it follows "
        "people better than one more person's word would.",
    )
    if len(one.texts) < one.n_all:
        parts.note(
            f"From a seeded draw of prompts with {len(one.texts):,} of the "
            f"{words.count(one.n_all, 'rated text')}."
        )
    if all(each.agreement.value is None for each in found):
        parts.empty("No agreement to show", f"Because {found[0].agreement.reason}.")
        return
    order = metric_tables.ranked(found)
    middle = 0.5 if "accuracy" in question.measure else 0.0
    if against := metric_words.against(found, question.lower):
        parts.note(against)
    drawing = metric_charts.heatmap(metric_tables.cells(found, people), [PERSON, *order], middle)
    parts.chart(drawing, key="chart-agreement", alt_text="Agreement of each metric with people")
    parts.explained(
        "How is this worked out?",
        metric_words.MEANINGS[question.measure],
        metric_words.method(question.level, question.measure),
    )
    table = metric_tables.table(found, people, order)
    columns = _columns()
    columns |= {str(name): None for name in table if name == "p" or table[name].isna().all()}
    columns |= {} if table["note"].any() else {"note": None}
    parts.table(table, "agreement", columns)


def _criterion(criteria: list[str]) -> str:
    if st.session_state.get("rated", criteria[0]) not in criteria:
        del st.session_state["rated"]
    return st.selectbox("Look closer at", criteria, key="rated", bind="query-params", width=240)


def _on(
    criterion: str, mine: list[Following], ceiling: Any, order: list[str], question: Question
) -> None:
    free = question.measure in COEFFICIENTS
    parts.section(
        f"How sure that is, on {criterion}",
        "Lines are 95 % intervals over other prompts."
        + (
            " Diamonds: what is left when the texts' length is held fixed. Where a diamond falls "
            "to chance, the metric mostly counts words."
            if free
            else ""
        ),
    )
    frame = metric_tables.forest(mine, ceiling, order)
    if frame["value"].notna().sum() == 0:
        parts.empty("No agreement to show", f"Because {frame['range'].iloc[-1]}.")
        return
    lowest = min(0.0, frame[["value", "low", "beyond"]].min().min())
    highest = frame[["value", "high", "beyond"]].max().max()
    middle = 0.5 if "accuracy" in question.measure else 0.0
    ends = (0.0 if middle else max(-1.0, lowest - 0.05), min(1.0, highest + 0.05))
    drawing = metric_charts.forest(frame, ends, middle)
    parts.chart(drawing, key="chart-forest", alt_text=f"Agreement on {criterion} with intervals")
    if free:
        parts.explained(
            "What is “length held fixed”?",
            "The correlation that is left between texts of the same length.",
            "Partial correlation (Yule 1907; for tau, Kendall 1942) of the level's own "
            "correlations; length as the metric “length” counts it, else in tokens.",
        )


def _texts(one: Judged, criterion: str, order: list[str]) -> None:
    parts.section(
        "One dot per text",
        "The text's score against the mean of people's ratings. A click on a dot opens the text; "
        "so do the links in the table below.",
    )
    if st.session_state.get("metric", order[0]) not in order:
        del st.session_state["metric"]
    metric = st.selectbox("Metric", order, key="metric", bind="query-params", width=240)
    frame = _dots(one, criterion, metric)
    if frame.empty:
        parts.note("No text has both this score and a rating.")
        return
    if len(frame) > MOST_DOTS:
        parts.note(f"A seeded draw of {MOST_DOTS:,} of {words.count(len(frame), 'text')}.")
        frame = frame.sample(MOST_DOTS, random_state=0)
    names = colours.by_checkpoint(data.checkpoint_names())
    names = {name: shade for name, shade in names.items() if name in set(frame["name"])}
    parts.legend(names)
    drawing = metric_charts.scatter(frame, names, metric, f"Mean {criterion}")
    parts.chart(drawing, key="chart-scatter", alt_text=f"{metric} against {criterion} per text")
    titles = {"link": "text", "name": "checkpoint", "prompt": "prompt", "x": metric, "y": criterion}
    with st.expander("The dots as a table"):
        link = st.column_config.LinkColumn("text", display_text="open")
        table = frame[list(titles)].rename(columns=titles)
        parts.table(table, f"texts-{metric}-{criterion}", {"text": link})


def _dots(one: Judged, criterion: str, metric: str) -> pd.DataFrame:
    texts = one.texts[["generation_id", "checkpoint", "prompt_key", metric]]
    texts = texts.astype({"generation_id": str, "checkpoint": str, "prompt_key": str})
    means = one.means[criterion].dropna().rename("y")
    means.index = means.index.astype(str)
    frame = texts.join(means, on="generation_id", how="inner").dropna(subset=[metric])
    frame["link"] = "texts?text=" + frame["generation_id"]
    return frame.rename(columns={metric: "x", "checkpoint": "name", "prompt_key": "prompt"})


def _between(
    filters: Filters,
    question: Question,
    criterion: str,
    mine: list[Following],
    order: list[str],
) -> None:
    known = {one.metric for one in mine if one.agreement.value is not None}
    metrics = tuple(name for name in order if name in known)
    if len(metrics) < 2:
        return
    parts.section(
        f"Which metric follows {criterion} better than which",
        "The places that a metric may hold: those above its range are certainly better, those "
        "below certainly worse. Metrics that share a place cannot be told apart with these texts.",
    )
    found = results.contrasts(data.version(), filters, question, criterion, metrics)
    places = results.standings(metrics, found)
    parts.table(metric_tables.standings(mine, places, order), "standings")
    parts.explained(
        "How are metrics compared?",
        "A pair is decided at a Holm-adjusted p under .05.",
        "Paired permutation test over prompts (Deutsch, Dror and Roth 2021): on each prompt the "
        "two metrics may swap their scores. It speaks of other prompts and the same checkpoints; "
        "adjusted for all pairs of metrics on this criterion (Holm 1979).",
    )
    with st.expander("Every pair of metrics"):
        columns = ("difference", "Holm p", "p")
        parts.table(metric_tables.pairs(found), "metric-pairs", _decimals(4, *columns))


def _whole_sets(filters: Filters) -> None:
    frame = results.whole_sets(data.version(), filters)
    if frame.empty:
        return
    parts.section(
        "Metrics of whole sets",
        "One value for all texts of a checkpoint on a data set. Most rise or fall with the number "
        "of texts: compare checkpoints with equally many. Where “mauve_seed_spread” is as large as "
        "a difference in MAUVE, the difference means nothing.",
    )
    columns = {
        "metric": st.column_config.TextColumn("metric", pinned=True),
        **_decimals(3, "value", "low", "high"),
    }
    columns |= {} if frame["why not"].notna().any() else {"why not": None}
    parts.table(frame, "whole-sets", columns)
    said = {name: metric.docstring for name, metric in SET_METRICS.items()}
    for name in dict.fromkeys(frame["metric"]):
        if name in said:
            sentence, _, rest = said[name].partition("\n\n")
            parts.explained(name, sentence, " ".join(rest.split()))


def _columns() -> dict[str, Any]:
    figures = ("agreement", "low", "high", "one reviewer", "length fixed", "length fixed, low",
               "length fixed, high", "accuracy on the same texts")  # fmt: skip
    return {
        "metric": st.column_config.TextColumn("metric", pinned=True),
        **_decimals(3, *figures),
        **_decimals(4, "Holm p", "p"),
        "threshold on the same texts": st.column_config.NumberColumn(format="%.3g"),
    }


def _decimals(n: int, *columns: str) -> dict[str, Any]:
    return {name: st.column_config.NumberColumn(name, format=f"%.{n}f") for name in columns}
