"""Checks the words and places of the page Ratings, its model on demand and its sensitivity."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from apps.dashboard import data, rating_charts, rating_words
from apps.dashboard.results import ratings as results
from lab.analysis.ratings.ordinal import ordinal_models
from lab.records import Exclusion
from lab.selftest.raters import Raters, draw


@pytest.fixture
def page(filled, monkeypatch) -> AppTest:
    monkeypatch.setattr(type(st.context), "cookies", {})  # there is no browser that has any
    monkeypatch.setattr(data, "_open", None)  # nothing read before the test is shown in it
    data.use(filled)
    return AppTest.from_function(_page, default_timeout=60)


def _page() -> None:
    import streamlit as st

    from apps.dashboard import data, filters
    from apps.dashboard.views import ratings

    st.session_state["version"] = data.newest_version()
    st.session_state["filters"] = filters.choose()
    ratings.draw()


def said(app: AppTest) -> str:
    return " ".join(str(one.proto.body) for one in app.get("html"))


def _models(levels: tuple[float, ...], n_ratings: int = 1500, criteria: int = 1):
    raters = Raters(n_ratings=n_ratings, n_reviewers=20, n_prompts=60, levels=levels, evenness=5)
    frames = [draw(raters, np.random.default_rng(1)).assign(criterion=f"k{place}")
              for place in range(criteria)]  # fmt: skip
    return ordinal_models(pd.concat(frames))


def test_the_finding_names_the_better_one_of_two() -> None:
    found = rating_words.finding(_models((0.0, 1.5)))
    assert found.startswith("On k0 c1 is rated higher than c0, by ")
    assert "points [" in found
    assert "adjusted" not in found


def test_the_finding_joins_criteria_that_say_the_same() -> None:
    found = rating_words.finding(_models((0.0, 1.5, 3.0), criteria=2))
    assert found.startswith("On k0 and k1 c2 is rated higher than all 2 others")
    assert found.endswith("p adjusted for 6 comparisons).")


def test_the_finding_admits_what_is_not_shown() -> None:
    assert "No checkpoint is shown" in rating_words.finding(_models((0.0, 0.0), n_ratings=200))
    assert "a comparison needs two" in rating_words.finding(_models((0.0,)))


def test_cautions_name_the_criteria_that_they_hold_for() -> None:
    frame = draw(Raters(n_ratings=300, n_reviewers=3, n_prompts=20), np.random.default_rng(0))
    alike = frame.assign(criterion="dull", value=4)
    cautions = rating_words.cautions(ordinal_models(pd.concat([frame, alike])))
    assert any(one.startswith("dull: No model: every rating is 4") for one in cautions)
    assert any(one.startswith("overall: 3 reviewers tell little") for one in cautions)


def test_bars_lie_around_the_middle_of_the_scale() -> None:
    rows = [("a", 1, 0.2), ("a", 3, 0.4), ("a", 5, 0.4), ("b", 3, 1.0)]
    frame = pd.DataFrame(rows, columns=["name", "point", "value"]).assign(criterion="k")
    placed = rating_charts._placed(frame, [1, 2, 3, 4, 5])
    assert placed["start"].tolist() == pytest.approx([-0.4, -0.2, 0.2, -0.5])
    assert placed["end"].tolist() == pytest.approx([-0.2, 0.2, 0.6, 0.5])
    assert rating_charts.reach_of(frame, [1, 2, 3, 4, 5]) == pytest.approx(0.6)


def test_a_large_lab_is_asked_first(page, monkeypatch) -> None:
    monkeypatch.setattr(results, "AT_ONCE", 10)
    asked: list[object] = []
    fit = results.ordinal_models
    monkeypatch.setattr(results, "ordinal_models", lambda frame: asked.append(1) or fit(frame))
    st.cache_resource.clear()
    page.run()
    assert not page.exception
    assert asked == []
    assert "Every two checkpoints" not in said(page)
    page.toggle(key="model").set_value(True).run()
    assert asked == [1]
    assert "Every two checkpoints" in said(page)


def test_results_stand_with_and_without_the_excluded(page, filled, lab) -> None:
    one, lead = lab.reviewers[0], lab.reviewers[1]
    filled.add(
        [
            Exclusion(
                study_id=lab.study.id,
                reviewer_id=one.id,
                excluded=True,
                reason="answers without reading",
                decided_by_id=lead.id,
            )
        ]
    )
    page.run()
    assert not page.exception
    assert "With and without excluded reviewers" in said(page)
    both = [table.value for table in page.dataframe if "points with" in table.value.columns]
    assert len(both) == 1
    assert not np.allclose(both[0]["points with"], both[0]["points without"])
