"""Checks soft pairwise accuracy by its authors' worked example and by enumeration."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from lab.analysis.metrics import soft_accuracy


def _enumerated(a: np.ndarray, b: np.ndarray) -> float:
    """Every way of swapping, each once."""
    gaps = a - b
    sums = [np.dot(signs, gaps) for signs in product([-1, 1], repeat=len(gaps))]
    return float(np.mean(np.array(sums) >= gaps.sum() - 1e-9))


def test_the_authors_example() -> None:
    # The two systems explained in mt-metrics-eval's pce.py: a difference of 3.0, p of 1 in 32.
    a, b = np.array([0.8, 0.9, 0.7, 1.0, 0.6]), np.array([0.2, 0.3, 0.1, 0.4, 0.0])
    assert _enumerated(a, b) == 1 / 32
    found = soft_accuracy.pair_p_values(np.stack([a, b], axis=1))
    assert found == pytest.approx([1 / 32], abs=0.02)


def test_p_values_are_those_of_all_swaps_and_of_the_normal_law() -> None:
    rng = np.random.default_rng(0)
    cells = rng.random((11, 4)) + np.array([0.3, 0.1, 0.0, 0.0])
    expected = [
        _enumerated(cells[:, i], cells[:, j]) for i, j in zip(*np.triu_indices(4, 1), strict=True)
    ]
    drawn = soft_accuracy.pair_p_values(cells)
    assert drawn == pytest.approx(expected, abs=4 * np.sqrt(0.25 / soft_accuracy.N_DRAWS))
    by_law = soft_accuracy.resampled_p_values(cells, np.ones((1, 11)))[0]
    assert by_law == pytest.approx(expected, abs=0.02)


def test_many_prompts_take_the_normal_law(monkeypatch: pytest.MonkeyPatch) -> None:
    cells = np.random.default_rng(1).random((300, 3)) + np.array([0.0, 0.02, 0.04])
    by_law = soft_accuracy.pair_p_values(cells)
    monkeypatch.setattr(soft_accuracy, "_DRAWN_UP_TO", 1000)
    drawn = soft_accuracy.pair_p_values(cells)
    assert drawn == pytest.approx(by_law, abs=4 * np.sqrt(0.25 / soft_accuracy.N_DRAWS))


def test_a_weight_is_that_many_copies() -> None:
    rng = np.random.default_rng(2)
    cells = rng.random((9, 3))
    cells[0, 0] = np.nan
    weights = rng.multinomial(9, [1 / 9] * 9, size=4).astype(float)
    got = soft_accuracy.resampled_p_values(cells, weights)
    for row, weight in zip(got, weights, strict=True):
        copies = cells[np.repeat(np.arange(9), weight.astype(int))]
        expected = soft_accuracy.resampled_p_values(copies, np.ones((1, len(copies))))[0]
        assert row == pytest.approx(expected)


def test_soft_accuracy_is_one_less_the_mean_distance() -> None:
    assert soft_accuracy.soft_accuracy(np.array([0.1, 0.9]), np.array([0.2, 0.5])) == pytest.approx(
        0.75
    )
    assert soft_accuracy.soft_accuracy(np.array([0.1, np.nan]), np.array([0.2, 0.5])) == (
        pytest.approx(0.9)
    )


def test_checkpoints_that_never_differ_or_never_meet() -> None:
    same = np.ones((5, 2))
    assert soft_accuracy.pair_p_values(same) == pytest.approx([1.0])
    assert soft_accuracy.resampled_p_values(same, np.ones((1, 5)))[0] == pytest.approx([1.0])
    apart = np.array([[1.0, np.nan], [np.nan, 2.0]])
    assert np.isnan(soft_accuracy.pair_p_values(apart)).all()
