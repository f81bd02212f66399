"""Turns two ways to judge the same texts into what the one is better than the other."""

from __future__ import annotations

import numpy as np
from scipy import stats

from lab.analysis.checks.ratios import Measured, cluster_totals, spread, unknown
from lab.analysis.intervals import Interval, t_interval


def balanced_accuracy(
    flags: np.ndarray, labels: np.ndarray, prompts: np.ndarray, level: float = 0.95
) -> Measured:
    """Compute the mean of sensitivity and specificity, with an interval over other prompts.

    Args:
        flags: whether a text is flagged, shape (texts,).
        labels: whether people call it hallucinated, shape (texts,), of both kinds.
        prompts: number of its prompt, shape (texts,).
        level: confidence of the interval.
    """
    right = np.asarray(flags, dtype=bool) == labels
    weights = np.where(labels, 0.5 / labels.sum(), 0.5 / (~labels).sum())
    return _mean(right.astype(float), weights, labels, prompts, level)


def _mean(
    values: np.ndarray,
    weights: np.ndarray,
    labels: np.ndarray,
    prompts: np.ndarray,
    level: float,
) -> Measured:
    """Mean over both kinds of texts with t interval, residuals summed within prompts."""
    centres = np.where(labels, values[labels].mean(), values[~labels].mean())
    total = float((weights * values).sum())
    totals = cluster_totals((values - centres) * weights, prompts)
    if len(totals) < 2:
        return unknown("an interval needs texts on two prompts")
    return Measured(
        value=total,
        interval=t_interval(total, spread(totals), len(totals) - 1, level),
        reason=None,
        n=len(values),
        n_prompts=len(totals),
    )


def auroc_gain(
    new: np.ndarray,
    old: np.ndarray,
    labels: np.ndarray,
    prompts: np.ndarray,
    level: float = 0.95,
) -> Measured:
    """Compute the difference of two AUROCs on the same texts (DeLong 1988; Obuchowski 1997).

    Args:
        new: scores, shape (texts,).
        old: other scores of the same texts, shape (texts,).
        labels: whether people call a text hallucinated, shape (texts,), of both kinds.
        prompts: number of its prompt, shape (texts,).
        level: confidence of the interval.
    """
    difference = _placements(new, labels) - _placements(old, labels)
    # Either kind's placements average to the AUROC; both carry its variance.
    weights = np.where(labels, 1 / labels.sum(), 1 / (~labels).sum())
    found = _mean(difference, weights, labels, prompts, level)
    if found.interval is None or found.value is None:
        return found
    value = found.value / 2
    half = (found.interval.high - found.interval.low) / 2
    return Measured(
        value=value,
        interval=Interval(value - half, value + half, level),
        reason=None,
        n=found.n,
        n_prompts=found.n_prompts,
    )


def _placements(scores: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Share of the other kind that each text is on the right side of, ties half."""
    ranks = stats.rankdata(scores)
    found = np.empty(len(scores))
    for kind in (True, False):
        mine = labels == kind
        above = (ranks[mine] - stats.rankdata(scores[mine])) / (~mine).sum()
        found[mine] = above if kind else 1 - above
    return found


def calibration_error(risks: np.ndarray, labels: np.ndarray, n_bins: int = 10) -> float:
    """Compute the mean distance between risk and share hallucinated over bins of as many texts.

    The adaptive calibration error of Nixon et al. (2019); it is above 0 by chance too.

    Args:
        risks: in [0, 1], shape (texts,).
        labels: whether people call a text hallucinated, shape (texts,).
        n_bins: bins.
    """
    parts = np.array_split(np.argsort(risks, kind="stable"), min(n_bins, len(risks)))
    gaps = [len(one) * abs(float(risks[one].mean() - labels[one].mean())) for one in parts]
    return sum(gaps) / len(risks)
