"""Turns simulated ratings into how often the ordinal model's intervals hold and its tests err."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy import stats

from lab.analysis.ratings.ordinal import ordinal_models
from lab.selftest.figures import Figure, share_error
from lab.selftest.raters import Raters, draw

_USUAL = "every rating taken as independent (t-test)"
_NOMINAL = 0.05

EQUAL = {
    "8 reviewers unevenly split, severity sd .8, 600 ratings": Raters(
        n_ratings=600, n_reviewers=8, n_prompts=60
    ),
    "25 reviewers unevenly split, severity sd .8, 1,500 ratings": Raters(
        n_ratings=1500, n_reviewers=25, n_prompts=100
    ),
    "25 reviewers with one checkpoint each, severity sd .8, 1,000 ratings": Raters(
        n_ratings=1000, n_reviewers=25, n_prompts=100, evenness=0.02
    ),
}
APART = {
    "8 reviewers with likings of sd .5, 600 ratings": Raters(
        n_ratings=600, n_reviewers=8, n_prompts=60, levels=(0, 0.5), liking=0.5, evenness=2
    ),
    "25 reviewers with likings of sd .5, 1,500 ratings": Raters(
        n_ratings=1500, n_reviewers=25, n_prompts=100, levels=(0, 0.5), liking=0.5, evenness=2
    ),
    "12 reviewers, 20 prompts whose texts differ much (sd 1)": Raters(
        n_ratings=600, n_reviewers=12, n_prompts=20, levels=(0, 0.5), worth=1, evenness=2
    ),
}


def figures(runs: int, seed: int) -> Iterator[Figure]:
    """Simulate studies and count.

    Args:
        runs: simulated studies for each figure.
        seed: seed of the draws.

    Returns:
        Type-I errors for two equal checkpoints, then coverage for two unequal ones.
    """
    for condition, raters in EQUAL.items():
        rng = np.random.default_rng(seed)
        found = np.array([_errs(draw(raters, rng)) for _ in range(runs)])
        yield Figure(
            topic="ratings",
            question="How often are two equal checkpoints called different, at p < .05?",
            condition=condition,
            value=float(found[:, 0].mean()),
            error=share_error(float(found[:, 0].mean()), runs),
            high=0.08,
            usual=float(found[:, 1].mean()),
            usual_way=_USUAL,
            runs=runs,
            seed=seed,
        )
    for condition, raters in APART.items():
        rng = np.random.default_rng(seed)
        value = float(np.mean([_holds(draw(raters, rng), raters) for _ in range(runs)]))
        yield Figure(
            topic="ratings",
            question="How often do 95 % intervals of a difference between checkpoints hold it?",
            condition=condition,
            value=value,
            error=share_error(value, runs),
            low=0.93,
            runs=runs,
            seed=seed,
        )


def _errs(frame: pd.DataFrame) -> tuple[bool, bool]:
    """Whether the model, and whether the t-test, call the two different."""
    (model,) = ordinal_models(frame)
    p = model.pairs[0].p if model.pairs else None
    groups = [group["value"].to_numpy() for _, group in frame.groupby("checkpoint")]
    usual = len(groups) == 2 and stats.ttest_ind(*groups).pvalue < _NOMINAL
    return p is not None and p < _NOMINAL, bool(usual)


def _holds(frame: pd.DataFrame, raters: Raters) -> bool:
    """Whether the interval of the latent difference holds the truth; none at all does not."""
    (model,) = ordinal_models(frame)
    interval = model.pairs[0].interval if model.pairs else None
    truth = raters.levels[0] - raters.levels[1]
    return interval is not None and interval.low <= truth <= interval.high
