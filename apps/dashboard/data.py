"""Hands the pages the store's frames, read once per change and shared by all browsers.

The frames are shared objects: a page never changes one in place.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from storage import checkpoints, frames, studies, training
from storage.client import Store

_open: Store | None = None


def use(store: Store) -> None:
    """Name the store that all pages read."""
    global _open
    _open = store


def store() -> Store:
    """Return the store that the server opened.

    Raises:
        RuntimeError: the server has not opened one yet.
    """
    if _open is None:
        raise RuntimeError("no store: call apps.dashboard.data.use(store) first")
    return _open


def token() -> int:
    """Return the change token that this run of the page shows."""
    return st.session_state["change_token"]


def newest_token() -> int:
    """Ask the store for its change token."""
    return frames.change_token(store())


def ratings() -> pd.DataFrame:
    """Return one row per current rating."""
    return _frame("ratings", token())


def votes() -> pd.DataFrame:
    """Return one row per current vote."""
    return _frame("votes", token())


def generations() -> pd.DataFrame:
    """Return one row per generation, with its newest scores and its source check."""
    return _frame("generations", token())


def joined() -> pd.DataFrame:
    """Return one row per rating, with the scores and the check of what was rated."""
    return _frame("joined", token())


def training_steps() -> pd.DataFrame:
    """Return one row per logged training step."""
    return _frame("training", token())


def counts() -> dict[str, int]:
    """Return how many of each record there are."""
    return _frame("counts", token())


def checkpoint_names() -> list[str]:
    """Return the names of all checkpoints, oldest first."""
    return list(dict.fromkeys(found.name for found in _records("checkpoints", token())))


def study_names() -> list[str]:
    """Return the names of all studies, newest first."""
    return [study.name for study, _ in _records("studies", token())][::-1]


def training_runs() -> list[Any]:
    """Return all training runs, oldest first."""
    return _records("runs", token())


def generation(generation_id: str) -> dict[str, Any] | None:
    """Return everything about one text; None where there is no such text."""
    return frames.generation(store(), generation_id)


@st.cache_resource(max_entries=24, show_spinner=False)
def _frame(name: str, at: int) -> Any:
    return getattr(frames, name)(store())


@st.cache_resource(max_entries=12, show_spinner=False)
def _records(name: str, at: int) -> list[Any]:
    every = {"checkpoints": checkpoints.every, "studies": studies.every, "runs": training.runs}
    return every[name](store())
