"""Checks pairwise accuracy against the examples of mt-metrics-eval and by writing pairs out."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.analysis.metrics import tie_calibration

_ = np.nan


@pytest.mark.parametrize(
    ("metric", "human", "threshold", "accuracy"),
    [
        # github.com/google-research/mt-metrics-eval, tau_optimization_test.py (acc_23)
        ([[0, 2, 6, 8]], [[1, 2, 3, 4]], 0, 1.0),
        ([[0, 2, 6, 8]], [[1, 1, 1, 4]], 4, 4 / 6),
        (
            [[0, 5, 2, 3, 2], [_, 2, 1, 5, 3], [9, 1, 5, 3, 8], [9, 3, 4, 4, 1], [_] * 5],
            [[1, 5, 2, 1, 1], [4, 2, 2, 1, 4], [5, 9, 2, 8, 7], [7, 6, _, 3, 2], [_] * 5],
            1,
            0.4916666666666668,
        ),
    ],
)
def test_published_examples(metric, human, threshold, accuracy) -> None:
    found = tie_calibration.calibrate(np.array(metric, float), np.array(human, float))
    assert found.threshold == threshold
    assert found.accuracy == pytest.approx(accuracy, abs=1e-12)


def _accuracy(metric: np.ndarray, human: np.ndarray, threshold: float) -> float:
    """Follow the definition, pair by pair."""
    pairs = [(i, j) for i, j in combinations(range(len(metric)), 2)
             if np.isfinite(metric[[i, j]]).all()]  # fmt: skip
    right = 0
    for i, j in pairs:
        order = 0 if abs(metric[i] - metric[j]) <= threshold else np.sign(metric[i] - metric[j])
        right += order == np.sign(human[i] - human[j])
    return right / len(pairs) if pairs else np.nan


@given(seed=st.integers(0, 10_000))
def test_the_best_threshold_is_the_best_of_all(seed: int) -> None:
    rng = np.random.default_rng(seed)
    metric, human = rng.integers(0, 9, (4, 6)).astype(float), rng.integers(1, 4, (4, 6)) * 1.0
    metric[rng.random(metric.shape) < 0.2] = np.nan
    found = tie_calibration.calibrate(metric, human)
    each = [np.nanmean([_accuracy(m, h, t) for m, h in zip(metric, human, strict=True)])
            for t in range(9)]  # fmt: skip
    assert found.accuracy == pytest.approx(max(each))
    assert each[int(found.threshold)] == pytest.approx(max(each))


def test_each_prompts_threshold_comes_from_others() -> None:
    rng = np.random.default_rng(0)
    human = rng.integers(1, 4, (2, 6)).astype(float)
    metric = human + rng.normal(0, 0.6, human.shape)
    found = tie_calibration.cross_fit(metric, human, seed=0)
    for prompt, other in ((0, 1), (1, 0)):
        threshold = tie_calibration.calibrate(metric[[other]], human[[other]]).threshold
        expected = _accuracy(metric[prompt], human[prompt], threshold)
        assert found.accuracy[prompt] == pytest.approx(expected)


def test_choosing_on_the_same_texts_flatters_and_cross_fitting_does_not() -> None:
    rng = np.random.default_rng(3)
    same, fitted, chance = [], [], []
    for seed in range(60):
        human = rng.integers(1, 5, (12, 5)).astype(float)
        metric = rng.random(human.shape)
        same.append(tie_calibration.calibrate(metric, human).accuracy)
        one = tie_calibration.cross_fit(metric, human, seed)
        fitted.append(one.accuracy.mean())
        chance.append(one.chance.mean())
    # A metric of noise: under its chance by nothing but the draw.
    gap = np.array(fitted) - chance
    assert abs(gap.mean()) < 3 * gap.std() / np.sqrt(len(gap))
    assert np.mean(same) > np.mean(fitted) + 0.02


def test_nothing_to_compare() -> None:
    empty = np.full((3, 2), np.nan)
    assert tie_calibration.calibrate(empty, empty) is None
    one = np.array([[1.0, 2.0], [1.0, np.nan]])
    assert tie_calibration.cross_fit(one, one, seed=0) is None
