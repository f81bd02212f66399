"""Checks the reviewers' table by hand: everyone is compared with the others only."""

from __future__ import annotations

import pandas as pd
import pytest

from lab.analysis.reviewers import reviewers

RATED = [
    ("old", reviewer, f"p{prompt}", value)
    for reviewer, values in {"r1": [1, 2, 3, 4], "r2": [2, 3, 4, 5], "r3": [5, 4, 3, 2]}.items()
    for prompt, value in enumerate(values)
]


def test_ratings_by_hand(make_ratings, make_votes) -> None:
    one, two, three = reviewers(make_ratings(RATED), make_votes([]))
    assert [each.reviewer for each in (one, two, three)] == ["r1", "r2", "r3"]
    assert (one.n_rated, one.n_voted, one.n_shared_ratings) == (4, 0, 4)
    # The others of r3 are r1 and r2, who agree and rise: (1.5, 2.5, 3.5, 4.5).
    assert three.rating_agreement == pytest.approx(-1)
    assert three.severity == pytest.approx(3.5 - 3.0)
    # The others of r1 give (3.5, 3.5, 3.5, 3.5): nothing to agree with.
    assert one.rating_agreement is None
    assert one.severity == pytest.approx(-1)
    assert one.median_seconds == 2.0
    assert (one.left_share, one.vote_agreement) == (None, None)


def test_agreement_is_averaged_over_criteria(make_ratings, make_votes) -> None:
    turned = [(c, r, p, 6 - v if r == "r1" else v) for c, r, p, v in RATED if r != "r3"]
    same = [row for row in RATED if row[1] != "r3"]
    frame = pd.concat([make_ratings(same), make_ratings(turned, "wit")])
    one, _ = reviewers(frame, make_votes([]))
    assert one.rating_agreement == pytest.approx(0)
    assert one.n_rated == 4


def test_votes_by_hand(make_ratings, make_votes) -> None:
    rows = [
        ("x", "y", "r1", "p1", "a"), ("x", "y", "r2", "p1", "a"), ("x", "y", "r3", "p1", "b"),
        ("x", "y", "r1", "p2", "tie"), ("x", "y", "r2", "p2", "tie"),
        ("x", "y", "r1", "p3", "b", True),
    ]  # fmt: skip
    one, two, three = reviewers(make_ratings([]), make_votes(rows))
    assert one.vote_agreement == pytest.approx((0.5 + 1) / 2)
    assert (one.n_voted, one.n_shared_votes) == (3, 2)
    assert (one.left_share, one.n_decided) == (1.0, 2)
    assert two.vote_agreement == pytest.approx((0.5 + 1) / 2)
    assert (three.vote_agreement, three.left_share) == (0.0, 0.0)


def test_nobody(make_ratings, make_votes) -> None:
    assert reviewers(make_ratings([]), make_votes([])) == ()
    (alone,) = reviewers(make_ratings([("old", "r1", "p1", 3)]), make_votes([]))
    assert (alone.rating_agreement, alone.severity, alone.n_shared_ratings) == (None, None, 0)
    with pytest.raises(ValueError, match="reviewers needs the column 'seconds'"):
        reviewers(make_ratings(RATED).drop(columns="seconds"), make_votes([]))


def test_unknown_times_are_left_out(make_ratings, make_votes) -> None:
    frame = make_ratings(RATED)
    frame.loc[frame["reviewer"] == "r1", "seconds"] = None
    one, two, _ = reviewers(frame, make_votes([]))
    assert one.median_seconds is None
    assert two.median_seconds == 2.0
