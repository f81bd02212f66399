"""Turns ratings into the ordinal mixed model's estimates, with the spreads of its random effects.

The spreads maximise the Laplace approximation of the likelihood with all effects, fixed ones too,
integrated out: what restricted likelihood is to a linear model (Breslow and Clayton 1993; Tierney
and Kadane 1986), so that few reviewers do not make the spread come out too small. To it is added
the log of each spread, the weak prior of Chung, Rabe-Hesketh, Dorie, Gelman and Liu (2013, "A
nondegenerate penalized likelihood estimator for variance parameters in multilevel models"), which
keeps a spread from being estimated as exactly 0 and its consequences as certain. It has half their
weight: at the full one 8 reviewers' differences came out too large.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import linalg

from lab.analysis.ratings.ordinal_design import Design
from lab.analysis.ratings.ordinal_system import Point, Solved, penalty, rows_at, solve

_START = 0.5
_PRIOR = 0.5
_SMALLEST, _LARGEST = np.log(0.01), np.log(20.0)
_APART = 0.1  # between spreads tried, on the log scale
_LONGEST = 1.0
_NEAR = 0.02
_ROUNDS, _STEPS = 25, 60
_CLOSE = 1e-6


@dataclass(frozen=True, slots=True)
class Mode:
    """The best values of everything at given spreads."""

    point: Point
    """The values."""

    value: float
    """The negative log of the penalised, integrated likelihood."""

    log_likelihood: float
    """Log probability of the ratings given all effects."""

    precise: Solved
    """The normal equations there."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """The fitted model."""

    mode: Mode
    """The best values at the best spreads."""

    spreads: dict[str, float]
    """Standard deviation of each random effect on the latent scale."""

    spread_errors: dict[str, float]
    """Standard error of the log of each; infinite where the ratings say nothing of it."""

    inverse: np.ndarray
    """Covariance of the core at the best spreads, shape (core, core)."""

    covariance: np.ndarray
    """Covariance of the fixed effects (checkpoints but the first, thresholds), with what not
    knowing the spreads adds."""

    slopes: np.ndarray
    """How that covariance, without the addition, moves with the log of each spread, shape
    (spreads, fixed, fixed)."""

    spread_covariance: np.ndarray
    """Covariance of the logs of the spreads, shape (spreads, spreads)."""

    is_converged: bool
    """Whether the search ended of itself."""


def estimate(design: Design, start_from: Mapping[str, float] | None = None) -> Estimate | None:
    """Fit the model.

    Args:
        design: at least two points of the scale.
        start_from: spreads to begin with, where some are known.

    Returns:
        The estimates; None where no finite ones are found.
    """
    names = [name for name, _ in design.random]
    spreads = {name: (start_from or {}).get(name, _START) for name in names}
    here = np.log(list(spreads.values()))
    start = mode_at(design, spreads, _first(design))
    if start is None:
        return None
    tried, is_converged = _Tried(design, names, start), False
    for _ in range(_ROUNDS):
        slope, bend = tried.around(here)
        if slope is None:
            return None
        step = _step(slope, bend)
        is_converged = bool(np.all(np.abs(step) < _NEAR))
        if is_converged:
            break
        here = tried.better(here, step)
    return tried.finish(here, bend, is_converged)


def mode_at(design: Design, spreads: dict[str, float], start: Point) -> Mode | None:
    """Find the best values at given spreads by Newton's method.

    Args:
        design: the ratings.
        spreads: standard deviation of every random effect, above 0.
        start: where to begin.

    Returns:
        The mode and its integrated likelihood (Laplace); None where none is found.
    """
    precision = {name: spread**-2 for name, spread in spreads.items()}
    point, rows = start, rows_at(design, start)
    if rows is None:
        return None
    height = rows.log_likelihood - penalty(design, point, precision)
    for _ in range(_STEPS):
        try:
            solved = solve(design, point, rows, precision)
        except linalg.LinAlgError:
            return None
        if solved.gain < _CLOSE:
            break
        share = 1.0
        while True:
            new = point.moved(solved.step, share)
            new_rows = rows_at(design, new)
            if new_rows is not None:
                new_height = new_rows.log_likelihood - penalty(design, new, precision)
                if new_height > height - 1e-9:
                    break
            share /= 2
            if share < 1e-6:
                return None
        point, rows, height = new, new_rows, new_height
    else:
        return None
    prior = sum((n - _PRIOR) * np.log(spreads[name]) for name, n in design.random)
    value = 0.5 * solved.log_determinant + prior - height - solved.gain
    return Mode(point.moved(solved.step, 1.0), float(value), rows.log_likelihood, solved)


class _Tried:
    """The integrated likelihood at spreads, each found from the mode of the last best ones."""

    def __init__(self, design: Design, names: list[str], start: Mode) -> None:
        self.design, self.names, self.best = design, names, start
        self.ends: list[tuple[Mode, Mode]] = []

    def at(self, here: np.ndarray) -> Mode | None:
        spreads = {name: float(np.exp(one)) for name, one in zip(self.names, here, strict=True)}
        return mode_at(self.design, spreads, self.best.point)

    def around(self, here: np.ndarray) -> tuple[np.ndarray | None, np.ndarray]:
        """Return slope and curvature by differences; the slope is None where a fit fails."""
        n = len(here)
        slope, bend = np.zeros(n), np.zeros((n, n))
        middle = self.at(here)
        if middle is None:
            return None, bend
        self.best, ends = middle, []
        for i in range(n):
            up, down = self.at(_shifted(here, i)), self.at(_shifted(here, i, -1))
            if up is None or down is None:
                return None, bend
            ends.append((up, down))
            slope[i] = (up.value - down.value) / (2 * _APART)
            bend[i, i] = (up.value + down.value - 2 * middle.value) / _APART**2
        for i in range(n):
            for j in range(i):
                corner = self.at(_shifted(_shifted(here, i), j))
                if corner is None:
                    return None, bend
                mixed = corner.value - ends[i][0].value - ends[j][0].value + middle.value
                bend[i, j] = bend[j, i] = mixed / _APART**2
        self.ends = ends
        return slope, bend

    def better(self, here: np.ndarray, step: np.ndarray) -> np.ndarray:
        """Go along a step as far as the likelihood rises."""
        for share in (1.0, 0.5, 0.25, 0.1):
            new = np.clip(here + share * step, _SMALLEST, _LARGEST)
            found = self.at(new)
            if found is not None and found.value <= self.best.value + 1e-6:
                return new
        return here

    def finish(self, here: np.ndarray, bend: np.ndarray, is_converged: bool) -> Estimate:
        design, n = self.design, len(here)
        first = design.n_reviewers + design.n_likings
        inverse = np.linalg.inv(self.best.precise.core)
        found = _positive(bend)
        spread_covariance = np.linalg.inv(found) if n else np.zeros((0, 0))
        fixed = [tuple(np.linalg.inv(one.precise.core)[first:, first:] for one in two)
                 for two in self.ends]  # fmt: skip
        slopes = np.array([(up - down) / (2 * _APART) for up, down in fixed])
        moves = np.array(
            [(up.point.core - down.point.core)[first:] / (2 * _APART) for up, down in self.ends]
        ).reshape(n, len(inverse) - first)
        return Estimate(
            mode=self.best,
            spreads=dict(zip(self.names, np.exp(here).tolist(), strict=True)),
            spread_errors=dict(
                zip(self.names, np.sqrt(np.diag(spread_covariance)).tolist(), strict=True)
            ),
            inverse=inverse,
            covariance=inverse[first:, first:] + moves.T @ spread_covariance @ moves,
            slopes=slopes.reshape(n, len(inverse) - first, len(inverse) - first),
            spread_covariance=spread_covariance,
            is_converged=is_converged,
        )


def _shifted(here: np.ndarray, place: int, sign: int = 1) -> np.ndarray:
    moved = here.copy()
    moved[place] += sign * _APART
    return moved


def _step(slope: np.ndarray, bend: np.ndarray) -> np.ndarray:
    if not len(slope):
        return slope
    step = -np.linalg.solve(_positive(bend), slope)
    return step * min(1.0, _LONGEST / max(float(np.abs(step).max()), 1e-12))


def _positive(bend: np.ndarray) -> np.ndarray:
    """Turn the likelihood's saddles into hills, so that a step leads up."""
    if not len(bend):
        return bend
    values, vectors = np.linalg.eigh(bend)
    return np.asarray((vectors * np.maximum(np.abs(values), 0.1)) @ vectors.T)


def _first(design: Design) -> Point:
    shares = np.bincount(design.y) / len(design.y)
    below = np.cumsum(shares)[:-1]
    cuts = np.log(below / (1 - below))
    return Point(
        np.concatenate([np.zeros(design.n_columns), cuts]),
        tuple(np.zeros(levels.n) for levels in design.eliminated),
    )
