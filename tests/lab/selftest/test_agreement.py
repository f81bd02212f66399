"""The simulated panels have the agreement that is claimed, and alpha's interval holds it."""

from __future__ import annotations

import numpy as np
import pytest

from lab.analysis.agreement.estimates import krippendorff_alpha
from lab.selftest.agreement import coverage, figures
from lab.selftest.panels import Panel, draw_tally, true_alpha


def test_the_truth_is_what_a_large_panel_has() -> None:
    large = Panel(n_raters=1500, n_texts=15_000, per_text=2, load_sd=0.0)
    found = krippendorff_alpha(
        draw_tally(large, np.random.default_rng(0)), "ordinal", n_resamples=100
    )
    assert found.value == pytest.approx(true_alpha(large), abs=0.02)


def test_the_interval_holds_the_truth_where_the_usual_one_does_not() -> None:
    held, usual = coverage(Panel(n_raters=8, n_texts=200, per_text=3), runs=60, seed=1)
    assert held >= 0.85
    assert usual <= 0.85
    assert held > usual


def test_every_figure_says_what_it_is_of() -> None:
    found = list(figures(2, 0))
    assert {one.topic for one in found} == {"agreement"}
    assert len({(one.question, one.condition) for one in found}) == len(found) == 8
    assert list(figures(2, 0)) == found
