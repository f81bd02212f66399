"""What verdicts and fits mean, in words."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from lab.analysis.preferences.bradley_terry import bradley_terry
from lab.analysis.verdict import explaining
from lab.analysis.verdict.watching import watch


@pytest.fixture(scope="module")
def clear(draw_votes):
    """Draw votes of 40 reviewers: c1 is much better than c0."""
    rng = np.random.default_rng(3)
    return draw_votes(rng, 2000, 40, strengths=(0.0, 1.5), taste=0.3)


def test_a_verdict_says_what_may_be_done_now(clear) -> None:
    found = watch(clear, "c0", "c1")
    assert found.better == "c1"
    said = explaining.meaning(found)
    assert f"give c1 about {100 - found.now.value * 100:.0f} points" in said
    assert f"from {100 - found.now.interval.high * 100:.0f} to" in said
    assert "wrong in at most 5 % of studies" in said
    assert explaining.cautions(found, 2) == ()


def test_an_open_verdict_calls_nobody_better(clear) -> None:
    said = explaining.meaning(watch(clear[:12], "c1", "c0"))
    assert "neither may be called better yet" in said
    none = watch(clear[:0], "c1", "c0")
    assert "nothing to conclude" in explaining.meaning(none)
    assert explaining.cautions(none, 9) == ()
    alone = clear[clear["reviewer_id"] == "r1"]
    assert "a second reviewer is needed" in explaining.meaning(watch(alone, "c1", "c0"))


def test_no_difference_leaves_the_choice_to_cost(draw_votes) -> None:
    rng = np.random.default_rng(1)
    found = watch(draw_votes(rng, 3000, 200, taste=0.0), "c1", "c0", smallest=0.1)
    assert found.kind == "no difference"
    assert "by less than 10 points: choose by speed or cost" in explaining.meaning(found)


def test_few_reviewers_and_many_pairs_are_cautions(clear) -> None:
    few = clear[clear["reviewer_id"].isin(["r1", "r2", "r3"])]
    said = explaining.cautions(watch(few, "c1", "c0"), 4)
    assert "Only 3 reviewers" in said[-2]
    assert "4 checkpoints make 6" in said[-1]
    leaning = clear.assign(swapped=clear["winner"] == "b", winner=clear["winner"].map(str))
    assert "lean to the text on the left" in explaining.cautions(watch(leaning, "c1", "c0"), 2)[0]


def test_the_top_is_a_group_unless_one_is_told_apart(clear, draw_votes) -> None:
    assert (
        explaining.about_leaders(bradley_terry(clear)) == "In a single look c1 is better than c0."
    )
    rng = np.random.default_rng(5)
    equal = bradley_terry(draw_votes(rng, 300, 10, strengths=(0.0,) * 3))
    assert explaining.about_leaders(equal).endswith("cannot be told apart.")
    behind = bradley_terry(draw_votes(rng, 3000, 40, strengths=(2.0, 2.0, 0.0), taste=0.2))
    said = explaining.about_leaders(behind)
    assert "share the top" in said
    assert said.endswith("c2 is behind at least one.")
    best = bradley_terry(draw_votes(rng, 3000, 40, strengths=(0.0, 2.0, 0.0), taste=0.2))
    assert explaining.about_leaders(best) == (
        "In a single look c1 is better than every other checkpoint."
    )


def test_sides_ties_and_both_bad_are_kept_apart(clear, make_votes) -> None:
    model = bradley_terry(clear)
    assert "no leaning can be seen" in explaining.about_side(model)
    assert model.tie.value is not None
    nu = math.exp(model.tie.value)
    share = explaining.tie_share_of_equals(model.tie)
    assert share == pytest.approx(nu / (nu + 2))
    assert f"it would be {share * 100:.0f} %" in explaining.about_ties(model)
    assert explaining.about_both_bad(model) == "Nobody has voted “both bad”."
    bad = clear[:500].assign(winner="both_bad")
    model = bradley_terry(pd.concat([clear, bad]))
    assert explaining.about_both_bad(model).startswith("500 votes (20 %) say that both texts")
    assert model.n_votes == 2000
    left = clear.assign(swapped=(clear["winner"] == "b") & (clear.index % 5 > 0))
    assert "reviewers lean to the left" in explaining.about_side(bradley_terry(left))
    nothing = bradley_terry(make_votes([]))
    assert "unknown" in explaining.about_side(nothing)
    assert explaining.about_ties(nothing) == "There are no votes that count yet."
    assert explaining.about_leaders(nothing) == ""


def test_what_sides_and_noise_could_do_is_said(clear) -> None:
    balanced = watch(clear, "c1", "c0")
    left, balance, equals = explaining.about_procedure(balanced.procedure, "c1")
    assert "of the decided votes went to the text on the left" in left
    assert "c1 stood on the left in" in balance
    assert "no pairs of equals" in equals
    leaning = clear.assign(swapped=clear["winner"] == "b")
    found = watch(leaning, "c1", "c0").procedure
    left, balance, _ = explaining.about_procedure(found, "c1")
    assert left.startswith("100 % of the decided votes")
    assert f"may have raised its share by {found.shift * 100:.1f} points" in balance
    mirrored = watch(leaning, "c0", "c1").procedure
    assert "may have lowered its share" in explaining.about_procedure(mirrored, "c0")[1]
    audit = replace(found, tie_share_of_equals=0.4, n_equals=50)
    assert "40 % of 50 votes" in explaining.about_procedure(audit, "c1")[2]
    nobody = replace(found, left_share=None, left_interval=None)
    assert "cannot be seen" in explaining.about_procedure(nobody, "c1")[0]
    one = replace(found, left_interval=None)
    assert "with one reviewer" in explaining.about_procedure(one, "c1")[0]
