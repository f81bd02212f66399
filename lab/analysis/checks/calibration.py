"""Turns scores of a check and people's labels into how far a score can be read as a probability."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from lab.analysis.checks.ratios import Measured, cluster_totals, ratio, spread
from lab.analysis.intervals import check_level

_MOST_BINS = 10
_LEAST_PER_BIN = 20  # below it a bin's share says next to nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Texts with alike scores."""

    score: float
    """Their mean score."""

    share: Measured
    """Share of them that people call hallucinated."""

    low: float
    """Smallest score in it."""

    high: float
    """Largest score in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """How far the share of hallucinated texts is from what the score says."""

    bins: tuple[Bin, ...]
    """Bins with about equally many texts, by rising score; equal scores share a bin."""

    error: float | None
    """Expected calibration error, corrected for its small-sample bias; None with a reason."""

    plain_error: float | None
    """The same without the correction: Σ (n_b / n) |mean score − share|, too large by chance."""

    brier: float
    """Mean squared difference between score and label; smaller is better."""

    reason: str | None
    """Why there is no calibration error."""

    n: int
    """Labelled texts."""

    @property
    def bias(self) -> float | None:
        """What chance alone is estimated to add to the plain error."""
        if self.error is None or self.plain_error is None:
            return None
        return self.plain_error - self.error


def reliability(
    scores: np.ndarray, labels: np.ndarray, prompts: np.ndarray, level: float = 0.95
) -> Reliability:
    """Compare scores with the share of texts that people call hallucinated.

    The calibration error over equal-mass bins (Naeini, Cooper and Hauskrecht 2015; equal mass
    after Nixon et al. 2019) is too large by chance in small samples; what chance adds is
    estimated from the bins' clustered standard errors as the mean of a folded normal
    distribution, and taken off, never below 0 (the correction of Kumar, Liang and Ma 2019,
    "Verified Uncertainty Calibration", for the absolute error).

    Args:
        scores: in [0, 1], read as probabilities, shape (texts,).
        labels: whether people call a text hallucinated, shape (texts,).
        prompts: number of its prompt, shape (texts,).
        level: confidence of the bins' intervals, over other prompts.

    Raises:
        ValueError: there is no text, a score lies outside [0, 1], or the level is out of range.
    """
    check_level(level)
    scores, y = np.asarray(scores, dtype=float), np.asarray(labels, dtype=float)
    if not len(scores) or not np.all((scores >= 0) & (scores <= 1)):
        raise ValueError("reliability needs at least one score, and all scores in [0, 1]")
    places = _places(scores)
    groups = [np.flatnonzero(places == place) for place in np.unique(places)]
    bins = tuple(_bin(scores[rows], y[rows], prompts[rows], level) for rows in groups)
    plain, corrected, reason = _errors(scores, y, prompts, groups)
    return Reliability(
        bins=bins,
        error=corrected,
        plain_error=plain,
        brier=float(((scores - y) ** 2).mean()),
        reason=reason,
        n=len(y),
    )


def _places(scores: np.ndarray) -> np.ndarray:
    # From the middle of tied ranks, so that equal scores fall into one bin.
    n_bins = min(_MOST_BINS, max(1, len(scores) // _LEAST_PER_BIN))
    ranks = stats.rankdata(scores) - 0.5
    return np.minimum((ranks * n_bins / len(scores)).astype(int), n_bins - 1)


def _bin(scores: np.ndarray, labels: np.ndarray, prompts: np.ndarray, level: float) -> Bin:
    return Bin(
        score=float(scores.mean()),
        share=ratio(labels, np.ones(len(labels)), prompts, level, ""),
        low=float(scores.min()),
        high=float(scores.max()),
    )


def _errors(
    scores: np.ndarray, labels: np.ndarray, prompts: np.ndarray, groups: list[np.ndarray]
) -> tuple[float | None, float | None, str | None]:
    parts = [_gap(scores[rows] - labels[rows], prompts[rows]) for rows in groups]
    if any(part is None for part in parts):
        needed = 2 * _LEAST_PER_BIN
        return None, None, f"needs about {needed} labelled texts, on several prompts"
    gaps, errors = np.array(parts, dtype=float).T
    weights = np.array([len(rows) for rows in groups]) / len(scores)
    by_chance = weights @ (_folded(gaps, errors) - np.abs(gaps))
    plain = float(weights @ np.abs(gaps))
    return plain, max(0.0, plain - float(by_chance)), None


def _gap(differences: np.ndarray, prompts: np.ndarray) -> tuple[float, float] | None:
    gap = float(differences.mean())
    totals = cluster_totals((differences - gap) / len(differences), prompts)
    return (gap, spread(totals)) if len(totals) > 1 else None


def _folded(means: np.ndarray, errors: np.ndarray) -> np.ndarray:
    # E|X| of X ~ N(mean, error²), Leone, Nelson and Nottingham (1961).
    safe = np.where(errors > 0, errors, 1)
    z = means / safe
    folded = safe * np.sqrt(2 / np.pi) * np.exp(-z * z / 2) + means * (1 - 2 * stats.norm.cdf(-z))
    return np.where(errors > 0, folded, np.abs(means))
