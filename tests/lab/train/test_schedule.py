"""The learning rate over the budget."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.train.schedule import FLOOR, rate_factor


@given(share=st.floats(0, 1), warmup=st.floats(0, 0.9))
def test_it_stays_between_floor_and_peak(share: float, warmup: float) -> None:
    assert FLOOR <= rate_factor(share, warmup) <= 1


def test_it_rises_in_a_line_then_falls_by_a_cosine() -> None:
    assert rate_factor(0.05, 0.1) == pytest.approx(0.5)
    assert rate_factor(0.1, 0.1) == pytest.approx(1)
    assert rate_factor(0.55, 0.1) == pytest.approx((1 + FLOOR) / 2)
    assert rate_factor(1, 0.1) == pytest.approx(FLOOR)
    assert rate_factor(0, 0) == pytest.approx(1)
