"""Checks the reviewers' table by hand: everyone is compared with the others only."""

from __future__ import annotations

import pandas as pd
import pytest

from lab.analysis.reviewers.summary import reviewers

RATED = [
    ("old", reviewer, f"p{prompt}", value)
    for reviewer, values in {"r1": [1, 2, 3, 4], "r2": [2, 3, 4, 5], "r3": [5, 4, 3, 2]}.items()
    for prompt, value in enumerate(values)
]


def test_ratings_by_hand(make_ratings, make_votes) -> None:
    one, two, three = reviewers(make_ratings(RATED), make_votes([]))
    assert [each.reviewer for each in (one, two, three)] == ["r1", "r2", "r3"]
    assert (one.n_rated, one.n_voted, one.n_marked, one.n_shared_ratings) == (4, 0, 0, 4)
    # The others of r3 are r1 and r2, who agree and rise by 1.
    assert three.rating_agreement == pytest.approx(-1)
    # The others of r1 give the same mean on every text: nothing to agree with.
    assert one.rating_agreement is None
    # Means 2.5, 3.5 and 3.5; severity is about their mean.
    assert [each.severity for each in (one, two, three)] == pytest.approx([-2 / 3, 1 / 3, 1 / 3])
    assert one.median_seconds == 2.0
    assert (one.left_share, one.vote_agreement) == (None, None)


def test_a_severe_other_does_not_disturb(make_ratings, make_votes) -> None:
    """Who meets the severe one on good texts only agrees with the others all the same."""
    truth = [1, 2, 3, 4, 5, 6, 7, 8]
    rows = [("old", "judge", f"p{i}", value) for i, value in enumerate(truth)]
    rows += [("old", "severe", f"p{i}", truth[i] - 5) for i in range(4, 8)]
    rows += [("old", "mild", f"p{i}", truth[i]) for i in range(8)]
    found = {one.reviewer: one for one in reviewers(make_ratings(rows), make_votes([]))}
    assert found["judge"].rating_agreement == pytest.approx(1)
    assert found["mild"].severity - found["severe"].severity == pytest.approx(5)
    assert found["judge"].rating_interval.high <= 1


def test_nobody_is_compared_with_the_excluded(make_ratings, make_votes) -> None:
    frame = make_ratings(RATED)
    frame["excluded"] = frame["reviewer"] == "r3"
    one, two, three = reviewers(frame, make_votes([]))
    assert one.rating_agreement == two.rating_agreement == pytest.approx(1)
    assert three.rating_agreement == pytest.approx(-1)
    votes = make_votes([("x", "y", "r1", "p1", "a"), ("x", "y", "r2", "p1", "b")])
    votes["excluded"] = votes["reviewer"] == "r2"
    kept, out = reviewers(make_ratings([]), votes)
    assert (kept.vote_agreement, kept.n_shared_votes) == (None, 0)
    assert (out.vote_agreement, out.n_shared_votes) == (0.0, 1)


def test_who_only_marked_is_counted(make_ratings, make_votes) -> None:
    marks = pd.DataFrame(
        {"item_id": ["1", "2"], "reviewer_id": "r9", "reviewer": "R9", "seconds": [4.0, 8.0]}
    )
    (found,) = reviewers(make_ratings([]), make_votes([]), marks)
    assert (found.reviewer, found.n_marked, found.n_answers) == ("R9", 2, 2)
    assert found.median_seconds == 6.0


@pytest.mark.parametrize("kind", ["category", "object"])
def test_texts_may_be_categoricals(make_ratings, make_votes, kind) -> None:
    frame = make_ratings(RATED)
    names = ["generation_id", "item_id", "reviewer_id", "reviewer", "criterion"]
    assert reviewers(frame.astype(dict.fromkeys(names, kind)), make_votes([])) == reviewers(
        frame, make_votes([])
    )


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
