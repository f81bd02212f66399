"""Checks the interval that may be looked at: by hand, at its edges, and how often it errs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from lab.analysis.preferences.win_rates import win_rate
from lab.analysis.verdict.sequence import bound, look
from lab.analysis.verdict.watching import looks


def test_by_hand_with_equal_reviewers() -> None:
    # Six reviewers with 50 votes each, on one prompt: 30, 35, 25, 20, 32, 38 wins.
    wins = np.array([30, 35, 25, 20, 32, 38])
    points = np.concatenate([np.repeat([1.0, 0.0], [n, 50 - n]) for n in wins])
    reviewers = np.repeat(np.arange(6), 50)
    found = look(points, reviewers, np.zeros(300, dtype=int), 0.95)
    assert found.value == pytest.approx(wins.mean() / 50)
    # Equal reviewers: the plain error of the mean of six shares, with 5 degrees of freedom.
    assert found.standard_error == pytest.approx((wins / 50).std(ddof=1) / np.sqrt(6))
    assert found.df == pytest.approx(5)
    reach = bound(found.standard_error, 5, 0.95) * found.standard_error
    assert found.interval.high == pytest.approx(found.value + reach)
    assert (found.n_votes, found.n_reviewers, found.n_prompts) == (300, 6, 1)


def test_the_bound_is_robbins_carried_to_t() -> None:
    # With α = .05, information 900 and a prior of sd .1, x = 9.
    z = np.sqrt((1 + 1 / 9) * np.log(10 / 0.05**2))
    assert bound(1 / 30, 1e9, 0.95) == pytest.approx(z, abs=1e-4)
    assert stats.t.sf(bound(1 / 30, 7, 0.95), 7) == pytest.approx(stats.norm.sf(z))
    assert bound(1 / 30, 7, 0.99) > bound(1 / 30, 7, 0.95) > stats.t.ppf(0.975, 7)


@settings(max_examples=30)
@given(seed=st.integers(0, 10_000))
def test_the_mirror_image_has_the_mirrored_interval(seed: int) -> None:
    rng = np.random.default_rng(seed)
    points = rng.choice([0.0, 0.5, 1.0], 60, p=[0.3, 0.2, 0.5])
    reviewers, prompts = rng.integers(0, 7, 60), rng.integers(0, 9, 60)
    one, two = look(points, reviewers, prompts, 0.95), look(1 - points, reviewers, prompts, 0.95)
    assert one.value + two.value == pytest.approx(1)
    assert one.interval.low + two.interval.high == pytest.approx(1)
    assert 0 <= one.interval.low <= one.value <= one.interval.high <= 1
    order = rng.permutation(60)
    again = look(points[order], reviewers[order] + 3, prompts[order], 0.95)
    assert again.interval.low == pytest.approx(one.interval.low)


def test_one_reviewer_gives_no_interval() -> None:
    found = look(np.ones(40), np.zeros(40, dtype=int), np.arange(40), 0.95)
    assert (found.value, found.interval, found.standard_error) == (1.0, None, None)


@pytest.mark.parametrize(("n_reviewers", "is_sure"), [(3, False), (5, False), (12, True)])
def test_few_people_of_one_mind_are_not_yet_certainty(n_reviewers: int, is_sure: bool) -> None:
    # If every reviewer always says the same, 5 of 5 happen by chance in 1 of 16 cases.
    reviewers = np.repeat(np.arange(n_reviewers), 40)
    found = look(np.ones(len(reviewers)), reviewers, np.arange(len(reviewers)), 0.95)
    assert (found.interval.low > 0.5) is is_sure
    assert found.interval.low < 1


def test_votes_that_more_of_the_same_people_give_lessen_only_part(draw_votes: Callable) -> None:
    rng = np.random.default_rng(2)
    few = looks(draw_votes(rng, 6000, 8, 600, taste=1.0, unequal=0.0), "c0", "c1", at=[6000])[0]
    all_new = draw_votes(rng, 6000, 6000, 600, taste=1.0, unequal=0.0)
    many = looks(all_new, "c0", "c1", at=[6000])[0]
    assert few.lasting > 0.8
    assert many.lasting < 0.6
    assert few.standard_error > 3 * many.standard_error


@pytest.mark.parametrize("n_reviewers", [12, 40])
def test_looking_after_every_20_votes_errs_seldom(draw_votes: Callable, n_reviewers: int) -> None:
    rng, ever, ever_fixed = np.random.default_rng(n_reviewers), 0, 0
    for _ in range(50):
        votes = draw_votes(rng, 600, n_reviewers, n_prompts=100, taste=0.9, session=20)
        seen = looks(votes, "c0", "c1", at=range(20, 601, 20))
        assert [one.n_votes for one in seen] == list(range(20, 601, 20))
        ever += any(
            one.interval and not one.interval.low <= 0.5 <= one.interval.high for one in seen
        )
        points = np.cumsum(np.where(votes["winner"] == "tie", 0.5, _won(votes)))
        n = np.arange(1, 601)
        z = (points / n - 0.5) / np.sqrt(0.25 / n)
        ever_fixed += bool((np.abs(z[19::20]) > 1.96).any())
    # Monte-Carlo error of .05 over 50 is .03.
    assert ever / 50 <= 0.1
    assert ever_fixed / 50 >= 0.4


def test_a_clear_difference_is_found(draw_votes: Callable) -> None:
    rng, found = np.random.default_rng(3), 0
    for _ in range(20):
        votes = draw_votes(rng, 1500, 50, n_prompts=150, strengths=(0.6, 0.0), session=20)
        last = looks(votes, "c0", "c1", at=[1500])[0]
        found += last.interval.low > 0.5
        assert last.value == pytest.approx(win_rate(votes, "c0").value, abs=0.05)
    assert found >= 16


def _won(votes: object) -> np.ndarray:
    is_a = votes["checkpoint_a"] == "c0"
    return ((votes["winner"] == "a") == is_a).to_numpy(dtype=float)
