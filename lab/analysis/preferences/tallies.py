"""Turns votes into points of every checkpoint against every other, and how far votes go together.

These counts are all that the choice of the next pair needs of the past; it does not know texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from lab.analysis.preferences.ballots import TIE, Ballots, read_ballots

PRIOR_SPREAD = 1.5
"""Standard deviation of the strengths before any vote, in log odds: two checkpoints drawn from it
differ as 85 to 15 in the middle of cases, so that it hardly holds back what votes say."""

_MOST_STEPS = 100
_LEAST = 0.25  # where nearly all are ties, even that is not certain


@dataclass(frozen=True, slots=True, kw_only=True)
class Tallies:
    """What the votes on one criterion add up to."""

    checkpoints: tuple[str, ...]
    """Names, in the order of rows and columns; those without a vote are among them."""

    points: np.ndarray
    """Points of the row's checkpoint against the column's: 1 for a win, ½ for a tie; shape
    (checkpoints, checkpoints), zeros on the diagonal."""

    n_ties: int = 0
    """How many of the votes are ties."""

    spread: float = 1.0
    """How many times larger than for independent votes the variance of the strengths is, because
    votes of one reviewer or on one prompt go together; at least 1."""

    @property
    def n_votes(self) -> int:
        """Votes that count."""
        return round(float(self.points.sum()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Strengths:
    """What is believed of the strengths after the votes: a normal distribution."""

    mean: np.ndarray
    """Log odds, shape (checkpoints,)."""

    covariance: np.ndarray
    """Shape (checkpoints, checkpoints), positive definite."""


def tally(frame: pd.DataFrame, checkpoints: Sequence[str], criterion: str = "overall") -> Tallies:
    """Count the votes between some checkpoints.

    Args:
        frame: one row per vote, as `storage.frames.votes` gives it.
        checkpoints: names of all that can be compared, voted on or not; votes on others are left
            out.
        criterion: the votes on others are left out.

    Raises:
        ValueError: a column is missing, a winner is unknown, or a checkpoint is named twice.
    """
    names = tuple(checkpoints)
    if len(set(names)) < len(names):
        raise ValueError("tally: checkpoints names one of them twice")
    ballots = read_ballots(frame, criterion, "tally")
    number = {name: index for index, name in enumerate(names)}
    place = np.array([number.get(name, -1) for name in ballots.checkpoints], dtype=np.intp)
    if (place < 0).any():
        ballots = ballots.keep((place[ballots.a] >= 0) & (place[ballots.b] >= 0))
    first, second = place[ballots.a], place[ballots.b]
    won = np.where(ballots.outcome == TIE, 0.5, 1.0 - ballots.outcome)
    k = len(names)
    points = np.bincount(first * k + second, won, k * k)
    points = (points + np.bincount(second * k + first, 1 - won, k * k)).reshape(k, k)
    spread = _spread(ballots, first, second, won, points) if len(won) else 1.0
    n_ties = int((ballots.outcome == TIE).sum())
    return Tallies(checkpoints=names, points=points, n_ties=n_ties, spread=spread)


def believe(tallies: Tallies, prior_spread: float = PRIOR_SPREAD) -> Strengths:
    """Approximate the posterior of Bradley and Terry's (1952) strengths by a normal distribution.

    The prior is normal with mean 0, so that checkpoints that never met, or never lost, have finite
    strengths too; mode and curvature there (Laplace's approximation). A share t of ties takes t/4
    from the variance p (1 − p) of a vote's points; `tallies.spread` widens what the votes tell.

    Args:
        tallies: the votes.
        prior_spread: standard deviation of the prior, in log odds.

    Raises:
        ValueError: the points are not a square of numbers from 0 on, or the spread is below 1.
    """
    points = tallies.points
    k = len(tallies.checkpoints)
    if points.shape != (k, k) or not (points >= 0).all() or np.diag(points).any():
        raise ValueError(f"points must be {k} × {k} numbers from 0 on, with zeros on the diagonal")
    if not 1 <= tallies.spread < np.inf:
        raise ValueError(f"spread is {tallies.spread}; it must be at least 1")
    values, information = _mode(points, prior_spread)
    prior = np.eye(k) / prior_spread**2
    told = information - prior
    by_chance = np.trace(told) / 2
    less = max(_LEAST, 1 - tallies.n_ties / 4 / by_chance) if by_chance > 0 else 1.0
    # As if there were so many times fewer votes, and the prior as firm as it is.
    firm = told / (less * tallies.spread) + prior
    return Strengths(mean=values, covariance=np.linalg.inv(firm))


def _mode(points: np.ndarray, prior_spread: float) -> tuple[np.ndarray, np.ndarray]:
    met, won = points + points.T, points.sum(axis=1)
    values = np.zeros(len(points))
    for _ in range(_MOST_STEPS):
        share = special.expit(values[:, None] - values[None, :])
        weight = met * share * (1 - share)
        information = np.diag(weight.sum(axis=1) + 1 / prior_spread**2) - weight
        slope = won - (met * share).sum(axis=1) - values / prior_spread**2
        step = np.clip(np.linalg.solve(information, slope), -2, 2)
        values = values + step
        if np.abs(step).max(initial=0) < 1e-9:
            break
    return values, information


def _spread(
    ballots: Ballots, first: np.ndarray, second: np.ndarray, won: np.ndarray, points: np.ndarray
) -> float:
    """Return the trace of the two-way clustered variance over that of independent votes."""
    k = len(points)
    values, information = _mode(points, PRIOR_SPREAD)
    left = won - special.expit(values[first] - values[second])
    bread = np.linalg.inv(information)

    def meat(codes: np.ndarray) -> float:
        n = int(codes.max()) + 1
        sums = np.bincount(codes * k + first, left, n * k)
        sums = (sums - np.bincount(codes * k + second, left, n * k)).reshape(n, k)
        return float(np.einsum("gi,ij,gj->", sums, bread, sums, optimize=True))

    alone = bread[first, first] + bread[second, second] - 2 * bread[first, second]
    independent = float((left**2 * alone).sum())
    if not independent:
        return 1.0
    clustered = meat(ballots.reviewers) + meat(ballots.prompts) - independent
    return max(1.0, clustered / independent)
