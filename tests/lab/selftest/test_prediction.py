"""Checks that the simulated labs have the truth that is claimed of them, and what is told of it."""

from __future__ import annotations

import numpy as np
import pytest

from lab.selftest.prediction import LABS, figures
from lab.selftest.scored import Scored, draw


def test_the_means_put_in_come_out() -> None:
    rng = np.random.default_rng(0)
    lab = Scored(n_rated=300, n_reviewers=40)
    means = [draw(lab, rng)[0].groupby("checkpoint")["value"].mean() for _ in range(30)]
    assert np.mean([one["new"] for one in means]) == pytest.approx(3.3, abs=0.04)
    assert np.mean([one["old"] for one in means]) == pytest.approx(3.0, abs=0.04)


def test_figures_are_seeded_and_name_what_is_usual() -> None:
    first, again = list(figures(3, 1)), list(figures(3, 1))
    assert first == again
    assert {one.condition for one in first} == set(LABS)
    assert all(0 <= one.value <= 1 for one in first)


@pytest.mark.slow
def test_intervals_hold() -> None:
    found = [one for one in figures(60, 0) if "hold the truth" in one.question]
    assert all(one.value > 0.86 for one in found)
    assert np.mean([one.value for one in found]) == pytest.approx(0.95, abs=0.025)
    assert all(one.usual is not None for one in found)
    assert min(one.usual or 1 for one in found) < 0.85
