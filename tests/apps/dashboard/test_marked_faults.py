"""Checks metrics held against reviewers' marks: a study in which people only marked faults."""

from __future__ import annotations

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from apps.dashboard import data
from lab.cli import main
from tests.apps.dashboard.checked import dialogues
from tests.apps.dashboard.conftest import make_home, opened


@pytest.fixture(scope="module")
def labelled(published, tmp_path_factory):
    folder = tmp_path_factory.mktemp("labelled")
    dialogues(published("q2/cross_annotation.csv"), folder, 60)
    assert main(["score", "--metric", "length", "--home", str(folder)]) == 0
    with opened(make_home(folder)) as store:
        yield store


def metrics_page() -> None:
    import streamlit as st

    from apps.dashboard import data
    from apps.dashboard.filters import Filters
    from apps.dashboard.views import metrics

    st.session_state["filters"] = Filters()
    st.session_state["version"] = data.newest_version()
    metrics.draw()


def progress_page() -> None:
    import streamlit as st

    from apps.dashboard import data
    from apps.dashboard.filters import Filters
    from apps.dashboard.views import progress

    st.session_state["filters"] = Filters()
    st.session_state["version"] = data.newest_version()
    progress.draw()


def said(app: AppTest) -> str:
    return " ".join(str(one.proto.body) for one in app.get("html"))


@pytest.fixture
def show(labelled, monkeypatch):
    monkeypatch.setattr(type(st.context), "cookies", {})
    data.use(labelled)

    def run(page) -> AppTest:
        app = AppTest.from_function(page, default_timeout=60).run()
        assert not app.exception
        return app

    return run


def test_marks_are_a_criterion_of_their_own(show) -> None:
    app = show(metrics_page)
    (criterion,) = [one for one in app.selectbox if one.label == "Look closer at"]
    assert criterion.options == ["few marked faults"]
    told = said(app)
    assert "How sure that is, on few marked faults" in told
    assert "No agreement to show" not in told
    table = next(one.value for one in app.dataframe if "agreement" in one.value)
    row = table[table["metric"] == "length"].iloc[0]
    assert row["criterion"] == "few marked faults"
    assert row["low"] < row["agreement"] < row["high"]


def test_progress_of_answers_without_times_says_so(show) -> None:
    told = said(show(progress_page))
    assert "No times are known" in told
    assert "dialogues has 120 of 120 answers" in told
