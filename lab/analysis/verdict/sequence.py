"""Turns the votes so far into a share and an interval that holds at whatever moment one looks.

Reviewers differ in taste, and come back, so a vote is no independent piece of evidence: a reviewer
is. The share is the efficient mean over reviewers (random effects: DerSimonian and Laird 1986),
because the score of an efficient estimate moves in information time, 1 / variance, like a Brownian
motion with drift (Scharfstein, Tsiatis and Robins 1997, "Semiparametric efficiency and its
implication on the design and analysis of group-sequential studies"). Along it Robbins' normal
mixture (1970, "Statistical methods related to the law of the iterated logarithm") bounds all looks
together; as an asymptotic confidence sequence: Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas
(2024, "Time-uniform central limit theory and asymptotic confidence sequences").

With few reviewers the variance is that of Knapp and Hartung (2003), never below the model's, plus
what prompts add (Cameron, Gelbach and Miller 2011), and the bound is carried to the t distribution
at the same tail probability. That this keeps its promise from the first reviewers on is not proved
but simulated: `benchmarks/calibration.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from lab.analysis.intervals import Interval

# The bound is tightest for differences of this size; a difference of .1 is a share of .6.
_PRIOR_SD = 0.1
# One made-up reviewer who is all for one side, and four of his votes: so few people who agree in
# everything do not pass for certainty.
_PRIOR_VOTES, _PRIOR_VARIANCE = 4, 0.2
_FULL_VARIANCE = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What the votes up to one moment say."""

    n_votes: int
    """Votes that count up to here: wins, ties and losses."""

    n_reviewers: int
    """People who gave them."""

    n_prompts: int
    """Prompts that they cover."""

    value: float
    """Share of points over reviewers, 0 to 1: a win is 1, a tie ½."""

    interval: Interval | None
    """Interval that holds at all looks together; None with one reviewer."""

    standard_error: float | None
    """Standard error of the value; None with one reviewer."""

    df: float | None
    """Degrees of freedom of the variance; None with one reviewer."""

    lasting: float | None
    """Part of the variance, 0 to 1, that more votes by the same reviewers would not lessen."""


def look(points: np.ndarray, reviewers: np.ndarray, prompts: np.ndarray, level: float) -> Look:
    """Summarise the votes up to one moment.

    Args:
        points: 1 win, ½ tie, 0 loss; shape (votes,), at least one.
        reviewers: number of each vote's reviewer from 0, shape (votes,).
        prompts: number of each vote's prompt from 0, shape (votes,).
        level: confidence for all looks together.
    """
    present, people = np.unique(reviewers, return_inverse=True)
    counts = np.bincount(people)
    means = np.bincount(people, points) / counts
    n_prompts = len(np.unique(prompts))
    if len(present) < 2:
        return Look(
            n_votes=len(points),
            n_reviewers=1,
            n_prompts=n_prompts,
            value=float(points.mean()),
            interval=None,
            standard_error=None,
            df=None,
            lasting=None,
        )
    own = _own_variance(points - means[people], len(present))
    between = max(_between(means, counts, own), _least_between(points, len(present), own))
    weights = 1 / (between + own / counts)
    of_model = 1 / weights.sum()
    weights = weights * of_model
    value = float(weights @ means)
    variance = max(of_model, float(weights @ (means - value) ** 2) / (len(present) - 1))
    df = max(1.0, 1 / float(weights @ weights) - 1)
    added, df_added = _by_prompts((weights / counts)[people] * (points - value), people, prompts)
    total = variance + added
    df = total**2 / (variance**2 / df + added**2 / df_added)
    error = float(np.sqrt(total))
    reach = float(bound(error, df, level)) * error
    return Look(
        n_votes=len(points),
        n_reviewers=len(present),
        n_prompts=n_prompts,
        value=value,
        interval=Interval(max(0.0, value - reach), min(1.0, value + reach), level),
        standard_error=error,
        df=float(df),
        lasting=max(0.0, float(1 - own * (weights**2 / counts).sum() / total)),
    )


def bound(
    standard_error: np.ndarray | float, df: np.ndarray | float, level: float
) -> np.ndarray | float:
    """Return how many standard errors an interval must reach that holds at all looks.

    sqrt((1 + 1/x) · log((1 + x) / α²)) with x = information × variance of the prior (Robbins 1970),
    as the t quantile of the same tail.

    Args:
        standard_error: of the share at the look.
        df: degrees of freedom of its variance.
        level: confidence for all looks together.
    """
    x = (_PRIOR_SD / standard_error) ** 2
    z = np.sqrt((1 + 1 / x) * np.log((1 + x) / (1 - level) ** 2))
    return stats.t.isf(stats.norm.sf(z), df)


def _own_variance(residuals: np.ndarray, n_reviewers: int) -> float:
    """Return the variance of a vote about its reviewer's own mean."""
    squares = float(residuals @ residuals) + _PRIOR_VOTES * _PRIOR_VARIANCE
    return squares / (len(residuals) - n_reviewers + _PRIOR_VOTES)


def _between(means: np.ndarray, counts: np.ndarray, own: float) -> float:
    """Return the variance of the reviewers' true means by moments (DerSimonian and Laird 1986)."""
    weights = counts / own
    total = weights.sum()
    centre = weights @ means / total
    excess = weights @ (means - centre) ** 2 - (len(means) - 1)
    return max(0.0, float(excess / (total - weights @ weights / total)))


def _least_between(points: np.ndarray, n_reviewers: int, own: float) -> float:
    """Return what a made-up dissenter leaves between reviewers who each always say the same.

    Nothing where they waver as much as to leave half of the greatest possible variance.
    """
    total = (n_reviewers * float(points.var()) + _FULL_VARIANCE) / (n_reviewers + 1)
    return max(0.0, total - own) * max(0.0, 1 - 2 * own / _FULL_VARIANCE)


def _by_prompts(
    residuals: np.ndarray, people: np.ndarray, prompts: np.ndarray
) -> tuple[float, float]:
    """Return the variance that prompts add to the reviewers', and its degrees of freedom."""
    present, numbers = np.unique(prompts, return_inverse=True)
    if len(present) < 2:
        return 0.0, 1.0
    by_prompt = np.bincount(numbers, residuals)
    pairs = np.unique(people * len(present) + numbers, return_inverse=True)[1]
    by_pair = np.bincount(pairs, residuals)
    scale = len(present) / (len(present) - 1)
    return max(0.0, float(scale * by_prompt @ by_prompt - by_pair @ by_pair)), len(present) - 1
