"""Checks clustered standard errors against a written-out formula, and their coverage."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from lab.analysis.clusters import clustered_mean, clustered_share_interval

N_SIMULATIONS = 1000


def _one_way(values: np.ndarray, clusters: np.ndarray) -> float:
    """Write the one-way formula out, cluster by cluster."""
    names = sorted(set(clusters.tolist()))
    totals = [(values[clusters == name] - values.mean()).sum() for name in names]
    if len(names) < 2:
        return 0.0
    return len(names) / (len(names) - 1) * sum(t * t for t in totals) / len(values) ** 2


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_two_ways_is_the_sum_less_the_intersection(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = rng.random(40)
    one, two = rng.integers(0, 6, 40), rng.integers(0, 8, 40)
    parts = _one_way(values, one), _one_way(values, two)
    expected = max(*parts, sum(parts) - _one_way(values, one * 100 + two))
    result = clustered_mean(values, (one, two))
    assert result.standard_error == pytest.approx(np.sqrt(expected))
    assert result.n_clusters == min(len(set(one.tolist())), len(set(two.tolist())))


def test_own_cluster_each_is_the_usual_standard_error() -> None:
    values = np.array([0.0, 1, 1, 0, 1, 0.5])
    result = clustered_mean(values, (np.arange(6),))
    assert result.standard_error == pytest.approx(values.std(ddof=1) / np.sqrt(6))


def test_single_cluster_gives_none() -> None:
    result = clustered_mean(np.array([0.0, 1.0]), (np.zeros(2), np.zeros(2)))
    assert result.standard_error is None
    assert clustered_share_interval(result, 0.95) is None


def _coverage(n_reviewers: int, n_prompts: int, taste: float, prompt: float, base: float) -> float:
    rng = np.random.default_rng(7)
    spread = np.hypot(taste, prompt)
    truth = special.expit(base + spread * rng.standard_normal(1_000_000)).mean()
    reviewers = np.repeat(np.arange(n_reviewers), n_prompts)
    prompts = np.tile(np.arange(n_prompts), n_reviewers)
    hits = 0
    for _ in range(N_SIMULATIONS):
        by_reviewer = taste * rng.standard_normal((n_reviewers, 1))
        by_prompt = prompt * rng.standard_normal((1, n_prompts))
        wins = rng.random((n_reviewers, n_prompts)) < special.expit(base + by_reviewer + by_prompt)
        mean = clustered_mean(wins.ravel().astype(float), (reviewers, prompts))
        interval = clustered_share_interval(mean, 0.95)
        hits += interval.low <= truth <= interval.high
    return hits / N_SIMULATIONS


@pytest.mark.slow
@pytest.mark.parametrize(
    ("n_reviewers", "n_prompts", "taste", "prompt", "base"),
    [
        (8, 20, 0.7, 0.0, 0.0),  # people differ; no checkpoint is better: type-I error
        (8, 20, 0.7, 0.7, 0.0),  # people and prompts differ; type-I error
        (8, 20, 0.0, 0.7, 0.0),  # only prompts differ
        (8, 20, 0.7, 0.7, 1.5),  # one is much better
        (3, 20, 0.7, 0.7, 0.5),  # few people
        (20, 20, 0.5, 0.5, 0.5),
    ],
)
def test_coverage_of_the_clustered_interval(
    n_reviewers: int, n_prompts: int, taste: float, prompt: float, base: float
) -> None:
    # The standard error of a coverage of .95 over 1,000 simulations is .007.
    assert _coverage(n_reviewers, n_prompts, taste, prompt, base) >= 0.93
