"""Turns two columns of rated texts into how well they agree, and into that under resampling.

A measure at a level is a function of the prompts' weights, so that a bootstrap over prompts is a
few matrix products.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from lab.analysis.metrics import rowwise, soft_accuracy, tie_calibration
from lab.analysis.metrics.rated_texts import RatedTexts

Level = Literal["within prompt", "system"]
Measure = Literal["pearson", "spearman", "kendall", "accuracy", "soft accuracy"]
Estimate = Callable[[np.ndarray], np.ndarray]

COEFFICIENTS: dict[str, rowwise.Rowwise] = {
    "pearson": rowwise.pearson,
    "spearman": rowwise.spearman,
    "kendall": rowwise.kendall,
}
MEASURES: dict[Level, tuple[Measure, ...]] = {
    "within prompt": ("pearson", "spearman", "kendall", "accuracy"),
    "system": ("pearson", "spearman", "kendall", "accuracy", "soft accuracy"),
}
"""The measures that a level has, in the order of the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """One value per prompt; the measure is their mean."""

    values: np.ndarray
    """Shape (prompts,), NaN where the prompt has none."""

    chance: np.ndarray
    """What a column that knows nothing would have, shape (prompts,)."""

    def estimate(self, weights: np.ndarray) -> np.ndarray:
        """Average the prompts' values; shape (resamples,) from (resamples, prompts)."""
        held = np.isfinite(self.values)
        kept = np.column_stack([np.where(held, self.values, 0.0), held])
        summed, total = (weights @ kept).T
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(total > 0, summed / total, np.nan)


def check_measure(level: str, measure: str) -> None:
    """Raise ValueError for an unknown level, or a measure that the level does not have."""
    if level not in MEASURES:
        raise ValueError(f"level is {level!r}; it must be one of: {', '.join(get_args(Level))}")
    if measure not in MEASURES[level]:
        known = ", ".join(MEASURES[level])
        raise ValueError(f"measure is {measure!r}; the level {level!r} has: {known}")


def own_values(
    texts: RatedTexts, x: np.ndarray, y: np.ndarray, measure: Measure, seed: int
) -> Own | None:
    """Compute the measure within each prompt; None where it cannot be computed at all.

    Args:
        texts: the texts.
        x: the scores, shape (texts,), NaN where there is none.
        y: the ratings, shape (texts,).
        measure: any but "soft accuracy".
        seed: decides the folds of the tie calibration.
    """
    by_x, by_y = texts.by_prompt(x), texts.by_prompt(y)
    if measure == "accuracy":
        fitted = tie_calibration.cross_fit(by_x, by_y, seed)
        return Own(values=fitted.accuracy, chance=fitted.chance) if fitted else None
    values = COEFFICIENTS[measure](by_x, by_y)
    return Own(values=values, chance=np.zeros(len(values)))


def system_means(
    texts: RatedTexts, values: np.ndarray, held: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    """Average values by checkpoint; shape (resamples, checkpoints), NaN where there is no text."""
    return _rounded(_means(texts, values, held, weights))


def _means(
    texts: RatedTexts, values: np.ndarray, held: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    n = texts.sums(np.ones(len(values)), held)
    with np.errstate(invalid="ignore", divide="ignore"):
        return weights @ texts.sums(values, held) / (weights @ n)


def system_rowwise(measure: Measure) -> rowwise.Rowwise:
    """Return the measure of rows of checkpoints' means; soft accuracy is none of means."""
    return rowwise.accuracy if measure == "accuracy" else COEFFICIENTS[measure]


def over_systems(texts: RatedTexts, x: np.ndarray, y: np.ndarray, measure: Measure) -> Estimate:
    """Make the measure over the checkpoints' means a function of the prompts' weights.

    Args:
        texts: the texts.
        x: the scores, shape (texts,), NaN where there is none.
        y: the ratings, shape (texts,), NaN where there is none.
        measure: the measure.
    """
    held = np.isfinite(x) & np.isfinite(y)
    if measure == "soft accuracy":
        cells_x, cells_y = texts.cells(x, held), texts.cells(y, held)
        return lambda weights: soft_accuracy.soft_accuracy(
            soft_accuracy.resampled_p_values(cells_x, weights),
            soft_accuracy.resampled_p_values(cells_y, weights),
        )
    of = system_rowwise(measure)
    # Rounding is for ranks; Pearson's r it would only blur.
    means = _means if measure == "pearson" else system_means
    return lambda weights: of(means(texts, x, held, weights), means(texts, y, held, weights))


def drawn_soft_accuracy(texts: RatedTexts, x: np.ndarray, y: np.ndarray) -> float:
    """Compute soft pairwise accuracy from drawn permutations, as it is defined."""
    held = np.isfinite(x) & np.isfinite(y)
    metric, human = (soft_accuracy.pair_p_values(texts.cells(each, held)) for each in (x, y))
    return float(soft_accuracy.soft_accuracy(metric, human))


def _rounded(means: np.ndarray) -> np.ndarray:
    # Equal means may differ in their last bits by the order of summing; ranks would see a winner.
    largest = np.abs(means[np.isfinite(means)]).max(initial=0.0)
    return np.round(means, 12 - int(np.ceil(np.log10(largest or 1.0))))
