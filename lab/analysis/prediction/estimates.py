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

import numpy as np
import pandas as pd

from lab.analysis.frames import columns_of
from lab.analysis.intervals import Interval, check_level, t_interval
from lab.analysis.prediction.scores import cross_fitted, usable
from lab.analysis.prediction.spread import (
    Moves,
    Rows,
    correlation,
    estimate,
    moves,
    tuned,
    unlike,
)

_UNLIKE = 3.0
_FEWEST_PROMPTS = 5


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """The ratings on one criterion and the texts that they are to be generalised to."""

    ratings: pd.DataFrame
    texts: pd.DataFrame
    used: tuple[str, ...]


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
        known = _known(ratings, texts, scores, criterion, seed, "predicted_means")
        for checkpoint in sorted(known.ratings["checkpoint"].unique()):
            parts = (_rows(known, checkpoint, 1.0),)
            empty = _empty(parts, known, checkpoint, None, criterion, seed)
            found.append(_solve(parts, empty, level))
    return tuple(found)


def predicted_difference(
    ratings: pd.DataFrame,
    texts: pd.DataFrame,
    scores: Sequence[str],
    criterion: str,
    checkpoint: str,
    opponent: str,
    level: float = 0.95,
    seed: int = 0,
) -> Predicted:
    """Compute by how much one checkpoint is rated above another, with and without the scores.

    Where both were rated on the same prompts or by the same reviewers, what these add to both
    cancels out.

    Args:
        ratings: as for `predicted_means`.
        texts: as for `predicted_means`.
        scores: names of the columns that may predict.
        criterion: name of the criterion.
        checkpoint: name of one checkpoint.
        opponent: name of the other, whose mean is taken away.
        level: confidence.
        seed: seed of the folds.

    Raises:
        ValueError: a column is missing, a checkpoint has no rating on the criterion, or the level
            is out of range.
    """
    check_level(level)
    known = _known(ratings, texts, scores, criterion, seed, "predicted_difference")
    rated = set(known.ratings["checkpoint"])
    if missing := [name for name in (checkpoint, opponent) if name not in rated]:
        raise ValueError(
            f"predicted_difference: no rating of {missing[0]!r} on {criterion!r}; "
            f"rated are: {', '.join(sorted(rated))}"
        )
    parts = (_rows(known, checkpoint, 1.0), _rows(known, opponent, -1.0))
    return _solve(parts, _empty(parts, known, checkpoint, opponent, criterion, seed), level)


def _criteria(ratings: pd.DataFrame, caller: str) -> list[str]:
    return sorted(map(str, columns_of(ratings, ["criterion"], caller)["criterion"].unique()))


def _known(
    ratings: pd.DataFrame,
    texts: pd.DataFrame,
    scores: Sequence[str],
    criterion: str,
    seed: int,
    caller: str,
) -> _Known:
    needed = ["generation_id", "checkpoint", "criterion", "reviewer_id", "prompt_id", "value"]
    rows = columns_of(ratings, needed, caller)
    rows = rows[rows["criterion"] == criterion].astype({"checkpoint": str, "generation_id": str})
    told = ["generation_id", "checkpoint", "prompt_id", "dataset", "split", *scores]
    shown = columns_of(texts, told, caller).astype({"checkpoint": str, "generation_id": str})
    shown = _spoken_for(shown, rows).reset_index(drop=True)
    return _predict(rows[rows["generation_id"].isin(shown["generation_id"])], shown, scores, seed)


def _spoken_for(texts: pd.DataFrame, ratings: pd.DataFrame) -> pd.DataFrame:
    """Keep each checkpoint's texts from the data sets and splits where it was rated."""
    parts = [texts[name].astype(str) for name in ("checkpoint", "dataset", "split")]
    place = parts[0] + "\x1f" + parts[1] + "\x1f" + parts[2]
    rated = texts["generation_id"].isin(ratings["generation_id"])
    return texts[place.isin(place[rated])]


def _predict(
    ratings: pd.DataFrame, texts: pd.DataFrame, scores: Sequence[str], seed: int
) -> _Known:
    given = texts.loc[:, list(scores)].to_numpy(dtype=np.float64)
    use = usable(given) if len(texts) and given.shape[1] else np.zeros(given.shape[1], dtype=bool)
    used = tuple(name for name, chosen in zip(scores, use, strict=True) if chosen)
    means = ratings.groupby("generation_id", observed=True)["value"].mean()
    prompts, checkpoints = _codes(texts["prompt_id"]), _codes(texts["checkpoint"])
    said = texts["generation_id"].map(means).to_numpy(dtype=np.float64)
    predictions = np.zeros(len(texts))
    if used and np.isfinite(said).any():
        rng = np.random.default_rng(seed)
        predictions = cross_fitted(given[:, use], said, checkpoints, prompts, rng)
    # A text without any score is not one that scores tell of.
    scored = np.isfinite(given[:, use]).any(axis=1) if used else np.zeros(len(texts), dtype=bool)
    texts = texts.assign(
        prompt=prompts, prediction=predictions, is_open=~np.isfinite(said) & scored
    )
    rows = ratings.merge(
        texts[["generation_id", "prompt", "prediction"]], on="generation_id", validate="m:1"
    )
    return _Known(ratings=rows.assign(reviewer=_codes(rows["reviewer_id"])), texts=texts, used=used)


def _codes(column: pd.Series) -> np.ndarray:
    return pd.factorize(column.astype(str), sort=True)[0]


def _rows(known: _Known, checkpoint: str, sign: float) -> Rows:
    rated = known.ratings[known.ratings["checkpoint"] == checkpoint]
    rest = known.texts[(known.texts["checkpoint"] == checkpoint) & known.texts["is_open"]]
    return Rows(
        sign=sign,
        values=rated["value"].to_numpy(dtype=np.float64),
        predictions=rated["prediction"].to_numpy(dtype=np.float64),
        prompts=rated["prompt"].to_numpy(),
        reviewers=rated["reviewer"].to_numpy(),
        others=rest["prediction"].to_numpy(dtype=np.float64),
        other_prompts=rest["prompt"].to_numpy(),
    )


def _empty(
    parts: tuple[Rows, ...],
    known: _Known,
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
    held = replace(empty, classical_interval=classical)
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
        tuning=tuning,
        saved=saved,
        saved_interval=_saved_between(found, before, level),
        effective_ratings=held.n_ratings / (1 - saved) if saved < 1 else None,
        unlike=unlike(parts, found),
    )


def _saved_between(found: Moves, before: float, level: float) -> Interval:
    """Take r² of the predictions over prompts, of the part of the variance that prompts make up."""
    _, low, high = correlation(found, level)
    part = min(1.0, float((found.prompts[:, 0] ** 2).sum()) / before) if before > 0 else 0.0
    return Interval(part * max(0.0, low) ** 2, part * max(0.0, high) ** 2, level)
