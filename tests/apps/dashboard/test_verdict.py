"""The page Verdict: what it says of clear, open, one-sided and missing votes."""

from __future__ import annotations

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from apps.dashboard import data
from apps.dashboard.results import verdict as verdicts
from lab.analysis.preferences.bradley_terry import bradley_terry
from lab.analysis.preferences.win_rates import win_matrix
from storage import frames
from storage.client import Store


def page(study: str | None = None, checkpoints: tuple[str, ...] = ()) -> None:
    import streamlit as st

    from apps.dashboard import data
    from apps.dashboard.filters import Filters
    from apps.dashboard.views import verdict

    st.session_state["version"] = data.newest_version()
    st.session_state["filters"] = Filters(
        study=study, dataset=None, checkpoints=checkpoints, criterion=None
    )
    verdict.draw()


@pytest.fixture
def draw(monkeypatch: pytest.MonkeyPatch):
    """Draw the page over a store; gives what is on it."""
    monkeypatch.setattr(type(st.context), "cookies", {})

    def run(store: Store, *filters: object) -> AppTest:
        data.use(store)
        app = AppTest.from_function(page, args=filters, default_timeout=60).run()
        assert not app.exception
        return app

    return run


def said(app: AppTest) -> str:
    return " ".join(str(one.proto.body) for one in app.get("html"))


def table(app: AppTest, column: str):
    return next(one.value for one in app.dataframe if column in one.value)


def test_a_clear_pair_has_a_clear_verdict(draw, voted) -> None:
    app = draw(voted, "compared")
    shown = said(app)
    assert "candidate is better than baseline: " in shown
    assert "safe to stop" in shown
    assert "such reviewers would give candidate about" in shown
    assert "In a single look candidate is better than baseline." in shown
    assert "Before you rely on it" not in shown
    assert "48 votes on pairs of one checkpoint" in shown
    assert "The first of these" in shown


def test_each_criterion_has_its_verdict_and_its_leaderboard(draw, voted) -> None:
    app = draw(voted, "compared")
    by = table(app, "judged on").set_index("judged on")
    assert list(by.index) == ["overall", "fluency"]
    assert by.loc["overall", "verdict"] == "candidate is better"
    assert by.loc["fluency", "verdict"] == "not yet"
    app.selectbox(key="judged").set_value("fluency").run()
    assert not app.exception
    assert "Not yet: candidate against baseline" in said(app)
    assert "Leaderboard: fluency" in said(app)


def test_as_many_ties_as_between_equals_is_a_caution(draw, voted) -> None:
    app = draw(voted, "compared")
    assert "Ties are as frequent" not in said(app)
    app.selectbox(key="judged").set_value("fluency").run()
    assert "Ties are as frequent" in said(app)
    assert "Before you rely on it" in said(app)


def test_the_pair_can_be_turned_and_the_matter_made_smaller(draw, voted) -> None:
    app = draw(voted)
    assert [one.label for one in app.selectbox][:3] == ["Judged on", "Is", "better than"]
    app.selectbox(key="checkpoint").set_value("lstm").run()
    assert not app.exception
    assert app.selectbox(key="opponent").value == "baseline"
    assert "Only 3 reviewers" in said(app)
    assert "3 checkpoints make 3" in said(app)
    app.selectbox(key="opponent").set_value("candidate").run()
    assert "there are no votes between lstm and candidate" in said(app)
    assert "No votes between these two" in said(app)


def test_an_undefeated_checkpoint_is_told_in_words(draw, voted) -> None:
    app = draw(voted, "one-sided")
    shown = said(app)
    assert "won every vote" in shown or "lost every vote" in shown
    assert "No leaderboard yet" in shown
    assert "inf" not in shown.replace("information", "")


def test_without_votes_the_page_says_what_to_do(draw, bare, voted) -> None:
    assert "No votes yet" in said(draw(bare))
    assert "The filters leave no votes" in said(draw(voted, None, ("lstm",)))


def test_a_choice_that_the_filters_take_away_is_forgotten(draw, voted) -> None:
    draw(voted)
    app = AppTest.from_function(page, args=("compared",), default_timeout=60)
    app.session_state["checkpoint"] = "lstm"
    app.session_state["opponent"] = "nobody"
    app.run()
    assert not app.exception
    assert app.selectbox(key="checkpoint").value == "candidate"


def test_tables_hold_numbers_and_nulls(filled) -> None:
    votes = frames.votes(filled)
    model = bradley_terry(votes)
    pairs = verdicts.contrasts(model)
    assert len(pairs) == 3
    assert pairs["Holm p"].is_monotonic_increasing
    assert (pairs["low"] < pairs["wins"]).all()
    assert (pairs["naive low"] > 0).all()
    board = verdicts.leaderboard(model)
    assert board["checkpoint"].iloc[0] == "candidate"
    assert board["place"].iloc[0] == "1"
    only = votes[votes["checkpoint_a"] == "baseline"]
    cells = verdicts.cells(win_matrix(only))
    never = cells[cells["rate"].isna()]
    assert set(never["row"]) == {"candidate", "lstm"}
    assert set(never["votes"]) == {"never compared"}
    assert len(cells) == 6


def test_lone_checkpoints_are_drawn_without_a_number(voted) -> None:
    model = bradley_terry(frames.votes(voted))
    rows = verdicts.forest(list(model.places))
    lone = rows[rows["name"] == "lstm"].iloc[0]
    assert lone["strength"] != lone["strength"]
    assert lone["shown"] == "–"
    assert "no finite estimate" in lone["range"]
    assert model.remarks
