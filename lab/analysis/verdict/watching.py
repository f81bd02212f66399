"""Turns the votes between two checkpoints into a verdict that may be looked at after every vote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from lab.analysis.frames import codes_of
from lab.analysis.intervals import check_level
from lab.analysis.preferences.outcomes import points_for_a, votes_on
from lab.analysis.preferences.position import Audit, audit
from lab.analysis.reviewers.controls import NoiseFloor
from lab.analysis.verdict.forecast import Forecast, forecast
from lab.analysis.verdict.sentences import sentence
from lab.analysis.verdict.sequence import Look, look

Kind = Literal["better", "no difference", "not yet"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """Who is better of two, as far as it is safe to say now."""

    checkpoint: str
    """The checkpoint that the share is of."""

    opponent: str
    """The one that it was compared with."""

    criterion: str
    """What was compared."""

    kind: Kind
    """"better": one of them is; "no difference": none larger than the smallest that matters;
    "not yet": more votes are needed. The first two make it safe to stop."""

    better: str | None
    """Name of the better one; None unless the kind is "better"."""

    sentence: str
    """The verdict in one sentence."""

    now: Look | None
    """Share, interval and counts behind it; None without votes."""

    needed: Forecast | None
    """What is probably still needed; None unless the kind is "not yet" and there are reviewers."""

    procedure: Audit | None
    """Position bias and noise floor, with cautions in sentences; None without votes."""

    smallest: float
    """Smallest difference from one half that matters, as a share."""

    level: float
    """Confidence for all looks together."""

    n_both_bad: int
    """Votes left out because both were bad."""


def watch(
    frame: pd.DataFrame,
    checkpoint: str,
    opponent: str,
    criterion: str = "overall",
    level: float = 0.95,
    smallest: float = 0.05,
    noise: NoiseFloor | None = None,
) -> Watched:
    """Say who is better, so that the answer holds however often one looks and stops when glad.

    Args:
        frame: one row per vote, as `storage.frames.votes` gives it.
        checkpoint: name of one checkpoint.
        opponent: name of the other.
        criterion: count only votes on this criterion.
        level: confidence for all looks together; the error of ever naming a wrong one is 1 − level.
        smallest: smallest difference from one half that matters: 0.05 is 55 against 45 %.
        noise: what A/A pairs of the study gave, from `control_results`, if it has them.

    Raises:
        ValueError: a column is missing, a winner is unknown, or a setting is out of range.
    """
    _check(checkpoint, opponent, level, smallest)
    votes, points, n_both_bad = _between(frame, checkpoint, opponent, criterion)
    now = None
    if len(votes):
        codes = (codes_of(votes["reviewer_id"]), codes_of(votes["prompt_id"]))
        now = look(points, *codes, level)
    kind, better = decide(now, checkpoint, opponent, smallest)
    needed = None
    if now is not None and kind == "not yet":
        needed = forecast(now, smallest, level)
    return Watched(
        checkpoint=checkpoint,
        opponent=opponent,
        criterion=criterion,
        kind=kind,
        better=better,
        sentence=sentence(kind, better, (checkpoint, opponent), now, needed, smallest),
        now=now,
        needed=needed,
        procedure=audit(votes, checkpoint, criterion, noise) if len(votes) else None,
        smallest=smallest,
        level=level,
        n_both_bad=n_both_bad,
    )


def looks(
    frame: pd.DataFrame,
    checkpoint: str,
    opponent: str,
    criterion: str = "overall",
    level: float = 0.95,
    at: Sequence[int] | None = None,
) -> tuple[Look, ...]:
    """Return what one would have seen at earlier moments: the ribbon of a chart.

    Args:
        frame: one row per vote, oldest first.
        checkpoint: name of the checkpoint whose share is asked for.
        opponent: name of the other.
        criterion: count only votes on this criterion.
        level: confidence for all looks together.
        at: numbers of votes to look at; None for up to 50 evenly spaced ones, the last included.

    Raises:
        ValueError: a column is missing, a winner is unknown, or the level is out of range.
    """
    _check(checkpoint, opponent, level, 0.05)
    votes, points, _ = _between(frame, checkpoint, opponent, criterion)
    reviewers, prompts = codes_of(votes["reviewer_id"]), codes_of(votes["prompt_id"])
    if at is None:
        at = np.unique(np.linspace(1, len(points), 50).round().astype(int)).tolist()
    ends = [n for n in at if 0 < n <= len(points)]
    return tuple(look(points[:n], reviewers[:n], prompts[:n], level) for n in ends)


def decide(
    now: Look | None, checkpoint: str, opponent: str, smallest: float
) -> tuple[Kind, str | None]:
    """Return the kind of verdict, and the better one's name where there is one."""
    if now is None or now.interval is None:
        return "not yet", None
    low, high = now.interval.low, now.interval.high
    if low > 0.5 or high < 0.5:
        return "better", checkpoint if low > 0.5 else opponent
    within = 0.5 - smallest <= low and high <= 0.5 + smallest
    return ("no difference" if within else "not yet"), None


def _between(
    frame: pd.DataFrame, checkpoint: str, opponent: str, criterion: str
) -> tuple[pd.DataFrame, np.ndarray, int]:
    votes = votes_on(frame, criterion, "watch")
    first = (votes["checkpoint_a"] == checkpoint) & (votes["checkpoint_b"] == opponent)
    second = (votes["checkpoint_a"] == opponent) & (votes["checkpoint_b"] == checkpoint)
    votes = votes[first | second]
    points = points_for_a(votes)
    points = np.where(votes["checkpoint_a"] == checkpoint, points, 1 - points)
    counted = np.isfinite(points)
    return votes[counted], points[counted], int((~counted).sum())


def _check(checkpoint: str, opponent: str, level: float, smallest: float) -> None:
    check_level(level)
    if checkpoint == opponent:
        raise ValueError(f"both checkpoints are {checkpoint!r}; a verdict needs two")
    if not 0 < smallest < 0.5:
        raise ValueError(f"smallest is {smallest}; it must lie between 0 and 0.5, e.g. 0.05")
