"""Texts: turns a search through all texts into one text with everything known about it."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from apps.dashboard import data, parts, words
from apps.dashboard.filters import Filters
from apps.dashboard.one_text import show
from apps.dashboard.results import texts as results
from lab.metrics.run import METRICS
from storage.texts import SORTS, Kept, Wanted

TITLE = "Texts"
ROWS = 50
KEPT: dict[str, Kept] = {
    "All": "all",
    "With a mark": "marked",
    "Without a mark": "unmarked",
    "Rated": "rated",
    "Compared": "compared",
    "Marked by people": "people",
    "Comment or flag": "commented",
}


def draw() -> None:
    """Draw the page."""
    filters: Filters = st.session_state["filters"]
    if not data.counts()["generations"]:
        parts.heading(TITLE, "No text yet.")
        parts.empty("No texts yet", "Sample a checkpoint on a data set's prompts.", "lab sample")
        return
    heading = st.container()
    asked = _ask(filters)
    ids = results.found(data.version(), asked)
    with heading:
        parts.heading(TITLE, _finding(asked, len(ids)))
    if len(ids):
        _table(ids, asked)
    else:
        parts.empty(
            "No text fits",
            "Choose “All”, empty the search, or press Clear filters in the sidebar.",
        )
    if chosen := st.query_params.get("text"):
        _steps(ids, chosen)
        show(chosen)


def _ask(filters: Filters) -> Wanted:
    kept = st.segmented_control(
        "Show", list(KEPT), default="All", required=True, key="kept", bind="query-params"
    )
    orders = [*SORTS, *(f"metric:{name}" for name in results.metrics(data.version()))]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        searched = st.text_input(
            "Words in the text",
            key="find",
            bind="query-params",
            width=260,
            help="Texts that hold all of these words; put a phrase in quotes.",
        )
        prompt = st.text_input("Prompt's name contains", key="prompt", bind="query-params",
                               width=200)  # fmt: skip
        if st.session_state.get("sort", "written") not in orders:
            del st.session_state["sort"]
        sort = st.selectbox("Sort by", orders, key="sort", bind="query-params", width=220,
                            format_func=lambda name: name.removeprefix("metric:"))  # fmt: skip
        falling = st.toggle("Largest first", key="largest", bind="query-params")
    return results.wanted(
        filters,
        words=searched,
        prompt=prompt,
        kept=KEPT[kept],
        sort=sort,
        falling=falling,
    )


def _finding(asked: Wanted, n_found: int) -> str:
    every = data.counts()["generations"]
    if asked == Wanted(sort=asked.sort, falling=asked.falling):
        return f"{words.count(n_found, 'text')} in this lab."
    share = words.percent(n_found / every)
    return f"{words.count(n_found, 'text')} of {every:,} ({share}) fit the search and the filters."


def _table(ids: np.ndarray, asked: Wanted) -> None:
    n_pages = -(-len(ids) // ROWS)
    number = min(_number(st.query_params.get("page", "1")), n_pages)
    shown = [name.decode() for name in ids[(number - 1) * ROWS : number * ROWS]]
    table = results.page(data.version(), asked, tuple(shown))
    parts.note("Select a row to read the text with everything known about it.")
    st.dataframe(
        table[_order(table)],
        hide_index=True,
        height=330,
        column_config=_columns(table),
        on_select=partial(_remember, f"texts-{hash(asked)}-{number}", shown),
        selection_mode="single-row",
        key=f"texts-{hash(asked)}-{number}",
        placeholder="–",
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button("Earlier page", on_click=_turn, args=(number - 1,), disabled=number <= 1,
                  icon=":material/chevron_left:", key="page-before")  # fmt: skip
        st.button("Later page", on_click=_turn, args=(number + 1,), disabled=number >= n_pages,
                  icon=":material/chevron_right:", key="page-after")  # fmt: skip
        parts.note(f"Page {number:,} of {n_pages:,}")
        st.download_button(
            "Download all as CSV",
            partial(results.as_csv, ids, asked),
            file_name="texts.csv",
            mime="text/csv",
            key="download-texts",
            on_click="ignore",
            type="tertiary",
            icon=":material/download:",
        )


def _steps(ids: np.ndarray, chosen: str) -> None:
    """Draw the steps to the text before and after the chosen one, in the table's order."""
    (places,) = np.nonzero(ids == chosen.encode("ascii", "replace"))
    if not len(places):
        return
    place = int(places[0])
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button("Previous text", on_click=_go, args=(ids, place - 1), disabled=place == 0,
                  icon=":material/arrow_back:", shortcut="k", key="text-before")  # fmt: skip
        st.button("Next text", on_click=_go, args=(ids, place + 1), disabled=place + 1 == len(ids),
                  icon=":material/arrow_forward:", shortcut="j", key="text-after")  # fmt: skip
        parts.note(f"Text {place + 1:,} of {len(ids):,}")


def _go(ids: np.ndarray, place: int) -> None:
    st.query_params["text"] = ids[place].decode()
    st.query_params.pop("beside", None)
    _turn(place // ROWS + 1)


def _turn(number: int) -> None:
    st.query_params["page"] = str(number)


def _number(said: str) -> int:
    return max(1, int(said)) if said.isdecimal() else 1


def _remember(key: str, ids: list[str]) -> None:
    for row in st.session_state[key].selection.rows:
        st.query_params["text"] = ids[row]
        st.query_params.pop("beside", None)


def _order(table: pd.DataFrame) -> list[str]:
    return [name for name in table.columns if name != "generation_id"] + ["generation_id"]


def _columns(table: pd.DataFrame) -> dict[str, Any]:
    number = st.column_config.NumberColumn
    columns: dict[str, Any] = {
        "prompt_key": "Prompt",
        "checkpoint": "Checkpoint",
        "beginning": st.column_config.TextColumn("Begins", width="medium"),
        "n_spans": number("Marks", help="Pieces that the source check marks"),
        "n_reviewers": number("Reviewers", help="People who judged it"),
        "n_comments": number("Comments", help="Answers with a comment or a flag"),
        "disagreement": number(
            "Disagreement",
            format="%.2f",
            help="Standard deviation of its ratings, in points, mean over the criteria",
        ),
        "n_tokens": "Tokens",
        "dataset": "Data set",
        "split": "Split",
        "generation_id": "Text's id",
    }
    others = [name for name in table.columns if name not in columns]
    digits = {name: "%.3g" if name in METRICS else "%.2f" for name in others}
    return columns | {name: number(name, format=digits[name]) for name in others}
