"""Turns the votes so far into how often each pair of checkpoints should be shown next.

It does not know which texts of a pair are shown, nor to whom.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from scipy import special

from lab.analysis.preferences.tallies import Strengths, Tallies, believe

Seek = Literal["uniform", "winner", "ranking"]

FLOOR = 0.05
"""Share of the draws that goes to all pairs alike, so that none is ever given up."""

_N_DRAWS = 1000
_SHARPNESS = 2.0
"""Power of what a vote settles; 1, 2 and 4 rank about alike."""
_WORTH_SAYING = 0.25
"""Of the likeliest pair's share, above which a pair is said to tell much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairWeight:
    """How often one pair is to be shown."""

    checkpoint: str
    """The one of the two that comes first among the tallies' checkpoints."""

    opponent: str
    """The other."""

    weight: float
    """Probability that it is the next one, above 0; all together make 1."""

    n_votes: int
    """Votes between the two so far."""

    reason: str
    """Why, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """How often each pair is to be shown."""

    seek: Seek
    """What is sought."""

    pairs: tuple[PairWeight, ...]
    """Every pair that can be shown once, the likeliest first."""

    reason: str
    """What the weights follow, in a sentence."""

    n_votes: int
    """Votes that they are made of."""

    floor: float
    """Share of the draws that goes to all pairs alike."""

    seed: int
    """Seed of the draws."""


def weigh(
    tallies: Tallies,
    seek: Seek,
    pairs: Iterable[tuple[str, str]] | None = None,
    floor: float = FLOOR,
    seed: int = 0,
) -> Weights:
    """Say how often each pair should come next.

    "winner" is top-two Thompson sampling (Russo 2020, "Simple Bayesian algorithms for best-arm
    identification", Operations Research 68(6)) for comparisons: one checkpoint is drawn as often
    as it is the strongest in the posterior, the other as often as it is the strongest of those
    besides. Where the draws know only one strongest, its challenger is the one that is hardest to
    tell from it (Shang et al. 2020, "Fixed-confidence guarantees for Bayesian best-arm
    identification", AISTATS). "ranking" looks one vote ahead: a pair comes as often as the square
    of what a vote on it is expected to take from the sum of q (1 − q) over all pairs, where q is
    the probability that the one is stronger than the other. A vote tells of other pairs too, and
    little where the outcome is known; votes on neighbours alone tell too little of the rest.

    Args:
        tallies: the votes so far.
        seek: "uniform", "winner" or "ranking".
        pairs: the pairs that can be shown, either way round; None for all. What is sought of
            another pair goes in equal parts to those that can be shown with one of its two.
        floor: share of the draws that goes to all pairs alike, above 0 up to 1.
        seed: seed of the draws.

    Raises:
        ValueError: `seek` is none of the three, `floor` is no such share, a pair names an unknown
            checkpoint, or there is no pair.
    """
    if seek not in get_args(Seek):
        raise ValueError(f"seek is {seek!r}; it must be one of: {', '.join(get_args(Seek))}")
    if not 0 < floor <= 1:
        raise ValueError(f"floor is {floor}; it must be above 0 and at most 1")
    open_pairs = _open(tallies, pairs)
    if not open_pairs.any():
        raise ValueError("weigh: there is no pair to show; name at least two checkpoints")
    even = np.triu(open_pairs) / np.triu(open_pairs).sum()
    said: Said = {}
    if seek == "uniform":
        weights = even
    else:
        strengths = believe(tallies)
        find = _winner if seek == "winner" else _ranking
        sought, said = find(tallies.checkpoints, strengths, np.random.default_rng(seed))
        weights = floor * even + (1 - floor) * _reachable(sought, open_pairs)
    return Weights(
        seek=seek,
        pairs=_listed(tallies, weights, open_pairs, said),
        reason=_REASONS[seek].format(floor=f"{floor:.0%}".replace("%", "\u00a0%")),
        n_votes=tallies.n_votes,
        floor=1.0 if seek == "uniform" else floor,
        seed=seed,
    )


_REASONS = {
    "uniform": "All pairs come equally often.",
    "winner": "A pair comes as often as its two are likely to be the two best, by the votes so "
    "far; {floor} of the draws go to all pairs alike.",
    "ranking": "A pair comes the oftener the more one vote on it is likely to settle of the order "
    "of all; {floor} of the draws go to all pairs alike.",
}

Said = dict[tuple[int, int], str]


def _open(tallies: Tallies, pairs: Iterable[tuple[str, str]] | None) -> np.ndarray:
    k = len(tallies.checkpoints)
    if pairs is None:
        return ~np.eye(k, dtype=bool)
    number = {name: index for index, name in enumerate(tallies.checkpoints)}
    found = np.zeros((k, k), dtype=bool)
    for one, other in pairs:
        if unknown := [name for name in (one, other) if name not in number]:
            raise ValueError(f"weigh: {unknown[0]!r} is not among the tallies' checkpoints")
        if one != other:
            found[number[one], number[other]] = found[number[other], number[one]] = True
    return found


def _winner(
    names: tuple[str, ...], strengths: Strengths, rng: np.random.Generator
) -> tuple[np.ndarray, Said]:
    k = len(names)
    root = np.linalg.cholesky(strengths.covariance)
    drawn = strengths.mean + rng.standard_normal((_N_DRAWS, k)) @ root.T
    best = np.bincount(drawn.argmax(axis=1), minlength=k) / _N_DRAWS
    shares = np.zeros((k, k))
    for leader in np.flatnonzero(best).tolist():
        others = np.where(np.arange(k) == leader, 0.0, best)
        if not others.any():
            gaps, errors = _gaps(strengths, leader)
            others[np.where(np.arange(k) == leader, np.inf, gaps / errors).argmin()] = 1.0
        shares[leader] = best[leader] * others / others.sum()
    said = {}
    for i, j in np.argwhere(shares).tolist():
        first, second = (i, j) if best[i] >= best[j] else (j, i)
        said[min(i, j), max(i, j)] = (
            f"{names[first]} is the best with probability {_percent(best[first])}, "
            f"{names[second]} with {_percent(best[second])}"
        )
    return shares + shares.T, said


def _ranking(
    names: tuple[str, ...], strengths: Strengths, rng: np.random.Generator
) -> tuple[np.ndarray, Said]:
    k, covariance = len(names), strengths.covariance
    gaps = strengths.mean[:, None] - strengths.mean
    squares = _squares(covariance)
    # How fast q (1 − q) of each pair falls with what is learnt of its gap …
    weights = np.exp(-(gaps**2) / squares) / squares * (1 - np.eye(k))
    doubts = np.diag(weights.sum(axis=1)) - weights
    # … and how much of all gaps together a vote on each pair tells.
    moved = covariance @ doubts @ covariance
    told = special.expit(gaps) * special.expit(-gaps)
    shares = _differences(moved) * told / (1 + told * squares) * (1 - np.eye(k))
    shares = (np.maximum(shares, 0) / max(float(shares.max()), 1e-300)) ** _SHARPNESS
    other_way = special.ndtr(-np.abs(gaps) / np.sqrt(squares))
    said = {}
    for i, j in np.argwhere(np.triu(shares > _WORTH_SAYING)).tolist():
        above, below = (i, j) if strengths.mean[i] >= strengths.mean[j] else (j, i)
        said[i, j] = (
            f"tells much of the order: {names[above]} stands above {names[below]}, and it is the "
            f"other way round with probability {_percent(float(other_way[i, j]))}"
        )
    return shares, said


def _gaps(strengths: Strengths, one: int) -> tuple[np.ndarray, np.ndarray]:
    """Return by how much a checkpoint is stronger than each, and the standard error of that."""
    gaps = strengths.mean[one] - strengths.mean
    return gaps, np.sqrt(_squares(strengths.covariance)[one])


def _squares(covariance: np.ndarray) -> np.ndarray:
    """Return the variance of every gap, shape (checkpoints, checkpoints)."""
    return np.maximum(_differences(covariance), 1e-12)


def _differences(form: np.ndarray) -> np.ndarray:
    """Return xᵀ form x of every gap x, shape (checkpoints, checkpoints)."""
    diagonal = np.diag(form)
    return np.asarray(diagonal[:, None] + diagonal - 2 * form)


def _reachable(sought: np.ndarray, open_pairs: np.ndarray) -> np.ndarray:
    """Share out what is sought over the pairs that can be shown; upper triangle, sums to 1."""
    upper = np.triu(sought)
    total = np.where(np.triu(open_pairs), upper, 0.0)
    for i, j in zip(*np.nonzero(upper * ~open_pairs), strict=True):
        near = np.zeros_like(open_pairs)
        near[[i, j]] = open_pairs[[i, j]]
        near = np.triu(near | near.T)
        if near.any():
            total += upper[i, j] * near / near.sum()
    if not total.any():
        total = np.triu(open_pairs).astype(float)
    return total / total.sum()


def _listed(
    tallies: Tallies, weights: np.ndarray, open_pairs: np.ndarray, said: Said
) -> tuple[PairWeight, ...]:
    names, met = tallies.checkpoints, tallies.points + tallies.points.T
    least = weights[np.triu(open_pairs)].min()
    usual = "drawn like every other pair, so that nothing is given up"
    instead = "stands in for pairs that are not shown"
    found = [
        PairWeight(
            checkpoint=names[i],
            opponent=names[j],
            weight=float(weights[i, j]),
            n_votes=round(float(met[i, j])),
            reason=said.get((i, j), instead if weights[i, j] > 1.001 * least else usual),
        )
        for i, j in zip(*np.nonzero(np.triu(open_pairs)), strict=True)
    ]
    return tuple(sorted(found, key=lambda pair: -pair.weight))


def _percent(share: float) -> str:
    if 0 < share < 0.01 or 0.99 < share < 1:
        return ("under 1" if share < 0.5 else "over 99") + "\u00a0%"
    return f"{share:.0%}".replace("%", "\u00a0%")
