"""Turns words, tables and charts into HTML in which no text of the records can act.

Every piece is built from plain text, which is escaped here and nowhere else.
"""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from apps.dashboard.drawing import spec
from apps.dashboard.words import NOTHING

WIDTH = 640
_WHOLE = 20  # rows up to which a table is not cut by the end of a page
_number = itertools.count()
_NUMBER = ' class="number"'
_PERCENT = re.compile(r"(?<=\d) %")
_CONTROL = re.compile("[\u0000-\u0008\u000b-\u001f\u007f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def escape(text: object) -> str:
    """Write a text so that it is shown as it is, its control characters made visible."""
    return html.escape(_visible(str(text)))


def section(title: str, *parts: str, name: str) -> str:
    """Write a section with an anchor; empty where it has no parts."""
    inside = "".join(parts)
    if not inside:
        return ""
    return f'<section id="{name}"><h2>{escape(title)}</h2>{inside}</section>'


def subsection(title: str, *parts: str) -> str:
    """Write a part of a section; empty where there is nothing in it."""
    inside = "".join(parts)
    return f"<h3>{escape(title)}</h3>{inside}" if inside else ""


def paragraph(text: str, kind: str = "") -> str:
    """Write a paragraph; nothing where there is nothing to say."""
    named = f' class="{kind}"' if kind else ""
    return f"<p{named}>{_prose(text)}</p>" if text else ""


def points(said: Iterable[str], kind: str = "") -> str:
    """Write a list; nothing where it is empty."""
    inside = "".join(f"<li>{_prose(one)}</li>" for one in said)
    named = f' class="{kind}"' if kind else ""
    return f"<ul{named}>{inside}</ul>" if inside else ""


def facts(pairs: Iterable[tuple[str, object]]) -> str:
    """Write what is known as pairs of a word and a value."""
    inside = "".join(f"<dt>{escape(word)}</dt><dd>{escape(value)}</dd>" for word, value in pairs)
    return f"<dl>{inside}</dl>"


def table(frame: pd.DataFrame, caption: str) -> str:
    """Write a table; decimals alike down a column, a dash for what is missing.

    Args:
        frame: what to write; columns named "p" or ending in " p" get four decimals, others two.
        caption: what it shows; unlike that of any other table.
    """
    numeric = [pd.api.types.is_numeric_dtype(frame[name]) for name in frame.columns]
    head = "".join(
        f'<th scope="col"{_NUMBER if is_number else ""}>{escape(name)}</th>'
        for name, is_number in zip(frame.columns, numeric, strict=True)
    )
    digits = [4 if f" {name}".endswith(" p") else 2 for name in frame.columns]
    rows = "".join(
        "<tr>" + "".join(map(_cell, row, digits)) + "</tr>" for row in frame.itertuples(index=False)
    )
    whole = " whole" if len(frame) <= _WHOLE else ""
    return (
        f'<div class="wide{whole}" tabindex="0" role="region" aria-label="{escape(caption)}">'
        f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )


def figure(chart: Any, caption: str) -> str:
    """Draw a chart of Altair as SVG in the page.

    Args:
        chart: the chart, with its own height.
        caption: what it shows, below it and for screen readers.
    """
    import vl_convert

    drawing = spec(chart) | {"width": WIDTH}
    # Nobody can point at a name on paper.
    axis = drawing["config"]["axis"] | {"labelLimit": 240}
    drawing["config"] = drawing["config"] | {"axis": axis}
    drawn = vl_convert.vegalite_to_svg(drawing, allowed_base_urls=[])
    # Each chart numbers its clips from 0; in one page they would take one another's.
    own = f"chart{next(_number)}-"
    drawn = re.sub(r'(id="|url\(#)(clip|gradient)', rf"\1{own}\2", drawn)
    named = f'<svg role="img" aria-label="{escape(caption)}" '
    drawn = _visible(drawn.replace("<svg ", named, 1))
    return f"<figure>{drawn}<figcaption>{escape(caption)}</figcaption></figure>"


def contents(titles: Sequence[tuple[str, str]]) -> str:
    """Write links to the sections: their anchors and titles."""
    links = "".join(f'<li><a href="#{name}">{escape(title)}</a></li>' for name, title in titles)
    return f'<nav aria-label="Contents"><h2>Contents</h2><ol>{links}</ol></nav>'


def _visible(text: str) -> str:
    return _CONTROL.sub(lambda one: f"[U+{ord(one[0]):04X}]", text)


def _cell(value: Any, digits: int) -> str:
    if value is None or value != value or value == "":
        return f"<td>{NOTHING}</td>"
    if isinstance(value, bool):
        return f"<td>{'yes' if value else 'no'}</td>"
    if isinstance(value, int):
        return f"<td{_NUMBER}>{value:,}</td>"
    if isinstance(value, float):
        return f"<td{_NUMBER}>{value:,.{digits}f}</td>"
    return f"<td>{escape(value)}</td>"


def _prose(text: str) -> str:
    return _PERCENT.sub("\u00a0%", escape(text))
