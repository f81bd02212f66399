"""Turns a check's flags and people's labels into precision, recall, F1, and how it ranks texts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from lab.analysis.bootstrap import batches, check_resamples, resample_weights
from lab.analysis.checks.ratios import Measured, cluster_totals, ratio, spread, unknown
from lab.analysis.intervals import Interval, check_level, percentile_interval, share_interval

ONE_KIND = "all labelled texts are of one kind; both hallucinated and clean ones are needed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Accuracy:
    """How far a check's flags are right and complete."""

    precision: Measured
    """Share of the flagged texts that people call hallucinated."""

    recall: Measured
    """Share of the hallucinated texts that are flagged."""

    specificity: Measured
    """Share of the clean texts that are not flagged."""

    f1: Measured
    """Harmonic mean of precision and recall."""

    flagged: Measured
    """Share of the labelled texts that are flagged: what there is to read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Precision against recall over all thresholds."""

    thresholds: np.ndarray
    """Scores from which on a text is flagged, falling; shape (points,)."""

    precision: np.ndarray
    """Precision at each threshold; shape (points,)."""

    recall: np.ndarray
    """Recall at each threshold, rising; shape (points,)."""

    prevalence: float
    """Share of hallucinated texts: the precision of a check that guesses."""

    average_precision: Measured
    """Σ (R_k − R_{k−1}) P_k, without interpolation."""


def accuracy(
    flagged: np.ndarray, labels: np.ndarray, prompts: np.ndarray, level: float = 0.95
) -> Accuracy:
    """Compute precision, recall, specificity, F1 and the share flagged.

    Args:
        flagged: whether the check flags a text, shape (texts,).
        labels: whether people call it hallucinated, shape (texts,).
        prompts: number of its prompt, shape (texts,).
        level: confidence of the intervals, which are over other prompts.

    Raises:
        ValueError: the shapes differ, or the level is out of range.
    """
    check_level(level)
    f, y = _same(flagged, labels, prompts)
    ones = np.ones(len(f))
    return Accuracy(
        precision=ratio(f * y, f, prompts, level, "the check flags none of the labelled texts"),
        recall=ratio(f * y, y, prompts, level, "no labelled text is hallucinated"),
        specificity=ratio((1 - f) * (1 - y), 1 - y, prompts, level, "no labelled text is clean"),
        f1=ratio(2 * f * y, f + y, prompts, level, "nothing is flagged and nothing hallucinated"),
        flagged=ratio(f, ones, prompts, level, "no text is labelled"),
    )


def auroc(
    scores: np.ndarray, labels: np.ndarray, prompts: np.ndarray, level: float = 0.95
) -> Measured:
    """Compute how often a hallucinated text has a higher score than a clean one; ties count half.

    Variance from the placements of each text (DeLong, DeLong and Clarke-Pearson 1988), summed
    within prompts (Obuchowski 1997, "Nonparametric analysis of clustered ROC curve data"); the
    interval is t on the logit scale.

    Args:
        scores: higher is more suspicious, shape (texts,).
        labels: whether people call a text hallucinated, shape (texts,).
        prompts: number of its prompt, shape (texts,).
        level: confidence of the interval.

    Raises:
        ValueError: the shapes differ, or the level is out of range.
    """
    check_level(level)
    _, y = _same(scores, labels, prompts)
    bad, good = y == 1, y == 0
    if not bad.any() or not good.any():
        return unknown(ONE_KIND)
    placed = _placements(np.asarray(scores, dtype=float), bad)
    value = float(placed[bad].mean())
    weights = np.where(bad, 1 / bad.sum(), 1 / good.sum())
    totals = cluster_totals((placed - value) * weights, prompts)
    # The scarcer kind decides how much is known.
    n_scarce = min(len(np.unique(prompts[bad])), len(np.unique(prompts[good])))
    too_few = "an interval needs hallucinated and clean texts on two prompts each"
    return Measured(
        value=value,
        interval=share_interval(value, spread(totals), n_scarce, level) if n_scarce > 1 else None,
        reason=None if n_scarce > 1 else too_few,
        n=len(y),
        n_prompts=len(totals),
    )


def precision_recall(
    scores: np.ndarray,
    labels: np.ndarray,
    prompts: np.ndarray,
    level: float = 0.95,
    n_resamples: int = 500,
    seed: int = 0,
) -> Curve | None:
    """Compute precision and recall at every threshold, and their summary.

    The interval of the average precision resamples prompts.

    Args:
        scores: higher is more suspicious, shape (texts,).
        labels: whether people call a text hallucinated, shape (texts,).
        prompts: number of its prompt, shape (texts,).
        level: confidence of the interval.
        n_resamples: resamples of the bootstrap, at least 100.
        seed: seed of the bootstrap.

    Returns:
        The curve; None where no text is hallucinated.

    Raises:
        ValueError: the shapes differ, or a setting is out of range.
    """
    check_level(level)
    check_resamples(n_resamples)
    scores, y = _same(scores, labels, prompts)
    if not y.any():
        return None
    order = np.argsort(-scores, kind="stable")
    last = np.append(np.flatnonzero(np.diff(scores[order])), len(y) - 1)
    hits, n_flagged = y[order].cumsum()[last], last + 1
    precision, recall = hits / n_flagged, hits / y.sum()
    value = float((np.diff(recall, prepend=0) * precision).sum())
    rng = np.random.default_rng(seed)
    interval = _resampled(y[order], prompts[order], last, level, n_resamples, rng)
    too_few = "too few prompts with a hallucinated text for an interval"
    return Curve(
        thresholds=scores[order][last],
        precision=precision,
        recall=recall,
        prevalence=float(y.mean()),
        average_precision=Measured(
            value=value,
            interval=interval,
            reason=None if interval else too_few,
            n=len(y),
            n_prompts=len(np.unique(prompts)),
        ),
    )


def _same(
    first: np.ndarray, labels: np.ndarray, prompts: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    if not len(first) == len(labels) == len(prompts):
        sizes = f"{len(first)}, {len(labels)} and {len(prompts)}"
        raise ValueError(f"scores or flags, labels and prompts have {sizes} rows; give as many")
    return np.asarray(first, dtype=float), np.asarray(labels, dtype=float)


def _placements(scores: np.ndarray, bad: np.ndarray) -> np.ndarray:
    # A text's rank among all less its rank among its own kind counts the other kind below it.
    overall = rankdata(scores)
    placed = np.empty(len(scores))
    n_bad, n_good = bad.sum(), (~bad).sum()
    placed[bad] = (overall[bad] - rankdata(scores[bad])) / n_good
    placed[~bad] = 1 - (overall[~bad] - rankdata(scores[~bad])) / n_bad
    return placed


def _resampled(
    labels: np.ndarray,
    prompts: np.ndarray,
    last: np.ndarray,
    level: float,
    n_resamples: int,
    rng: np.random.Generator,
) -> Interval | None:
    clusters, codes = np.unique(prompts, return_inverse=True)
    if len(np.unique(codes[labels == 1])) < 2:
        return None
    values = []
    for size in batches(n_resamples, 4 * len(labels)):
        weights = resample_weights(len(clusters), size, rng)[:, codes]
        hits = (weights * labels).cumsum(axis=1)[:, last]
        with np.errstate(invalid="ignore", divide="ignore"):
            precision = hits / weights.cumsum(axis=1)[:, last]
            recall = hits / hits[:, -1:]
            steps = np.diff(recall, prepend=0, axis=1)
            found = np.nansum(steps * precision, axis=1)
        values.append(np.where(hits[:, -1] > 0, found, np.nan))
    return percentile_interval(np.concatenate(values), level)
