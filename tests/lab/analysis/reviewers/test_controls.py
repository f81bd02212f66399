from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from lab.analysis.agreement.repeats import plain_kappa, weighted_kappa
from lab.analysis.intervals import wilson_interval
from lab.analysis.reviewers.controls import control_results


def frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    empty: dict[str, Any] = {
        "study": "s", "kind": "gold", "control_criterion": None, "reviewer_id": "1",
        "reviewer": "R1", "criterion": "fluency", "value": None, "winner": None, "spans": None,
        "swapped": False, "original_answer_id": None, "original_value": None,
        "original_winner": None, "original_spans": None, "is_right": None,
    }  # fmt: skip
    made = pd.DataFrame([{**empty, "answer_id": str(n), **row} for n, row in enumerate(rows)])
    return made.astype({"value": "Int64", "original_value": "Int64", "is_right": "boolean"})


def test_an_answer_with_several_criteria_counts_once() -> None:
    rows = [
        {"answer_id": "x", "criterion": name, "value": 3, "is_right": True}
        for name in ("fluency", "coherence")
    ] + [{"answer_id": "y", "value": 1, "is_right": False, "reviewer": "R2", "reviewer_id": "2"}]
    found = control_results(frame(rows)).known
    assert [(x.reviewer, x.n, x.n_right, x.rate) for x in found] == [
        (None, 2, 1, 0.5), ("R1", 1, 1, 1.0), ("R2", 1, 0, 0.0),
    ]  # fmt: skip
    assert 0 < found[0].interval.low < 0.5 < found[0].interval.high < 1


def test_degraded_texts_are_told_by_criterion() -> None:
    rows = [
        {"kind": "degraded", "control_criterion": name, "is_right": right}
        for name, right in (("fluency", True), ("fluency", False), ("coherence", True))
    ] + [{"kind": "degraded", "control_criterion": "fluency", "is_right": None}]
    found = [x for x in control_results(frame(rows)).known if x.reviewer is None]
    assert [(x.criterion, x.n, x.n_right) for x in found] == [
        (None, 3, 2), ("coherence", 1, 1), ("fluency", 2, 1),
    ]  # fmt: skip


def repeat(first: Any, second: Any, field: str = "value", **rest: Any) -> dict[str, Any]:
    before = {"original_answer_id": "o", f"original_{field}": first}
    return {"kind": "repeat", field: second, **before, **rest}


def test_repeats_give_the_share_and_kappa() -> None:
    pairs = [(1, 1), (2, 2), (3, 4), (4, 4), (5, 5), (1, 2), (2, 2), (3, 3), (4, 5), (5, 5)]
    rows = [repeat(*pair) for pair in pairs]
    found = control_results(frame(rows)).repeats
    together, fluency = (x for x in found if x.reviewer is None)
    assert (together.criterion, together.kappa) == (None, None)
    assert (fluency.criterion, fluency.n, fluency.n_same, fluency.rate) == ("fluency", 10, 7, 0.7)
    assert fluency.kappa == pytest.approx(weighted_kappa(*zip(*pairs, strict=True)))
    few = control_results(frame(rows[:9])).repeats[1]
    assert few.kappa is None
    assert "9 pairs" in few.reason
    same = control_results(frame([repeat(3, 3)] * 10)).repeats[1]
    assert (same.rate, same.kappa, same.reason) == (1.0, None, "every answer is the same")


def test_repeats_without_a_first_answer_are_left_out() -> None:
    assert control_results(frame([{"kind": "repeat", "value": 3}])).repeats == ()


def test_repeated_votes_and_marks() -> None:
    votes = [repeat("a", "a", "winner", criterion="overall")] * 6
    votes += [repeat("b", "tie", "winner", criterion="overall")] * 4
    found = control_results(frame(votes)).repeats[1]
    assert (found.n_same, found.overlap) == (6, None)
    assert found.kappa == pytest.approx(plain_kappa([*"aaaaaabbbb"], [*"aaaaaatttt"]))
    marks = [
        repeat([(0, 4)], [(2, 6)], "spans", criterion="spans"),
        repeat([], [], "spans", criterion="spans"),
    ]
    found = control_results(frame(marks)).repeats[1]
    assert (found.n_same, found.overlap, found.kappa) == (1, 0.75, None)


def test_the_noise_floor_is_told_by_side() -> None:
    outcomes = [("a", False), ("a", True), ("b", True), ("tie", False), ("both_bad", True)]
    rows = [
        {"kind": "aa", "criterion": "overall", "winner": winner, "swapped": swapped}
        for winner, swapped in outcomes
    ]
    noise = control_results(frame(rows)).noise[0]
    assert (noise.n, noise.n_decided, noise.reviewer) == (5, 3, None)
    assert {x.name: x.n for x in noise.outcomes} == {
        "left": 2, "right": 1, "tie": 1, "both_bad": 1,
    }  # fmt: skip
    assert noise.left_share == pytest.approx(2 / 3)
    assert noise.left_interval.low < 0.5 < noise.left_interval.high
    undecided = control_results(frame(rows[3:])).noise[0]
    assert (undecided.left_share, undecided.left_interval) == (None, None)


def test_a_missing_column_is_named() -> None:
    with pytest.raises(ValueError, match="'is_right'"):
        control_results(frame([{}]).drop(columns="is_right"))


def test_wilson_of_a_published_example() -> None:
    """Newcombe (1998), table I, method 3 of "Two-sided confidence intervals": 81 of 263."""
    found = wilson_interval(81, 263, 0.95)
    assert (found.low, found.high) == pytest.approx((0.2553, 0.3662), abs=5e-5)


@given(st.integers(1, 300), st.data(), st.sampled_from([0.8, 0.95, 0.99]))
def test_wilson_is_that_of_scipy(n: int, data: st.DataObject, level: float) -> None:
    hits = data.draw(st.integers(0, n))
    found = wilson_interval(hits, n, level)
    expected = stats.binomtest(hits, n).proportion_ci(level, method="wilson")
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_kappa_of_a_published_example() -> None:
    """Fleiss, Levin and Paik (2003), table 18.1: two raters, 100 subjects, kappa .68."""
    table = np.array([[75, 1, 4], [5, 4, 1], [0, 0, 10]])
    first, second = [], []
    for (i, j), n in np.ndenumerate(table):
        first += [str(i)] * n
        second += [str(j)] * n
    assert plain_kappa(first, second) == pytest.approx(0.68, abs=0.005)


points = st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), min_size=2, max_size=30)


@given(points)
def test_kappa_is_at_most_one_and_symmetric(pairs: list[tuple[int, int]]) -> None:
    first, second = zip(*pairs, strict=True)
    kappa = weighted_kappa(first, second)
    assert kappa == (None if len(set(first + second)) == 1 else pytest.approx(
        weighted_kappa(second, first)
    ))  # fmt: skip
    if kappa is not None:
        assert kappa <= 1
        assert (kappa == 1) == (first == second)


def test_weighted_kappa_is_that_of_all_pairs_and_needs_no_table_of_them() -> None:
    draw = np.random.default_rng(0)
    first = draw.integers(1, 6, 300)
    second = np.clip(first + draw.integers(-1, 2, 300), 1, 5)
    by_chance = ((first[:, None] - second[None, :]) ** 2).mean()
    expected = 1 - ((first - second) ** 2).mean() / by_chance
    assert weighted_kappa(list(first), list(second)) == pytest.approx(expected)
    many = list(np.tile(first, 1000))
    assert weighted_kappa(many, list(np.tile(second, 1000))) == pytest.approx(expected)
    assert weighted_kappa([3] * 10, [3] * 10) is None
