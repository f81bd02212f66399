"""Turns the choices in the sidebar, which the URL repeats, into narrowed frames."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from apps.dashboard import data
from apps.dashboard.narrowed import narrowed

ALL = "All"
RARER = ("dataset", "reviewer", "tag", "since", "until", "with_excluded")
KEYS = ("study", "checkpoints", "criterion", *RARER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What the reader wants to see."""

    study: str | None = None
    """Label of the study; None for all."""
    dataset: str | None = None
    """Name of the data set; None for all."""
    checkpoints: tuple[str, ...] = ()
    """Names of the checkpoints; empty for all."""
    criterion: str | None = None
    """Name of the criterion; None for all."""
    reviewer: str | None = None
    """Pseudonym of the reviewer; None for all."""
    tag: str | None = None
    """A word on the prompts; None for all prompts."""
    since: date | None = None
    """First day (UTC) of the answers; None for no bound."""
    until: date | None = None
    """Last day (UTC) of the answers; None for no bound."""
    with_excluded: bool = False
    """Whether the answers of reviewers left out by an analyst's decision count too."""

    def ratings(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Keep the ratings (or joined rows) that all filters leave."""
        return narrowed(frame, ("ratings", self), self._ratings)

    def votes(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Keep the votes that all filters but the criterion leave, between the checkpoints."""
        return narrowed(frame, ("votes", self), self._votes)

    def generations(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Keep the texts of the data set, tag and checkpoints.

        A text belongs to no single study, reviewer or day of answering.
        """
        return narrowed(frame, ("generations", self), self._generations)

    def _ratings(self, frame: pd.DataFrame) -> Iterator[pd.Series]:
        yield from self._answers(frame)
        yield from _is(frame, "criterion", self.criterion)
        yield from self._of_checkpoints(frame, "checkpoint")

    def _votes(self, frame: pd.DataFrame) -> Iterator[pd.Series]:
        yield from self._answers(frame)
        yield from self._of_checkpoints(frame, "checkpoint_a")
        yield from self._of_checkpoints(frame, "checkpoint_b")

    def _generations(self, frame: pd.DataFrame) -> Iterator[pd.Series]:
        yield from self._of_prompts(frame)
        yield from self._of_checkpoints(frame, "checkpoint")

    def _answers(self, frame: pd.DataFrame) -> Iterator[pd.Series]:
        yield from self._of_prompts(frame)
        yield from _is(frame, "study", self.study)
        yield from _is(frame, "reviewer", self.reviewer)
        if not self.with_excluded:
            yield ~frame["excluded"]
        if self.since:
            yield frame["created_at"] >= _midnight(self.since)
        if self.until:
            yield frame["created_at"] < _midnight(self.until + timedelta(days=1))

    def _of_prompts(self, frame: pd.DataFrame) -> Iterator[pd.Series]:
        yield from _is(frame, "dataset", self.dataset)
        if self.tag is not None:
            yield frame["prompt_id"].isin(data.tagged(self.tag))

    def _of_checkpoints(self, frame: pd.DataFrame, column: str) -> Iterator[pd.Series]:
        if self.checkpoints:
            yield frame[column].isin(self.checkpoints)


def choose() -> Filters:
    """Draw the sidebar's filters and return what they say.

    Each widget is bound to a query parameter of the same name, so that the address in the
    browser's bar is the view: a copied link shows the same.
    """
    with st.sidebar:
        study = _one("Study", "study", data.study_names())
        checkpoints = st.multiselect(
            "Checkpoints",
            data.checkpoint_names(),
            key="checkpoints",
            bind="query-params",
            placeholder="All",
        )
        criterion = _one("Criterion", "criterion", data.criteria())
        with st.expander(_title(), key="more-filters", icon=":material/tune:"):
            rarer = _rarer()
        st.button(
            "Clear filters",
            key="clear",
            on_click=_clear,
            disabled=not _set(KEYS),
            type="tertiary",
            icon=":material/filter_alt_off:",
        )
    return Filters(study=study, checkpoints=tuple(checkpoints), criterion=criterion, **rarer)


def left_out(filters: Filters) -> str:
    """Say whose answers the pages leave out by decision; empty where nobody's."""
    names = data.excluded_names(filters.study)
    if not names:
        return ""
    people = f"{len(names)} reviewers" if len(names) > 3 else ", ".join(names)
    if filters.with_excluded:
        return f"With the answers of {people}, whom an analyst has excluded."
    return (
        f"Without the answers of {people}, excluded by an analyst's decision; “Count excluded "
        "reviewers” under More filters shows the results with them."
    )


def _rarer() -> dict[str, Any]:
    return {
        "dataset": _one("Data set", "dataset", data.dataset_names()),
        "reviewer": _one("Reviewer", "reviewer", data.reviewer_names()),
        "tag": _one("Tag of the prompt", "tag", data.tag_names()),
        "since": _day("Answered from", "since", "First day of the answers that count, in UTC."),
        "until": _day("Answered until", "until", "Last day of the answers that count, in UTC."),
        "with_excluded": st.toggle(
            "Count excluded reviewers",
            key="with_excluded",
            bind="query-params",
            help="Answers of reviewers whom an analyst's decision leaves out, as if it were not.",
        ),
    }


def _one(label: str, key: str, names: list[str]) -> str | None:
    chosen = st.selectbox(label, [ALL, *names], key=key, bind="query-params")
    return None if chosen == ALL else chosen


def _day(label: str, key: str, what: str) -> date | None:
    chosen: date | None = st.date_input(
        label, None, key=key, bind="query-params", format="YYYY-MM-DD", help=what
    )
    return chosen


def _title() -> str:
    n_set = _set(RARER)
    return f"More filters ({n_set} set)" if n_set else "More filters"


def _set(keys: tuple[str, ...]) -> int:
    # Before the first run of a session only the address knows what is set.
    return sum(
        st.session_state[key] not in (None, ALL, [], False)
        if key in st.session_state
        else key in st.query_params
        for key in keys
    )


def _clear() -> None:
    for key in KEYS:
        st.session_state[key] = {"checkpoints": [], "with_excluded": False}.get(
            key, None if key in ("since", "until") else ALL
        )


def _is(frame: pd.DataFrame, column: str, value: str | None) -> Iterator[pd.Series]:
    if value is not None:
        yield frame[column] == value


def _midnight(day: date) -> pd.Timestamp:
    return pd.Timestamp(day, tz="UTC")
