"""Turns numbers of prompts and reviewers into the smallest difference that a study can find.

The model is that of a mixed model with crossed random prompts and reviewers. For two systems that
the same reviewers judge on the same prompts, the difference that reviewer r sees on prompt p is

    d(p, r) = difference + prompt(p) + reviewer(r) + residual(p, r),

so that over n prompts with k reviewers each, m reviewers in all who share the work evenly, the
mean difference has the variance

    V = v_prompt / n + v_reviewer / m + v_residual / (n k)

(Westfall, Kenny and Judd 2014, "Statistical power and optimal design in experiments in which
samples of participants respond to samples of stimuli", J. Exp. Psychol. Gen. 143(5); there with
m = k). A study has to estimate V from its own mean squares of prompts, reviewers and residuals, so
the test is a t test with Satterthwaite's degrees of freedom (1946, Biometrics Bulletin 2(6)) for
that sum of three, and its power is that of the noncentral t distribution. With few reviewers these
degrees, not V, are what a study lacks.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

_N_POINTS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How far judgements differ: standard deviations, in points or in shares of a win."""

    prompt: float
    """How much more one system is favoured on one prompt than on another."""

    reviewer: float
    """How much more one system is favoured by one reviewer than by another."""

    residual: float
    """What is left: one reviewer on one prompt."""

    def __post_init__(self) -> None:
        if min(self.prompt, self.reviewer, self.residual) < 0 or self.residual == 0:
            raise ValueError(f"Spread: no part may be negative and residual not 0; got {self}")


RATING_SPREAD = Spread(prompt=0.7, reviewer=0.16, residual=0.8)
"""For one system's rating on a scale of five points: the means over the four criteria of 400
stories rated by the same 3 teachers (Chiang and Lee 2023, "Can large language models be an
alternative to human evaluations?"), two-way analysis of variance within human and machine texts:
texts .69, reviewer × system .16, residual .79."""

VOTE_SPREAD = Spread(prompt=0.27, reviewer=0.04, residual=0.36)
"""For one vote (win 1, tie or both bad ½, loss 0) with about one tie in five. It lies between two
published sets: 999 pairs by 3 trained annotators (PandaLM: prompt .42, residual .16, 11 % ties) and
8,931 crowd votes (LLMFAO: prompt .21, residual .33, 39 % ties)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Detectable:
    """The smallest difference that a study finds with a given power."""

    value: float | None
    """The difference between two systems, in points or as distance of a win rate from one half;
    None with a reason."""

    reason: str | None
    """Why there is no value; None where there is one."""

    standard_error: float | None
    """Standard error of the difference; None where there is none."""

    degrees_of_freedom: float | None
    """Satterthwaite's; None where there is no value."""

    n_prompts: int
    """Prompts."""

    reviewers_per_item: int
    """Reviewers who judge each item."""

    n_reviewers: int
    """Reviewers in all."""

    spread: Spread
    """The assumed spread of the judgements."""

    level: float
    """Level of the two-sided test."""

    power: float
    """Share of studies that find a true difference of this size."""


def smallest_rating_difference(
    n_prompts: int,
    reviewers_per_item: int,
    n_reviewers: int,
    spread: Spread = RATING_SPREAD,
    level: float = 0.05,
    power: float = 0.8,
) -> Detectable:
    """Find the smallest difference between two systems' mean ratings that a study can find.

    Args:
        n_prompts: prompts for which both systems' texts are rated.
        reviewers_per_item: reviewers who rate each text.
        n_reviewers: reviewers in all, at least `reviewers_per_item`.
        spread: of one system's ratings, in points; a difference of two has twice each variance.
        level: level of the two-sided test.
        power: wanted share of studies that find it.

    Returns:
        The difference in points, with the settings.

    Raises:
        ValueError: a setting is out of range.
    """
    root = math.sqrt(2.0)
    doubled = Spread(
        prompt=root * spread.prompt,
        reviewer=root * spread.reviewer,
        residual=root * spread.residual,
    )
    return _smallest(n_prompts, reviewers_per_item, n_reviewers, spread, doubled, level, power)


def smallest_win_rate(
    n_prompts: int,
    reviewers_per_item: int,
    n_reviewers: int,
    spread: Spread = VOTE_SPREAD,
    level: float = 0.05,
    power: float = 0.8,
) -> Detectable:
    """Find the win rate nearest to one half that a study can tell from one half.

    Args:
        n_prompts: prompts for which the pair is compared.
        reviewers_per_item: reviewers who compare each pair.
        n_reviewers: reviewers in all, at least `reviewers_per_item`.
        spread: of one vote as 1, ½ or 0.
        level: level of the two-sided test.
        power: wanted share of studies that find it.

    Returns:
        The distance from one half, with the settings; a tie counts half. None where even winning
        every vote could not be told.

    Raises:
        ValueError: a setting is out of range.
    """
    found = _smallest(n_prompts, reviewers_per_item, n_reviewers, spread, spread, level, power)
    if found.value is None or found.value < 0.5:
        return found
    return _nothing(found, "even a system that wins every time could not be told from the other")


def _smallest(
    n_prompts: int,
    reviewers_per_item: int,
    n_reviewers: int,
    given: Spread,
    difference: Spread,
    level: float,
    power: float,
) -> Detectable:
    _check_counts(n_prompts, reviewers_per_item, n_reviewers)
    if not 0 < level < power < 1:
        raise ValueError(f"0 < level < power < 1 is needed; got level {level}, power {power}")
    settings = Detectable(
        value=None,
        reason=None,
        standard_error=None,
        degrees_of_freedom=None,
        n_prompts=n_prompts,
        reviewers_per_item=reviewers_per_item,
        n_reviewers=n_reviewers,
        spread=given,
        level=level,
        power=power,
    )
    if n_prompts < 2:
        return _nothing(settings, "one prompt says nothing about others; use two or more")
    if n_reviewers < 2:
        return _nothing(settings, "one reviewer says nothing about others; ask two or more")
    return _solve(settings, difference)


def _solve(settings: Detectable, difference: Spread) -> Detectable:
    from scipy.optimize import brentq

    error, freedom = _error(
        settings.n_prompts, settings.reviewers_per_item, settings.n_reviewers, difference
    )
    critical, errors = _errors(freedom, settings.level)
    size = brentq(
        lambda size: _found(size, critical, errors) - settings.power,
        0.0,
        critical * float(errors[-1]) + 10,
    )
    return replace(
        settings,
        value=float(size) * error,
        standard_error=error,
        degrees_of_freedom=float(freedom),
    )


def rating_power(
    difference: float,
    n_prompts: int,
    reviewers_per_item: int,
    n_reviewers: int,
    spread: Spread = RATING_SPREAD,
    level: float = 0.05,
) -> float | None:
    """Compute the share of studies that find a difference between two systems' mean ratings.

    Args:
        difference: the true difference, in points.
        n_prompts: as for `smallest_rating_difference`, like all that follow.
        reviewers_per_item: see there.
        n_reviewers: see there.
        spread: see there.
        level: see there.

    Returns:
        The power, in [level, 1]; None with fewer than two prompts or reviewers.

    Raises:
        ValueError: a setting is out of range.
    """
    root = math.sqrt(2.0)
    return win_rate_power(
        difference / root, n_prompts, reviewers_per_item, n_reviewers, spread, level
    )


def win_rate_power(
    distance: float,
    n_prompts: int,
    reviewers_per_item: int,
    n_reviewers: int,
    spread: Spread = VOTE_SPREAD,
    level: float = 0.05,
) -> float | None:
    """Compute the share of studies that tell a win rate from one half.

    Args:
        distance: of the true win rate from one half, e.g. 0.1 for 60 %.
        n_prompts: as for `smallest_win_rate`, like all that follow.
        reviewers_per_item: see there.
        n_reviewers: see there.
        spread: see there.
        level: see there.

    Returns:
        The power, in [level, 1]; None with fewer than two prompts or reviewers.

    Raises:
        ValueError: a setting is out of range.
    """
    if not 0 < level < 1:
        raise ValueError(f"power: level is {level}; it must lie between 0 and 1")
    _check_counts(n_prompts, reviewers_per_item, n_reviewers)
    if min(n_prompts, n_reviewers) < 2:
        return None
    error, freedom = _error(n_prompts, reviewers_per_item, n_reviewers, spread)
    return _found(abs(distance) / error, *_errors(freedom, level))


def vote_spread(tie_rate: float, prompt: float, reviewer: float) -> Spread:
    """Work out how far votes differ from their share of ties.

    Between systems of one strength a vote (win 1, tie ½, loss 0) has the variance
    (1 − ties) / 4; what prompts and reviewers make up of it is taken off, and the rest is residual.

    Args:
        tie_rate: share of ties among votes that count, in [0, 1).
        prompt: see Spread.
        reviewer: see Spread.

    Raises:
        ValueError: prompts and reviewers alone differ more than votes with so many ties can.
    """
    rest = (1 - tie_rate) / 4 - prompt**2 - reviewer**2
    if not 0 <= tie_rate < 1 or rest <= 0:
        raise ValueError(
            f"vote_spread: with {tie_rate:.0%} ties, votes have a standard deviation of "
            f"{math.sqrt(max(0.0, 1 - tie_rate)) / 2:.2f}; prompts ({prompt:g}) and reviewers "
            f"({reviewer:g}) must together have less"
        )
    return Spread(prompt=prompt, reviewer=reviewer, residual=math.sqrt(rest))


def _error(n: int, k: int, m: int, difference: Spread) -> tuple[float, float]:
    """Return the standard error of a difference and its degrees of freedom."""
    m = min(m, n * k)  # who has no item to judge tells nothing
    residual = difference.residual**2 / (n * k)
    prompts = difference.prompt**2 / n + residual
    reviewers = difference.reviewer**2 / m + residual
    variance = prompts + reviewers - residual
    # Where every prompt has one reviewer, only the reviewers' own prompts tell the residual.
    left = max(n * k - n - m + 1, n - m, 1)
    freedom = variance**2 / (prompts**2 / (n - 1) + reviewers**2 / (m - 1) + residual**2 / left)
    # Where few reviewers share prompts the residual's own freedom is tiny, but means by prompt or
    # by reviewer can always be tested.
    return math.sqrt(variance), max(freedom, min(n, m) - 1)


def _errors(freedom: float, level: float) -> tuple[float, np.ndarray]:
    """Return the critical t, and the estimated over the true error at even steps of its chance."""
    import numpy as np
    from scipy.special import chdtri, stdtrit

    chances = (np.arange(_N_POINTS) + 0.5) / _N_POINTS
    errors = np.sqrt(chdtri(freedom, 1 - chances) / freedom)
    return float(stdtrit(freedom, 1 - level / 2)), errors


def _found(size: float, critical: float, errors: np.ndarray) -> float:
    """Return the power against a difference of so many standard errors.

    It is the noncentral t as a mean over the error's own distribution: scipy's fails far from 0.
    """
    from scipy.special import ndtr

    return float((ndtr(size - critical * errors) + ndtr(-critical * errors - size)).mean())


def _check_counts(n_prompts: int, reviewers_per_item: int, n_reviewers: int) -> None:
    if min(n_prompts, reviewers_per_item) < 1 or n_reviewers < reviewers_per_item:
        raise ValueError(
            f"power needs prompts, reviewers per item, and as many reviewers in all; got "
            f"{n_prompts}, {reviewers_per_item}, {n_reviewers}"
        )


def _nothing(settings: Detectable, reason: str) -> Detectable:
    return replace(settings, value=None, reason=reason)
