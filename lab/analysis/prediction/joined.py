"""Turns ratings, texts and their scores into rated and unrated rows with a prediction for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lab.analysis.frames import columns_of
from lab.analysis.prediction.scores import cross_fitted, usable
from lab.analysis.prediction.spread import Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The ratings on one criterion and the texts that they are to be generalised to."""

    ratings: pd.DataFrame
    """One row per rating, with its text's prompt (a number) and prediction."""

    texts: pd.DataFrame
    """One row per text, with its prompt, its prediction and whether it is open: unrated."""

    used: tuple[str, ...]
    """The scores that predict."""


def join(
    ratings: pd.DataFrame,
    texts: pd.DataFrame,
    scores: Sequence[str],
    criterion: str,
    seed: int,
    caller: str,
) -> Known:
    """Join the ratings on a criterion with the texts that they speak for, and predict all of them.

    Args:
        ratings: as for `lab.analysis.prediction.estimates.predicted_means`, like all that follow.
        texts: see there.
        scores: see there.
        criterion: name of the criterion.
        seed: seed of the folds.
        caller: who asks, for messages.

    Raises:
        ValueError: a column is missing.
    """
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


def _predict(ratings: pd.DataFrame, texts: pd.DataFrame, scores: Sequence[str], seed: int) -> Known:
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
    return Known(ratings=rows.assign(reviewer=_codes(rows["reviewer_id"])), texts=texts, used=used)


def _codes(column: pd.Series) -> np.ndarray:
    return pd.factorize(column.astype(str), sort=True)[0]


def rows_of(known: Known, checkpoint: str, sign: float) -> Rows:
    """Return one checkpoint's ratings and unrated texts, with their predictions."""
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
