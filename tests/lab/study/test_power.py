"""Checks the power formula against studies simulated from a known variance-components model."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import nct, t

from lab.study.power import (
    RATING_SPREAD,
    VOTE_SPREAD,
    Spread,
    smallest_rating_difference,
    smallest_win_rate,
)


def found_share(
    difference: float, spread: Spread, n_prompts: int, n_reviewers: int, n_studies: int = 3000
) -> float:
    """Simulate studies in which all reviewers judge all prompts; share with a significant result.

    Each study is analysed from its own data: two-way analysis of variance of the differences, the
    variance of their mean, and Satterthwaite's degrees of freedom.
    """
    rng = np.random.default_rng(1)
    shape = (n_studies, n_prompts, n_reviewers)
    data = difference + rng.normal(0, spread.residual, shape)
    data += rng.normal(0, spread.prompt, (n_studies, n_prompts, 1))
    data += rng.normal(0, spread.reviewer, (n_studies, 1, n_reviewers))
    mean = data.mean((1, 2))
    rows, columns = data.mean(2), data.mean(1)
    by_prompt = n_reviewers * rows.var(1, ddof=1)
    by_reviewer = n_prompts * columns.var(1, ddof=1)
    left = data - rows[:, :, None] - columns[:, None, :] + mean[:, None, None]
    free = (n_prompts - 1) * (n_reviewers - 1)
    residual = (left**2).sum((1, 2)) / free
    variance = np.maximum(by_prompt + by_reviewer - residual, residual)
    freedom = variance**2 / (
        by_prompt**2 / (n_prompts - 1) + by_reviewer**2 / (n_reviewers - 1) + residual**2 / free
    )
    error = np.sqrt(variance / (n_prompts * n_reviewers))
    return float((np.abs(mean) > error * t.ppf(0.975, freedom)).mean())


@pytest.mark.parametrize(
    ("spread", "n_prompts", "n_reviewers"),
    [
        (RATING_SPREAD, 40, 3),
        (RATING_SPREAD, 12, 6),
        (Spread(prompt=0.2, reviewer=0.5, residual=0.8), 60, 8),
        (Spread(prompt=0.0, reviewer=0.0, residual=1.0), 20, 4),
    ],
)
def test_simulated_studies_find_the_difference_as_often_as_promised(
    spread: Spread, n_prompts: int, n_reviewers: int
) -> None:
    found = smallest_rating_difference(n_prompts, n_reviewers, n_reviewers, spread)
    # The spread is that of one system's ratings; a difference of two has twice the variance.
    doubled = Spread(
        prompt=spread.prompt * math.sqrt(2),
        reviewer=spread.reviewer * math.sqrt(2),
        residual=spread.residual * math.sqrt(2),
    )
    assert found.value is not None
    share = found_share(found.value, doubled, n_prompts, n_reviewers)
    assert share == pytest.approx(0.8, abs=0.06)
    # Where neither prompts nor reviewers differ, the test is on the safe side of its level.
    assert found_share(0.0, doubled, n_prompts, n_reviewers) <= 0.07


def test_the_standard_error_holds_where_reviewers_share_the_prompts() -> None:
    n, k, m, spread = 60, 2, 10, Spread(prompt=0.5, reviewer=0.4, residual=0.7)
    rng = np.random.default_rng(2)
    n_studies = 4000
    who = (np.arange(n)[:, None] + np.arange(k) * 3) % m
    data = rng.normal(0, spread.residual, (n_studies, n, k))
    data += rng.normal(0, spread.prompt, (n_studies, n, 1))
    data += rng.normal(0, spread.reviewer, (n_studies, m))[:, who]
    found = smallest_win_rate(n, k, m, spread)
    assert data.mean((1, 2)).std() == pytest.approx(found.standard_error, rel=0.05)


def test_simulated_votes_find_the_win_rate() -> None:
    found = smallest_win_rate(80, 3, 30)
    assert found.value is not None
    rng = np.random.default_rng(3)
    spread, tie = VOTE_SPREAD, 0.2
    # Prompts differ in their chance to win as the assumed spread says (a beta distribution).
    half = found.value + 0.5
    chance = (half - tie / 2) / (1 - tie)
    size = chance * (1 - chance) / (spread.prompt / (1 - tie)) ** 2 - 1
    prompts = rng.beta(chance * size, (1 - chance) * size, (3000, 80, 1))
    wins = rng.random((3000, 80, 3)) < prompts
    ties = rng.random((3000, 80, 3)) < tie
    scores = np.where(ties, 0.5, wins).mean(2)
    error = scores.std(1, ddof=1) / math.sqrt(80)
    share = (np.abs(scores.mean(1) - 0.5) / error > t.ppf(0.975, 79)).mean()
    assert share == pytest.approx(0.8, abs=0.06)


def test_the_power_is_that_of_the_noncentral_t() -> None:
    found = smallest_rating_difference(50, 3, 6)
    assert found.value is not None
    assert found.standard_error is not None
    freedom = found.degrees_of_freedom
    critical = t.ppf(0.975, freedom)
    size = found.value / found.standard_error
    assert nct.sf(critical, freedom, size) == pytest.approx(0.8, abs=1e-3)


def test_more_of_everything_finds_less() -> None:
    base = smallest_rating_difference(30, 3, 6)
    for more in (
        smallest_rating_difference(60, 3, 6),
        smallest_rating_difference(30, 5, 6),
        smallest_rating_difference(30, 3, 12),
        smallest_rating_difference(30, 3, 6, power=0.7),
        smallest_rating_difference(30, 3, 6, level=0.1),
        smallest_rating_difference(30, 3, 6, replace(RATING_SPREAD, prompt=0.3)),
    ):
        assert (more.value or 9) < (base.value or 0)


def test_more_reviewers_than_answers_help_as_little_as_they_can_answer() -> None:
    found = [smallest_win_rate(13, 5, m).value or 9 for m in (20, 41, 55, 65, 82, 500)]
    assert found == sorted(found, reverse=True)
    assert found[-1] == found[-3]


def test_too_little_has_a_reason_instead_of_a_number() -> None:
    assert smallest_rating_difference(1, 3, 3).reason == (
        "one prompt says nothing about others; use two or more"
    )
    assert "one reviewer" in str(smallest_win_rate(50, 1, 1).reason)
    none = smallest_win_rate(2, 1, 2)
    assert (none.value, none.reason) == (
        None, "even a system that wins every time could not be told from the other"
    )  # fmt: skip


def test_impossible_settings_are_refused() -> None:
    with pytest.raises(ValueError, match="got 5, 3, 2"):
        smallest_win_rate(5, 3, 2)
    with pytest.raises(ValueError, match="0 < level < power < 1"):
        smallest_win_rate(5, 2, 2, level=0.9)
    with pytest.raises(ValueError, match="Spread"):
        Spread(prompt=0.1, reviewer=-1, residual=1)
