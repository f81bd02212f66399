"""Turns orders of asking into what each finds out by so many votes, and what its intervals cost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import get_args

import numpy as np
import pandas as pd

from lab.analysis.preferences.bradley_terry import bradley_terry
from lab.analysis.preferences.sampling import Seek
from lab.analysis.preferences.tallies import Tallies, believe, tally
from lab.selftest.asked import ask
from lab.selftest.figures import Figure, share_error
from lab.selftest.voters import Crowd, true_strengths

TOPIC = "sampling"
INDEPENDENT = "every vote taken as independent"
UNIFORM = "all pairs equally often, by as many votes"
CROWD = Crowd(
    n_votes=1000,
    n_reviewers=25,
    n_prompts=100,
    strengths=(0.8, 0.5, 0.2, 0.0, -0.2, -0.5, -0.8, -1.1),
)
CONDITION = "8 checkpoints, 25 reviewers"
LOOKS = 200, 500, 1000
"""Numbers of votes after which the strongest and the order are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one simulated study found out."""

    covered: float
    """Share of the pairs whose interval holds the truth."""

    naive: float
    """The same of the naive intervals."""

    with_best: float
    """Share of the pairs with the truly strongest whose interval holds the truth."""

    right: tuple[bool, ...]
    """Whether the strongest was named, at each of LOOKS."""

    ordered: tuple[float, ...]
    """Share of all pairs in the right order, at each of LOOKS."""


def figures(runs: int, seed: int) -> Iterator[Figure]:
    """Try each order of asking on the same kind of people.

    Args:
        runs: simulated studies per order.
        seed: seed of the draws; each order starts from it.

    Yields:
        Each figure as it is done: coverage under each order, then what it finds out beside what
        equally frequent pairs do.
    """
    truth = true_strengths(CROWD)
    usual: list[Found] = []
    for seek in get_args(Seek):
        rng = np.random.default_rng(seed)
        found = [_find(ask(CROWD, seek, rng), truth) for _ in range(runs)]
        yield from _costs(seek, found, seed)
        if seek == "uniform":
            usual = found
        else:
            yield from _gains(seek, found, usual, seed)


def _find(votes: pd.DataFrame, truth: np.ndarray) -> Found:
    rows = []
    for pair in bradley_terry(votes, n_resamples=100).contrasts:
        one, other = int(pair.checkpoint[1:]), int(pair.opponent[1:])
        if pair.interval is not None and pair.naive_interval is not None:
            gap = truth[one] - truth[other]
            around = pair.interval, pair.naive_interval
            rows.append([*(each.low <= gap <= each.high for each in around), truth.argmax()
                         in (one, other)])  # fmt: skip
    held = np.array(rows, dtype=float).reshape(-1, 3)
    best = held[held[:, 2] > 0]
    means = [believe(_tallied(votes[:n], len(truth))).mean for n in LOOKS]
    return Found(
        covered=float(held[:, 0].mean()) if len(held) else np.nan,
        naive=float(held[:, 1].mean()) if len(held) else np.nan,
        with_best=float(best[:, 0].mean()) if len(best) else np.nan,
        right=tuple(bool(mean.argmax() == truth.argmax()) for mean in means),
        ordered=tuple(_ordered(mean, truth) for mean in means),
    )


def _tallied(votes: pd.DataFrame, k: int) -> Tallies:
    return tally(votes, [f"c{number}" for number in range(k)])


def _ordered(mean: np.ndarray, truth: np.ndarray) -> float:
    first, second = np.triu_indices(len(truth), 1)
    same = np.sign(mean[first] - mean[second]) == np.sign(truth[first] - truth[second])
    return float(same.mean())


def _costs(seek: Seek, found: list[Found], seed: int) -> Iterator[Figure]:
    about = f"{CONDITION}, {CROWD.n_votes:,} votes, {_ORDERS[seek]}"
    asked = "How often do 95 % intervals between two checkpoints hold the truth?"
    naive = float(np.nanmean([one.naive for one in found]))
    yield _figure(asked, about, [one.covered for one in found], seed, naive, low=0.93)
    asked = "How often do 95 % intervals between the strongest and another one hold the truth?"
    yield _figure(asked, about, [one.with_best for one in found], seed, None, low=0.93)


def _gains(seek: Seek, found: list[Found], usual: list[Found], seed: int) -> Iterator[Figure]:
    for look, n in enumerate(LOOKS):
        about = f"{CONDITION}, {n:,} votes, {_ORDERS[seek]}"
        if seek == "winner":
            asked = "How often is the strongest checkpoint named?"
            ours = [float(one.right[look]) for one in found]
            plain = float(np.mean([one.right[look] for one in usual]))
        else:
            asked = "Which share of the pairs of checkpoints stands in the right order?"
            ours = [one.ordered[look] for one in found]
            plain = float(np.mean([one.ordered[look] for one in usual]))
        yield _figure(asked, about, ours, seed, plain, way=UNIFORM)


_ORDERS = {
    "uniform": "all pairs equally often",
    "winner": "seeking the winner",
    "ranking": "seeking the ranking",
}


def _figure(
    question: str,
    condition: str,
    values: list[float],
    seed: int,
    usual: float | None,
    *,
    low: float | None = None,
    way: str = INDEPENDENT,
) -> Figure:
    known = np.array(values)[np.isfinite(values)]
    runs = len(values)
    return Figure(
        topic=TOPIC,
        question=question,
        condition=condition,
        value=float(known.mean()),
        error=max(float(known.std() / np.sqrt(len(known))), share_error(1.0, runs)),
        low=low,
        usual=usual,
        usual_way=way if usual is not None else "",
        runs=runs,
        seed=seed,
    )
