"""Turns rated and unrated texts with their predictions into a value and its clustered variance.

The prediction-powered mean (Angelopoulos, Duchi and Zrnic 2023, "PPI++: Efficient
prediction-powered inference") is

    rated mean − λ (mean prediction of the rated − mean prediction of the unrated),

and λ is what makes its variance smallest, between 0 (classical) and 1. Its errors are clustered:
texts on one prompt go together, whether rated or not, and so do ratings of one reviewer. Each way
is a jackknife that leaves one cluster out; the two are joined as in
`lab.analysis.preferences.sandwich`, with Satterthwaite's degrees of freedom.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """One checkpoint's ratings, and its texts that nobody rated."""

    sign: float
    """1, or −1 where the checkpoint's mean is taken away from another's."""

    values: np.ndarray
    """The ratings, shape (ratings,)."""

    predictions: np.ndarray
    """The prediction for each rating's text, shape (ratings,)."""

    prompts: np.ndarray
    """Number of each rating's prompt, shape (ratings,)."""

    reviewers: np.ndarray
    """Number of each rating's reviewer, shape (ratings,)."""

    others: np.ndarray
    """The predictions of the texts that nobody rated, shape (unrated,)."""

    other_prompts: np.ndarray
    """Number of each one's prompt, shape (unrated,)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A value with its error at one λ."""

    value: float
    """Mean, or difference of two means."""

    standard_error: float
    """Its clustered standard error."""

    df: float
    """Degrees of freedom of the error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """What leaving each cluster out moves: (clusters, 2), of the ratings and of the predictions."""

    prompts: np.ndarray
    """By prompt."""

    reviewers: np.ndarray
    """By reviewer."""

    both: np.ndarray
    """By prompt and reviewer together."""

    n_prompts: float
    """Rated prompts, as equally heavy ones that would tell as much."""

    n_reviewers: float
    """Reviewers, counted alike."""


def moves(parts: tuple[Rows, ...]) -> Moves:
    """Compute what leaving each prompt, each reviewer and each of both together out moves."""
    n_prompts = max(_most(rows.prompts, rows.other_prompts) for rows in parts)
    n_reviewers = max(_most(rows.reviewers) for rows in parts)
    pairs = [rows.prompts * n_reviewers + rows.reviewers for rows in parts]
    present = np.unique(np.concatenate(pairs))
    of_pair = [np.searchsorted(present, pair) for pair in pairs]
    none = np.zeros(0, dtype=np.int64)
    return Moves(
        prompts=np.sum(
            [_left_out(rows, rows.prompts, rows.other_prompts, n_prompts) for rows in parts], axis=0
        ),
        reviewers=np.sum(
            [_left_out(rows, rows.reviewers, none, n_reviewers) for rows in parts], axis=0
        ),
        both=np.sum(
            [
                _left_out(rows, codes, none, len(present))
                for rows, codes in zip(parts, of_pair, strict=True)
            ],
            axis=0,
        ),
        n_prompts=min(_effective(rows.prompts) for rows in parts),
        n_reviewers=min(_effective(rows.reviewers) for rows in parts),
    )


def tuned(found: Moves) -> float:
    """Return the λ in [0, 1] of the smallest variance over prompts."""
    ratings, predictions = found.prompts.T
    size = float(predictions @ predictions)
    return min(1.0, max(0.0, float(ratings @ predictions) / size)) if size > 0 else 0.0


def estimate(parts: tuple[Rows, ...], found: Moves, tuning: float) -> Estimate:
    """Compute the value and its error at a λ.

    That λ was chosen on the same ratings costs a degree of freedom of the prompts.

    Args:
        parts: the checkpoints that the value is made of.
        found: their `moves`.
        tuning: λ; 0 is the classical mean.
    """
    value = sum(
        rows.sign * (rows.values.mean() - tuning * _gap(rows) if tuning else rows.values.mean())
        for rows in parts
    )
    chosen = tuning > 0
    by_prompt = _variance(found.prompts, tuning)
    if chosen:
        by_prompt *= (found.n_prompts - 1) / max(1.0, found.n_prompts - 2)
    by_reviewer, both = _variance(found.reviewers, tuning), _variance(found.both, tuning)
    df_prompt, df_reviewer = max(1.0, found.n_prompts - 1 - chosen), found.n_reviewers - 1
    (large, df_large), (small, df_small) = sorted(
        [(by_prompt, df_prompt), (by_reviewer, max(1.0, df_reviewer))], reverse=True
    )
    rest = max(0.0, small - both)
    variance = large + rest
    df = variance**2 / (large**2 / df_large + rest**2 / df_small) if variance > 0 else df_large
    return Estimate(value=float(value), standard_error=float(np.sqrt(variance)), df=float(df))


def correlation(found: Moves, level: float) -> tuple[float, float, float]:
    """Return how predictions and ratings move together over prompts: r, and its interval.

    Its square is the share of the variance over prompts that the predictions take away. The
    interval is a jackknife over prompts on Fisher's scale.
    """
    ratings, predictions = found.prompts.T
    a, b, c = ratings @ ratings, ratings @ predictions, predictions @ predictions
    if a <= 0 or c <= 0:
        return 0.0, 0.0, 0.0
    z = np.arctanh(np.clip(b / np.sqrt(a * c), -0.999999, 0.999999))
    rest_a, rest_c = a - ratings**2, c - predictions**2
    with np.errstate(invalid="ignore", divide="ignore"):
        without = (b - ratings * predictions) / np.sqrt(rest_a * rest_c)
    pseudo = np.arctanh(np.clip(np.nan_to_num(without), -0.999999, 0.999999))
    n = len(pseudo)
    error = float(np.sqrt((n - 1) / n * ((pseudo - pseudo.mean()) ** 2).sum()))
    reach = float(stats.t.ppf((1 + level) / 2, max(1.0, found.n_prompts - 2))) * error
    return float(np.tanh(z)), float(np.tanh(z - reach)), float(np.tanh(z + reach))


def unlike(parts: tuple[Rows, ...], found: Moves) -> float | None:
    """Return by how many standard errors rated and unrated texts differ in their predictions."""
    error = float(np.linalg.norm(found.prompts[:, 1]))
    gap = sum(rows.sign * _gap(rows) for rows in parts)
    return float(gap / error) if error > 0 else None


def _gap(rows: Rows) -> float:
    return float(rows.predictions.mean() - rows.others.mean())


def _variance(moved: np.ndarray, tuning: float) -> float:
    totals = moved[:, 0] - tuning * moved[:, 1]
    return float(totals @ totals)


def _left_out(rows: Rows, codes: np.ndarray, others: np.ndarray, n: int) -> np.ndarray:
    """Return the change of each mean when a cluster leaves, shape (clusters, 2)."""
    rated = np.stack([rows.values, rows.predictions], axis=1)
    change = _changes(rated, codes, n)
    if len(others):
        change[:, 1] -= _changes(rows.others[:, None], others, n)[:, 0]
    return rows.sign * change


def _changes(values: np.ndarray, codes: np.ndarray, n: int) -> np.ndarray:
    counts = np.bincount(codes, minlength=n)
    centred = values - values.mean(axis=0)
    sums = np.stack([np.bincount(codes, weights=one, minlength=n) for one in centred.T], axis=1)
    n_present = int((counts > 0).sum())
    shrink = np.sqrt((n_present - 1) / n_present)  # a jackknife's (G − 1) / G, of its variance
    return shrink * sums / np.maximum(1, len(values) - counts)[:, None]


def _most(*codes: np.ndarray) -> int:
    return max(int(one.max()) + 1 if len(one) else 0 for one in codes)


def _effective(codes: np.ndarray) -> float:
    counts = np.bincount(codes)
    return float(counts.sum() ** 2 / (counts**2).sum())
