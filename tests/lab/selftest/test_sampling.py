from __future__ import annotations

import numpy as np
import pytest

from lab.selftest.asked import ask
from lab.selftest.sampling import CROWD, LOOKS, figures
from lab.selftest.voters import Crowd


def test_people_vote_on_what_was_chosen() -> None:
    crowd = Crowd(n_votes=600, n_reviewers=10, strengths=(1.0, 0.9, -1.0, -1.1))
    even = ask(crowd, "uniform", np.random.default_rng(0))
    votes = ask(crowd, "winner", np.random.default_rng(0))
    assert len(votes) == len(even) == 600
    assert list(votes.index) == list(range(600))
    pairs = [{"c0", "c1"} == {a, b} for a, b in votes[["checkpoint_a", "checkpoint_b"]].to_numpy()]
    assert np.mean(pairs[-300:]) > 0.5
    shares = even.groupby(["checkpoint_a", "checkpoint_b"]).size() / 600
    assert len(shares) == 12
    assert shares.min() > 0.04
    left_wins = np.where(even["swapped"], even["winner"] == "b", even["winner"] == "a").mean()
    assert left_wins == pytest.approx(0.45, abs=0.06)
    first = even[even["checkpoint_a"] == "c0"]
    assert (first["winner"] == "a").mean() > 2 * (first["winner"] == "b").mean()


def test_figures_are_seeded_and_say_what_an_order_costs() -> None:
    found = list(figures(2, 0))
    assert found == list(figures(2, 0))
    assert {one.topic for one in found} == {"sampling"}
    coverage = [one for one in found if one.question.startswith("How often do 95 %")]
    assert len(coverage) == 6
    assert all(one.low == 0.93 for one in coverage)
    gains = [one for one in found if one not in coverage]
    assert len(gains) == 2 * len(LOOKS)
    assert all(one.usual is not None for one in gains)
    assert CROWD.n_votes == LOOKS[-1]


@pytest.mark.slow
def test_seeking_the_winner_finds_it_sooner_and_intervals_hold() -> None:
    found = list(figures(40, 1))
    named = [one for one in found if "strongest checkpoint named" in one.question]
    assert sum(one.value - one.usual for one in named) > 0.1
    assert all(one.is_met for one in found if one.low is not None)
