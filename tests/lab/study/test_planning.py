"""Checks plans against a published power grid, against each other, and by hand."""

from __future__ import annotations

import csv
import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from lab.study.planning import Work, prompts_needed, what_helps, within_budget
from lab.study.power import (
    RATING_SPREAD,
    VOTE_SPREAD,
    Spread,
    rating_power,
    smallest_win_rate,
    vote_spread,
    win_rate_power,
)

WORK = Work(
    kind="rate",
    n_prompts=40,
    reviewers_per_item=3,
    n_reviewers=12,
    spread=RATING_SPREAD,
    seconds_per_answer=60.0,
)

# Card et al. 2020: standard deviations of the item's and the worker's slope on ±1, and residual.
SETTINGS = {"High var. settings": (0.14, 0.11, 0.26), "Low var. settings": (0.13, 0.04, 0.16)}


def as_published(diff: float, n: int, m: int, sds: tuple[float, float, float]) -> float:
    """Simulate their studies, analysed as they did: maximum likelihood and t above 1.96."""
    rng = np.random.default_rng(0)
    item, worker, residual = sds
    n_studies = 4000
    # Half the difference that a worker sees on an item, from mean squares alone: what its two
    # slopes and its share of the noise come to.
    by_item = rng.chisquare(n - 1, n_studies) * (m * item**2 + residual**2 / 2)
    by_worker = rng.chisquare(m - 1, n_studies) * (n * worker**2 + residual**2 / 2)
    left = residual**2 / 2
    variance = np.maximum(by_item / n + by_worker / m - left, left) / (n * m)
    true = item**2 / n + worker**2 / m + left / (n * m)
    seen = diff + math.sqrt(true) * rng.normal(size=n_studies)
    return float((seen / np.sqrt(variance) > 1.96).mean())


def test_the_published_power_grid(published) -> None:
    with published("card2020_power/highvar_lowmer_lmer.csv").open() as file:
        rows = list(csv.DictReader(file))
    within, off = 0, []
    for row in rows:
        n, m, power = int(row["ex"]), int(row["num.workers"]), float(row["power"])
        ours = as_published(float(row["diff"]), n, m, SETTINGS[row["settings"]])
        # Each of theirs is a share of 200 studies.
        error = math.sqrt(max(ours * (1 - ours), 0.0025) / 200)
        within += abs(ours - power) < 2.58 * error
        off.append(abs(ours - power))
    assert len(rows) == 48
    assert within >= 47
    assert np.mean(off) < 0.02


def test_our_power_is_the_published_one_but_for_their_too_low_bar(published) -> None:
    """With t's own critical value instead of 1.96, three workers find less than was published."""
    with published("card2020_power/highvar_lowmer_lmer.csv").open() as file:
        rows = list(csv.DictReader(file))
    lower = []
    for row in rows:
        item, worker, residual = SETTINGS[row["settings"]]
        # Their difference is half of ours, and so are the spreads of a single system's ratings.
        root = math.sqrt(2)
        spread = Spread(prompt=root * item, reviewer=root * worker, residual=residual)
        n, m = int(row["ex"]), int(row["num.workers"])
        ours = rating_power(2 * float(row["diff"]), n, m, m, spread)
        assert ours is not None
        assert ours < float(row["power"]) + 0.05
        if m == 10:
            lower.append(float(row["power"]) - ours)
    assert np.mean(lower) < 0.06


def test_power_and_the_smallest_difference_are_two_sides_of_one_thing() -> None:
    smallest = WORK.smallest().value
    assert smallest is not None
    assert WORK.power(smallest) == pytest.approx(0.8, abs=1e-6)
    assert WORK.power(0.0) == pytest.approx(0.05, abs=1e-3)
    pairs = replace(WORK, kind="ab", spread=VOTE_SPREAD)
    found = smallest_win_rate(40, 3, 12)
    assert pairs.power(found.value or 0.0) == pytest.approx(0.8, abs=1e-6)
    assert win_rate_power(0.1, 1, 1, 3) is None
    # Without any spread but noise and with many prompts it is the power of the normal.
    plain = rating_power(0.1, 4000, 2, 2000, Spread(prompt=0.0, reviewer=0.0, residual=1.0))
    assert plain == pytest.approx(norm.sf(1.96 - 0.1 / math.sqrt(2 / 8000)), abs=0.01)


def test_ties_tell_how_far_votes_differ() -> None:
    spread = vote_spread(0.2, 0.27, 0.04)
    assert spread.residual == pytest.approx(VOTE_SPREAD.residual, abs=0.01)
    assert vote_spread(0.5, 0.0, 0.0).residual == pytest.approx(math.sqrt(0.125))
    with pytest.raises(ValueError, match="90% ties"):
        vote_spread(0.9, 0.27, 0.04)


def test_work_is_counted_by_hand() -> None:
    assert (WORK.n_answers, WORK.seconds) == (240, 14_400.0)
    assert replace(WORK, kind="ab").n_answers == 120


def test_a_budget_is_divided_as_trying_everything_divides_it() -> None:
    for spread in (RATING_SPREAD, Spread(prompt=0.1, reviewer=0.1, residual=1.0)):
        work, seconds = replace(WORK, spread=spread), 6 * 3600
        found = within_budget(work, seconds, most_prompts=60)
        plans = [
            replace(work, n_prompts=n, reviewers_per_item=k)
            for k in range(1, 11)
            for n in range(2, 61)
            if n * k * 120 <= seconds
        ]
        assert found is not None
        best = min(plan.smallest().value or 9.0 for plan in plans)
        assert found.smallest().value == pytest.approx(best)
    assert within_budget(WORK, 100) is None
    assert within_budget(replace(WORK, n_reviewers=1, reviewers_per_item=1), 9999) is None


def test_the_prompts_needed_are_the_fewest() -> None:
    n = prompts_needed(WORK, 0.5)
    assert (replace(WORK, n_prompts=n).power(0.5) or 0) >= 0.8
    assert (replace(WORK, n_prompts=n - 1).power(0.5) or 1) < 0.8
    few = replace(WORK, n_reviewers=3, spread=replace(RATING_SPREAD, reviewer=1.0))
    assert prompts_needed(few, 0.3) == 0


def test_what_helps_most_is_what_there_is_least_of() -> None:
    assert what_helps(WORK, 0.3)[0].what == "items"
    tastes = replace(WORK, n_reviewers=4, spread=Spread(prompt=0.1, reviewer=0.5, residual=0.3))
    first = what_helps(tastes, 0.5)[0]
    assert first.what == "reviewers"
    assert first.work.seconds == tastes.seconds
