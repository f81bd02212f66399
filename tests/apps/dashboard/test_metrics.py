"""Checks the table of metrics of whole sets on the page of metrics."""

from __future__ import annotations

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from apps.dashboard import data
from lab.records import CheckpointScore
from storage import checkpoints, datasets
from storage.client import Store


def _page() -> None:
    import streamlit as st

    from apps.dashboard import data, filters
    from apps.dashboard.views import metrics

    st.session_state["version"] = data.newest_version()
    st.session_state["filters"] = filters.choose()
    metrics.draw()


@pytest.fixture
def page(filled: Store, monkeypatch) -> AppTest:
    monkeypatch.setattr(type(st.context), "cookies", {})
    monkeypatch.setattr(data, "_open", None)
    data.use(filled)
    return AppTest.from_function(_page, default_timeout=60)


def said(app: AppTest) -> str:
    return " ".join(str(one.proto.body) for one in app.get("html"))


def test_scores_of_whole_sets_are_shown_with_their_method(page, filled) -> None:
    page.run()
    assert "Metrics of whole sets" not in said(page)
    [dataset] = datasets.every(filled)
    first, second = checkpoints.systems(filled)[:2]
    about = {"dataset_id": dataset.id, "version": "1", "n_texts": 200}
    filled.add(
        [
            CheckpointScore(
                checkpoint_id=first.id, metric="mauve", value=0.7, low=0.6, high=0.8, **about
            ),
            CheckpointScore(
                checkpoint_id=second.id, metric="mauve", value=None, reason="too few", **about
            ),
        ]
    )
    # A page goes on with what it has while what is newer is read.
    while "Metrics of whole sets" not in said(page):
        page.run()
    assert not page.exception
    assert "Pillutla et al. 2021" in said(page)
    table = page.dataframe[-1].value
    assert table["checkpoint"].tolist() == sorted([first.name, second.name])
    assert set(table["why not"].dropna()) == {"too few"}
