"""Runs the simulations of the hallucination checks: small ones always, wide ones when asked."""

from __future__ import annotations

import pytest

from lab.selftest.checks import figures


def test_each_promise_is_tried() -> None:
    found = list(figures(20, 3))
    assert {one.topic for one in found} == {"checks"}
    assert all(0 <= one.value <= 1 for one in found)


@pytest.mark.slow
def test_the_promises_hold() -> None:
    found = list(figures(400, 5))
    assert [one.condition for one in found if not one.is_met] == []
    assert all(one.usual < 0.7 for one in found if "threshold" in one.question)
