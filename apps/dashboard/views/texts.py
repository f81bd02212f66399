"""Texts: turns a filtered table of all texts into one text with everything known about it."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from apps.dashboard import data, parts, words
from apps.dashboard.filters import Filters
from apps.dashboard.one_text import show
from apps.dashboard.results.metrics import metric_columns
from apps.dashboard.results.texts import means
from lab.metrics.run import METRICS

TITLE = "Texts"
MOST_ROWS = 2000
KEPT = {
    "All": "every text",
    "With a mark": "texts in which the check marks something",
    "Without a mark": "checked texts without a mark",
    "Rated": "texts that somebody rated",
}


def draw() -> None:
    """Draw the page."""
    filters: Filters = st.session_state["filters"]
    every = filters.generations(data.generations())
    if every.empty:
        parts.heading(TITLE, "No text within these filters yet.")
        _nothing(data.generations().empty)
        return
    heading = st.container()
    rated = means(data.version(), filters)
    kept, wanted = _choose()
    table = _table(_keep(every, rated, kept, wanted), rated)
    with heading:
        parts.heading(TITLE, _finding(every, len(table), kept, wanted))
    if table.empty:
        parts.empty("No text fits", "Choose “All”, or empty the field for the prompt.")
    else:
        _select(table, kept, wanted)
    if chosen := st.query_params.get("text"):
        show(chosen)


def _nothing(none_at_all: bool) -> None:
    if none_at_all:
        parts.empty("No texts yet", "Sample a checkpoint on a data set's prompts.", "lab sample")
    else:
        parts.hidden("texts")


def _choose() -> tuple[str, str]:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        kept = st.segmented_control(
            "Show", list(KEPT), default="All", required=True, key="kept", bind="query-params"
        )
        wanted = st.text_input(
            "Prompt's name contains", key="prompt", bind="query-params", width=220
        )
    return kept, wanted


def _keep(every: pd.DataFrame, rated: pd.DataFrame, kept: str, wanted: str) -> pd.DataFrame:
    checked = every["check_status"] == "ok"
    marked = every["n_spans"].fillna(0) > 0
    masks = {
        "With a mark": checked & marked,
        "Without a mark": checked & ~marked,
        "Rated": every["generation_id"].isin(rated.index),
    }
    frame = every[masks[kept]] if kept in masks else every
    return frame[frame["prompt_key"].str.contains(wanted, case=False, regex=False)]


def _table(frame: pd.DataFrame, rated: pd.DataFrame) -> pd.DataFrame:
    first = ["prompt_key", "checkpoint", "n_spans"]
    last = [*metric_columns(frame), "n_tokens", "dataset", "split", "generation_id"]
    # The frame is in the order of writing: a new text comes last, selected rows keep their places.
    frame = frame.set_index("generation_id", drop=False)
    joined = pd.concat([frame[first], rated.reindex(frame.index), frame[last]], axis=1)
    return joined.reset_index(drop=True)


def _select(table: pd.DataFrame, kept: str, wanted: str) -> None:
    shown = table.head(MOST_ROWS)
    if len(table) > MOST_ROWS:
        parts.note(f"The first {MOST_ROWS:,} of {len(table):,}; narrow the filters to see others.")
    parts.note("Select a row to read the text with everything known about it.")
    # What is selected is kept by its id, so that a text that joins the table moves nothing.
    key = f"texts-{st.session_state['filters']}-{kept}-{wanted}"
    st.dataframe(
        shown,
        hide_index=True,
        height=330,
        column_config=_columns(shown),
        on_select=partial(_remember, key, list(shown["generation_id"])),
        selection_mode="single-row",
        key=key,
        placeholder="–",
    )
    parts.download(table, "texts")


def _remember(key: str, ids: list[str]) -> None:
    for row in st.session_state[key].selection.rows:
        st.query_params["text"] = ids[row]


def _finding(every: pd.DataFrame, n_shown: int, kept: str, wanted: str) -> str:
    n_checked = int((every["check_status"] == "ok").sum())
    n_marked = int((every["n_spans"].fillna(0) > 0).sum())
    prompts = words.count(every["prompt_id"].nunique(), "prompt")
    checkpoints = words.count(every["checkpoint"].nunique(), "checkpoint")
    first = f"{words.count(len(every), 'text')} of {prompts} by {checkpoints}; "
    checked = (
        f"{n_marked:,} of {n_checked:,} checked ones have a mark." if n_checked else "none checked."
    )
    if kept == "All" and not wanted:
        return first + checked
    return f"{first}{checked} Shown: {n_shown:,}."


def _columns(table: pd.DataFrame) -> dict[str, Any]:
    number = st.column_config.NumberColumn
    columns: dict[str, Any] = {
        "prompt_key": "Prompt",
        "checkpoint": "Checkpoint",
        "n_spans": number("Marks", help="Pieces that the source check marks"),
        "n_tokens": "Tokens",
        "dataset": "Data set",
        "split": "Split",
        "generation_id": "Text's id",
    }
    others = [name for name in table.columns if name not in columns]
    digits = {name: "%.3g" if name in METRICS else "%.2f" for name in others}
    return columns | {name: number(name, format=digits[name]) for name in others}
