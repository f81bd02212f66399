"""Turns scores of hallucinated texts into a threshold that misses few of them, at a stated risk."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special, stats

from lab.analysis.checks.ratios import Measured, ratio, unknown
from lab.analysis.intervals import check_level

_NO_TEXT = "no text is labelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """From which score on to flag a text, so that few hallucinated ones are missed."""

    value: float | None
    """Texts with this score or a higher one are flagged; None with a reason."""

    reason: str | None
    """Why no threshold can be chosen, and what it takes."""

    most_missed: float
    """Share of hallucinated texts that may be missed, e.g. 0.1."""

    confidence: float
    """How sure it is that no more are missed, over draws of the labelled texts, e.g. 0.9."""

    n_hallucinated: int
    """Labelled texts that people call hallucinated: the ones that the promise rests on."""

    n_effective: float
    """What they are worth as independent ones; texts on one prompt are alike."""

    n_needed: int
    """Independent hallucinated texts without which no threshold can promise this."""

    n_missed: int
    """Of the labelled hallucinated texts, those below the threshold."""

    flagged: Measured
    """Share of the labelled texts that it flags: what it costs to read."""

    precision: Measured
    """Share of these that people call hallucinated."""


def choose_threshold(
    scores: np.ndarray,
    labels: np.ndarray,
    prompts: np.ndarray,
    most_missed: float = 0.1,
    confidence: float = 0.9,
    level: float = 0.95,
) -> Threshold:
    """Choose the highest threshold that misses at most a share of hallucinated texts.

    Every threshold is tested in rising order against "it misses more", by an exact binomial test
    (fixed-sequence testing in "Learn then Test", Angelopoulos, Bates, Candès, Jordan and Lei
    2021); with independent texts this is the tolerance bound of Wilks (1941). Hallucinated texts
    on one prompt count as fewer by Kish's design effect (1965), from the intraclass correlation
    of their scores' ranks (as Korn and Graubard 1998 do for shares). The promise is about texts
    drawn as the labelled ones were.

    Args:
        scores: higher is more suspicious, shape (texts,).
        labels: whether people call a text hallucinated, shape (texts,).
        prompts: number of its prompt, shape (texts,).
        most_missed: share of hallucinated texts that may be missed.
        confidence: of the promise.
        level: confidence of the intervals of what it costs.

    Raises:
        ValueError: a share is not between 0 and 1.
    """
    for share in (most_missed, confidence, level):
        check_level(share)
    scores, bad = np.asarray(scores, dtype=float), np.asarray(labels) == 1
    ours = np.sort(scores[bad])
    n_effective = effective_number(scores[bad], prompts[bad])
    needed = math.ceil(math.log1p(-confidence) / math.log1p(-most_missed))
    allowed = _allowed(len(ours), n_effective, most_missed, confidence)
    value = None if allowed is None else float(ours[allowed])
    reason = None if value is not None else _too_few(len(ours), n_effective, needed)
    flagged = scores >= (math.inf if value is None else value)
    costs = unknown(reason or _NO_TEXT)
    found = costs
    if value is not None:
        ones = np.ones(len(scores))
        costs = ratio(flagged.astype(float), ones, prompts, level, _NO_TEXT)
        found = ratio((flagged & bad).astype(float), flagged.astype(float), prompts, level, "")
    return Threshold(
        value=value,
        reason=reason,
        most_missed=most_missed,
        confidence=confidence,
        n_hallucinated=len(ours),
        n_effective=n_effective,
        n_needed=needed,
        n_missed=int((bad & ~flagged).sum()) if value is not None else 0,
        flagged=costs,
        precision=found,
    )


def effective_number(scores: np.ndarray, prompts: np.ndarray) -> float:
    """Return how many independent texts these are worth, n / (1 + (m − 1) ρ) (Kish 1965).

    m is the size-weighted mean number of texts per prompt, ρ the intraclass correlation of the
    scores' ranks by analysis of variance (Donner 1986), taken as at least 0.

    Args:
        scores: shape (texts,).
        prompts: number of each text's prompt, shape (texts,).
    """
    n = len(scores)
    _, codes, sizes = np.unique(prompts, return_inverse=True, return_counts=True)
    if n == len(sizes):
        return float(n)
    typical = float((sizes**2).sum() / n)
    if len(sizes) == 1:
        return n / typical
    ranks = stats.rankdata(scores)
    means = np.bincount(codes, weights=ranks) / sizes
    between = float((sizes * (means - ranks.mean()) ** 2).sum()) / (len(sizes) - 1)
    within = float(((ranks - means[codes]) ** 2).sum()) / (n - len(sizes))
    size = (n - typical) / (len(sizes) - 1)
    total = between + (size - 1) * within
    alike = (between - within) / total if total > 0 else 1.0
    return n / (1 + (typical - 1) * max(0.0, alike))


def _allowed(n: int, n_effective: float, most_missed: float, confidence: float) -> int | None:
    """Return how many of n may be missed; None where not even no miss is proof enough."""
    if n == 0:
        return None
    missed = np.arange(n) * n_effective / n
    upper = special.betaincinv(missed + 1, n_effective - missed, confidence)
    fine = np.flatnonzero(upper <= most_missed)
    return int(fine[-1]) if len(fine) else None


def _too_few(n: int, n_effective: float, needed: int) -> str:
    worth = "" if n_effective > n - 0.5 else f", worth {n_effective:.0f} independent ones"
    return (
        f"not enough labels: this promise needs at least {needed} hallucinated texts, "
        f"on as many prompts; there are {n}{worth}"
    )
