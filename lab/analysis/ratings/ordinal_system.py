"""Turns an ordinal model at one point into its likelihood and its solved normal equations.

Texts lie within prompts, so both can be eliminated exactly, level by level; what is left is a
dense core of reviewers, likings, checkpoints and thresholds. One solution costs one pass over the
ratings plus the cube of the core.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg, sparse, special

from lab.analysis.ratings.ordinal_design import Design, Levels, Nesting

_LEAST = 1e-290


@dataclass(frozen=True, slots=True)
class Point:
    """Values of everything that the model estimates."""

    core: np.ndarray
    """Leniencies, likings, checkpoints but the first, thresholds, shape (core,)."""

    eliminated: tuple[np.ndarray, ...]
    """Values of the design's eliminated effects, in their order."""

    def moved(self, by: Point, share: float) -> Point:
        """Return the point a share of the way along a step."""
        pairs = zip(self.eliminated, by.eliminated, strict=True)
        return Point(
            self.core + share * by.core, tuple(here + share * step for here, step in pairs)
        )


@dataclass(frozen=True, slots=True)
class Rows:
    """The likelihood's parts, row by row, each of shape (rows,)."""

    log_likelihood: float
    """Sum of the log probabilities of the points given."""

    share: np.ndarray
    """Probability of the point given."""

    upper: np.ndarray
    """Cumulative probability up to the point given."""

    lower: np.ndarray
    """Cumulative probability below the point given."""


@dataclass(frozen=True, slots=True)
class Solved:
    """A Newton step with what a Laplace approximation needs."""

    step: Point
    """Step to where the quadratic model has its top."""

    gain: float
    """By how much the quadratic model rises along the step."""

    log_determinant: float
    """Log determinant of the negative Hessian over all that is estimated."""

    core: np.ndarray
    """The negative Hessian's Schur complement on the core, shape (core, core)."""


def rows_at(design: Design, point: Point) -> Rows | None:
    """Compute the likelihood at a point; None where the thresholds are out of order.

    P(rating ≤ k) = 1 / (1 + exp(−(θ_k − η))), the cumulative logit of McCullagh (1980).
    """
    thresholds = _padded(design, point.core[design.n_columns :])
    if not np.all(np.diff(thresholds) > 0):
        return None
    latent = _latent(design, point)
    high, low = thresholds[design.y + 1] - latent, thresholds[design.y] - latent
    upper, lower = special.expit(high), special.expit(low)
    # Where both are near 1 their difference is taken between what is left to 1.
    share = np.where(low > 0, special.expit(-low) - special.expit(-high), upper - lower)
    share = np.maximum(share, _LEAST)
    return Rows(float(np.log(share).sum()), share, upper, lower)


def penalty(design: Design, point: Point, precision: dict[str, float]) -> float:
    """Return half the sum of the random effects' squares, each times its precision."""
    inner = 0.5 * float(core_precision(design, precision) @ point.core**2)
    pairs = zip(design.eliminated, point.eliminated, strict=True)
    return inner + sum(0.5 * precision[levels.name] * float(v @ v) for levels, v in pairs)


def core_precision(design: Design, precision: dict[str, float]) -> np.ndarray:
    """Return the prior precision of each of the core's values; 0 for fixed ones."""
    n_fixed = len(design.checkpoints) + len(design.points) - 2
    return np.concatenate(
        [
            np.full(design.n_reviewers, precision.get("reviewer", 0.0)),
            np.full(design.n_likings, precision.get("liking", 0.0)),
            np.zeros(n_fixed),
        ]
    )


def solve(design: Design, point: Point, rows: Rows, precision: dict[str, float]) -> Solved:
    """Solve the normal equations at a point.

    Raises:
        numpy.linalg.LinAlgError: they have no solution.
    """
    up, down = rows.upper * (1 - rows.upper), rows.lower * (1 - rows.lower)
    slope, weight = rows.upper + rows.lower - 1, up + down
    core, gradient = _core(design, rows, up, down, slope, weight)
    prior = core_precision(design, precision)
    core[np.diag_indices_from(core)] += prior
    gradient -= prior * point.core
    parts = [
        _part(design, levels, (up, down, slope, weight), value, precision[levels.name])
        for levels, value in zip(design.eliminated, point.eliminated, strict=True)
    ]
    if design.nesting is not None:
        _lift(design.nesting, *parts)
    for part in parts:
        _eliminate(design, part, core, gradient)
    factor = linalg.cholesky(core, lower=True, check_finite=False)
    step = linalg.cho_solve((factor, True), gradient, check_finite=False)
    outer = _back(design, parts, step)
    log_determinant = 2 * float(np.log(np.diag(factor)).sum())
    log_determinant += sum(float(np.log(part.diagonal).sum()) for part in parts)
    gain = 0.5 * float(gradient @ step)
    gain += sum(0.5 * float(part.gradient @ (part.gradient / part.diagonal)) for part in parts)
    return Solved(Point(step, outer), gain, log_determinant, core)


@dataclass(slots=True)
class _Part:
    """The normal equations of one eliminated effect."""

    levels: Levels
    diagonal: np.ndarray
    gradient: np.ndarray
    cells: np.ndarray  # shared with the core's columns, by the levels' cells
    thresholds: np.ndarray  # shared with the thresholds, shape (levels, thresholds)
    weights: np.ndarray  # of all its ratings


def _part(
    design: Design,
    levels: Levels,
    found: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray],
    value: np.ndarray,
    precision: float,
) -> _Part:
    up, down, slope, weight = found
    weights = np.bincount(levels.codes, weights=weight, minlength=levels.n)
    slopes = np.bincount(levels.codes, weights=slope, minlength=levels.n)
    times = len(levels.cell_of_row) // len(weight)
    return _Part(
        levels=levels,
        diagonal=weights + precision,
        gradient=slopes - precision * value,
        cells=np.bincount(
            levels.cell_of_row, weights=np.tile(weight, times), minlength=len(levels.columns)
        ),
        thresholds=_by_threshold(design, levels.codes, levels.n, up, down),
        weights=weights,
    )


def _lift(nesting: Nesting, texts: _Part, prompts: _Part) -> None:
    """Eliminate the texts from their prompts' equations."""
    n = prompts.levels.n
    share = texts.weights / texts.diagonal
    prompts.diagonal -= np.bincount(nesting.prompt, share * texts.weights, n)
    prompts.gradient -= np.bincount(nesting.prompt, share * texts.gradient, n)
    per_cell = np.repeat(share, np.diff(texts.levels.indptr))
    prompts.cells -= np.bincount(nesting.cell, per_cell * texts.cells, len(prompts.cells))
    for column in range(texts.thresholds.shape[1]):
        moved = share * texts.thresholds[:, column]
        prompts.thresholds[:, column] -= np.bincount(nesting.prompt, moved, n)


def _eliminate(design: Design, part: _Part, core: np.ndarray, gradient: np.ndarray) -> None:
    """Take an effect's Schur complement from the core, in place."""
    n = design.n_columns
    shared = _shared(design, part)
    scaled = sparse.csr_array(
        (part.cells / np.repeat(part.diagonal, np.diff(part.levels.indptr)),
         part.levels.columns, part.levels.indptr),
        shape=shared.shape,
    )  # fmt: skip
    core[:n, :n] -= (shared.T @ scaled).toarray()[:n, :n]
    cross = (scaled.T @ part.thresholds)[:n]
    core[:n, n:] -= cross
    core[n:, :n] -= cross.T
    core[n:, n:] -= part.thresholds.T @ (part.thresholds / part.diagonal[:, None])
    gradient[:n] -= (scaled.T @ part.gradient)[:n]
    gradient[n:] -= part.thresholds.T @ (part.gradient / part.diagonal)


def _back(design: Design, parts: list[_Part], step: np.ndarray) -> tuple[np.ndarray, ...]:
    """Find the eliminated effects' steps from the core's; prompts before their texts."""
    n = design.n_columns
    found: list[np.ndarray] = []
    for part in reversed(parts):
        rest = part.gradient - part.thresholds @ step[n:]
        rest -= _shared(design, part) @ np.append(step[:n], 0.0)
        if found and design.nesting is not None:
            rest -= part.weights * found[-1][design.nesting.prompt]
        found.append(rest / part.diagonal)
    return tuple(reversed(found))


def _shared(design: Design, part: _Part) -> sparse.csr_array:
    shape = (part.levels.n, design.n_columns + 1)
    return sparse.csr_array((part.cells, part.levels.columns, part.levels.indptr), shape=shape)


def _core(
    design: Design,
    rows: Rows,
    up: np.ndarray,
    down: np.ndarray,
    slope: np.ndarray,
    weight: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Build the core's part of the negative Hessian, and of the gradient."""
    n, n_cuts = design.n_columns, len(design.points) - 1
    core, gradient = np.zeros((n + n_cuts, n + n_cuts)), np.zeros(n + n_cuts)
    for kind, one in enumerate(design.row_columns):
        gradient[:n] += np.bincount(one, weights=slope, minlength=n + 1)[:n]
        core[:n, n:] += _by_threshold(design, one, n + 1, up, down)[:n]
        for place, other in enumerate(design.row_columns[kind:]):
            square = np.bincount(
                one.astype(np.int64) * (n + 1) + other, weights=weight, minlength=(n + 1) ** 2
            ).reshape(n + 1, n + 1)[:n, :n]
            core[:n, :n] += square if place == 0 else square + square.T
    core[n:, :n] = core[:n, n:].T
    core[n:, n:], gradient[n:] = _thresholds(design, rows, up, down)
    return core, gradient


def _thresholds(
    design: Design, rows: Rows, up: np.ndarray, down: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    n = len(design.points)
    above, below = up / rows.share, down / rows.share
    main = np.bincount(design.y + 1, above**2 - above * (1 - 2 * rows.upper), n + 1)
    main += np.bincount(design.y, below**2 + below * (1 - 2 * rows.lower), n + 1)
    beside = -np.bincount(design.y, above * below, n + 1)
    slope = np.bincount(design.y + 1, above, n + 1) - np.bincount(design.y, below, n + 1)
    block = np.diag(main) + np.diag(beside[:n], 1) + np.diag(beside[:n], -1)
    return block[1:n, 1:n], slope[1:n]


def _by_threshold(
    design: Design, codes: np.ndarray, n: int, up: np.ndarray, down: np.ndarray
) -> np.ndarray:
    """Sum what each level shares with each threshold, shape (levels, thresholds)."""
    width = len(design.points) + 1
    keys = codes.astype(np.int64) * width + design.y
    sums = np.bincount(keys + 1, weights=up, minlength=n * width)[: n * width]
    sums = sums + np.bincount(keys, weights=down, minlength=n * width)
    return -sums.reshape(n, width)[:, 1:-1]


def _latent(design: Design, point: Point) -> np.ndarray:
    values = np.append(point.core[: design.n_columns], 0.0)
    latent = sum(values[one] for one in design.row_columns)
    for levels, value in zip(design.eliminated, point.eliminated, strict=True):
        latent = latent + value[levels.codes]
    return np.asarray(latent)


def _padded(design: Design, thresholds: np.ndarray) -> np.ndarray:
    return np.concatenate([[-np.inf], thresholds, [np.inf]])
