"""Turns counts of alike votes into strengths by maximum likelihood: Bradley–Terry with ties.

With η = strength of a − strength of b + side effect (+ where a stands left, − where b does), the
odds of "a won : b won : tie" are e^(η/2) : e^(−η/2) : ν (Davidson 1970, "On extending the
Bradley–Terry model to accommodate ties"; the side as Davidson and Beaver 1977 put it). With
`ties="half"` a tie is half a win for each instead, as published leaderboards have it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import special

from lab.analysis.preferences.ballots import TIE, Cells

Ties = Literal["davidson", "half"]

_MOST_STEPS = 100
_LARGEST = 15.0  # a log odds of 15 is 1 in 3 million: no set of votes is large enough for it


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """Estimates, and what standard errors are made of; parameters: strengths, side, ties."""

    values: np.ndarray
    """Estimates in log odds, shape (parameters,): a strength per checkpoint, each set of
    comparable ones with mean 0; then the side effect and log ν where the model has them."""

    side: int | None
    """Place of the side effect among the parameters; None where the model has none."""

    tie: int | None
    """Place of log ν; None where the model has none."""

    scores: np.ndarray
    """Derivative of the log likelihood of one vote of each cell, shape (cells, parameters)."""

    slopes: np.ndarray
    """Derivative of η, and of log ν, per cell: shape (cells, 2, parameters)."""

    curvature: np.ndarray
    """Information of one vote on η and log ν, shape (cells, 2, 2)."""

    bread: np.ndarray
    """Inverse of the information within each set, shape (parameters, parameters)."""


def fit(cells: Cells, sets: np.ndarray, ties: Ties = "davidson", side: bool = True) -> Fit | None:
    """Fit by Newton's method.

    Args:
        cells: counts of alike votes; only between checkpoints of the same set.
        sets: number of each checkpoint's set of comparable ones, shape (checkpoints,).
        ties: how a tie counts.
        side: whether the model has a side effect.

    Returns:
        The fit; None where a parameter has no finite estimate.
    """
    slopes = _slopes(cells, len(sets), ties, side)
    fixed = _fixed(sets, slopes.shape[2])
    values = np.zeros(slopes.shape[2])
    for _ in range(_MOST_STEPS):
        scores, curvature, _ = _derive(values, cells, slopes, ties)
        information = _information(cells.n, slopes, curvature)
        if np.linalg.matrix_rank(information + fixed) < len(values):
            return None
        step = np.linalg.solve(information + fixed, cells.n @ scores)
        values = values + _shorten(step, values, cells, slopes, ties)
        if np.abs(values).max() > _LARGEST:
            return None
        if np.abs(step).max() < 1e-10:
            break
    scores, curvature, _ = _derive(values, cells, slopes, ties)
    inverse = np.linalg.inv(_information(cells.n, slopes, curvature) + fixed)
    project = np.eye(len(values)) - fixed / np.maximum(1, fixed.sum(axis=1))[:, None]
    return Fit(
        values=values,
        side=len(sets) if side else None,
        tie=len(values) - 1 if slopes[:, 1].any() else None,
        scores=scores,
        slopes=slopes,
        curvature=curvature,
        bread=project @ inverse @ project.T,
    )


def _slopes(cells: Cells, k: int, ties: Ties, side: bool) -> np.ndarray:
    has_tie = ties == "davidson" and bool((cells.outcome == TIE).any())
    slopes = np.zeros((len(cells.n), 2, k + side + has_tie))
    row = np.arange(len(cells.n))
    slopes[row, 0, cells.a] = 1
    slopes[row, 0, cells.b] = -1
    if side:
        slopes[:, 0, k] = cells.side
    if has_tie:
        slopes[:, 1, -1] = 1
    return slopes


def _fixed(sets: np.ndarray, n_parameters: int) -> np.ndarray:
    """Return the term that holds the mean of each set's strengths at 0."""
    same = np.zeros((n_parameters, n_parameters))
    same[: len(sets), : len(sets)] = sets[:, None] == sets[None, :]
    return same


def _derive(
    values: np.ndarray, cells: Cells, slopes: np.ndarray, ties: Ties
) -> tuple[np.ndarray, np.ndarray, float]:
    """Return scores (cells, parameters), curvature (cells, 2, 2) and the log likelihood."""
    eta = slopes[:, 0] @ values
    curvature = np.zeros((len(eta), 2, 2))
    if ties == "half" or not slopes[:, 1].any():
        points = np.where(cells.outcome == TIE, 0.5, 1.0 - cells.outcome)
        share = special.expit(eta)
        curvature[:, 0, 0] = share * (1 - share)
        likelihood = points * eta - np.logaddexp(0, eta)
        return slopes[:, 0] * (points - share)[:, None], curvature, float(cells.n @ likelihood)
    log_odds = np.stack([eta / 2, -eta / 2, np.full_like(eta, values[-1])])
    log_shares = log_odds - special.logsumexp(log_odds, axis=0)
    a, b, tie = np.exp(log_shares)
    mean = (a - b) / 2
    curvature[:, 0, 0] = (a + b) / 4 - mean**2
    curvature[:, 0, 1] = curvature[:, 1, 0] = -mean * tie
    curvature[:, 1, 1] = tie * (1 - tie)
    tied = cells.outcome == TIE
    on_eta = np.where(tied, 0.0, 0.5 - cells.outcome) - mean
    scores = slopes[:, 0] * on_eta[:, None] + slopes[:, 1] * (tied - tie)[:, None]
    likelihood = log_shares[cells.outcome, np.arange(len(eta))]
    return scores, curvature, float(cells.n @ likelihood)


def _information(n: np.ndarray, slopes: np.ndarray, curvature: np.ndarray) -> np.ndarray:
    weighted = np.einsum("c,cij,cjq->ciq", n, curvature, slopes)
    p = slopes.shape[2]
    return slopes.reshape(-1, p).T @ weighted.reshape(-1, p)


def _shorten(
    step: np.ndarray, values: np.ndarray, cells: Cells, slopes: np.ndarray, ties: Ties
) -> np.ndarray:
    """Halve the step until the likelihood does not fall by more than rounding."""
    before = _derive(values, cells, slopes, ties)[2]
    for _ in range(30):
        if _derive(values + step, cells, slopes, ties)[2] >= before - 1e-9 * abs(before):
            break
        step = step / 2
    return step
