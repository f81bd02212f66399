"""The pages over a study that nobody has answered yet, with texts that nothing has scored."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from apps.dashboard import data, waiting
from lab.records import (
    CheckResult,
    HallucinationSpan,
    MetricScore,
    Study,
    StudyStatus,
)
from storage.client import Store
from tests.apps.dashboard.underway import Underway

NOT_YET = (CheckResult, HallucinationSpan, MetricScore)
PAGES = ("overview", "verdict", "ratings", "progress")


class Unanswered(Underway):
    """The made-up lab with a draft that asks for ratings and pairs."""

    def judged(self) -> Iterator[Any]:
        """Give the draft."""
        self.draft = self._study("my first")
        yield from (self.draft, *self._items(self.draft))


def page(name: str) -> None:
    import importlib

    import streamlit as st

    from apps.dashboard import data
    from apps.dashboard.filters import Filters

    st.session_state["version"] = data.newest_version()
    st.session_state["filters"] = Filters()
    importlib.import_module(f"apps.dashboard.views.{name}").draw()


def drawn(name: str) -> AppTest:
    app = AppTest.from_function(page, args=(name,), default_timeout=60).run()
    assert not app.exception, name
    return app


def said(name: str) -> str:
    return " ".join(str(one.proto.body) for one in drawn(name).get("html"))


@pytest.fixture
def study(store: Store, monkeypatch: pytest.MonkeyPatch) -> Study:
    monkeypatch.setattr(type(st.context), "cookies", {})
    lab = Unanswered()
    store.add(
        [
            one
            for one in lab.records()
            if not isinstance(one, NOT_YET)
            and one is not lab.study
            and getattr(one, "study_id", None) != lab.study.id
        ]
    )
    data.use(store)
    return lab.draft


def test_pages_say_what_the_study_waits_for(study) -> None:
    for name in PAGES:
        assert "<code>lab study start &#x27;my first&#x27;</code>" in said(name)


def test_the_advice_goes_by_what_stands_open(study, monkeypatch) -> None:
    def advice(*stands: StudyStatus) -> str:
        found = [(f"study {n}", study, status) for n, status in enumerate(stands)]
        monkeypatch.setattr(data, "all_studies", lambda: found)
        return " ".join(waiting.advice("ab"))

    opened, draft, closed = StudyStatus.OPEN, StudyStatus.DRAFT, StudyStatus.CLOSED
    assert advice(draft, opened, opened).startswith("study 1 is open: whoever signs in")
    assert advice(draft, opened).endswith("lab review")
    assert advice(draft, StudyStatus.PAUSED).startswith("study 1 is paused")
    assert advice(closed, draft).endswith("lab study start 'my first'")
    assert advice(closed) == advice() == f"{waiting.MAKE['ab']} lab study create --help"


def test_a_study_of_ratings_alone_waits_for_no_votes(study, monkeypatch) -> None:
    rated = dataclasses.replace(study, protocol={**study.protocol, "design": "rate"})
    monkeypatch.setattr(data, "all_studies", lambda: [("rated", rated, StudyStatus.OPEN)])
    assert waiting.advice("rate")[1] == "lab review"
    assert waiting.advice("ab")[1] == "lab study create --help"


def test_texts_are_counted_where_nothing_has_scored_them(study) -> None:
    (table,) = (one.value for one in drawn("overview").dataframe if "texts" in one.value)
    assert dict(zip(table["checkpoint"], table["texts"], strict=True)) == {
        "baseline": 12, "candidate": 12, "lstm": 12
    }  # fmt: skip
