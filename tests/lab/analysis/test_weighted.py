"""Checks the weighted coefficients against scipy on written-out resamples."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from lab.analysis import weighted

PLAIN = {"pearson": stats.pearsonr, "spearman": stats.spearmanr, "kendall": stats.kendalltau}


def _scipy(name: str, x: np.ndarray, y: np.ndarray) -> float:
    if len(x) < 2 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return float("nan")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return float(PLAIN[name](x, y).statistic)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), n_texts=st.integers(3, 30), tied=st.booleans())
@pytest.mark.parametrize("name", ["pearson", "spearman", "kendall"])
def test_a_weight_is_that_many_copies(name: str, seed: int, n_texts: int, tied: bool) -> None:
    rng = np.random.default_rng(seed)
    x, y = (rng.integers(0, 4, (2, n_texts)) if tied else rng.random((2, n_texts))).astype(float)
    prompts = rng.integers(0, 5, n_texts)
    weights = rng.multinomial(5, [0.2] * 5, size=6).astype(float)
    weights[0] = 1
    got = getattr(weighted, name)(x, y, prompts, weights)
    for value, weight in zip(got, weights, strict=True):
        copies = np.repeat(np.arange(n_texts), weight[prompts].astype(int))
        expected = _scipy(name, x[copies], y[copies])
        assert value == pytest.approx(expected, abs=1e-9, nan_ok=True)


def test_many_texts_take_the_other_way_to_the_same_tau(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    x, y, prompts = rng.random(60), rng.integers(1, 6, 60).astype(float), rng.integers(0, 9, 60)
    weights = rng.multinomial(9, [1 / 9] * 9, size=20).astype(float)
    pairs = weighted.kendall(x, y, prompts, weights)
    monkeypatch.setattr(weighted, "_MOST_TEXTS_IN_PAIRS", 10)
    assert weighted.kendall(x, y, prompts, weights) == pytest.approx(pairs, abs=1e-12)
