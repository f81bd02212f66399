"""The pieces that all pages are made of: finding, cards, sections, tables, empty states."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from apps.dashboard import downloads, waiting
from apps.dashboard.drawing import spec

_STYLE = Path(__file__).with_name("style.css")


def style() -> None:
    """Give the page our small style sheet."""
    st.html(_STYLE)


def heading(title: str, finding: str) -> None:
    """Write a page's title, the one sentence that the data say, and who is left out of it.

    Args:
        title: the page's name.
        finding: plain text; names in it are shown as they are.
    """
    heading_ahead(title)(finding)


def heading_ahead(title: str) -> Callable[[str], None]:
    """Write a page's title, and keep the place of the sentence until the data say it.

    Args:
        title: the page's name.

    Returns:
        What writes the sentence, as `heading` does.
    """
    st.html(f'<h1 class="page">{html.escape(title)}</h1>')
    place = st.empty()
    if left_out := st.session_state.get("left_out"):
        note(left_out)

    def say(finding: str) -> None:
        place.html(f'<p class="finding">{html.escape(finding)}</p>')

    return say


def section(title: str, how_to_read: str = "") -> None:
    """Write a section's title and how to read what follows, as plain text."""
    note = f'<p class="note">{html.escape(how_to_read)}</p>' if how_to_read else ""
    st.html(f'<h2 class="section">{html.escape(title)}</h2>{note}')


def note(text: str) -> None:
    """Write a quiet remark, as plain text."""
    st.html(f'<p class="note">{html.escape(text)}</p>')


def meaning(text: str) -> None:
    """Write what a figure means, as plain text; nothing where there is nothing to say."""
    if text:
        st.html(f'<p class="meaning">{html.escape(text)}</p>')


def cautions(said: Sequence[str]) -> None:
    """List what a reader must know before believing the finding; nothing where there is nothing."""
    if said:
        points = "".join(f"<li>{html.escape(one)}</li>" for one in said)
        st.html(
            f'<div class="cautions"><strong>Before you rely on it</strong><ul>{points}</ul></div>'
        )


def cards(figures: Sequence[tuple[str, str, str]]) -> None:
    """Show headline figures side by side.

    Args:
        figures: label, value and the small line below it for each.
    """
    cells = "".join(
        f'<div class="card"><div class="label">{html.escape(label)}</div>'
        f'<div class="value">{html.escape(value)}</div>'
        f'<div class="under">{html.escape(under)}</div></div>'
        for label, value, under in figures
    )
    st.html(f'<div class="cards">{cells}</div>')


def legend(colours: Mapping[str, str]) -> None:
    """Show which colour is which checkpoint."""
    chips = "".join(
        f'<span class="chip"><i style="background:{colour}"></i>{html.escape(name)}</span>'
        for name, colour in colours.items()
    )
    st.html(f'<div class="legend">{chips}</div>')


def chart(drawing: alt.Chart | alt.LayerChart, *, key: str, alt_text: str) -> None:
    """Show a chart as wide as its column, on either theme, with links that download it.

    Args:
        drawing: the chart.
        key: the widget's key, and the file's name but for a leading "chart-".
        alt_text: what a screen reader says, and the title in the file.
    """
    with st.container(gap=None):
        st.vega_lite_chart(spec=spec(drawing), width="stretch", theme=None, key=key, alt=alt_text)
        downloads.of_chart(drawing, key.removeprefix("chart-"), alt_text)


def table(frame: pd.DataFrame, name: str, columns: Mapping[str, Any] | None = None) -> None:
    """Show a table with links that download it.

    Args:
        frame: what to show.
        name: the widget's key and the file's name without its suffix.
        columns: column settings as `st.dataframe` takes them.
    """
    with st.container(gap=None):
        st.dataframe(
            frame, hide_index=True, column_config=columns, key=f"table-{name}", placeholder="–"
        )
        download(frame, name)


def download(frame: pd.DataFrame, name: str) -> None:
    """Show links that download a frame, which is written only when one is pressed."""
    downloads.of_table(frame, name)


def explained(title: str, sentence: str, method: str) -> None:
    """Offer how a figure is worked out, below its section, folded up until somebody asks.

    Args:
        title: the figure's name.
        sentence: what it says, in one sentence.
        method: how it is computed, with the method's name and source.
    """
    st.html(
        f'<details class="explained"><summary>How is this worked out?'
        f'<span class="of"> ({html.escape(title)})</span></summary>'
        f"<p>{html.escape(sentence)}</p><p>{html.escape(method)}</p></details>"
    )


def empty(title: str, what_to_do: str, command: str = "") -> None:
    """Say that there is nothing to show yet, and what to do about it."""
    code = f"<code>{html.escape(command)}</code>" if command else ""
    st.html(
        f'<div class="empty"><strong>{html.escape(title)}</strong>'
        f"<p>{html.escape(what_to_do)}</p>{code}</div>"
    )


def no_ratings(none_at_all: bool) -> None:
    """Say that there are no ratings, and what to do.

    Args:
        none_at_all: whether the store holds none, rather than the filters hiding them.
    """
    if none_at_all:
        empty("No ratings yet", *waiting.advice("rate"))
    else:
        hidden("ratings")


def no_votes(none_at_all: bool) -> None:
    """Say that there are no votes, and what to do; see `no_ratings`."""
    if none_at_all:
        empty("No votes yet", *waiting.advice("ab"))
    else:
        hidden("votes")


def hidden(what: str) -> None:
    """Say that the filters leave nothing."""
    empty(
        f"The filters leave no {what}",
        "Set a filter in the sidebar back to All, or press Clear filters.",
    )


def subsection(title: str) -> None:
    """Write the title of one chart among several, as plain text."""
    st.html(f'<h3 class="sub">{html.escape(title)}</h3>')


def grid(n: int) -> Iterator[Any]:
    """Give places for charts, two side by side; on a narrow screen they keep their order."""
    for _ in range(0, n, 2):
        yield from st.columns(2, gap="medium")
