"""Checks win rates against published votes, by hand, and under swaps and shuffles."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.analysis.preferences.win_rates import side_bias, win_matrix, win_rate, win_rates

SWAP = {"a": "b", "b": "a", "tie": "tie", "both_bad": "both_bad"}

HAND = [
    ("old", "new", "r1", "p1", "b"),
    ("new", "old", "r1", "p2", "a"),
    ("old", "new", "r2", "p1", "tie"),
    ("old", "new", "r2", "p2", "a", True),
    ("old", "new", "r2", "p3", "both_bad"),
    ("new", "other", "r2", "p1", "a"),
]


def test_by_hand(make_votes) -> None:
    rate = win_rate(make_votes(HAND), "new", "old")
    assert rate.value == (1 + 1 + 0.5 + 0) / 4
    assert (rate.n_wins, rate.n_ties, rate.n_losses, rate.n_both_bad) == (2, 1, 1, 1)
    assert (rate.n_votes, rate.n_reviewers, rate.n_prompts) == (4, 2, 2)
    everyone = win_rate(make_votes(HAND), "new")
    assert everyone.value == 3.5 / 5
    # Residuals ±: r1 totals .75, r2 −.75; G/(G−1) = 2; one-way V = 2 · 2 · .75² / 16.
    assert rate.standard_error == pytest.approx(np.sqrt(2 * 2 * 0.75**2 / 16))


def test_matrix_by_hand(make_votes) -> None:
    matrix = win_matrix(make_votes(HAND))
    assert matrix.checkpoints == ("new", "old", "other")
    assert matrix.values[0] == (None, 2.5 / 4, 1.0)
    assert matrix.values[1] == (1.5 / 4, None, None)
    assert matrix.n_votes == ((0, 4, 1), (4, 0, 0), (1, 0, 0))


def test_side_bias_by_hand(make_votes) -> None:
    bias = side_bias(make_votes(HAND))
    # Left won: r1 no (b, not swapped), yes; r2 a but swapped: no; a: yes.
    assert (bias.n_left, bias.n_decided, bias.value) == (2, 4, 0.5)
    always_left = [("x", "y", f"r{n % 3}", f"p{n}", "b", True) for n in range(9)]
    bias = side_bias(make_votes(always_left))
    assert bias.value == 1.0
    assert bias.interval.low < 0.5 < bias.interval.high == 1.0


def test_published_votes(published) -> None:
    crowd = pd.read_csv(published("llmfao/crowd-comparisons.csv"), dtype=str)
    votes = pd.DataFrame(
        {
            "checkpoint_a": crowd["left"],
            "checkpoint_b": crowd["right"],
            "reviewer_id": crowd["worker"],
            "prompt_id": crowd["prompt"],
            "criterion": "overall",
            "winner": crowd["winner"].map({"left": "a", "right": "b", "tie": "tie"}),
            "swapped": False,
        }
    )
    golden = pd.read_csv(published("evalica_golden/llmfao-golden.csv"))
    matrix = win_matrix(votes)
    averages = {
        name: np.mean([value for value in row if value is not None])
        for name, row in zip(matrix.checkpoints, matrix.values, strict=True)
    }
    expected = golden[golden["algorithm"] == "average_win_rate"].set_index("item")["score"]
    assert len(expected) == len(averages) == 59
    for name, value in expected.items():
        assert averages[name] == pytest.approx(value, abs=1e-12)
    points = golden[golden["algorithm"] == "counting"].set_index("item")["score"]
    for name in ("GPT 4", "Dolly v2 (12B)", "Claude v2"):
        rate = win_rate(votes, name)
        assert rate.n_wins + rate.n_ties / 2 == points[name]
        assert rate.interval.low < rate.value < rate.interval.high
    assert side_bias(votes).n_left == 2911


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_swapping_a_and_b_changes_nothing(random_votes, seed: int) -> None:
    votes = random_votes(seed)
    swapped = votes.assign(
        checkpoint_a=votes["checkpoint_b"],
        checkpoint_b=votes["checkpoint_a"],
        winner=votes["winner"].map(SWAP),
        swapped=~votes["swapped"],
    )
    assert win_rate(swapped, "old") == win_rate(votes, "old")
    assert win_matrix(swapped) == win_matrix(votes)
    assert side_bias(swapped) == side_bias(votes)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_the_opponents_rate_is_the_mirror_image(random_votes, seed: int) -> None:
    votes = random_votes(seed)
    old, new = win_rate(votes, "old", "new"), win_rate(votes, "new", "old")
    assert old.value + new.value == pytest.approx(1)
    assert old.interval.low + new.interval.high == pytest.approx(1)
    assert old.standard_error == pytest.approx(new.standard_error)
    assert (old.n_wins, old.n_ties, old.n_both_bad) == (new.n_losses, new.n_ties, new.n_both_bad)
    assert 0 <= old.interval.low <= old.value <= old.interval.high <= 1


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), order=st.integers(0, 99))
def test_order_of_rows_changes_nothing(random_votes, seed: int, order: int) -> None:
    votes = random_votes(seed)
    shuffled = votes.sample(frac=1, random_state=order)
    one, two = win_rate(votes, "old"), win_rate(shuffled, "old")
    assert one.interval.low == pytest.approx(two.interval.low)
    assert replace(one, interval=None, standard_error=None) == replace(
        two, interval=None, standard_error=None
    )
    assert win_matrix(votes) == win_matrix(shuffled)


def test_too_little_is_said_in_words(make_votes) -> None:
    one_person = win_rate(make_votes(HAND[:2]), "new")
    assert (one_person.value, one_person.interval) == (1.0, None)
    assert "one reviewer" in one_person.reason
    nobody = win_rate(make_votes(HAND), "unheard of")
    assert (nobody.value, nobody.n_votes) == (None, 0)
    assert "no votes" in nobody.reason
    only_bad = win_rate(make_votes(HAND[4:5]), "new")
    assert (only_bad.value, only_bad.n_both_bad) == (None, 1)
    assert win_matrix(make_votes(HAND[4:5])).values[0] == (None, None)
    assert win_matrix(make_votes([])).checkpoints == ()
    assert side_bias(make_votes([])).value is None


def test_one_prompt_is_clustered_by_reviewer_alone(make_votes) -> None:
    rows = [("old", "new", f"r{n}", "p1", winner) for n, winner in enumerate("aabab")]
    rate = win_rate(make_votes(rows), "old")
    shares = np.array([1, 1, 0, 1, 0])
    assert rate.standard_error == pytest.approx(shares.std(ddof=1) / np.sqrt(5))


def test_unanimous_votes_do_not_give_an_interval_of_no_width(make_votes) -> None:
    rows = [("old", "new", f"r{n % 4}", f"p{n}", "b") for n in range(12)]
    rate = win_rate(make_votes(rows), "new")
    # Clopper–Pearson for 4 of 4, since there are four people.
    assert rate.interval.low == pytest.approx(0.025**0.25)
    assert rate.interval.high == 1.0


def test_same_checkpoint_on_both_sides_and_other_criteria_do_not_count(make_votes) -> None:
    votes = make_votes([*HAND, ("new", "new", "r1", "p9", "a")])
    assert win_rate(votes, "new").n_votes == 5
    assert win_rate(votes.assign(criterion="wit"), "new").n_votes == 0
    assert win_rate(votes.assign(criterion="wit"), "new", criterion="wit").n_votes == 5


def test_all_checkpoints_at_once_are_one_after_another(make_votes) -> None:
    votes = make_votes(HAND)
    coded = dict.fromkeys(["reviewer_id", "prompt_id", "winner", "criterion"], "category")
    for frame in (votes, votes.astype(coded)):
        names = ["old", "new", "unheard of"]
        assert win_rates(frame, names) == tuple(win_rate(votes, name) for name in names)


def test_unknown_winner_and_missing_column_are_refused(make_votes) -> None:
    votes = make_votes(HAND)
    with pytest.raises(ValueError, match="winner 'c' is none of a, b, both_bad, tie"):
        win_rate(votes.assign(winner="c"), "new")
    with pytest.raises(ValueError, match="side_bias needs the column 'swapped'"):
        side_bias(votes.drop(columns="swapped"))
    with pytest.raises(ValueError, match="level is 1"):
        win_rate(votes, "new", level=1)
