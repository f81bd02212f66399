from __future__ import annotations

from collections.abc import Iterator

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from apps.dashboard import control_items, data
from lab import records as r
from lab.analysis.reviewers.controls import control_results
from storage import frames
from storage.client import Store
from tests.apps.dashboard.conftest import make_home, opened
from tests.apps.dashboard.filled import Lab
from tests.storage.answers import Answers


@pytest.fixture(scope="module")
def tested(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, r.Generation]]:
    """Open the made-up lab with control items of each kind and a marked text."""
    lab, answers = Lab(), Answers()
    text = next(one for one in lab.generations if "seven" in one.text)
    kinds = [r.ItemKind.RATE] * 3 + [r.ItemKind.AB, r.ItemKind.SPANS]
    gold, first, again, pair, marked = (
        r.Item(
            study_id=lab.study.id, kind=kind, position=500 + n, prompt_id=text.prompt_id,
            generation_a_id=text.id, suggests=kind is r.ItemKind.SPANS,
            generation_b_id=text.id if kind is r.ItemKind.AB else None,
        )
        for n, kind in enumerate(kinds)
    )  # fmt: skip
    known = {"ratings": {"fluency": 5}}
    controls = [
        r.Control(item_id=gold.id, kind=r.ControlKind.GOLD, expected=known),
        r.Control(item_id=again.id, kind=r.ControlKind.REPEAT, of_item_id=first.id),
        r.Control(item_id=pair.id, kind=r.ControlKind.AA),
    ]
    one, two = lab.reviewers[:2]
    for reviewer, value in ((one, 5), (two, 1)):
        answers.add(gold, reviewer, "rate", ratings={"fluency": value})
        answers.add(first, reviewer, "rate", ratings={"fluency": 3})
        answers.add(again, reviewer, "rate", ratings={"fluency": value})
        answers.add(pair, reviewer, "vote", winners={"overall": "a"}, swapped=reviewer is one)
    with opened(make_home(tmp_path_factory.mktemp("tested"))) as store:
        store.add([*lab.records(), gold, first, again, pair, marked, *controls])
        (span,) = store.select(r.HallucinationSpan, "WHERE generation_id = $1::UUID", [text.id])
        answers.add(marked, one, "spans", spans=((0, 4),))
        answers.add(marked, one, "judge", spans=((0, 4),), judged={span.id: True})
        answers.add(marked, two, "spans")
        answers.add(marked, two, "judge", judged={span.id: False})
        store.add(answers.records)
        yield store, text


@pytest.fixture
def store(tested: tuple[Store, r.Generation], monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setattr(type(st.context), "cookies", {})
    data.use(tested[0])
    return tested[0]


def draw_controls() -> None:
    import streamlit as st

    from apps.dashboard import control_items, data
    from apps.dashboard.filters import Filters

    st.session_state["version"] = data.newest_version()
    control_items.show(Filters(study=None, dataset=None, checkpoints=(), criterion=None))


def draw_text(generation_id: str) -> None:
    from apps.dashboard import one_text

    one_text.show(generation_id)


def said(app: AppTest) -> str:
    return " ".join(str(one.proto.body) for one in app.get("html"))


def test_each_reviewers_controls_stand_beside_those_of_all(store: Store) -> None:
    app = AppTest.from_function(draw_controls, default_timeout=60).run()
    assert not app.exception
    shares = app.dataframe[0].value.set_index("reviewer")
    assert list(shares.index) == ["all reviewers", "R1", "R2"]
    assert shares["gold"].str.split(" \\(").str[0].tolist() == ["1 of 2", "1 of 1", "0 of 1"]
    assert shares["repeats"].str.split(" \\(").str[0].tolist() == ["0 of 2", "0 of 1", "0 of 1"]
    assert app.dataframe[1].value["criterion"].tolist() == ["fluency"]
    assert "2 votes on pairs of one checkpoint" in said(app)
    assert "left 50 %" in said(app)


def test_nothing_is_said_without_controls(filled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(st.context), "cookies", {})
    data.use(filled)
    app = AppTest.from_function(draw_controls, default_timeout=60).run()
    assert not app.exception
    assert not app.dataframe
    assert said(app) == ""


def test_shares_without_any_known_answer(store: Store) -> None:
    frame = frames.controls(store)
    found = control_results(frame[frame["kind"] == "aa"])
    assert len(control_items.people(found)) == 0
    assert len(control_items.by_criterion(found)) == 0


def test_reviewers_marks_stand_beside_the_checks(
    store: Store, tested: tuple[Store, r.Generation]
) -> None:
    text = tested[1]
    app = AppTest.from_function(draw_text, args=(text.id,), default_timeout=60).run()
    assert not app.exception
    shown = said(app)
    assert "with 1 mark of the source check" in shown
    assert "Text, with 1 mark of 2 reviewers" in shown
    assert 'title="R1: other, minor">Rosa</mark>' in shown
    tables = [one.value for one in app.dataframe]
    checks = next(table for table in tables if "check" in table and "marked" in table)
    assert checks["confirmed by"].tolist() == ["1 of 2"]
    people = next(table for table in tables if "step" in table)
    assert people["step"].tolist() == ["own", "suggestions", "own", "suggestions"]
    assert people["marked"].fillna("").tolist() == ["Rosa", "Rosa", "", ""]
