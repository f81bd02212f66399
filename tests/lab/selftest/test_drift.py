"""Runs the simulations of the control charts: small ones always, wide ones when asked."""

from __future__ import annotations

import pytest

from lab.selftest.drift import figures


def test_each_figure_is_tried() -> None:
    found = list(figures(3, 1))
    assert {one.topic for one in found} == {"drift"}


@pytest.mark.slow
def test_the_promises_hold() -> None:
    found = list(figures(200, 2))
    assert [one.condition for one in found if not one.is_met] == []
    assert all(one.usual > 0.2 for one in found if one.usual is not None)
