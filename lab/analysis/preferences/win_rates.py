"""Turns A/B votes into win rates, the win matrix and the reviewers' leaning to one side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lab.analysis.clusters import clustered_mean, clustered_share_interval
from lab.analysis.frames import codes_of
from lab.analysis.intervals import Interval, check_level
from lab.analysis.preferences.outcomes import points_for_a, votes_on
from lab.records import Winner


@dataclass(frozen=True, slots=True, kw_only=True)
class WinRate:
    """How often one checkpoint's texts were preferred."""

    checkpoint: str
    """The checkpoint that the rate is of."""

    opponent: str | None
    """The one that it was compared with; None for all others together."""

    criterion: str
    """What was compared."""

    value: float | None
    """(wins + ties / 2) / (wins + ties + losses), 0 to 1; None where there is no such vote."""

    interval: Interval | None
    """Interval over other reviewers and prompts; None with a reason."""

    reason: str | None
    """Why there is no value or no interval; None where there are both."""

    standard_error: float | None
    """Standard error of the value, clustered by reviewer and, with two or more, by prompt."""

    n_votes: int
    """Votes that count: wins, ties and losses."""

    n_wins: int
    """Votes for the checkpoint."""

    n_ties: int
    """Votes for neither; each counts half."""

    n_losses: int
    """Votes for the opponent."""

    n_both_bad: int
    """Votes that both are bad, which say nothing about who is better: not in the rate."""

    n_reviewers: int
    """People who gave the votes that count."""

    n_prompts: int
    """Prompts of the votes that count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WinMatrix:
    """Every checkpoint against every other; rows are the winners, columns the opponents."""

    checkpoints: tuple[str, ...]
    """Names of the rows and of the columns, sorted."""

    values: tuple[tuple[float | None, ...], ...]
    """Win rate of the row's checkpoint against the column's; None where they never met."""

    n_votes: tuple[tuple[int, ...], ...]
    """Wins, ties and losses between the two."""

    criterion: str
    """What was compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SideBias:
    """Whether reviewers lean to the text on the left, whatever it is."""

    value: float | None
    """Share of left wins among decided votes; 0.5 is no bias; None without such votes."""

    interval: Interval | None
    """Interval over other reviewers and prompts; None with a reason."""

    reason: str | None
    """Why there is no value or no interval."""

    criterion: str
    """What was compared."""

    n_decided: int
    """Votes for one of the two texts."""

    n_left: int
    """Of these, votes for the text on the left of the screen."""

    n_reviewers: int
    """People who gave them."""


def win_rate(
    frame: pd.DataFrame,
    checkpoint: str,
    opponent: str | None = None,
    criterion: str = "overall",
    level: float = 0.95,
) -> WinRate:
    """Compute how often a checkpoint is preferred.

    Ties count half; both_bad votes are kept apart. The standard error is clustered by reviewer and
    by prompt (Cameron, Gelbach and Miller 2011), the interval uses t with the smaller number of
    clusters − 1 degrees of freedom on the logit scale.

    Args:
        frame: one row per vote, as `storage.frames.votes` gives it.
        checkpoint: name of the checkpoint.
        opponent: count only votes against this one; None for all.
        criterion: count only votes on this criterion.
        level: confidence of the interval.

    Raises:
        ValueError: a column is missing, a winner is unknown, or the level is out of range.
    """
    check_level(level)
    return _win_rate(_read(frame, criterion, "win_rate"), checkpoint, opponent, criterion, level)


def win_rates(
    frame: pd.DataFrame,
    checkpoints: Sequence[str],
    criterion: str = "overall",
    level: float = 0.95,
) -> tuple[WinRate, ...]:
    """Compute how often each checkpoint is preferred to all others together.

    Args:
        frame: one row per vote, as `storage.frames.votes` gives it.
        checkpoints: names of the checkpoints.
        criterion: count only votes on this criterion.
        level: confidence of the intervals.

    Returns:
        What `win_rate` gives for each, in the order given.

    Raises:
        ValueError: a column is missing, a winner is unknown, or the level is out of range.
    """
    check_level(level)
    votes = _read(frame, criterion, "win_rates")
    return tuple(_win_rate(votes, name, None, criterion, level) for name in checkpoints)


def win_matrix(frame: pd.DataFrame, criterion: str = "overall") -> WinMatrix:
    """Compute the win rate of every checkpoint against every other one.

    Args:
        frame: one row per vote, as `storage.frames.votes` gives it.
        criterion: count only votes on this criterion.

    Raises:
        ValueError: a column is missing, or a winner is unknown.
    """
    votes = votes_on(frame, criterion, "win_matrix")
    names = sorted(set(votes["checkpoint_a"]) | set(votes["checkpoint_b"]))
    number = {name: index for index, name in enumerate(names)}
    points = points_for_a(votes)
    counted = np.isfinite(points)
    rows = votes["checkpoint_a"].map(number).to_numpy(dtype=np.intp)[counted]
    columns = votes["checkpoint_b"].map(number).to_numpy(dtype=np.intp)[counted]
    won = np.zeros((len(names), len(names)))
    np.add.at(won, (rows, columns), points[counted])
    np.add.at(won, (columns, rows), 1 - points[counted])
    met = won + won.T
    return WinMatrix(
        checkpoints=tuple(names),
        values=tuple(
            tuple(float(w / n) if n else None for w, n in zip(*pair, strict=True))
            for pair in zip(won, met, strict=True)
        ),
        n_votes=tuple(tuple(int(n) for n in row) for row in met),
        criterion=criterion,
    )


def side_bias(frame: pd.DataFrame, criterion: str = "overall", level: float = 0.95) -> SideBias:
    """Compute the share of decided votes that went to the text on the left.

    Args:
        frame: one row per vote, as `storage.frames.votes` gives it.
        criterion: count only votes on this criterion.
        level: confidence of the interval, clustered as for a win rate.

    Raises:
        ValueError: a column is missing, a winner is unknown, or the level is out of range.
    """
    check_level(level)
    votes = votes_on(frame, criterion, "side_bias")
    decided = votes[votes["winner"].isin([Winner.A.value, Winner.B.value])]
    left = left_wins(decided)
    clusters = codes_of(decided["reviewer_id"]), codes_of(decided["prompt_id"])
    value, _, interval, reason = _share(left, clusters, level)
    return SideBias(
        value=value,
        interval=interval,
        reason=reason,
        criterion=criterion,
        n_decided=len(decided),
        n_left=int(left.sum()),
        n_reviewers=_number(clusters[0]),
    )


def left_wins(decided: pd.DataFrame) -> np.ndarray:
    """Return 1.0 where the text on the left won, else 0.0; shape (decided votes,)."""
    a_won = decided["winner"].to_numpy(dtype=str) == Winner.A.value
    return (a_won != decided["swapped"].to_numpy(dtype=bool)).astype(np.float64)


@dataclass(frozen=True, slots=True)
class _Votes:
    """Votes on one criterion, read once for all checkpoints; arrays of shape (votes,)."""

    checkpoints_a: pd.Series
    checkpoints_b: pd.Series
    points: np.ndarray  # for a; NaN for both_bad
    reviewers: np.ndarray  # numbers from 0
    prompts: np.ndarray


def _read(frame: pd.DataFrame, criterion: str, caller: str) -> _Votes:
    votes = votes_on(frame, criterion, caller)
    return _Votes(
        votes["checkpoint_a"],
        votes["checkpoint_b"],
        points_for_a(votes),
        codes_of(votes["reviewer_id"]),
        codes_of(votes["prompt_id"]),
    )


def _win_rate(
    votes: _Votes, checkpoint: str, opponent: str | None, criterion: str, level: float
) -> WinRate:
    is_a = (votes.checkpoints_a == checkpoint).to_numpy(dtype=bool)
    keep = is_a | (votes.checkpoints_b == checkpoint).to_numpy(dtype=bool)
    if opponent is not None:
        other = np.where(is_a, votes.checkpoints_b, votes.checkpoints_a)
        keep &= other == opponent
    rows = np.flatnonzero(keep)
    points = np.where(is_a[rows], votes.points[rows], 1 - votes.points[rows])
    counted = np.isfinite(points)
    clusters = votes.reviewers[rows[counted]], votes.prompts[rows[counted]]
    value, error, interval, reason = _share(points[counted], clusters, level)
    return WinRate(
        checkpoint=checkpoint,
        opponent=opponent,
        criterion=criterion,
        value=value,
        interval=interval,
        reason=reason,
        standard_error=error,
        n_votes=int(counted.sum()),
        n_wins=int((points == 1).sum()),
        n_ties=int((points == 0.5).sum()),
        n_losses=int((points == 0).sum()),
        n_both_bad=int((~counted).sum()),
        n_reviewers=_number(clusters[0]),
        n_prompts=_number(clusters[1]),
    )


def _number(codes: np.ndarray) -> int:
    return int(np.count_nonzero(np.bincount(codes)))


def _share(
    points: np.ndarray, clusters: tuple[np.ndarray, np.ndarray], level: float
) -> tuple[float | None, float | None, Interval | None, str | None]:
    """Return a share with its error and interval, clustered by reviewer and prompt."""
    if not len(points):
        return None, None, None, "no votes to count yet"
    if _number(clusters[0]) < 2:
        return float(points.mean()), None, None, "one reviewer so far; an interval needs two"
    mean = clustered_mean(points, clusters)
    return mean.value, mean.standard_error, clustered_share_interval(mean, level), None
