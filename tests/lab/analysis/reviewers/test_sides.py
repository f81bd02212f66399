"""Checks the test for a leaning to one side, one observation per pair, over all reviewers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from lab.analysis.reviewers.sides import benjamini_hochberg, side_biases


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_adjusted_p_are_those_of_statsmodels(p) -> None:
    oracle = multipletests(p, method="fdr_bh")[1]
    assert benjamini_hochberg(np.array(p)) == pytest.approx(oracle, abs=1e-12)


def test_by_hand(make_votes) -> None:
    rows = [("x", "y", "r1", f"p{i}", "a", False) for i in range(9)]
    rows += [("x", "y", "r1", "p9", "a", True), ("x", "y", "r1", "p10", "tie")]
    rows += [("x", "y", "r2", f"p{i}", "ab"[i % 2], False) for i in range(10)]
    one, two = side_biases(make_votes(rows))
    assert (one.n_items, one.n_left, one.share) == (10, 9, 0.9)
    assert one.p == pytest.approx(2 * 11 / 1024)
    assert one.q == pytest.approx(2 * one.p)
    assert one.leans
    assert (two.share, two.p, two.leans) == (0.5, 1.0, False)
    assert two.interval.low < 0.5 < two.interval.high


def test_criteria_of_one_pair_are_one_observation(make_votes) -> None:
    rows = [("x", "y", "r1", f"p{i}", "a", False) for i in range(4)]
    votes = make_votes(rows)
    many = pd.concat([votes.assign(criterion=name) for name in "abcd"])
    assert side_biases(many)[0].p == side_biases(votes)[0].p == pytest.approx(1 / 8)
    split = pd.concat([votes, votes.assign(criterion="wit", winner="b")])
    assert side_biases(split) == ()


def test_honest_reviewers_are_named_at_the_stated_rate(make_votes) -> None:
    rng = np.random.default_rng(0)
    named = 0
    for _ in range(100):
        rows = [
            ("x", "y", f"r{person}", f"p{i}", "ab"[rng.integers(2)], bool(rng.integers(2)))
            for person in range(10)
            for i in range(25)
        ]
        named += any(one.leans for one in side_biases(make_votes(rows)))
    assert named <= 10


def test_nothing_decided(make_votes) -> None:
    assert side_biases(make_votes([("x", "y", "r1", "p1", "tie")])) == ()
    assert side_biases(make_votes([])) == ()
    with pytest.raises(ValueError, match="side_biases needs the column 'swapped'"):
        side_biases(make_votes([]).drop(columns="swapped"))
