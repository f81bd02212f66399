"""Checks clustered errors against fits made anew without each cluster, and their coverage."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from lab.analysis.preferences.ballots import Ballots, count_cells, read_ballots
from lab.analysis.preferences.bradley_terry import bradley_terry
from lab.analysis.preferences.davidson import Fit, fit
from lab.analysis.preferences.resampled import resampled_strengths
from lab.analysis.preferences.sandwich import Sandwich, effective, naive_spread, sandwich, spread

STRENGTHS = (0.4, 0.0, -0.1, -0.3)


def _fitted(ballots: Ballots) -> tuple[Fit, Sandwich]:
    cells = count_cells(ballots)
    found = fit(cells, np.zeros(len(ballots.checkpoints), dtype=np.intp))
    assert found is not None
    return found, sandwich(ballots, cells, found)


def test_the_jackknife_is_that_of_fits_without_each_reviewer(draw_votes: Callable) -> None:
    votes = draw_votes(np.random.default_rng(4), 3000, 12, strengths=STRENGTHS)
    ballots = read_ballots(votes, "overall", "test")
    found, parts = _fitted(ballots)
    without = np.array(
        [_fitted(ballots.keep(ballots.reviewers != one))[0].values for one in range(12)]
    )
    moves = without - found.values
    expected = np.sqrt(11 / 12 * (moves**2).sum(axis=0))
    # One Newton step is near, not at, the fit made anew.
    assert np.sqrt(np.diag(parts.reviewers.covariance)) == pytest.approx(expected, rel=0.05)


def test_more_clusters_than_are_corrected_give_nearly_the_same(
    draw_votes: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    votes = draw_votes(np.random.default_rng(5), 4000, 300, strengths=STRENGTHS)
    ballots = read_ballots(votes, "overall", "test")
    weights = np.eye(4, 6)
    corrected = spread(_fitted(ballots)[1], weights)[0]
    monkeypatch.setattr("lab.analysis.preferences.sandwich._MOST_CORRECTED", 10)
    assert spread(_fitted(ballots)[1], weights)[0] == pytest.approx(corrected, rel=0.01)


def test_each_vote_by_somebody_else_gives_the_naive_error(draw_votes: Callable) -> None:
    votes = draw_votes(np.random.default_rng(6), 2000, 8, strengths=STRENGTHS, taste=0.0)
    alone = votes.assign(reviewer_id=[f"r{n}" for n in range(2000)], prompt_id="p")
    _, parts = _fitted(read_ballots(alone, "overall", "test"))
    weights = np.array([[1.0, -1, 0, 0, 0, 0]])
    error, df = spread(parts, weights)
    assert error == pytest.approx(naive_spread(parts, weights), rel=0.01)
    assert df[0] > 500


def test_effective_reviewers_count_by_what_they_tell(draw_votes: Callable) -> None:
    votes = draw_votes(np.random.default_rng(7), 3000, 10, strengths=STRENGTHS, unequal=0.0)
    weights = np.array([[1.0, -1, 0, 0, 0, 0]])
    even = _fitted(read_ballots(votes, "overall", "test"))[1]
    assert effective(even.reviewers, weights)[0] == pytest.approx(10, rel=0.05)
    keen = votes["reviewer_id"].where(np.arange(3000) % 2 == 0, "r0")
    uneven = _fitted(read_ballots(votes.assign(reviewer_id=keen), "overall", "test"))[1]
    # One person with 55 % and nine with 5 % each: 1 / (.55² + 9 · .05²).
    assert effective(uneven.reviewers, weights)[0] == pytest.approx(3.08, rel=0.1)


def test_resamples_spread_as_far_as_the_standard_error(draw_votes: Callable) -> None:
    votes = draw_votes(np.random.default_rng(8), 2000, 20, strengths=STRENGTHS)
    found, parts = _fitted(read_ballots(votes, "overall", "test"))
    drawn = resampled_strengths(found, parts, 4, 4000, seed=1)
    assert drawn.shape == (4000, 4)
    error = spread(parts, np.eye(4, 6))[0]
    assert drawn.std(axis=0) == pytest.approx(error, rel=0.05)
    assert drawn.mean(axis=0) == pytest.approx(found.values[:4], abs=0.1 * error.min())


def test_coverage_where_reviewers_differ(draw_votes: Callable) -> None:
    rng, hits, naive = np.random.default_rng(9), 0, 0
    for _ in range(80):
        votes = draw_votes(rng, 400, 10, strengths=(0.0, 0.0, 0.0), taste=0.9)
        one = bradley_terry(votes, n_resamples=100).contrasts[0]
        hits += one.interval.low <= 0 <= one.interval.high
        naive += one.naive_interval.low <= 0 <= one.naive_interval.high
    # Monte-Carlo error of a coverage of .95 over 80 is .024.
    assert hits / 80 >= 0.9
    assert naive / 80 <= 0.85
