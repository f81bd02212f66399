"""Offers the report within the sidebar's filters as one file, written only when it is asked for."""

from __future__ import annotations

from functools import partial

import streamlit as st

from apps.dashboard import data
from apps.dashboard.filters import Filters
from apps.dashboard.report.build import build, file_name
from storage.client import Store


def offer(filters: Filters) -> None:
    """Draw the button."""
    st.download_button(
        "Report (HTML)",
        partial(_written, data.store(), filters),
        file_name=file_name(filters),
        mime="text/html",
        key="report",
        on_click="ignore",
        icon=":material/description:",
        help="One file with everything within these filters: verdicts, ratings, agreement, "
        "methods and a datasheet. It works offline; print it to get a PDF.",
    )


def _written(store: Store, filters: Filters) -> bytes:
    # Runs outside of the session, when the browser fetches the file.
    return build(store, filters).encode()
