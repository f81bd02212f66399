"""Turns ratings and scores with a known truth into how often prediction-powered intervals hold."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy import stats

from lab.analysis.prediction.estimates import Predicted, predicted_differences, predicted_means
from lab.selftest.figures import Figure, share_error
from lab.selftest.scored import CHECKPOINTS, Scored, draw

TOPIC = "prediction"
SCORES = ("s0", "s1", "s2")
LABS = {
    "60 of 400 prompts, 8 reviewers, good scores": Scored(),
    "60 of 400 prompts, 20 reviewers, good scores": Scored(n_reviewers=20),
    "60 of 400 prompts, useless scores": Scored(telling=0.0),
    "60 of 400 prompts, scores that favour one checkpoint": Scored(bias=1.0),
    "30 of 400 prompts, 12 reviewers, 3 for each text": Scored(
        n_rated=30, n_reviewers=12, per_text=3
    ),
    "60 of 120 prompts, good scores": Scored(n_prompts=120),
}


def figures(runs: int, seed: int) -> Iterator[Figure]:
    """Try the intervals of a mean and of a difference, and what useless scores cost.

    Args:
        runs: simulated labs per figure.
        seed: seed of the draws; each condition starts from it.

    Yields:
        Each figure as it is done.
    """
    for name, lab in LABS.items():
        yield from _of_lab(name, lab, runs, seed)


def _of_lab(name: str, lab: Scored, runs: int, seed: int) -> Iterator[Figure]:
    rng = np.random.default_rng(seed)
    found = np.array([_tried(lab, rng) for _ in range(runs)])
    shares = found.mean(axis=0)
    for what, column in (("a mean rating", 0), ("a difference of two checkpoints", 2)):
        yield Figure(
            topic=TOPIC,
            question=f"How often do 95 % intervals of {what}, joined with scores, hold the truth?",
            condition=name,
            value=float(shares[column]),
            error=share_error(float(shares[column]), runs),
            low=0.93,
            high=0.97,
            usual=float(shares[column + 1]),
            usual_way="PPI++ with every rating taken as independent",
            runs=runs,
            seed=seed,
        )
    wider = float(found[:, 4].mean())
    yield Figure(
        topic=TOPIC,
        question="How much wider than without scores are the intervals of a mean, at the median?",
        condition=name,
        value=max(0.0, float(np.median(found[:, 5])) - 1),
        error=float(1.25 * found[:, 5].std() / np.sqrt(runs)),
        high=0.02,
        usual=None,
        usual_way="",
        runs=runs,
        seed=seed,
    )
    if lab.telling == 0:
        yield Figure(
            topic=TOPIC,
            question="How often are useless scores said to save ratings?",
            condition=name,
            value=wider,
            error=share_error(wider, runs),
            high=0.05,
            runs=runs,
            seed=seed,
        )


def _tried(lab: Scored, rng: np.random.Generator) -> list[float]:
    ratings, texts = draw(lab, rng)
    seed = int(rng.integers(2**31))
    mean = predicted_means(ratings, texts, SCORES, seed=seed)[0]
    (gap,) = predicted_differences(ratings, texts, SCORES, [CHECKPOINTS], seed=seed)
    truth = lab.means[0] - lab.means[1]
    naive = [_naive(ratings, texts, name) for name in CHECKPOINTS]
    error = float(np.hypot(naive[0][1], naive[1][1]))
    return [
        _holds(mean, lab.means[0]),
        _within(naive[0][0], naive[0][1], lab.means[0]),
        _holds(gap, truth),
        _within(naive[0][0] - naive[1][0], error, truth),
        mean.helps,
        _width(mean),
    ]


def _holds(found: Predicted, truth: float) -> float:
    return float(found.interval is not None and found.interval.low <= truth <= found.interval.high)


def _width(found: Predicted) -> float:
    plain, powered = found.classical_interval, found.interval
    if plain is None or powered is None:
        return 1.0
    return (powered.high - powered.low) / (plain.high - plain.low)


def _within(value: float, error: float, truth: float) -> float:
    return float(abs(value - truth) <= float(stats.norm.ppf(0.975)) * error)


def _naive(ratings: pd.DataFrame, texts: pd.DataFrame, checkpoint: str) -> tuple[float, float]:
    """Join the best score with the ratings as if every rating were of a text of its own."""
    rated = ratings[ratings["checkpoint"] == checkpoint].merge(texts[["generation_id", "s0"]])
    unrated = ~texts["generation_id"].isin(rated["generation_id"])
    rest = texts[unrated & (texts["checkpoint"] == checkpoint)]["s0"].to_numpy(dtype=float)
    y, f = rated["value"].to_numpy(dtype=float), rated["s0"].to_numpy(dtype=float)
    slope = np.cov(y, f)[0, 1] / np.concatenate([f, rest]).var() / (1 + len(y) / len(rest))
    error = np.hypot((y - slope * f).std() / np.sqrt(len(y)), slope * rest.std() / len(rest) ** 0.5)
    return float(y.mean() - slope * (f.mean() - rest.mean())), float(error)
