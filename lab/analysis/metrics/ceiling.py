"""Turns ratings into how well one reviewer follows the others: the yardstick of a metric."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lab.analysis.frames import codes_of, columns_of
from lab.analysis.metrics.correlation import Asked, Estimated, estimated, too_few
from lab.analysis.metrics.measures import Estimate, over_systems, own_values
from lab.analysis.metrics.rated_texts import RatedTexts, rated_texts

N_SPLITS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceiling:
    """How well one rating of each text follows the mean of the text's other ratings."""

    criterion: str
    """Name of the criterion."""

    agreement: Estimated
    """The same measure as for the metrics, at the same level."""

    n_texts: int
    """Texts with two or more ratings on the criterion."""


def human_ceiling(ratings: pd.DataFrame, asked: Asked) -> tuple[Ceiling, ...]:
    """Measure how well a reviewer follows the others on the same texts.

    Of each text one rating, drawn at random, stands for the reviewer and the mean of its other
    ratings for the others; the measure is averaged over 20 such draws. The others' mean rests on
    one rating less than the mean that metrics are held against, so this is, if anything, low;
    and one rating is noisy itself, so a good metric may well be above it.

    Args:
        ratings: one row per rating: generation_id, prompt_id, checkpoint, criterion, value.
        asked: level, measure and settings, as for the metrics.

    Returns:
        One result per criterion, sorted.

    Raises:
        ValueError: a column is missing.
    """
    needed = ["generation_id", "prompt_id", "checkpoint", "criterion", "value"]
    rows = columns_of(ratings, needed, "human_ceiling")
    return tuple(
        _ceiling(str(criterion), rows[rows["criterion"] == criterion], asked)
        for criterion in sorted(rows["criterion"].unique())
    )


def _ceiling(criterion: str, rows: pd.DataFrame, asked: Asked) -> Ceiling:
    codes = codes_of(rows["generation_id"])
    rows = rows[np.bincount(codes)[codes] > 1]
    if rows.empty:
        reason = "no text has two ratings"
        none = Estimated(value=None, interval=None, reason=reason)
        return Ceiling(criterion=criterion, agreement=none, n_texts=0)
    codes = codes_of(rows["generation_id"])
    texts = rows.iloc[np.unique(codes, return_index=True)[1]].assign(people=0.0)
    grid = rated_texts(texts, ["people"], "human_ceiling")
    if few := too_few(grid, np.ones(len(texts), dtype=bool), asked.level):
        none = Estimated(value=None, interval=None, reason=few.replace(" and scores", ""))
        return Ceiling(criterion=criterion, agreement=none, n_texts=len(texts))
    values = rows["value"].to_numpy(dtype=np.float64)
    estimate = _averaged(grid, codes, values, asked)
    return Ceiling(
        criterion=criterion,
        agreement=estimated(estimate, grid.n_prompts, asked),
        n_texts=len(texts),
    )


def _averaged(grid: RatedTexts, codes: np.ndarray, values: np.ndarray, asked: Asked) -> Estimate:
    """Average the measure over the draws, as a function of the prompts' weights."""
    rng = np.random.default_rng(asked.seed)
    n, sums = np.bincount(codes), np.bincount(codes, weights=values)
    parts: list[Estimate] = []
    for _ in range(N_SPLITS):
        order = rng.permutation(len(values))
        chosen = order[np.unique(codes[order], return_index=True)[1]]
        one = values[chosen]
        rest = np.round((sums - one) / (n - 1), 12)
        if asked.level == "system":
            parts.append(over_systems(grid, one, rest, asked.measure))
        elif (own := own_values(grid, one, rest, asked.measure, asked.seed)) is not None:
            parts.append(own.estimate)
    if not parts:
        return lambda weights: np.full(len(weights), np.nan)
    return lambda weights: np.nanmean([part(weights) for part in parts], axis=0)
