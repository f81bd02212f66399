"""Whether reviewers look careless."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.analysis.reviewers.conduct import Rule, falls_under, straight_lines


def ratings(*texts):
    """Make the frame of (reviewer, item, values by criterion) triples."""
    return pd.DataFrame(
        [
            {"reviewer_id": reviewer, "item_id": item, "criterion": str(at), "value": value}
            for reviewer, item, values in texts
            for at, value in enumerate(values)
        ],
        columns=["item_id", "reviewer_id", "criterion", "value"],
    )


def test_a_straight_line_is_one_point_on_every_criterion():
    found = straight_lines(
        ratings(("ada", "1", [3, 3, 3]), ("ada", "2", [3, 4, 3]), ("ben", "1", [5, 5, 5]))
    )
    assert {id: (one.n, one.n_straight, one.share) for id, one in found.items()} == {
        "ada": (2, 1, 0.5),
        "ben": (1, 1, 1.0),
    }


def test_one_criterion_is_no_line_and_nothing_is_nothing():
    assert straight_lines(ratings(("ada", "1", [3]))) == {}
    assert straight_lines(ratings()) == {}
    with pytest.raises(ValueError, match="needs the column 'item_id'"):
        straight_lines(pd.DataFrame({"value": [1]}))


@pytest.mark.parametrize(
    ("rule", "reasons"),
    [
        (Rule(), ()),
        (Rule(below_gold=0.7), ("gold",)),
        (Rule(below_gold=0.6), ()),
        (Rule(faster_than=10), ("speed",)),
        (Rule(faster_than=5), ()),
        (Rule(below_gold=0.7, faster_than=10), ("gold", "speed")),
    ],
)
def test_who_falls_under_the_rule(rule, reasons):
    assert falls_under(rule, n_known=10, n_right=6, median_seconds=5.0) == reasons


@given(st.floats(0, 1), st.floats(0, 100))
def test_what_was_not_measured_says_nothing(below_gold, faster_than):
    rule = Rule(below_gold=below_gold, faster_than=faster_than)
    assert falls_under(rule, n_known=0, n_right=0, median_seconds=None) == ()
