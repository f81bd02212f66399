"""Checks the simulated voters against their own settings, and the figures about preferences."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from lab.selftest import preferences
from lab.selftest.voters import Crowd, draw, gap_for, true_strengths


def test_voters_are_as_they_were_set() -> None:
    crowd = Crowd(n_votes=60_000, n_reviewers=30, taste=0.0, suiting=0.0, tie=0.5, side=0.4)
    votes = draw(crowd, np.random.default_rng(1))
    assert (votes["winner"] == "tie").mean() == pytest.approx(
        0.5 / (0.5 + 2 * np.cosh(0.2)), abs=0.01
    )
    decided = votes[votes["winner"] != "tie"]
    left = (decided["winner"] == "a") != decided["swapped"]
    assert left.mean() == pytest.approx(1 / (1 + np.exp(-0.4)), abs=0.01)
    assert draw(crowd, np.random.default_rng(1)).equals(votes)


def test_sessions_are_of_one_reviewer_and_once_is_once() -> None:
    crowd = Crowd(n_votes=200, n_reviewers=5, session=20, once=True)
    people = draw(crowd, np.random.default_rng(2))["reviewer_id"].to_numpy().reshape(10, 20)
    assert all(len(set(row)) == 1 for row in people)
    assert len(set(people[:, 0])) == 10


def test_the_gap_gives_the_share() -> None:
    crowd = Crowd(n_votes=100_000, n_reviewers=100_000, n_prompts=100_000, once=True)
    assert gap_for(0.5, crowd) == pytest.approx(0, abs=0.01)
    apart = Crowd(
        n_votes=100_000,
        n_reviewers=1,
        n_prompts=100_000,
        once=True,
        side=0.0,
        strengths=(gap_for(0.6, crowd), 0.0),
    )
    votes = draw(apart, np.random.default_rng(3))
    won = (votes["winner"] == "a") == (votes["checkpoint_a"] == "c0")
    points = np.where(votes["winner"] == "tie", 0.5, won)
    assert points.mean() == pytest.approx(0.6, abs=0.006)


def test_tastes_pull_strengths_to_the_middle() -> None:
    crowd = Crowd(n_votes=1, n_reviewers=1, strengths=(1.0, 0.0), taste=2.0)
    first, second = true_strengths(crowd, 50_000)
    assert 0.6 < first - second < 0.9
    plain = Crowd(n_votes=1, n_reviewers=1, strengths=(1.0, 0.0), taste=0.0, suiting=0.0)
    first, second = true_strengths(plain, 50_000)
    assert first - second == pytest.approx(1.0, abs=0.05)


def test_the_same_call_gives_the_same_figures() -> None:
    one, again = (list(itertools.islice(preferences.figures(3, 5), 1)) for _ in range(2))
    assert one == again
    (figure,) = one
    assert (figure.topic, figure.runs, figure.seed) == ("preferences", 3, 5)
    assert (figure.low, figure.high) == (0.93, 0.97)


@pytest.mark.slow
def test_every_figure_that_was_asked_for_is_met() -> None:
    found = list(preferences.figures(40, 0))
    assert [one.condition for one in found if not one.is_met] == []
    asked = {one.condition for one in found if one.low is not None or one.high is not None}
    assert {*preferences.PROMISED, *preferences.FINDERS} <= asked
    by = {(one.condition, one.high): one for one in found}
    assert by[preferences.PROMISED[0], 0.97].usual < 0.8
    looking = [one for one in found if one.usual_way == "a test for one look, at every look"]
    assert all(one.usual > 0.6 for one in looking)
