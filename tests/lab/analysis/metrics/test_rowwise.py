"""Checks the rowwise coefficients against scipy, row by row."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from lab.analysis.metrics import rowwise

PLAIN = {"pearson": stats.pearsonr, "spearman": stats.spearmanr, "kendall": stats.kendalltau}


def _scipy(name: str, x: np.ndarray, y: np.ndarray) -> float:
    held = np.isfinite(x) & np.isfinite(y)
    x, y = x[held], y[held]
    if len(x) < 2 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return float("nan")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return float(PLAIN[name](x, y).statistic)


@given(
    seed=st.integers(0, 10_000),
    places=st.integers(1, 30),
    tied=st.booleans(),
    gaps=st.sampled_from([0.0, 0.3, 0.9]),
)
@pytest.mark.parametrize("name", list(PLAIN))
def test_each_row_is_scipys(name: str, seed: int, places: int, tied: bool, gaps: float) -> None:
    rng = np.random.default_rng(seed)
    shape = (2, 6, places)
    values = (rng.integers(0, 4, shape) if tied else rng.random(shape)).astype(float)
    values[rng.random(shape) < gaps] = np.nan
    got = getattr(rowwise, name)(*values)
    expected = [_scipy(name, x, y) for x, y in zip(*values, strict=True)]
    assert got == pytest.approx(expected, abs=1e-9, nan_ok=True)


def test_a_long_row_takes_the_other_way_to_the_same_tau(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    x, y = rng.random((3, 60)), rng.integers(1, 6, (3, 60)).astype(float)
    x[1, :40] = np.nan
    y[2] = 3
    pairs = rowwise.kendall(x, y)
    monkeypatch.setattr(rowwise, "_MOST_IN_PAIRS", 10)
    assert rowwise.kendall(x, y) == pytest.approx(pairs, abs=1e-12, nan_ok=True)
    assert np.isnan(pairs[2])


def test_small_blocks_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    x, y = rng.random((2, 40, 12))
    x[rng.random(x.shape) < 0.5] = np.nan
    whole = rowwise.kendall(x, y)
    monkeypatch.setattr(rowwise, "_CELLS", 50)
    assert rowwise.kendall(x, y) == pytest.approx(whole, nan_ok=True)


def test_values_whose_squares_vanish_still_correlate() -> None:
    x = np.array([[1e-200, 3e-200, 2e-200, 5e-200]])
    y = np.array([[1.0, 2.0, 4.0, 5.0]])
    assert rowwise.pearson(x, y) == pytest.approx(rowwise.pearson(x * 1e200, y))


def test_accuracy_counts_ties_as_such_and_every_pair() -> None:
    x = np.array([[1.0, 2.0, 2.0, np.nan], [1.0, 2.0, 3.0, 4.0]])
    y = np.array([[1.0, 2.0, 2.0, 9.0], [4.0, 3.0, 2.0, 2.0]])
    assert rowwise.accuracy(x, y) == pytest.approx([1.0, 0.0])
    assert np.isnan(rowwise.accuracy(x[:, :1], y[:, :1])).all()


def test_partial_is_the_correlation_of_residuals() -> None:
    rng = np.random.default_rng(2)
    z = rng.random(200)
    x, y = 2 * z + rng.random(200), z + rng.random(200)
    r = np.corrcoef([x, y, z])
    residuals = [each - np.polyval(np.polyfit(z, each, 1), z) for each in (x, y)]
    expected = np.corrcoef(residuals)[0, 1]
    assert rowwise.partial(r[0, 1], r[0, 2], r[1, 2]) == pytest.approx(expected)
    assert np.isnan(rowwise.partial(np.array(0.5), np.array(1.0), np.array(0.5)))
