"""Turns ratings of some texts and automatic scores of all into means with narrower intervals.

Prediction-powered inference (Angelopoulos, Duchi and Zrnic 2023, "PPI++: Efficient
prediction-powered inference"): scores predict what people would have said of the texts that nobody
rated, and the texts that somebody did rate correct the prediction's error, whatever it is. The
interval holds for useless and for biased scores alike, as long as chance chose which texts people
rate; good scores make it narrower.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pandas as pd
from scipy import stats

from lab.analysis.frames import columns_of
from lab.analysis.intervals import Interval, check_level, t_interval
from lab.analysis.prediction.joined import Known, join, rows_of
from lab.analysis.prediction.spread import (
    Estimate,
    Moves,
    Rows,
    correlation,
    estimate,
    moves,
    tuned,
    unlike,
)
from lab.analysis.preferences.contrasts import holm_adjusted

_UNLIKE = 3.0
_FEWEST_PROMPTS = 5
_MOST_FOR_ALL_PAIRS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Predicted:
    """A mean rating, or a difference of two, with and without the help of automatic scores."""

    checkpoint: str
    """The checkpoint whose mean it is."""

    opponent: str | None
    """The checkpoint whose mean is taken away; None for a mean by itself."""

    criterion: str
    """Name of the criterion."""

    value: float | None
    """Prediction-powered mean or difference, in points; None with a reason."""

    interval: Interval | None
    """Its interval over other reviewers and prompts; None with a reason."""

    classical_value: float
    """The same from the ratings alone."""

    classical_interval: Interval | None
    """Its interval, by the same errors; None where there are too few reviewers or prompts."""

    p: float | None
    """Two-sided p of no difference; None for a mean by itself, and without a value."""

    p_holm: float | None
    """The same, adjusted for all differences that were asked for together; None without p."""

    classical_p: float | None
    """Two-sided p of no difference from the ratings alone; None for a mean by itself, and without
    an interval."""

    classical_p_holm: float | None
    """The same, adjusted alike; None without it."""

    reason: str | None
    """Why there is no prediction-powered value; None where there is one."""

    tuning: float | None
    """How far the predictions are trusted (λ), 0 not at all to 1 wholly; None without a value."""

    saved: float | None
    """Share of the ratings that the scores save at the same width, 0 to 1; None without a value."""

    saved_interval: Interval | None
    """Interval of that share; None without a value."""

    effective_ratings: float | None
    """Ratings that would give as narrow an interval alone; None without a value."""

    unlike: float | None
    """By how many standard errors rated and unrated texts differ in predicted ratings: beyond 3 or
    so it was not chance that chose the rated ones. None where predictions do not vary."""

    n_ratings: int
    """Ratings."""

    n_rated: int
    """Texts that somebody rated."""

    n_unrated: int
    """Texts with scores that nobody rated."""

    n_reviewers: int
    """People who rated."""

    n_prompts: int
    """Prompts of the rated texts."""

    scores: tuple[str, ...]
    """The scores that predict, those that differ and are known for half of the texts."""

    seed: int
    """Seed of the folds."""

    @property
    def helps(self) -> bool:
        """Whether it is sure that the scores save anything."""
        return self.saved_interval is not None and self.saved_interval.low > 0

    @property
    def is_unlike(self) -> bool:
        """Whether the rated texts are no random choice of the texts, by their scores."""
        return self.unlike is not None and abs(self.unlike) > _UNLIKE


def predicted_means(
    ratings: pd.DataFrame,
    texts: pd.DataFrame,
    scores: Sequence[str],
    level: float = 0.95,
    seed: int = 0,
) -> tuple[Predicted, ...]:
    """Compute every checkpoint's mean rating on every criterion, with and without the scores.

    The texts spoken for are those of the checkpoint from the data sets and splits in which it was
    rated. See `lab.analysis.prediction.scores` for the predictions and
    `lab.analysis.prediction.spread` for the errors.

    Args:
        ratings: one row per rating: generation_id, checkpoint, criterion, reviewer_id, prompt_id,
            value.
        texts: one row per text, rated or not: generation_id, checkpoint, prompt_id, dataset, split
            and a column per score, NaN = no score.
        scores: names of the columns that may predict.
        level: confidence.
        seed: seed of the folds.

    Returns:
        One result per criterion and checkpoint that has ratings, sorted by both.

    Raises:
        ValueError: a column is missing, or the level is out of range.
    """
    check_level(level)
    found = []
    for criterion in _criteria(ratings, "predicted_means"):
        known = join(ratings, texts, scores, criterion, seed, "predicted_means")
        for checkpoint in sorted(known.ratings["checkpoint"].unique()):
            parts = (rows_of(known, checkpoint, 1.0),)
            empty = _empty(parts, known, checkpoint, None, criterion, seed)
            found.append(_solve(parts, empty, level))
    return tuple(found)


def chosen_pairs(ratings: pd.DataFrame, order: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Choose which checkpoints to compare: every two, or all with one where they are many.

    With more than six checkpoints, each is compared with the one that has most ratings.

    Args:
        ratings: one row per rating: checkpoint.
        order: names of checkpoints, oldest first.

    Returns:
        Pairs of checkpoints that have ratings; the newer one first, or the one with most ratings
        second.

    Raises:
        ValueError: a column is missing, or a rated checkpoint is not in the order.
    """
    counts = columns_of(ratings, ["checkpoint"], "chosen_pairs")["checkpoint"].value_counts()
    rated = {str(name): int(n) for name, n in counts.items() if n}
    if unknown := sorted(set(rated) - set(order)):
        raise ValueError(f"chosen_pairs: {unknown[0]!r} is rated, but not in the order given")
    names = [name for name in order if name in rated]
    if len(names) <= _MOST_FOR_ALL_PAIRS:
        return tuple((newer, older) for older, newer in combinations(names, 2))
    best = max(names, key=lambda name: rated[name])
    return tuple((name, best) for name in names if name != best)


def predicted_differences(
    ratings: pd.DataFrame,
    texts: pd.DataFrame,
    scores: Sequence[str],
    pairs: Sequence[tuple[str, str]],
    level: float = 0.95,
    seed: int = 0,
) -> tuple[Predicted, ...]:
    """Compute by how much one checkpoint is rated above another, with and without the scores.

    Where both were rated on the same prompts or by the same reviewers, what these add to both
    cancels out. Each p is adjusted (Holm 1979) over all pairs and criteria together.

    Args:
        ratings: as for `predicted_means`.
        texts: as for `predicted_means`.
        scores: names of the columns that may predict.
        pairs: names of two checkpoints each; the second one's mean is taken away.
        level: confidence.
        seed: seed of the folds.

    Returns:
        One result per criterion, sorted, and pair of which both have ratings on it.

    Raises:
        ValueError: a column is missing, or the level is out of range.
    """
    check_level(level)
    found = []
    for criterion in _criteria(ratings, "predicted_differences") if pairs else ():
        known = join(ratings, texts, scores, criterion, seed, "predicted_differences")
        rated = set(known.ratings["checkpoint"])
        for pair in pairs:
            if rated >= set(pair):
                rows = (rows_of(known, pair[0], 1.0), rows_of(known, pair[1], -1.0))
                found.append(_solve(rows, _empty(rows, known, *pair, criterion, seed), level))
    return _adjusted(found)


def _adjusted(found: Sequence[Predicted]) -> tuple[Predicted, ...]:
    powered = holm_adjusted(np.array([_or_nan(one.p) for one in found]))
    classical = holm_adjusted(np.array([_or_nan(one.classical_p) for one in found]))
    return tuple(
        replace(
            one,
            p_holm=None if one.p is None else float(p),
            classical_p_holm=None if one.classical_p is None else float(plain),
        )
        for one, p, plain in zip(found, powered, classical, strict=True)
    )


def _or_nan(p: float | None) -> float:
    return np.nan if p is None else p


def _criteria(ratings: pd.DataFrame, caller: str) -> list[str]:
    return sorted(map(str, columns_of(ratings, ["criterion"], caller)["criterion"].unique()))


def _empty(
    parts: tuple[Rows, ...],
    known: Known,
    checkpoint: str,
    opponent: str | None,
    criterion: str,
    seed: int,
) -> Predicted:
    names = [checkpoint] if opponent is None else [checkpoint, opponent]
    rated = known.ratings[known.ratings["checkpoint"].isin(names)]
    return Predicted(
        checkpoint=checkpoint,
        opponent=opponent,
        criterion=criterion,
        value=None,
        interval=None,
        classical_value=sum(float(rows.sign * rows.values.mean()) for rows in parts),
        classical_interval=None,
        p=None,
        p_holm=None,
        classical_p=None,
        classical_p_holm=None,
        reason=None,
        tuning=None,
        saved=None,
        saved_interval=None,
        effective_ratings=None,
        unlike=None,
        n_ratings=len(rated),
        n_rated=rated["generation_id"].nunique(),
        n_unrated=sum(len(rows.others) for rows in parts),
        n_reviewers=rated["reviewer"].nunique(),
        n_prompts=rated["prompt"].nunique(),
        scores=known.used,
        seed=seed,
    )


def _solve(parts: tuple[Rows, ...], empty: Predicted, level: float) -> Predicted:
    if any(min(len(np.unique(r.prompts)), len(np.unique(r.reviewers))) < 2 for r in parts):
        return replace(
            empty, reason="one reviewer or one prompt so far; an interval needs at least two"
        )
    found = moves(parts)
    plain = estimate(parts, found, 0.0)
    classical = t_interval(plain.value, plain.standard_error, plain.df, level)
    held = replace(empty, classical_interval=classical, classical_p=_p(plain, empty))
    reason = _no_help(parts, held)
    if reason is not None:
        return replace(held, reason=reason)
    return _powered(parts, found, held, level)


def _no_help(parts: tuple[Rows, ...], held: Predicted) -> str | None:
    if not held.scores:
        return "no score differs between these texts; compute some with `lab score`"
    if any(len(rows.others) == 0 for rows in parts):
        return "no further text with scores is unrated; sample and score more to gain from them"
    if held.n_prompts < _FEWEST_PROMPTS:
        return f"fewer than {_FEWEST_PROMPTS} rated prompts; too few to learn from"
    return None


def _powered(parts: tuple[Rows, ...], found: Moves, held: Predicted, level: float) -> Predicted:
    tuning = tuned(found)
    plain, powered = estimate(parts, found, 0.0), estimate(parts, found, tuning)
    before, after = plain.standard_error**2, powered.standard_error**2
    saved = max(0.0, 1 - after / before) if before > 0 else 0.0
    return replace(
        held,
        value=powered.value,
        interval=t_interval(powered.value, powered.standard_error, powered.df, level),
        p=_p(powered, held),
        tuning=tuning,
        saved=saved,
        saved_interval=_saved_between(found, before, level),
        effective_ratings=held.n_ratings / (1 - saved) if saved < 1 else None,
        unlike=unlike(parts, found),
    )


def _p(found: Estimate, empty: Predicted) -> float | None:
    if empty.opponent is None:
        return None
    if found.standard_error == 0:
        return 1.0 if found.value == 0 else 0.0
    return float(2 * stats.t.sf(abs(found.value) / found.standard_error, found.df))


def _saved_between(found: Moves, before: float, level: float) -> Interval:
    """Take r² of the predictions over prompts, of the part of the variance that prompts make up."""
    _, low, high = correlation(found, level)
    part = min(1.0, float((found.prompts[:, 0] ** 2).sum()) / before) if before > 0 else 0.0
    return Interval(part * max(0.0, low) ** 2, part * max(0.0, high) ** 2, level)
