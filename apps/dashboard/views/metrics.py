"""Metrics against people: turns scores and ratings into how far a metric can be trusted."""

from __future__ import annotations

from typing import get_args

import pandas as pd
import streamlit as st

from apps.dashboard import charts, colours, data, findings, parts, words
from apps.dashboard.filters import Filters
from apps.dashboard.results.metrics import correlations, metric_columns
from apps.dashboard.results.texts import means
from lab.analysis.correlation import Level
from lab.metrics.run import METRICS

TITLE = "Metrics against people"
COEFFICIENTS = {"Spearman": "spearman", "Pearson": "pearson", "Kendall": "kendall"}
LEVELS: dict[Level, str] = {
    "pooled": "over all texts, whatever their prompt",
    "within prompt": "among the texts of one prompt, averaged over prompts",
    "system": "over the checkpoints' means",
}
MOST_DOTS = 5000


def draw() -> None:
    """Draw the page."""
    filters: Filters = st.session_state["filters"]
    rows = filters.ratings(data.joined())
    metrics = metric_columns(rows)
    if rows.empty:
        parts.heading(TITLE, "Nobody has rated a text within these filters yet.")
        parts.no_ratings(data.ratings().empty)
        return
    if not metrics or rows[metrics].isna().all(axis=None):
        parts.heading(TITLE, "The rated texts have no automatic scores yet.")
        parts.empty("No scores yet", "Score the texts; each metric appears here.", "lab score")
        return
    heading = st.container()
    criterion, level, coefficient = _choose(sorted(rows["criterion"].unique()))
    with st.spinner("Comparing the metrics with the ratings …"):
        table = correlations(filters, criterion, level, COEFFICIENTS[coefficient])
    with heading:
        parts.heading(TITLE, findings.follows(table, criterion, level, coefficient))
    _correlations(table, criterion, level, coefficient)
    _scatter(filters, criterion, list(table["name"]))


def _choose(criteria: list[str]) -> tuple[str, Level, str]:
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="medium")
    with row:
        criterion = st.selectbox(
            "People's rating of", criteria, key="rated", bind="query-params", width=200
        )
        level = st.segmented_control(
            "Level",
            get_args(Level),
            default="pooled",
            required=True,
            key="level",
            bind="query-params",
        )
        coefficient = st.segmented_control(
            "Coefficient",
            list(COEFFICIENTS),
            default="Spearman",
            required=True,
            key="coefficient",
            bind="query-params",
        )
    return criterion, level, coefficient


def _correlations(table: pd.DataFrame, criterion: str, level: Level, coefficient: str) -> None:
    parts.section(
        f"{coefficient} correlation with {criterion}, level: {level}",
        f"Computed {LEVELS[level]}; lines are 95 % intervals over prompts. Values of different "
        "levels cannot be compared. For perplexity and bits per byte a good metric is below 0.",
    )
    known = table.dropna(subset="value")
    if known.empty:
        parts.empty("No correlation to show", f"Because {table['range'].iloc[0]}.")
        return
    same = dict.fromkeys(known["name"], colours.PALETTE[0])
    drawing = charts.dots(known, same, (-1, 1), reference=0)
    parts.chart(drawing, key="chart-correlation", alt_text="Correlation of each metric")
    titles = {"name": "metric", "shown": coefficient, "range": "95 % interval", "counts": "from"}
    shown = table[list(titles)].rename(columns=titles)
    better = [METRICS[name].better for name in table["name"]]
    shown.insert(1, "better", better)
    shown.insert(2, "level", level)
    parts.table(shown, "correlations")


def _scatter(filters: Filters, criterion: str, metrics: list[str]) -> None:
    parts.section("One dot per text", "The text's score against the mean of people's ratings.")
    metric = st.selectbox("Metric", metrics, key="metric", bind="query-params", width=200)
    frame = _texts(filters, criterion, metric)
    if frame.empty:
        parts.note("No text has both this score and a rating.")
        return
    if len(frame) > MOST_DOTS:
        parts.note(f"A seeded draw of {MOST_DOTS:,} of {words.count(len(frame), 'text')}.")
        frame = frame.sample(MOST_DOTS, random_state=0)
    names = colours.by_checkpoint(data.checkpoint_names())
    names = {name: colour for name, colour in names.items() if name in set(frame["name"])}
    parts.legend(names)
    drawing = charts.scatter(frame, names, metric, f"Mean {criterion}")
    parts.chart(drawing, key="chart-scatter", alt_text=f"{metric} against {criterion} per text")
    parts.download(frame, f"texts-{metric}-{criterion}")


def _texts(filters: Filters, criterion: str, metric: str) -> pd.DataFrame:
    rated = means(data.version(), filters)[criterion].rename("y")
    scored = data.generations().set_index("generation_id")[[metric, "checkpoint", "prompt_key"]]
    frame = scored.join(rated, how="inner").dropna(subset=["y", metric]).reset_index()
    return frame.rename(columns={metric: "x", "checkpoint": "name", "prompt_key": "prompt"})
