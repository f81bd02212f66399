import json
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import apps.dashboard
from apps.dashboard import data
from lab.errors import OwnerError
from lab.records import Study
from storage import frames

APP = str(Path(apps.dashboard.__file__).with_name("app.py"))


@pytest.fixture
def app(filled, monkeypatch) -> AppTest:
    monkeypatch.setattr(type(st.context), "cookies", {})  # there is no browser that has any
    data.use(filled)
    return AppTest.from_file(APP, default_timeout=60)


def said(app: AppTest) -> str:
    return " ".join(str(one.proto.body) for one in app.get("html"))


def test_the_filters_hold_what_the_store_holds(app) -> None:
    app.run()
    assert not app.exception
    labels = {one.label: one.options for one in app.selectbox}
    assert labels["Study"] == ["All", "first-look"]
    assert labels["Data set"] == ["All", "world"]
    rated = ["coherence", "creativity", "fluency", "relevance"]
    assert labels["Criterion"] == ["All", *sorted([*rated, "overall"])]
    assert app.multiselect[0].options == ["baseline", "candidate", "lstm"]
    assert "candidate is preferred" in said(app)


def test_one_chosen_checkpoint_leaves_no_votes_and_says_so(app) -> None:
    app.run()
    app.multiselect[0].select("lstm").run()
    assert not app.exception
    assert "The filters leave no votes" in said(app)


def test_a_store_that_does_not_answer_is_said_in_words(app, monkeypatch) -> None:
    def refuse(store: object) -> int:
        raise OwnerError("the owner does not answer")

    monkeypatch.setattr(frames, "change_token", refuse)
    app.run()
    assert not app.exception
    assert "the owner does not answer" in said(app)


def test_a_lease_or_draft_is_no_new_version(filled, monkeypatch) -> None:
    data.use(filled)
    counted = frames.counts(filled)
    monkeypatch.setattr(frames, "counts", lambda store: counted | {"leases": 99, "drafts": 99})
    leased = data._version(-1)
    monkeypatch.setattr(frames, "counts", lambda store: counted)
    assert data._version(-2) == leased
    monkeypatch.setattr(frames, "counts", lambda store: counted | {"ratings": 0})
    assert data._version(-3) != leased


def test_each_frozen_protocol_can_be_read_with_its_hash(app, filled) -> None:
    app.run()
    (chosen,) = [one for one in app.selectbox if one.label == "Protocol of"]
    assert chosen.options == ["first-look"]
    assert f"SHA-256 {'1' * 64}" in [one.value for one in app.text]
    (study,) = filled.select(Study)
    assert [json.loads(one.value) for one in app.code] == [study.protocol]
