"""Asks lab.analysis for what people said of each text, and the store for the texts searched for."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pandas as pd
import streamlit as st

from apps.dashboard import data
from apps.dashboard.filters import Filters
from apps.dashboard.results.rows import once
from lab.analysis.ratings.summaries import text_means
from storage import texts
from storage.texts import Kept, Wanted

CHUNK = 5000


@once
def means(at: str, filters: Filters) -> pd.DataFrame:
    """Return each rated text's mean on each criterion, indexed by generation_id."""
    return text_means(filters.ratings(data.ratings()))


def wanted(
    filters: Filters, *, words: str, prompt: str, kept: Kept, sort: str, falling: bool
) -> Wanted:
    """Join the filters of all pages with what this page asks; see `storage.texts.Wanted`."""
    return Wanted(
        words=words, prompt=prompt, kept=kept, sort=sort, falling=falling, **asdict(filters)
    )


# A search through 200,000 texts keeps 7 MB of ids, so only the latest few are kept.
@st.cache_resource(max_entries=6, show_spinner="Searching the texts …")
def found(at: str, asked: Wanted) -> np.ndarray:
    """Return the ids of the texts that fit, in order."""
    return texts.find(data.store(), asked)


@st.cache_resource(max_entries=24, show_spinner=False)
def page(at: str, asked: Wanted, ids: tuple[str, ...]) -> pd.DataFrame:
    """Return one row for each of these texts."""
    return texts.table(data.store(), ids, asked)


@once
def metrics(at: str) -> list[str]:
    """Return the names of the metrics that have scores."""
    return texts.metrics(data.store())


def as_csv(ids: np.ndarray, asked: Wanted) -> bytes:
    """Write the table of all these texts as CSV."""
    places = range(0, len(ids), CHUNK)
    parts = [
        texts.table(data.store(), [name.decode() for name in ids[start : start + CHUNK]], asked)
        for start in places
    ]
    return pd.concat(parts).to_csv(index=False).encode()
