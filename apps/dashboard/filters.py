"""Turns the choices in the sidebar, which the URL repeats, into narrowed frames."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from apps.dashboard import data

ALL = "All"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What the reader wants to see."""

    study: str | None
    """Name of the study; None for all."""
    dataset: str | None
    """Name of the data set; None for all."""
    checkpoints: tuple[str, ...]
    """Names of the checkpoints; empty for all."""
    criterion: str | None
    """Name of the criterion; None for all."""

    def ratings(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Keep the ratings (or joined rows) of the study, data set, checkpoints and criterion."""
        keep = self._common(frame) & self._is(frame, "study", self.study)
        return frame[keep & self._is(frame, "criterion", self.criterion)]

    def votes(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Keep the votes of the study and data set between two of the checkpoints."""
        keep = self._is(frame, "study", self.study) & self._is(frame, "dataset", self.dataset)
        if self.checkpoints:
            keep &= frame["checkpoint_a"].isin(self.checkpoints)
            keep &= frame["checkpoint_b"].isin(self.checkpoints)
        return frame[keep]

    def generations(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Keep the texts of the data set and checkpoints; a text belongs to no single study."""
        return frame[self._common(frame)]

    def _common(self, frame: pd.DataFrame) -> pd.Series:
        keep = self._is(frame, "dataset", self.dataset)
        return keep & frame["checkpoint"].isin(self.checkpoints) if self.checkpoints else keep

    @staticmethod
    def _is(frame: pd.DataFrame, column: str, value: str | None) -> pd.Series:
        if value is None:
            return pd.Series(True, index=frame.index)
        return frame[column] == value


def choose() -> Filters:
    """Draw the sidebar's filters and return what they say.

    Each widget is bound to a query parameter of the same name, so that the address in the
    browser's bar is the view: a copied link shows the same.
    """
    with st.sidebar:
        study = _one("Study", "study", data.study_names())
        dataset = _one("Data set", "dataset", _values(data.generations(), "dataset"))
        checkpoints = st.multiselect(
            "Checkpoints",
            data.checkpoint_names(),
            key="checkpoints",
            bind="query-params",
            placeholder="All",
        )
        criterion = _one("Criterion", "criterion", _values(data.ratings(), "criterion"))
    return Filters(
        study=study, dataset=dataset, checkpoints=tuple(checkpoints), criterion=criterion
    )


def _one(label: str, key: str, names: list[str]) -> str | None:
    chosen = st.selectbox(label, [ALL, *names], key=key, bind="query-params")
    return None if chosen == ALL else chosen


def _values(frame: pd.DataFrame, column: str) -> list[str]:
    return sorted(frame[column].dropna().unique())
