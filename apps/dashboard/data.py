"""Hands the pages the store's frames, read once per change and shared by all browsers.

The frames are shared objects: a page never changes one in place.
"""

from __future__ import annotations

import ctypes
import json
import uuid
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pandas as pd
import streamlit as st

from apps.dashboard import words
from apps.dashboard.shelf import Shelf
from lab.errors import StoreError, UnknownNameError
from lab.records import Study, StudyStatus, Trial
from storage import checkpoints, frames, studies, training, trials
from storage.client import Store
from storage.coded import Tables

_UNSEEN = {"sessions", "leases", "drafts", "assignments"}
# What a frame is made from; those that are not named here are read again at each change.
_MADE_FROM = {
    "texts": {"generations", "prompts", "checkpoints", "check_results", "hallucination_spans"},
    "training": {"training_runs", "training_steps"},
    "run facts": {"training_runs", "training_ends", "datasets", "checkpoints"},
    "trials": {"trials"},
    "prompt_tags": {"prompt_tags"},
}
_MADE_FROM["generations"] = _MADE_FROM["texts"] | {"metric_scores"}
_open: Store | None = None
_tables: Tables | None = None
_counted: tuple[int | None, str] = (None, "")


def use(store: Store) -> None:
    """Name the store that all pages read."""
    global _open, _counted, _shelf, _tables
    if store is not _open:
        _counted, _shelf, _tables = (None, ""), Shelf(_read, _same), Tables(store)
    _open = store


def store() -> Store:
    """Return the store that the server opened.

    Raises:
        RuntimeError: the server has not opened one yet.
    """
    if _open is None:
        raise RuntimeError("no store: call apps.dashboard.data.use(store) first")
    return _open


def version() -> str:
    """Return the version of the records that this run of the page shows."""
    return st.session_state["version"]


def newest_version() -> str:
    """Return the newest version that can be shown without waiting; cheap enough for every second.

    A newer state of the store is read meanwhile, and shown once it is.
    """
    return _shelf.shown(_version(frames.change_token(store())))


def ratings() -> pd.DataFrame:
    """Return one row per current rating."""
    return _frame("ratings", version())


def votes() -> pd.DataFrame:
    """Return one row per current vote."""
    return _frame("votes", version())


def controls() -> pd.DataFrame:
    """Return one row per current answer to a control item and criterion."""
    return _frame("controls", version())


def generations() -> pd.DataFrame:
    """Return one row per generation, with its newest scores and its source check."""
    return _frame("generations", version())


def texts() -> pd.DataFrame:
    """Return one row per generation with its source check; read sooner than `generations`."""
    return _frame("texts", version())


def prompt_tags() -> pd.DataFrame:
    """Return one row per prompt and word on it."""
    return _frame("prompt_tags", version())


def tag_names() -> list[str]:
    """Return the words that stand on prompts, sorted."""
    return sorted(set(prompt_tags()["tag"]))


def tagged(tag: str) -> frozenset[str]:
    """Return the ids of the prompts with a word on them."""
    return _tagged(tag, version())


def criteria() -> list[str]:
    """Return the names of the criteria that were rated or voted on, sorted."""
    return _frame("criteria", version())


def dataset_names() -> list[str]:
    """Return the names of the data sets that have texts, sorted."""
    return _frame("datasets", version())


def reviewer_names() -> list[str]:
    """Return the pseudonyms of all who rated or voted, V2 before V10."""
    return sorted(_frame("reviewers", version()), key=words.in_order)


def excluded_names(study: str | None) -> list[str]:
    """Return the pseudonyms of those left out of one study's results, or of any's, in order."""
    frame = _frame("excluded", version())
    kept = frame if study is None else frame[frame["study"] == study]
    return sorted(set(kept["reviewer"]), key=words.in_order)


def training_steps() -> pd.DataFrame:
    """Return one row per logged training step."""
    return _frame("training", version())


def counts() -> dict[str, int]:
    """Return how many of each record there are."""
    return _frame("counts", version())


def checkpoint_names() -> list[str]:
    """Return the names of all checkpoints, oldest first."""
    return list(dict.fromkeys(found.name for found in _frame("checkpoint records", version())))


def study_names() -> list[str]:
    """Return the labels of all studies, newest first: the name, with the version from 2 on."""
    return [studies.label(study) for study, _ in _frame("study records", version())][::-1]


def all_studies() -> list[tuple[str, Study, StudyStatus]]:
    """Return label, study and status of all studies, the newest first."""
    found = _frame("study records", version())
    return [(studies.label(study), study, status) for study, status in found][::-1]


def training_runs() -> list[Any]:
    """Return all training runs, oldest first."""
    found: list[Any] = _frame("run records", version())
    return found


def run_facts() -> list[dict[str, Any]]:
    """Return what each training run learned from and how it ended; see storage.training.facts."""
    found: list[dict[str, Any]] = _frame("run facts", version())
    return found


def search_trials() -> list[Trial]:
    """Return the trials of all searches, by search and number."""
    found: list[Trial] = _frame("trials", version())
    return found


def generation(generation_id: str) -> dict[str, Any] | None:
    """Return everything about one text; None where there is no such text."""
    try:
        return frames.generation(store(), str(uuid.UUID(generation_id)))
    except (ValueError, UnknownNameError):
        return None


def read_ahead() -> None:
    """Read what the pages show, in the order of the first page, before anybody asks for it."""
    with suppress(StoreError):
        at = _shelf.shown(_version(frames.change_token(store())))
        for name in _AHEAD:
            _shelf.get(name, at)


def _version(change_token: int) -> str:
    global _counted
    # Facts are only added, so the numbers of rows tell one state from another; what is written
    # at each step of a reviewer (leases, drafts) changes nothing on these pages.
    token, version = _counted
    if token != change_token:
        counted = frames.counts(store())
        version = json.dumps({name: counted[name] for name in sorted({*counted} - _UNSEEN)})
        _counted = (change_token, version)
    return version


def _frame(name: str, at: str) -> Any:
    return _shelf.get(name, at)


def _read(name: str, at: str) -> Any:
    found = _made(name, at)
    if name in _LARGE:
        give_back()
    return found


def _made(name: str, at: str) -> Any:
    if name == "generations":
        return frames.generations(store(), _tables, _shelf.get("texts", at))
    if name in _LARGE:
        return getattr(frames, name)(store(), _tables)
    return (_RECORDS.get(name) or getattr(frames, name))(store())


def give_back() -> None:
    """Hand memory that is free back to the system, which else is kept for us: half of it all."""
    import pyarrow

    if _tables is not None:
        _tables.drop_lookups()
    pyarrow.default_memory_pool().release_unused()
    with suppress(AttributeError):  # only the GNU C library has it
        ctypes.CDLL(None).malloc_trim(0)


def _same(name: str, one: str, other: str) -> bool:
    before, after = json.loads(one), json.loads(other)
    return name in _MADE_FROM and all(before[part] == after[part] for part in _MADE_FROM[name])


_RECORDS: dict[str, Callable[[Store], list[Any]]] = {
    "checkpoint records": checkpoints.systems,
    "study records": studies.every,
    "run records": training.runs,
    "run facts": training.facts,
    "trials": trials.every,
}
_LARGE = ("votes", "texts", "ratings", "generations")
_AHEAD = ("study records", "checkpoint records", "criteria", "datasets", "reviewers",
          "prompt_tags", "excluded", *_LARGE)  # fmt: skip
_shelf = Shelf(_read, _same)


@st.cache_resource(max_entries=8, show_spinner=False)
def _tagged(tag: str, at: str) -> frozenset[str]:
    frame = _frame("prompt_tags", at)
    return frozenset(frame.loc[frame["tag"] == tag, "prompt_id"])
