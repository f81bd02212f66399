"""Checks what a study asks of its reviewers, by hand-counted examples."""

from __future__ import annotations

import pytest

from lab.study.cost import plan_cost
from lab.study.design import design


def test_places_are_items_by_reviewers_and_training_is_for_everybody(
    make_protocol, make_material
) -> None:
    protocol = make_protocol(
        checkpoints=("old", "new"), reviewers_per_item=3, n_training=2, repeats=0.1,
        seconds_per_item=40.0,
    )  # fmt: skip
    made = design(protocol, "s", make_material(protocol, 12))
    cost = plan_cost(protocol, made.items, made.controls, 5)
    assert cost.n_items == {
        ("ab", ""): 10, ("ab", "repeat"): 1, ("ab", "training"): 1,
        ("rate", ""): 20, ("rate", "repeat"): 2, ("rate", "training"): 1,
    }  # fmt: skip
    assert cost.n_answers == 33 * 3 + 2 * 5
    assert cost.seconds == cost.n_answers * 40.0
    assert cost.seconds_each == cost.seconds / 5
    assert cost.share == 1.0


def test_a_limit_of_answers_is_never_passed(make_protocol, make_material) -> None:
    protocol = make_protocol(design="ab", checkpoints=("old", "new"), max_answers=9)
    made = design(protocol, "s", make_material(protocol, 6))
    cost = plan_cost(protocol, made.items, made.controls, 3)
    assert (cost.n_answers, cost.share, cost.seconds) == (9, 0.5, 540.0)


def test_items_with_suggestions_take_their_time_twice(make_protocol, make_material) -> None:
    protocol = make_protocol(design="spans", checkpoints=("old",), suggestions=0.5)
    made = design(protocol, "s", make_material(protocol, 6))
    cost = plan_cost(protocol, made.items, made.controls, 3)
    assert (cost.n_answers, cost.seconds) == (18, (18 + 9) * 60.0)


def test_nobody_is_refused(make_protocol) -> None:
    with pytest.raises(ValueError, match="n_reviewers is 0"):
        plan_cost(make_protocol(), [], [], 0)
