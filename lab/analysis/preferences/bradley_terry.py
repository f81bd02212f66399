"""Turns A/B votes into strengths: a leaderboard of tie groups, and the contrast of every pair."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from lab.analysis.bootstrap import check_resamples
from lab.analysis.intervals import Interval, check_level, t_interval
from lab.analysis.preferences.ballots import TIE, Ballots, Cells, count_cells, read_ballots
from lab.analysis.preferences.comparable import comparable_sets, explain_sets
from lab.analysis.preferences.contrasts import Contrast, contrasts, why_not
from lab.analysis.preferences.davidson import Fit, Ties, fit
from lab.analysis.preferences.leaderboard import Place, leaderboard
from lab.analysis.preferences.resampled import resampled_strengths, top_shares
from lab.analysis.preferences.sandwich import Sandwich, naive_spread, sandwich, spread


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """A parameter that all pairs share."""

    value: float | None
    """Estimate in log odds; None with a reason."""

    interval: Interval | None
    """Interval over other reviewers and prompts; None with a reason."""

    reason: str | None
    """Why there is no value or no interval; None where there are both."""

    standard_error: float | None
    """Standard error, clustered by reviewer and prompt."""

    naive_error: float | None
    """Standard error as if all votes were independent."""

    p: float | None
    """Two-sided p of the value 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BradleyTerry:
    """The Bradley–Terry model of the votes on one criterion."""

    criterion: str
    """What was compared."""

    ties: Ties
    """"davidson": a tie is an outcome of its own; "half": half a win for each."""

    level: float
    """Confidence of the intervals and of the tie groups."""

    places: tuple[Place, ...]
    """The leaderboard, the strongest first."""

    contrasts: tuple[Contrast, ...]
    """Every pair of checkpoints once, in order of name."""

    side: Effect
    """How much more the text on the left wins; above 0 is a leaning to the left."""

    tie: Effect
    """log ν: above log 2 = 0.69 a tie is likelier than a decision between equals."""

    remarks: tuple[str, ...]
    """What the votes cannot tell, in sentences; empty where they can tell all."""

    n_votes: int
    """Votes that count: wins and ties between different checkpoints."""

    n_ties: int
    """Of these, ties."""

    n_both_bad: int
    """Votes that both are bad, which say nothing about who is better: not in the model."""

    n_reviewers: int
    """People who gave the votes that count."""

    n_prompts: int
    """Prompts of the votes that count."""

    n_resamples: int
    """Resamples behind the top shares."""

    seed: int
    """Seed of the resamples."""


def bradley_terry(
    frame: pd.DataFrame,
    criterion: str = "overall",
    ties: Ties = "davidson",
    side: bool = True,
    level: float = 0.95,
    n_resamples: int = 1000,
    seed: int = 0,
) -> BradleyTerry:
    """Fit strengths, a side effect and the share of ties, with errors clustered two ways.

    Bradley and Terry (1952) with the ties of Davidson (1970). Standard errors are clustered by
    reviewer and by prompt, see `lab.analysis.preferences.sandwich`.

    Args:
        frame: one row per vote, as `storage.frames.votes` gives it.
        criterion: count only votes on this criterion.
        ties: "half" counts a tie as half a win for each, as published leaderboards do.
        side: whether the model has a side effect; published leaderboards have none.
        level: confidence of the intervals; a pair is decided at Holm-adjusted p < 1 − level.
        n_resamples: resamples of the score bootstrap, at least 100.
        seed: seed of the resamples.

    Raises:
        ValueError: a column is missing, a winner is unknown, or a setting is out of range.
    """
    check_level(level)
    check_resamples(n_resamples)
    if ties not in ("davidson", "half"):
        raise ValueError(f"ties is {ties!r}; it must be 'davidson' or 'half'")
    ballots = read_ballots(frame, criterion, "bradley_terry")
    drawn = (n_resamples, seed)
    places, pairs, leaning, tie, remarks = _estimate(ballots, ties, side, level, drawn)
    return BradleyTerry(
        criterion=criterion,
        ties=ties,
        level=level,
        places=places,
        contrasts=pairs,
        side=leaning,
        tie=tie,
        remarks=remarks,
        n_votes=len(ballots),
        n_ties=int((ballots.outcome == TIE).sum()),
        n_both_bad=ballots.total_both_bad,
        n_reviewers=len(np.unique(ballots.reviewers)),
        n_prompts=len(np.unique(ballots.prompts)),
        n_resamples=n_resamples,
        seed=seed,
    )


Estimated = tuple[tuple[Place, ...], tuple[Contrast, ...], Effect, Effect, tuple[str, ...]]


def _estimate(
    ballots: Ballots, ties: Ties, side: bool, level: float, drawn: tuple[int, int]
) -> Estimated:
    if not len(ballots):
        return (), (), _unknown("no votes to count yet"), _unknown("no votes to count yet"), ()
    everything = count_cells(ballots)
    sets = comparable_sets(everything, len(ballots.checkpoints))
    remarks = explain_sets(everything, sets, ballots.checkpoints)
    inside = sets[ballots.a] == sets[ballots.b]
    used = ballots if inside.all() else ballots.keep(inside)
    cells = count_cells(used)
    found = _fit(cells, sets, ties, side)
    if found is None:
        why = "all votes that compare are ties" if len(used) else "nobody has both won and lost"
        nothing = _unknown(f"no strengths can be estimated: {why}")
        return (), (), nothing, nothing, (*remarks, f"No strengths can be estimated: {why}.")
    parts = sandwich(used, cells, found)
    pairs = contrasts(ballots.checkpoints, sets, found, parts, level)
    shares = None
    if parts.reviewers is not None:
        shares = top_shares(resampled_strengths(found, parts, len(sets), *drawn), sets)
    places = leaderboard(ballots, sets, found, parts, pairs, shares, level)
    leaning = _effect(found, parts, found.side, level, _NO_SIDE if side else _NOT_ASKED)
    return places, pairs, leaning, _effect(found, parts, found.tie, level, _NO_TIE), remarks


def _fit(cells: Cells, sets: np.ndarray, ties: Ties, side: bool) -> Fit | None:
    if not len(cells.n):
        return None
    found = fit(cells, sets, ties, side)
    return fit(cells, sets, ties, side=False) if found is None and side else found


_NOT_ASKED = "the model has none: it was not asked for"
_NO_SIDE = (
    "it cannot be told from strength: pairs always stood the same way round, or one side won "
    "every time"
)
_NO_TIE = "the model has none: there are no ties, or each counts as half a win"


def _effect(fit: Fit, parts: Sandwich, place: int | None, level: float, without: str) -> Effect:
    if place is None:
        return _unknown(without)
    value, weights = float(fit.values[place]), np.eye(len(fit.values))[[place]]
    naive, reason = float(naive_spread(parts, weights)[0]), why_not(parts, weights)[0]
    if reason is not None:
        return Effect(
            value=value,
            interval=None,
            reason=reason,
            standard_error=None,
            naive_error=naive,
            p=None,
        )
    error, df = (float(found[0]) for found in spread(parts, weights))
    return Effect(
        value=value,
        interval=t_interval(value, error, df, level),
        reason=None,
        standard_error=error,
        naive_error=naive,
        p=float(2 * stats.t.sf(abs(value) / error, df)) if error else None,
    )


def _unknown(reason: str) -> Effect:
    return Effect(
        value=None, interval=None, reason=reason, standard_error=None, naive_error=None, p=None
    )
