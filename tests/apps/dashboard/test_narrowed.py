"""Cut frames: what filters keep, cut once, held no longer than the frame and within a bound."""

from __future__ import annotations

import ast
import gc
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import streamlit as st

import apps.dashboard
from apps.dashboard import data, filters, narrowed
from apps.dashboard.filters import Filters
from lab.records import Exclusion, PromptTag


@pytest.fixture(autouse=True)
def nothing_held() -> None:
    narrowed._held.clear()


@pytest.fixture
def shown(filled, lab) -> None:
    """Tag the first prompt and leave the first reviewer out of the study, and show the lab."""
    data.use(filled)
    st.session_state["version"] = data.newest_version()
    filled.add([PromptTag(prompt_id=data.ratings()["prompt_id"].iloc[0], tag="storm")])
    data._shelf = data.Shelf(data._read, data._same)
    st.session_state["version"] = data.newest_version()


def frame(n: int = 10) -> pd.DataFrame:
    return pd.DataFrame({"study": pd.Categorical(["a", "b"] * (n // 2)), "excluded": False})


def test_rows_are_cut_once_for_all_who_ask_the_same() -> None:
    votes = frame().assign(reviewer="R1", created_at=pd.Timestamp("2026-01-01", tz="UTC"))
    kept = Filters(study="a").votes(votes)
    assert kept["study"].tolist() == ["a"] * 5
    assert Filters(study="a").votes(votes) is kept
    assert len(Filters(study="b").votes(votes)) == 5
    assert Filters().votes(votes) is votes


def test_another_frame_is_cut_anew_and_a_gone_one_forgotten() -> None:
    one = frame()
    Filters(study="a").votes(one)
    assert len(narrowed._held) == 1
    del one
    gc.collect()
    other = frame(4)
    assert len(Filters(study="a").votes(other)) == 2
    assert len(narrowed._held) == 1


def test_no_more_rows_are_held_than_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(narrowed, "MOST_ROWS", 8)
    votes = frame()
    first = Filters(study="a").votes(votes)
    Filters(study="b").votes(votes)
    assert sum(len(kept) for _, kept in narrowed._held.values()) <= 8
    assert Filters(study="a").votes(votes) is not first


def test_a_tag_narrows_ratings_and_texts_to_its_prompts(shown) -> None:
    tagged = data.tagged("storm")
    assert len(tagged) == 1
    assert data.tag_names() == ["storm"]
    for cut, whole in ((Filters(tag="storm").ratings, data.ratings()),
                       (Filters(tag="storm").generations, data.generations())):  # fmt: skip
        kept = cut(whole)
        assert 0 < len(kept) < len(whole)
        assert set(kept["prompt_id"]) == set(tagged)


def test_excluded_reviewers_are_left_out_said_and_counted_when_asked(filled) -> None:
    data.use(filled)
    st.session_state["version"] = data.newest_version()
    ratings = data.ratings()
    assert filters.left_out(Filters()) == ""
    one = ratings.iloc[0]
    study = filled.rows("SELECT id FROM studies")[0]["id"]
    lead = filled.rows("SELECT id FROM accounts WHERE role = 'lead'")[0]["id"]
    filled.add(
        [Exclusion(study_id=study, reviewer_id=one["reviewer_id"], excluded=True,
                   reason="answers at random", decided_by_id=lead)]
    )  # fmt: skip
    data._shelf = data.Shelf(data._read, data._same)
    st.session_state["version"] = data.newest_version()
    ratings = data.ratings()
    assert one["reviewer"] not in set(Filters().ratings(ratings)["reviewer"])
    assert one["reviewer"] in set(Filters(with_excluded=True).ratings(ratings)["reviewer"])
    assert filters.left_out(Filters()).startswith(f"Without the answers of {one['reviewer']}")
    said = filters.left_out(Filters(with_excluded=True))
    assert said == f"With the answers of {one['reviewer']}, whom an analyst has excluded."


def test_the_script_imports_no_page_that_is_not_shown() -> None:
    script = ast.parse(Path(apps.dashboard.__file__).with_name("app.py").read_text())
    named = {one.module for one in ast.walk(script) if isinstance(one, ast.ImportFrom)}
    code = f"""
import sys
from importlib import import_module
for name in {sorted(name for name in named if name)}:
    import_module(name)
print([name for name in sys.modules if name.startswith("apps.dashboard.views.")], end=" ")
import_module("apps.dashboard.views.overview")
print([name for name in sys.modules if name.startswith("apps.dashboard.views.")])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] ['apps.dashboard.views.overview']"
