"""Turns a metric's scores and people's ratings into pairwise accuracy with calibrated ties.

People often call two texts equal, a metric almost never. So a metric's scores closer than a
threshold are taken as a tie (Deutsch, Foster and Freitag 2023, "Ties Matter"). A threshold chosen
on the texts that are then counted flatters the metric; here it comes from other prompts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lab.analysis.metrics import rowwise

N_FOLDS = 5
_MOST_IN_PAIRS = 400  # of a larger prompt, its first texts are compared


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibrated:
    """Pairwise accuracy whose threshold was chosen on the same texts, as published."""

    threshold: float
    """Largest difference of scores that is taken as a tie."""

    accuracy: float
    """Mean over prompts of the share of pairs that are ordered, or tied, as people do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossFitted:
    """Pairwise accuracy by prompt, each prompt's threshold chosen on the others."""

    accuracy: np.ndarray
    """Share of the prompt's pairs that agree, shape (prompts,); NaN where it has no pair."""

    chance: np.ndarray
    """What a metric with as many ties that knows nothing would reach, shape (prompts,)."""


@dataclass(frozen=True, slots=True)
class _Pairs:
    """All pairs of texts of one prompt, the closest scores first."""

    gaps: np.ndarray  # |difference of scores|
    prompts: np.ndarray
    tied: np.ndarray  # by people
    agrees: np.ndarray  # in order, as long as the metric's is no tie
    weights: np.ndarray  # 1 / pairs of its prompt
    n_prompts: int


def calibrate(scores: np.ndarray, human: np.ndarray) -> Calibrated | None:
    """Choose the threshold that serves a metric best, and say what accuracy it then has.

    Equals `tau_optimization` with `acc_23` of mt-metrics-eval.

    Args:
        scores: shape (prompts, texts), NaN where there is none.
        human: the same shape.

    Returns:
        The best of all thresholds, the smallest of equals; None where no prompt has a pair.
    """
    pairs = _pairs(scores, human)
    return _best(pairs, np.ones(pairs.n_prompts, dtype=bool)) if len(pairs.gaps) else None


def cross_fit(scores: np.ndarray, human: np.ndarray, seed: int) -> CrossFitted | None:
    """Compute the accuracy within each prompt, with a threshold chosen on other prompts.

    Args:
        scores: shape (prompts, texts), NaN where there is none.
        human: the same shape.
        seed: decides which prompts share one of the five thresholds.

    Returns:
        The accuracies; None where fewer than two prompts have a pair.
    """
    pairs = _pairs(scores, human)
    present = np.unique(pairs.prompts)
    if len(present) < 2:
        return None
    thresholds = np.full(pairs.n_prompts, np.nan)
    shuffled = np.random.default_rng(seed).permutation(present)
    for fold in np.array_split(shuffled, min(N_FOLDS, len(present))):
        others = np.isin(np.arange(pairs.n_prompts), fold, invert=True)
        thresholds[fold] = _best(pairs, others).threshold
    tie = pairs.gaps <= thresholds[pairs.prompts]
    hits = np.where(tie, pairs.tied, pairs.agrees)
    accuracy, ties, human_ties = (
        np.bincount(pairs.prompts, weights=each * pairs.weights, minlength=pairs.n_prompts)
        for each in (hits, tie, pairs.tied)
    )
    chance = ties * human_ties + (1 - ties) * (1 - human_ties) / 2
    missing = np.bincount(pairs.prompts, minlength=pairs.n_prompts) == 0
    accuracy[missing], chance[missing] = np.nan, np.nan
    return CrossFitted(accuracy=accuracy, chance=chance)


def _best(pairs: _Pairs, counted: np.ndarray) -> Calibrated:
    """Sweep the threshold over all gaps: from each on, its pair is a tie."""
    weights = np.where(counted[pairs.prompts], pairs.weights, 0.0)
    total = weights.sum()
    gained = np.cumsum(weights * (pairs.tied.astype(float) - pairs.agrees))
    # Pairs of one gap become ties together; at 0 those are ties that are so anyway.
    ends = np.flatnonzero(np.r_[pairs.gaps[1:] != pairs.gaps[:-1], True])
    thresholds, values = pairs.gaps[ends], gained[ends]
    if thresholds[0] > 0:
        thresholds, values = np.r_[0.0, thresholds], np.r_[0.0, values]
    values = ((weights * pairs.agrees).sum() + values) / total
    best = int(np.argmax(values > values.max() - 1e-12))
    return Calibrated(threshold=float(thresholds[best]), accuracy=float(values[best]))


def _pairs(scores: np.ndarray, human: np.ndarray) -> _Pairs:
    scores, human = rowwise.justified(scores, human)
    scores, human = scores[:, :_MOST_IN_PAIRS], human[:, :_MOST_IN_PAIRS]
    sizes = np.isfinite(scores).sum(axis=1)
    found = [(np.zeros(0), np.zeros(0), np.zeros(0, dtype=np.intp))]
    for rows in rowwise.blocks(np.flatnonzero(sizes > 1), sizes):
        i, j = np.triu_indices(int(sizes[rows].max()), 1)
        gap, order = (each[rows][:, i] - each[rows][:, j] for each in (scores, human))
        row, pair = np.nonzero(np.isfinite(gap))
        found.append((gap[row, pair], order[row, pair], rows[row]))
    gap, order, prompts = (np.concatenate(column) for column in zip(*found, strict=True))
    closest = np.argsort(np.abs(gap), kind="stable")
    gap, order, prompts = gap[closest], order[closest], prompts[closest]
    n_pairs = np.bincount(prompts, minlength=len(scores))
    return _Pairs(
        gaps=np.abs(gap),
        prompts=prompts,
        tied=order == 0,
        agrees=(np.sign(gap) == np.sign(order)) & (order != 0),
        weights=1 / n_pairs[prompts],
        n_prompts=len(scores),
    )
