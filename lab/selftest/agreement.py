"""Turns a number of runs into figures: how often alpha's interval holds the truth."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from lab.analysis.agreement.estimates import krippendorff_alpha
from lab.analysis.intervals import Interval
from lab.selftest import copiers
from lab.selftest.figures import Figure, share_error
from lab.selftest.panels import Panel, draw_tally, true_alpha

PANELS = (
    Panel(n_raters=60, n_texts=200, per_text=3),
    Panel(n_raters=60, n_texts=60, per_text=60),
    Panel(n_raters=8, n_texts=200, per_text=3),
    Panel(n_raters=3, n_texts=200, per_text=3),
)
"""The simulated studies: people, texts and people per text."""


def figures(runs: int, seed: int) -> Iterator[Figure]:
    """Simulate how often alpha's interval holds the alpha of other texts and other people.

    Args:
        runs: studies per figure.
        seed: seed of the draws.

    Yields:
        One figure per simulated study, where the usual way resamples the texts only; then those
        of the probe for copied answers.
    """
    for panel in PANELS:
        value, usual = coverage(panel, runs, seed)
        yield Figure(
            topic="agreement",
            question="How often does alpha's 95 % interval hold the truth?",
            condition=f"{panel.n_raters} reviewers with unequal loads and severity, "
            f"{panel.n_texts} texts, {panel.per_text} reviewers each",
            value=value,
            error=share_error(value, runs),
            low=0.93 if panel.n_raters == 60 else None,
            high=0.97 if panel.n_raters == 60 else None,
            usual=usual,
            usual_way="texts resampled, reviewers taken as fixed",
            runs=runs,
            seed=seed,
        )
    yield from copiers.figures(runs, seed)


def coverage(panel: Panel, runs: int, seed: int) -> tuple[float, float]:
    """Return how often the interval over texts and people, and the one over texts, holds.

    Args:
        panel: the study.
        runs: simulated studies.
        seed: seed of the draws.
    """
    rng = np.random.default_rng(seed)
    truth = true_alpha(panel)
    held = np.zeros(2)
    for run in range(runs):
        found = krippendorff_alpha(draw_tally(panel, rng), "ordinal", n_resamples=400, seed=run)
        held += [_holds(found.interval, truth), _holds(found.by_unit, truth)]
    return float(held[0] / runs), float(held[1] / runs)


def _holds(interval: Interval | None, truth: float) -> bool:
    return interval is not None and interval.low <= truth <= interval.high
