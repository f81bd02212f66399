"""Checks strengths against published tables, by hand, under relabelling, and where they fail.

Published: the 59 models of LLMFAO as evalica's golden file has them, and the chocolate puddings of
Davidson (1970, example 2).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, special

from lab.analysis.preferences.bradley_terry import BradleyTerry, bradley_terry

SWAP = {"a": "b", "b": "a", "tie": "tie", "both_bad": "both_bad"}

# Brands i and j, times that i won, that j won, ties; and the strengths that Davidson printed.
PUDDINGS = [
    (1, 2, 19, 22, 16), (1, 3, 16, 19, 12), (2, 3, 19, 19, 10), (1, 4, 18, 23, 13),
    (2, 4, 23, 19, 9), (3, 4, 19, 20, 15), (1, 5, 13, 19, 18), (2, 5, 16, 20, 12),
    (3, 5, 16, 15, 17), (4, 5, 17, 14, 16), (1, 6, 18, 21, 12), (2, 6, 22, 20, 12),
    (3, 6, 13, 18, 10), (4, 6, 14, 19, 18), (5, 6, 11, 21, 12),
]  # fmt: skip
DAVIDSON = [0.1388, 0.1730, 0.1617, 0.1654, 0.1587, 0.2024]


def _counted(counts: list[tuple]) -> list[tuple]:
    """Write counts out as votes, each by somebody else, on one prompt."""
    outcomes = [
        (str(i), str(j), winner)
        for i, j, *three in counts
        for winner, n in zip(("a", "b", "tie"), three, strict=True)
        for _ in range(n)
    ]
    return [(a, b, f"r{n}", "p0", winner, n % 3 == 0) for n, (a, b, winner) in enumerate(outcomes)]


def _strengths(result: BradleyTerry) -> dict[str, float]:
    return {place.checkpoint: place.strength for place in result.places}


def test_published_puddings(make_votes: Callable[..., pd.DataFrame]) -> None:
    result = bradley_terry(make_votes(_counted(PUDDINGS)), side=False)
    strengths = _strengths(result)
    worth = special.softmax([strengths[str(brand)] for brand in range(1, 7)])
    assert worth == pytest.approx(DAVIDSON, abs=5e-5)
    assert np.exp(result.tie.value) == pytest.approx(0.7468, abs=5e-5)
    assert (result.n_votes, result.n_ties, result.n_both_bad) == (745, 202, 0)
    assert result.remarks == ()
    # Davidson finds no brand better than another.
    assert all((place.best_rank, place.worst_rank) == (1, 6) for place in result.places)
    assert result.places[0].checkpoint == "6"
    assert result.places[0].tied_with == ("1", "2", "3", "4", "5")


def test_published_models(published: Callable, llmfao: pd.DataFrame) -> None:
    golden = pd.read_csv(published("evalica_golden/llmfao-golden.csv"))
    expected = golden[golden["algorithm"] == "bradley_terry"].set_index("item")["score"]
    result = bradley_terry(llmfao, ties="half", side=False)
    worth = {name: np.exp(value) for name, value in _strengths(result).items()}
    total = sum(worth.values())
    assert len(worth) == len(expected) == 59
    for name, score in expected.items():
        assert worth[name] / total == pytest.approx(score, abs=1e-6)
    widths = [(p.interval.high - p.interval.low) for p in result.places]
    naive = [(p.naive_interval.high - p.naive_interval.low) for p in result.places]
    assert np.median(np.array(widths) / naive) > 1.3


def test_two_checkpoints_by_hand(make_votes: Callable[..., pd.DataFrame]) -> None:
    result = bradley_terry(make_votes(_counted([("new", "old", 30, 20, 12)])), side=False)
    contrast = result.contrasts[0]
    assert (contrast.checkpoint, contrast.opponent) == ("new", "old")
    assert contrast.value == pytest.approx(np.log(30 / 20))
    assert contrast.share == pytest.approx(0.6)
    assert result.tie.value == pytest.approx(np.log(12 / np.sqrt(30 * 20)))
    assert contrast.share_interval().low == pytest.approx(special.expit(contrast.interval.low))
    half = bradley_terry(make_votes(_counted([("new", "old", 30, 20, 12)])), ties="half")
    assert half.tie.value is None
    with_side = half.contrasts[0]
    assert with_side.value == pytest.approx(np.log(36 / 26), abs=0.05)


def _likelihood(parameters: np.ndarray, votes: pd.DataFrame) -> float:
    """Write the likelihood out vote by vote."""
    names, total = ["new", "old", "other"], 0.0
    strength = dict(zip(names, [*parameters[:2], -parameters[:2].sum()], strict=True))
    for vote in votes.itertuples():
        side = -parameters[2] if vote.swapped else parameters[2]
        odds = strength[vote.checkpoint_a] - strength[vote.checkpoint_b] + side
        terms = {"a": odds / 2, "b": -odds / 2, "tie": parameters[3]}
        if vote.winner in terms:
            total += terms[vote.winner] - special.logsumexp(list(terms.values()))
    return -total


def test_the_written_out_likelihood_has_its_top_there(random_votes: Callable) -> None:
    votes = random_votes(3)
    result = bradley_terry(votes)
    strengths = _strengths(result)
    found = [strengths["new"], strengths["old"], result.side.value, result.tie.value]
    best = optimize.minimize(_likelihood, np.zeros(4), args=(votes,), tol=1e-9)
    assert found == pytest.approx(best.x, abs=1e-4)
    assert result.n_both_bad == (votes["winner"] == "both_bad").sum() > 0
    assert sum(place.n_both_bad for place in result.places) == 2 * result.n_both_bad


@settings(max_examples=12)
@given(seed=st.integers(0, 10_000))
def test_swapping_a_and_b_changes_nothing(random_votes: Callable, seed: int) -> None:
    votes = random_votes(seed)
    swapped = votes.assign(
        checkpoint_a=votes["checkpoint_b"],
        checkpoint_b=votes["checkpoint_a"],
        winner=votes["winner"].map(SWAP),
        swapped=~votes["swapped"],
    )
    assert bradley_terry(swapped) == bradley_terry(votes)


@settings(max_examples=12)
@given(seed=st.integers(0, 10_000))
def test_new_names_give_the_same_numbers(random_votes: Callable, seed: int) -> None:
    votes = random_votes(seed)
    other = {"old": "x", "new": "z", "other": "y"}
    renamed = votes.assign(
        checkpoint_a=votes["checkpoint_a"].map(other), checkpoint_b=votes["checkpoint_b"].map(other)
    ).sample(frac=1, random_state=seed)
    one, two = bradley_terry(votes), bradley_terry(renamed)
    for place in one.places:
        same = next(p for p in two.places if p.checkpoint == other[place.checkpoint])
        assert same.strength == pytest.approx(place.strength, abs=1e-8)
        assert same.standard_error == pytest.approx(place.standard_error, abs=1e-8)
        assert (same.best_rank, same.worst_rank) == (place.best_rank, place.worst_rank)
    assert sorted(abs(c.value) for c in two.contrasts) == pytest.approx(
        sorted(abs(c.value) for c in one.contrasts), abs=1e-8
    )


@settings(max_examples=12)
@given(seed=st.integers(0, 10_000))
def test_turning_the_screen_round_turns_the_side_effect(random_votes: Callable, seed: int) -> None:
    votes = random_votes(seed)
    turned = votes.assign(swapped=~votes["swapped"])
    one, two = bradley_terry(votes), bradley_terry(turned)
    assert two.side.value == pytest.approx(-one.side.value, abs=1e-8)
    assert two.side.standard_error == pytest.approx(one.side.standard_error, abs=1e-8)
    assert _strengths(two) == pytest.approx(_strengths(one), abs=1e-8)


def test_an_undefeated_checkpoint_is_said_in_words(make_votes: Callable) -> None:
    counts = [("a", "b", 9, 6, 2), ("best", "a", 8, 0, 0), ("best", "b", 7, 0, 0)]
    result = bradley_terry(make_votes(_counted(counts)))
    best = next(place for place in result.places if place.checkpoint == "best")
    assert (best.strength, best.interval, best.n_votes) == (None, None, 15)
    assert "no finite estimate" in best.reason
    assert result.remarks == (
        "best won every vote against a, b: better, but by how much cannot be estimated.",
    )
    contrast = next(c for c in result.contrasts if c.opponent == "best")
    assert (contrast.value, contrast.p_holm) == (None, None)
    # The others are what they are without it.
    alone = bradley_terry(make_votes(_counted(counts[:1])))
    assert _strengths(result)["a"] == pytest.approx(_strengths(alone)["a"], abs=0.05)
    assert all(np.isfinite(p.strength) for p in result.places if p.strength is not None)


def test_checkpoints_that_never_met_are_said_in_words(make_votes: Callable) -> None:
    counts = [("a", "b", 9, 6, 2), ("c", "d", 8, 5, 3)]
    result = bradley_terry(make_votes(_counted(counts)), side=False)
    assert result.remarks == (
        "No votes link a, b with c, d: which is better across them is unknown.",
    )
    assert {place.comparable_set for place in result.places} == {0, 1}
    across = next(c for c in result.contrasts if (c.checkpoint, c.opponent) == ("a", "c"))
    assert across.value is None
    within = next(c for c in result.contrasts if (c.checkpoint, c.opponent) == ("c", "d"))
    assert within.value == pytest.approx(np.log(8 / 5), abs=0.05)


def test_too_little_is_said_in_words(make_votes: Callable) -> None:
    empty = bradley_terry(make_votes([]))
    assert (empty.places, empty.contrasts, empty.side.reason) == ((), (), "no votes to count yet")
    one_won_all = bradley_terry(make_votes(_counted([("a", "b", 9, 0, 0)])))
    assert one_won_all.remarks[-1] == (
        "No strengths can be estimated: nobody has both won and lost."
    )
    only_ties = bradley_terry(make_votes(_counted([("a", "b", 0, 0, 9)])))
    assert "all votes that compare are ties" in only_ties.remarks[-1]
    votes = make_votes(_counted([("a", "b", 9, 6, 2)]))
    alone = bradley_terry(votes.assign(reviewer_id="r1"))
    assert alone.places[0].strength is not None
    assert alone.places[0].interval is None
    assert "one reviewer" in alone.contrasts[0].reason
    nearly = votes["reviewer_id"].where(np.arange(len(votes)) == 0, "r1")
    assert "from one reviewer" in bradley_terry(votes.assign(reviewer_id=nearly)).places[0].reason


def test_a_side_that_cannot_be_told_from_strength_is_left_out(make_votes: Callable) -> None:
    votes = make_votes(_counted([("a", "b", 9, 6, 2)])).assign(swapped=False)
    result = bradley_terry(votes)
    assert result.side.value is None
    assert "cannot be told from strength" in result.side.reason
    assert result.contrasts[0].value == pytest.approx(np.log(9 / 6))


def test_a_clear_order_gives_ranks(make_votes: Callable) -> None:
    counts = [("a", "b", 160, 80, 20), ("b", "c", 160, 80, 20), ("a", "c", 200, 50, 15)]
    result = bradley_terry(make_votes(_counted(counts)))
    assert [place.checkpoint for place in result.places] == ["a", "b", "c"]
    assert [(p.best_rank, p.worst_rank) for p in result.places] == [(1, 1), (2, 2), (3, 3)]
    assert result.places[0].top_share == 1.0
    assert all(place.tied_with == () for place in result.places)
    holm = {(c.checkpoint, c.opponent): c.p_holm for c in result.contrasts}
    assert all(holm[c.checkpoint, c.opponent] >= c.p for c in result.contrasts)


def test_pairs_of_equals_and_other_criteria_do_not_count(make_votes: Callable) -> None:
    rows = _counted([("a", "b", 9, 6, 2)])
    votes = make_votes([*rows, ("a", "a", "r1", "p9", "a"), ("z", "z", "r1", "p9", "b")])
    assert bradley_terry(votes) == bradley_terry(make_votes(rows))
    assert bradley_terry(votes, criterion="wit").n_votes == 0


def test_wrong_arguments_are_refused(make_votes: Callable) -> None:
    votes = make_votes(_counted([("a", "b", 9, 6, 2)]))
    with pytest.raises(ValueError, match="winner 'c' is none of a, b, both_bad, tie"):
        bradley_terry(votes.assign(winner="c"))
    with pytest.raises(ValueError, match="bradley_terry needs the column 'swapped'"):
        bradley_terry(votes.drop(columns="swapped"))
    with pytest.raises(ValueError, match="ties is 'rao'"):
        bradley_terry(votes, ties="rao")
    with pytest.raises(ValueError, match="n_resamples is 10"):
        bradley_terry(votes, n_resamples=10)
