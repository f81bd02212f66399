"""Checks that the self-test of ratings yields its figures, seeded, and that they hold."""

from __future__ import annotations

import numpy as np
import pytest

from lab.selftest.raters import Raters, draw
from lab.selftest.ratings import APART, EQUAL, figures


def test_one_run_gives_every_figure_alike_each_time() -> None:
    found = list(figures(1, seed=1))
    assert [one.condition for one in found] == [*EQUAL, *APART]
    assert {one.topic for one in found} == {"ratings"}
    assert found[0] == next(figures(1, seed=1))


def test_raters_are_as_drawn() -> None:
    raters = Raters(n_ratings=20_000, n_reviewers=400, n_prompts=50, levels=(0.0, 1.0), unequal=1.0)
    frame = draw(raters, np.random.default_rng(0))
    assert set(frame["value"]) == {1, 2, 3, 4, 5}
    means = frame.groupby("checkpoint")["value"].mean()
    assert 0.2 < means["c1"] - means["c0"] < 0.9
    loads = np.log(frame.groupby("reviewer_id").size())
    assert 0.8 < loads.std() < 1.2
    assert frame.groupby("generation_id")["checkpoint"].nunique().max() == 1


@pytest.mark.slow
def test_figures_meet_their_aims() -> None:
    for figure in figures(50, seed=0):
        assert figure.is_met, figure
        assert figure.usual is None or figure.usual > 0.2, figure
