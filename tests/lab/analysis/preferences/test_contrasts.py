"""Checks the adjustment for many comparisons by hand."""

from __future__ import annotations

import numpy as np
import pytest

from lab.analysis.preferences.contrasts import holm_adjusted


def test_holm_by_hand() -> None:
    # Sorted .01, .03, .04 times 3, 2, 1; none may fall below the one before it.
    adjusted = holm_adjusted(np.array([0.04, np.nan, 0.01, 0.03]))
    assert adjusted[[0, 2, 3]] == pytest.approx([0.06, 0.03, 0.06])
    assert np.isnan(adjusted[1])
    assert holm_adjusted(np.array([0.6, 0.7])).tolist() == [1.0, 1.0]
    assert holm_adjusted(np.array([])).tolist() == []


def test_holm_is_what_statsmodels_gives() -> None:
    from statsmodels.stats import multitest

    p = np.random.default_rng(0).random(40) ** 3
    assert holm_adjusted(p) == pytest.approx(multitest.multipletests(p, method="holm")[1])
