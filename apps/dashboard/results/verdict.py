"""Asks lab.analysis who is better, once per change of the records, and lays the answers out.

Results are frozen and shared; the frames made of them hold one row per thing, numbers as numbers,
so that a download can be computed with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from apps.dashboard import data, words
from apps.dashboard.filters import Filters
from apps.dashboard.results.rows import once
from lab.analysis.intervals import Interval
from lab.analysis.preferences import choosing
from lab.analysis.preferences.bradley_terry import BradleyTerry, bradley_terry
from lab.analysis.preferences.leaderboard import Place
from lab.analysis.preferences.win_rates import WinMatrix, win_matrix
from lab.analysis.reviewers.controls import NoiseFloor
from lab.analysis.verdict.sentences import shown as shown_share
from lab.analysis.verdict.sequence import Look
from lab.analysis.verdict.watching import Watched, decide, looks, watch


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What the reader wants a verdict on."""

    checkpoint: str
    """The checkpoint that the share is of."""
    opponent: str
    """The one that it is compared with."""
    criterion: str
    """What was compared."""
    smallest: float
    """Smallest difference from one half that matters, as a share."""


@once
def strengths(at: str, filters: Filters, criterion: str) -> BradleyTerry:
    """Return the Bradley–Terry fit of the votes on a criterion."""
    return bradley_terry(filters.votes(data.votes()), criterion)


@once
def verdict(at: str, filters: Filters, asked: Question) -> Watched:
    """Return the verdict on a pair, audited with the A/A pairs of the same studies."""
    return watch(
        filters.votes(data.votes()),
        asked.checkpoint,
        asked.opponent,
        asked.criterion,
        smallest=asked.smallest,
        noise=noise(at, filters.study, asked.criterion),
    )


@once
def history(at: str, filters: Filters, asked: Question) -> tuple[Look, ...]:
    """Return what one would have seen at up to 50 earlier moments."""
    votes = filters.votes(data.votes())
    return looks(votes, asked.checkpoint, asked.opponent, asked.criterion)


@once
def matrix(at: str, filters: Filters, criterion: str) -> WinMatrix:
    """Return the win rate of every checkpoint against every other one."""
    return win_matrix(filters.votes(data.votes()), criterion)


@once
def noise(at: str, study: str | None, criterion: str) -> NoiseFloor | None:
    """Return what A/A pairs of one study, or of all, gave; None where there are none."""
    frame = data.controls()
    return choosing.noise_floor(
        frame if study is None else frame[frame["study"] == study], criterion
    )


@once
def criteria(at: str, filters: Filters) -> tuple[str, ...]:
    """Return the criteria that were voted on within the filters, "overall" first."""
    return choosing.voted_criteria(filters.votes(data.votes()))


@once
def compared(at: str, filters: Filters, criterion: str) -> tuple[str, ...]:
    """Return the checkpoints that were compared within the filters, oldest first."""
    return choosing.compared(filters.votes(data.votes()), criterion, data.checkpoint_names())


@once
def usual_pair(
    at: str, filters: Filters, criterion: str, checkpoint: str | None = None
) -> tuple[str, str] | None:
    """Return the pair with the most votes, of all or with one checkpoint."""
    votes = filters.votes(data.votes())
    return choosing.most_compared(votes, criterion, data.checkpoint_names(), checkpoint)


def vote_criterion(filters: Filters) -> str:
    """Return the criterion of the votes to show: the chosen one if it was voted on."""
    voted = sorted(data.votes()["criterion"].unique())
    for wanted in (filters.criterion, "overall"):
        if wanted in voted:
            return str(wanted)
    return voted[0] if voted else "overall"


def decided_at(past: tuple[Look, ...], asked: Question) -> int | None:
    """Return the number of votes at the first look of the history that gave a verdict."""
    for look in past:
        if decide(look, asked.checkpoint, asked.opponent, asked.smallest)[0] != "not yet":
            return look.n_votes
    return None


def ribbon(past: tuple[Look, ...]) -> pd.DataFrame:
    """Return one row per look; without an interval (one reviewer) it is drawn from 0 to 1."""
    return pd.DataFrame(
        {
            "votes": look.n_votes,
            "value": look.value,
            "low": look.interval.low if look.interval else 0.0,
            "high": look.interval.high if look.interval else 1.0,
            "shown": shown_share(look.value, look.interval) if look.interval else "no interval yet",
            "counts": f"{words.count(look.n_votes, 'vote')} by "
            f"{words.count(look.n_reviewers, 'reviewer')}",
        }
        for look in past
    )


def forest(places: Sequence[Place]) -> pd.DataFrame:
    """Return one row per checkpoint, as `verdict_charts.forest` draws it."""
    return pd.DataFrame(
        {
            "name": one.checkpoint,
            "strength": _or_nan(one.strength),
            **_ends("", one.interval),
            **_ends("naive_", one.naive_interval),
            "label": place_range(one.best_rank, one.worst_rank),
            "shown": words.percent(share(one.strength)),
            "range": words.percent_range(_shares(one.interval)) if one.interval else one.reason,
            "naive_range": words.percent_range(_shares(one.naive_interval)),
            "tied": words.listed(one.tied_with[:5]) or "nobody",
            "counts": words.count(one.n_votes, "vote"),
        }
        for one in places
    )


def share(log_odds: float | None) -> float | None:
    """Return log odds as a share; None for None."""
    return None if log_odds is None else float(special.expit(log_odds))


def leaderboard(model: BradleyTerry) -> pd.DataFrame:
    """Return one row per checkpoint, the strongest first; strengths are log odds."""
    return pd.DataFrame(
        {
            "place": place_range(place.best_rank, place.worst_rank),
            "checkpoint": place.checkpoint,
            "group": place.comparable_set + 1,
            "strength": _or_nan(place.strength),
            **_ends("", place.interval),
            **_ends("naive ", place.naive_interval),
            "tied with": ", ".join(place.tied_with),
            "best in": _or_nan(place.top_share),
            "votes": place.n_votes,
            "both bad": place.n_both_bad,
            "note": place.reason or "",
        }
        for place in model.places
    )


def contrasts(model: BradleyTerry) -> pd.DataFrame:
    """Return one row per pair of checkpoints, the surest difference first.

    `wins` with its intervals is a share of decided votes; the difference is in log odds.
    """
    rows = []
    for one in model.contrasts:
        ends = one.share_interval()
        rows.append(
            {
                "checkpoint": one.checkpoint,
                "opponent": one.opponent,
                "wins": _or_nan(one.share),
                **_ends("", ends),
                "Holm p": _or_nan(one.p_holm),
                "p": _or_nan(one.p),
                "told apart": _told_apart(one.value, one.p_holm, 1 - model.level),
                "difference": _or_nan(one.value),
                "standard error": _or_nan(one.standard_error),
                "degrees of freedom": _or_nan(one.df),
                **_ends("naive ", _shares(one.naive_interval)),
                "note": one.reason or "",
            }
        )
    return pd.DataFrame(rows).sort_values("p", kind="stable", na_position="last")


def cells(found: WinMatrix) -> pd.DataFrame:
    """Return one row per pair of different checkpoints, both ways round, met or not."""
    return pd.DataFrame(
        {
            "row": row,
            "column": column,
            "rate": _or_nan(found.values[i][j]),
            "shown": words.percent(found.values[i][j]),
            "votes": words.count(n, "vote") if (n := found.n_votes[i][j]) else "never compared",
        }
        for i, row in enumerate(found.checkpoints)
        for j, column in enumerate(found.checkpoints)
        if i != j
    )


def place_range(best: int, worst: int) -> str:
    """Write the places that a checkpoint may hold, e.g. "1" or "2–4"."""
    return str(best) if best == worst else f"{best}–{worst}"


def _told_apart(value: float | None, p: float | None, alpha: float) -> str:
    if value is None or p is None:
        return "unknown"
    if p >= alpha:
        return "no"
    return "better" if value > 0 else "worse"


def _ends(prefix: str, interval: Interval | None) -> dict[str, float]:
    return {
        f"{prefix}low": interval.low if interval else np.nan,
        f"{prefix}high": interval.high if interval else np.nan,
    }


def _shares(interval: Interval | None) -> Interval | None:
    if interval is None:
        return None
    low, high = special.expit([interval.low, interval.high])
    return Interval(float(low), float(high), interval.level)


def _or_nan(value: float | None) -> float:
    return np.nan if value is None else value
