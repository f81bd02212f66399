"""What about a reviewer is worth a second look, in words."""

from __future__ import annotations

from dataclasses import replace

from lab.analysis.intervals import Interval
from lab.analysis.reviewers.advice import InStudy, advice
from lab.analysis.reviewers.conduct import Rule, StraightLines
from lab.analysis.reviewers.copying import AlikePair
from lab.analysis.reviewers.sides import ReviewerSide
from lab.analysis.reviewers.summary import ReviewerSummary

CAREFUL = ReviewerSummary(
    reviewer_id="1", reviewer="R1", n_rated=50, n_voted=0, n_marked=0, median_seconds=20.0,
    rating_agreement=0.6, rating_interval=Interval(0.4, 0.75, 0.95), severity=0.1,
    n_shared_ratings=50, vote_agreement=None, n_shared_votes=0, left_share=None, n_decided=0,
)  # fmt: skip
EVEN = ReviewerSide(
    reviewer_id="1", reviewer="R1", n_items=40, n_left=20, share=0.5,
    interval=Interval(0.35, 0.65, 0.95), p=1.0, q=1.0, leans=False,
)  # fmt: skip
PART = InStudy(
    study="first", rule=Rule(below_gold=0.7, faster_than=5), n_known=10, n_right=9,
    median_seconds=20.0,
)  # fmt: skip
SOME_LINES = StraightLines(reviewer_id="1", n=20, n_straight=4, share=0.2)


def test_a_careful_reviewer_gets_no_word() -> None:
    assert advice(CAREFUL, EVEN, SOME_LINES, (), (PART,)) == ()
    assert advice(CAREFUL, None, None, (), ()) == ()


def test_each_thing_is_said_in_words() -> None:
    person = replace(CAREFUL, rating_agreement=0.01, rating_interval=Interval(-0.2, 0.19, 0.95))
    side = replace(EVEN, n_left=4, share=0.1, leans=True)
    lines = StraightLines(reviewer_id="1", n=20, n_straight=16, share=0.8)
    pair = AlikePair(
        reviewers=("R0", "R1"), reviewer_ids=("0", "1"), n_shared=40, same=0.95, expected=0.4,
        p=0.001,
    )  # fmt: skip
    part = replace(PART, n_right=5, median_seconds=2.0)
    said = [words.replace("\u00a0", " ") for words in advice(person, side, lines, (pair,), (part,))]
    assert said == [
        "5 of 10 known answers right, under the rule of first",
        "2.0 s per answer, under the rule of first",
        "does not follow the others (r 0.01)",
        "one point throughout on 16 of 20 texts",
        "leans to the right (90 %)",
        "answers like R0 (95 % the same)",
    ]


def test_too_little_says_nothing() -> None:
    few = StraightLines(reviewer_id="1", n=9, n_straight=9, share=1.0)
    unsure = replace(CAREFUL, rating_agreement=0.0, rating_interval=Interval(-0.5, 0.5, 0.95))
    unknown = replace(PART, n_known=0, n_right=0, median_seconds=None)
    assert advice(unsure, EVEN, few, (), (unknown,)) == ()
