"""Prints how long the ordinal mixed model takes, beside models of other libraries that do less.

The peers are no substitutes: OrderedModel has no random effects, so that its intervals are those
of independent ratings; MixedLM takes ratings as numbers and has one random effect. No Python
library at hand fits crossed random effects to ordered answers.

    OMP_NUM_THREADS=1 python benchmarks/ordinal.py
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd
from statsmodels.miscmodels.ordinal_model import OrderedModel
from statsmodels.regression.mixed_linear_model import MixedLM

from lab.analysis.ratings.means import mean_rating
from lab.analysis.ratings.ordinal import ordinal_models
from lab.selftest.raters import Raters, draw

LEVELS = (0.0, 0.3, 0.6, 0.9)
SIZES = {
    "6,000 ratings, 25 reviewers, 300 prompts": Raters(
        n_ratings=6000, n_reviewers=25, n_prompts=300, levels=LEVELS, liking=0.4, evenness=5
    ),
    "100,000 ratings, 60 reviewers, 8,000 prompts": Raters(
        n_ratings=100_000, n_reviewers=60, n_prompts=8000, levels=LEVELS, liking=0.4, evenness=5
    ),
}


def main() -> None:
    for label, raters in SIZES.items():
        frame = draw(raters, np.random.default_rng(0))
        print(f"{label}, 4 checkpoints, CPU seconds (median of 3)\n")
        print("| what | seconds | second checkpoint against first, standard error |\n|---|---|---|")
        for name, fit in FITS.items():
            seconds, (value, error) = _timed(fit, frame)
            print(f"| {name} | {seconds:.2f} | {value:.3f} ± {error:.3f} |")
        print()


def _ours(frame: pd.DataFrame) -> tuple[float, float]:
    (model,) = ordinal_models(frame)
    return -model.pairs[0].value, model.pairs[0].standard_error


def _ordered(frame: pd.DataFrame) -> tuple[float, float]:
    dummies = pd.get_dummies(frame["checkpoint"], dtype=float).drop(columns="c0")
    found = OrderedModel(frame["value"], dummies, distr="logit").fit(disp=False, method="bfgs")
    return float(found.params["c1"]), float(found.bse["c1"])


def _mixed(frame: pd.DataFrame) -> tuple[float, float]:
    dummies = pd.get_dummies(frame["checkpoint"], dtype=float).drop(columns="c0").assign(one=1.0)
    values = frame["value"].astype(float)
    found = MixedLM(values, dummies, groups=frame["reviewer_id"]).fit()
    return float(found.params["c1"]), float(found.bse["c1"])


def _means(frame: pd.DataFrame) -> tuple[float, float]:
    one, two, *_ = mean_rating(frame)
    return two.value - one.value, float(np.hypot(one.standard_error, two.standard_error))


def _timed(
    fit: Callable[[pd.DataFrame], tuple[float, float]], frame: pd.DataFrame
) -> tuple[float, tuple[float, float]]:
    times, found = [], (float("nan"), float("nan"))
    for _ in range(3):
        start = time.process_time()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the peers' own
            found = fit(frame)
        times.append(time.process_time() - start)
    return float(np.median(times)), found


FITS = {
    "ordinal mixed model (reviewers, likings, prompts, texts)": _ours,
    "statsmodels OrderedModel (no random effects)": _ordered,
    "statsmodels MixedLM (ratings as numbers, reviewers only)": _mixed,
    "raw means with two-way errors (points)": _means,
}


if __name__ == "__main__":
    main()
