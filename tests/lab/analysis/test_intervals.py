"""Checks the intervals against textbook values and their edges."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.analysis.intervals import percentile_interval, share_interval, t_interval


def test_t_interval_is_the_tables() -> None:
    interval = t_interval(10.0, 2.0, df=7, level=0.95)  # t(.975, 7) = 2.365
    assert interval.low == pytest.approx(10 - 2 * 2.365, abs=2e-3)
    assert interval.high == pytest.approx(10 + 2 * 2.365, abs=2e-3)


@settings(deadline=None)
@given(
    value=st.floats(0, 1), error=st.floats(0, 0.5), n=st.integers(2, 50), level=st.floats(0.5, 0.99)
)
def test_share_interval_holds_the_share_within_0_and_1(value, error, n, level) -> None:
    interval = share_interval(value, error, n, level)
    assert 0 <= interval.low <= value + 1e-9
    assert value - 1e-9 <= interval.high <= 1


def test_share_interval_is_t_on_the_logit_scale() -> None:
    interval = share_interval(0.8, 0.05, n_clusters=8, level=0.95)  # t(.975, 7) = 2.365
    centre, reach = np.log(4), 2.3646 * 0.05 / 0.16
    assert interval.low == pytest.approx(1 / (1 + np.exp(reach - centre)), abs=1e-5)
    assert interval.high == pytest.approx(1 / (1 + np.exp(-reach - centre)), abs=1e-5)


def test_share_interval_without_spread_counts_clusters() -> None:
    nothing = share_interval(0.0, 0.0, 10, 0.95)  # Clopper–Pearson, 0 of 10
    assert (nothing.low, nothing.high) == (0.0, pytest.approx(0.3085, abs=1e-4))
    half = share_interval(0.5, 0.0, 10, 0.95)  # 5 of 10
    assert (half.low, half.high) == (
        pytest.approx(0.1871, abs=1e-4),
        pytest.approx(0.8129, abs=1e-4),
    )


def test_percentiles_leave_out_what_has_no_value() -> None:
    assert percentile_interval(np.array([1.0, np.nan, np.nan]), 0.95) is None
    assert percentile_interval(np.array([]), 0.95) is None
    interval = percentile_interval(np.r_[np.arange(101.0), np.nan], 0.9)
    assert (interval.low, interval.high, interval.level) == (pytest.approx(5), 95.0, 0.9)
