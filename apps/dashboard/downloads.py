"""Turns tables into CSV and Parquet and charts into SVG and PNG, when somebody presses for them."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from apps.dashboard.drawing import spec

_VEGALITE = "6.4"
_WIDTH = 760
_TITLE = {"anchor": "start", "fontSize": 14, "fontWeight": "normal", "color": "#1b2430"}
_MIMES = {
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
    "svg": "image/svg+xml",
    "png": "image/png",
}


def of_table(frame: pd.DataFrame, name: str) -> None:
    """Show a quiet row of links that download a table.

    Args:
        frame: the table.
        name: the file's name without its suffix, and the row's key.
    """
    _row(name, "table", {"CSV": partial(csv, frame), "Parquet": partial(parquet, frame)})


def of_chart(chart: Any, name: str, title: str) -> None:
    """Show a quiet row of links that download a chart.

    Args:
        chart: the Altair chart.
        name: the file's name without its suffix, and the row's key.
        title: stands above the chart in the file.
    """
    _row(name, "chart", {"SVG": partial(svg, chart, title), "PNG": partial(png, chart, title)})


def csv(frame: pd.DataFrame) -> bytes:
    """Write a table as CSV with a header."""
    return frame.to_csv(index=False).encode()


def parquet(frame: pd.DataFrame) -> bytes:
    """Write a table as Parquet; a column of several kinds of values becomes text."""
    mixed = [
        name
        for name in frame.columns
        if frame[name].dtype == object
        and pd.api.types.infer_dtype(frame[name], skipna=True).startswith("mixed")
    ]
    buffer = io.BytesIO()
    typed = frame.astype(dict.fromkeys(mixed, "str"))
    typed.rename(columns=str).to_parquet(buffer, index=False)
    return buffer.getvalue()


def svg(chart: Any, title: str) -> bytes:
    """Draw a chart as SVG on a white ground, with its title."""
    import vl_convert

    return str(vl_convert.vegalite_to_svg(_spec(chart, title), vl_version=_VEGALITE)).encode()


def png(chart: Any, title: str) -> bytes:
    """Draw a chart as PNG on a white ground, with its title, at twice the screen's density."""
    import vl_convert

    drawn = vl_convert.vegalite_to_png(_spec(chart, title), vl_version=_VEGALITE, scale=2)
    return bytes(drawn)


def _spec(chart: Any, title: str) -> dict[str, Any]:
    found = spec(chart)
    if "mark" in found or "layer" in found:
        found["width"] = found["width"] if isinstance(found.get("width"), int) else _WIDTH
    return found | {"background": "white", "padding": 16, "title": {"text": title, **_TITLE}}


def _row(name: str, kind: str, makers: Mapping[str, Callable[[], bytes]]) -> None:
    with st.container(key=f"downloads-{kind}-{name}", horizontal=True, gap="small"):
        for label, make in makers.items():
            suffix = label.lower()
            st.download_button(
                label,
                make,
                file_name=f"{name}.{suffix}",
                mime=_MIMES[suffix],
                key=f"download-{kind}-{name}-{suffix}",
                help=f"Download this {kind} as {label}",
                on_click="ignore",
                type="tertiary",
                icon=":material/download:",
            )
