"""Turns people's labels of checked texts into what a check's score means for such texts.

From 50 labels on a threshold and a risk, from 100 on weights of the check's components, which are
kept only where cross-validation shows a gain. Texts on one prompt are always in one fold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from lab.analysis.checks.accuracy import auroc
from lab.analysis.checks.gains import auroc_gain, balanced_accuracy, calibration_error
from lab.analysis.checks.ratios import Measured, ratio
from lab.analysis.checks.recalibration import cross_fitted, fit_calibrator
from lab.analysis.checks.weights import cross_weighted, folds_of, learn_weights, weigh

FEWEST = 50
"""Labels for a threshold and a risk."""
FEWEST_FOR_WEIGHTS = 100
"""Labels for weights of the components."""
_FEWEST_OF_A_KIND = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """What labels say about a check's score."""

    n_labels: int
    """Texts that people looked through."""
    n_hallucinated: int
    """Of these, the ones that they call hallucinated."""
    n_prompts: int
    """Their prompts."""
    reason: str | None
    """Why nothing could be learned; None where a risk could."""
    intercept: float | None = None
    """Of the risk's log-odds."""
    slope: float | None = None
    """Of the risk's log-odds, per point of the raw score, or of the weighted components."""
    threshold: float | None = None
    """Risk from which on flagging gives the best balanced accuracy on the labels."""
    weights: tuple[float, ...] | None = None
    """Of the components; None where the raw score is used."""
    gain: Measured | None = None
    """What the weights add to the AUROC on other prompts; None below 100 labels."""
    auroc: Measured | None = None
    """Of the raw score."""
    balanced_accuracy: Measured | None = None
    """Of a threshold chosen on other prompts."""
    balanced_accuracy_half: Measured | None = None
    """Of the raw score at a fixed 0.5."""
    error_before: float | None = None
    """Mean distance of the raw score from the share hallucinated, over tenths of the texts."""
    error_after: float | None = None
    """The same of a risk learned on other prompts."""
    conformal: float | None = None
    """Risk from which on flagging misses at most a share of hallucinated texts."""
    conformal_reason: str | None = None
    """Why there is none."""
    most_missed: float = 0.1
    """That share."""
    flagged: Measured | None = None
    """Share of the labelled texts that this flags: what it costs to read."""


def fit_check(
    scores: np.ndarray,
    labels: np.ndarray,
    prompts: np.ndarray,
    components: np.ndarray | None = None,
    most_missed: float = 0.1,
    level: float = 0.95,
    seed: int = 0,
) -> Fitted:
    """Learn what a check's score means.

    Args:
        scores: raw scores, higher is more suspicious, shape (texts,).
        labels: whether people call a text hallucinated, shape (texts,).
        prompts: number of its prompt, shape (texts,).
        components: what the score is made of, shape (texts, components); None where unknown.
        most_missed: share of hallucinated texts that may be missed.
        level: confidence of the intervals, which are over other prompts.
        seed: seed of the folds.

    Returns:
        What could be learned, and a reason where nothing could.
    """
    x, y = np.asarray(scores, dtype=float), np.asarray(labels, dtype=bool)
    _, groups = np.unique(np.asarray(prompts), return_inverse=True)
    counts: dict[str, Any] = {
        "n_labels": len(x),
        "n_hallucinated": int(y.sum()),
        "n_prompts": int(groups.max(initial=-1)) + 1,
    }
    reason = _too_few(y, counts["n_prompts"])
    if reason:
        return Fitted(**counts, reason=reason)
    weights, gain, used = None, None, x
    if components is not None and len(x) >= FEWEST_FOR_WEIGHTS:
        parts = np.asarray(components, dtype=float)
        crossed = cross_weighted(parts, y, groups, seed)
        gain = auroc_gain(crossed, x, y, groups, level)
        if gain.interval is not None and gain.interval.low > 0:
            weights, used = learn_weights(parts, y), crossed
    intercept, slope = _platt(used, y)
    risks = special.expit(intercept + slope * used)
    after = cross_fitted(used, y.astype(float), groups, "platt", seed=seed)
    flags = _cross_thresholds(used, y, groups, seed)
    cut, why = conformal_threshold(risks, y, groups, most_missed)
    return Fitted(
        **counts,
        reason=None,
        intercept=intercept,
        slope=slope,
        threshold=best_threshold(risks, y),
        weights=weights,
        gain=gain,
        auroc=auroc(x, y, groups, level),
        balanced_accuracy=balanced_accuracy(flags, y, groups, level),
        balanced_accuracy_half=balanced_accuracy(x >= 0.5, y, groups, level),
        error_before=calibration_error(x, y),
        error_after=None if after is None else calibration_error(after, y),
        conformal=cut,
        conformal_reason=why,
        most_missed=most_missed,
        flagged=None
        if cut is None
        else ratio((risks >= cut).astype(float), np.ones(len(x)), groups, level, ""),
    )


def risk_of(
    intercept: float,
    slope: float,
    weights: Sequence[float] | None,
    score: float,
    components: Sequence[float] | None,
) -> float:
    """Return the risk of one text by what was learned.

    Args:
        intercept: see `Fitted`.
        slope: see `Fitted`.
        weights: see `Fitted`.
        score: the text's raw score.
        components: what it is made of; needed with weights.
    """
    if weights and components is not None:
        score = float(weigh(np.array([components]), tuple(weights))[0])
    return float(special.expit(intercept + slope * score))


def _too_few(labels: np.ndarray, n_prompts: int) -> str | None:
    if len(labels) < FEWEST:
        return f"not enough labels: {len(labels)} texts are labelled, {FEWEST} are needed"
    rarer = int(min(labels.sum(), (~labels).sum()))
    if rarer < _FEWEST_OF_A_KIND:
        return (
            f"not enough labels: {rarer} texts of one kind, hallucinated or clean; "
            f"{_FEWEST_OF_A_KIND} of each are needed"
        )
    if n_prompts < 10:
        return f"not enough labels: they are on {n_prompts} prompts, 10 are needed"
    return None


def conformal_threshold(
    risks: np.ndarray, labels: np.ndarray, prompts: np.ndarray, most_missed: float = 0.1
) -> tuple[float | None, str | None]:
    """Choose the highest risk at which, for a new prompt, few hallucinated texts are missed.

    Conformal risk control (Angelopoulos, Bates, Fisch, Lei and Schuster 2024) over prompts: the
    loss of a prompt is the share of its hallucinated texts below the threshold, and the threshold
    is the highest with (Σ losses + 1) / (prompts + 1) ≤ most_missed. With one text a prompt it is
    split-conformal prediction of the hallucinated class. It holds on average over draws of the
    labels, for prompts drawn as the labelled ones were.

    Args:
        risks: higher is more suspicious, shape (texts,).
        labels: whether people call a text hallucinated, shape (texts,).
        prompts: number of its prompt, shape (texts,).
        most_missed: share of hallucinated texts that may be missed.

    Returns:
        The threshold, texts at or above it being flagged, and None; or None and why.
    """
    bad = np.asarray(labels, dtype=bool)
    mine = np.asarray(risks, dtype=float)[bad]
    _, codes, sizes = np.unique(np.asarray(prompts)[bad], return_inverse=True, return_counts=True)
    n = len(sizes)
    allowed = most_missed * (n + 1) - 1
    if n == 0 or allowed < 0:
        needed = int(np.ceil(1 / most_missed - 1 - 1e-9))
        return None, (
            f"not enough labels: hallucinated texts on {n} prompts; {needed} are needed to miss "
            f"at most {most_missed:.0%}"
        )
    order = np.argsort(mine, kind="stable")
    # Missed below the k-th smallest: all before it, ties with it not among them.
    lost = np.concatenate([[0.0], np.cumsum(1 / sizes[codes[order]])])
    first = np.searchsorted(mine[order], mine[order], side="left")
    fine = np.flatnonzero(lost[first] <= allowed + 1e-12)
    return float(mine[order][fine[-1]]), None


def best_threshold(scores: np.ndarray, labels: np.ndarray) -> float:
    """Return the score with the largest sum of sensitivity and specificity (Youden 1950).

    Args:
        scores: higher is more suspicious, shape (texts,).
        labels: whether people call a text hallucinated, shape (texts,), of both kinds.
    """
    values = np.unique(scores)
    bad, good = np.sort(scores[labels]), np.sort(scores[~labels])
    caught = 1 - np.searchsorted(bad, values) / len(bad)
    spared = np.searchsorted(good, values) / len(good)
    return float(values[np.argmax(caught + spared)])


def _cross_thresholds(
    scores: np.ndarray, labels: np.ndarray, groups: np.ndarray, seed: int
) -> np.ndarray:
    fold = folds_of(groups, 5, seed)
    flags = np.zeros(len(scores), dtype=bool)
    for number in range(5):
        held = fold == number
        rest = labels[~held]
        if rest.any() and not rest.all():
            flags[held] = scores[held] >= best_threshold(scores[~held], rest)
    return flags


def _platt(scores: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """Return Platt's constant and slope, read off the curve where it is steepest."""
    curve = fit_calibrator(scores, labels.astype(float), "platt")
    middle = int(np.argmin(np.abs(curve.probabilities - 0.5)))
    at = slice(max(0, middle - 1), middle + 2)
    odds, where = special.logit(curve.probabilities[at]), curve.scores[at]
    slope = float((odds[-1] - odds[0]) / (where[-1] - where[0]))
    return float(odds[0] - slope * where[0]), slope
