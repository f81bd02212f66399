"""Turns estimates and contrasts into a leaderboard of tie groups rather than of ranks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from lab.analysis.intervals import Interval, t_interval
from lab.analysis.preferences.ballots import Ballots
from lab.analysis.preferences.contrasts import Contrast, why_not
from lab.analysis.preferences.davidson import Fit
from lab.analysis.preferences.sandwich import Sandwich, naive_spread, spread


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One checkpoint's line on the leaderboard."""

    checkpoint: str
    """Name of the checkpoint."""

    comparable_set: int
    """Strengths can only be compared within one set; 0 is the largest."""

    strength: float | None
    """Log odds against an average checkpoint of its set; None with a reason."""

    interval: Interval | None
    """Interval of the strength over other reviewers and prompts; None with a reason."""

    naive_interval: Interval | None
    """What the interval would be if all votes were independent."""

    standard_error: float | None
    """Standard error of the strength, clustered by reviewer and prompt."""

    reason: str | None
    """Why there is no strength or no interval; None where there are both."""

    best_rank: int
    """1 + the number of checkpoints that are certainly better (Holm-adjusted p < 1 − level)."""

    worst_rank: int
    """Number of checkpoints − those that are certainly worse."""

    tied_with: tuple[str, ...]
    """Checkpoints that it cannot be told from: its tie group."""

    top_share: float | None
    """Share of the resamples in which it is the strongest of its set; None with a reason."""

    n_votes: int
    """Votes that count in which it took part."""

    n_both_bad: int
    """Votes left out because it and its opponent were both bad."""


def leaderboard(
    ballots: Ballots,
    sets: np.ndarray,
    fit: Fit,
    parts: Sandwich,
    pairs: tuple[Contrast, ...],
    top_shares: np.ndarray | None,
    level: float,
) -> tuple[Place, ...]:
    """List the checkpoints, the strongest first, set by set.

    Args:
        ballots: all votes that count, fitted or not.
        sets: number of each checkpoint's set of comparable ones.
        fit: the estimates.
        parts: their covariances.
        pairs: the contrasts between all of them.
        top_shares: how often each is the strongest in resamples, shape (checkpoints,), or None.
        level: confidence of the intervals and of the tie groups.
    """
    names = ballots.checkpoints
    k = len(names)
    weights = np.eye(k, len(fit.values))
    reasons = why_not(parts, weights)
    alone = np.bincount(sets, minlength=k)[sets] == 1
    error, df = spread(parts, weights) if parts.reviewers else (np.zeros(k), np.ones(k))
    naive = naive_spread(parts, weights) * stats.norm.ppf((1 + level) / 2)
    better = decided(names, pairs, 1 - level)
    n_votes = np.bincount(ballots.a, minlength=k) + np.bincount(ballots.b, minlength=k)
    places = []
    for i in np.lexsort((-fit.values[:k], sets)):
        value, has_interval = float(fit.values[i]), reasons[i] is None and not alone[i]
        tied = ~better[i] & ~better[:, i] & (np.arange(k) != i)
        places.append(
            Place(
                checkpoint=names[i],
                comparable_set=int(sets[i]),
                strength=None if alone[i] else value,
                interval=t_interval(value, float(error[i]), float(df[i]), level)
                if has_interval
                else None,
                naive_interval=None
                if alone[i]
                else Interval(value - float(naive[i]), value + float(naive[i]), level),
                standard_error=float(error[i]) if has_interval else None,
                reason="its strength has no finite estimate" if alone[i] else reasons[i],
                best_rank=1 + int(better[:, i].sum()),
                worst_rank=k - int(better[i].sum()),
                tied_with=tuple(name for name, one in zip(names, tied, strict=True) if one),
                top_share=float(top_shares[i]) if top_shares is not None and has_interval else None,
                n_votes=int(n_votes[i]),
                n_both_bad=int(ballots.n_both_bad[i]),
            )
        )
    return tuple(places)


def decided(names: tuple[str, ...], pairs: tuple[Contrast, ...], alpha: float) -> np.ndarray:
    """Return True where the row's checkpoint is certainly better than the column's."""
    number = {name: index for index, name in enumerate(names)}
    better = np.zeros((len(names), len(names)), dtype=bool)
    for pair in pairs:
        if pair.p_holm is not None and pair.value is not None and pair.p_holm < alpha:
            i, j = number[pair.checkpoint], number[pair.opponent]
            better[(i, j) if pair.value > 0 else (j, i)] = True
    return better
