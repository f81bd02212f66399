"""A set of texts and of references into MAUVE: how far their distributions overlap.

Both are vectors of an encoder, sorted into the same clusters; two histograms are left, and the
area under their divergence frontier is the value. Clustering is random, so it is done with
several seeds: the mean is the value, and the distance of the outermost is told as a metric of its
own, since below 1,000 texts it is as large as the differences that people publish.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from lab.metrics.aids import Aids
from lab.metrics.types import ScoreInput
from lab.metrics.whole import SetMetric, SetValue

FEWEST = 100
"""Fewest texts, with as many references, for a value."""

N_SEEDS = 5
"""Clusterings of which the value is the mean."""

N_RESAMPLES = 500
"""Bootstrap resamples of prompts behind the interval."""

N_WEIGHTS = 25
"""Points of the frontier."""

SCALE = 5.0
"""Scaling of divergences (the paper's c)."""

MOST_CLUSTERS = 500
"""Most clusters, as in the paper; below it a tenth as many as texts."""

_AT_ONCE = 2**22
"""Distances held at once (32 MB)."""

MOST_ROUNDS = 100
"""Rounds of k-means."""

EXPLAINED = 0.9
"""Share of the vectors' variance that is kept."""

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


def frontier_area(p: Floats, q: Floats) -> float:
    """Compute the area under the divergence frontier of two histograms.

    Args:
        p: shares of the clusters among the texts, summing to 1.
        q: the same among the references.

    Returns:
        The area, in (0, 1]: 1 for equal histograms, about 1/252 for ones without a common cluster.
    """
    weights = np.linspace(1e-6, 1 - 1e-6, N_WEIGHTS)[:, None]
    mixed = weights * p + (1 - weights) * q
    x = np.r_[1.0, np.exp(-SCALE * _divergence(q, mixed)), 0.0]
    y = np.r_[0.0, np.exp(-SCALE * _divergence(p, mixed)), 1.0]
    by_x, by_y = np.lexsort((-y, x)), np.lexsort((-x, y))
    areas = np.trapezoid(y[by_x], x[by_x]), np.trapezoid(x[by_y], y[by_y])
    return float(min(1.0, sum(areas) / 2))


def _divergence(p: Floats, mixed: Floats) -> Floats:
    """Compute the Kullback–Leibler divergence of a histogram from each mixture, in nats."""
    there = p > 0
    return (p[there] * np.log(p[there] / mixed[:, there])).sum(axis=1)


def clusters(vectors: Floats, n_clusters: int, seed: int) -> Integers:
    """Sort vectors into clusters by k-means from a k-means++ start (Arthur and Vassilvitskii 2007).

    Args:
        vectors: (texts, width).
        n_clusters: how many.
        seed: of the start.

    Returns:
        The cluster of each vector, from 0.
    """
    draw = np.random.default_rng(seed)
    centres = vectors[draw.integers(len(vectors), size=1)]
    nearest = _distances(vectors, centres)[:, 0]
    while len(centres) < n_clusters and nearest.sum() > 0:
        one = vectors[draw.choice(len(vectors), p=nearest / nearest.sum())][None]
        centres = np.concatenate([centres, one])
        nearest = np.minimum(nearest, _distances(vectors, one)[:, 0])
    found = np.zeros(len(vectors), dtype=np.int64)
    for _ in range(MOST_ROUNDS):
        before, found = found, _nearest(vectors, centres)
        if (before == found).all():
            break
        sums = np.zeros_like(centres)
        np.add.at(sums, found, vectors)
        counts = np.bincount(found, minlength=len(centres))[:, None]
        centres = np.where(counts > 0, sums / np.maximum(1, counts), centres)
    return found


def _nearest(vectors: Floats, centres: Floats) -> Integers:
    size = max(1, _AT_ONCE // len(centres))
    parts = [
        _distances(vectors[first : first + size], centres).argmin(axis=1)
        for first in range(0, len(vectors), size)
    ]
    return np.concatenate(parts)


def _distances(vectors: Floats, centres: Floats) -> Floats:
    """Compute squared distances: (texts, centres)."""
    squares = np.square(vectors).sum(axis=1)[:, None] + np.square(centres).sum(axis=1)
    return np.maximum(0.0, squares - 2 * vectors @ centres.T)


def reduced(vectors: Floats) -> Floats:
    """Keep the main directions that explain nine tenths of the variance.

    Args:
        vectors: (texts, width).
    """
    centred = vectors - vectors.mean(axis=0)
    values, directions = np.linalg.eigh(centred.T @ centred)
    order = np.argsort(values)[::-1]
    shares = np.cumsum(values[order]) / max(values.sum(), 1e-12)
    kept = int(np.searchsorted(shares, EXPLAINED)) + 1
    return centred @ directions[:, order[:kept]]


@dataclass(frozen=True, slots=True)
class _Texts:
    """What is compared; told apart by the texts' ids and the encoder's name only."""

    ids: tuple[str, ...]
    encoder: str
    inputs: Sequence[ScoreInput] = field(compare=False)
    aids: Aids = field(compare=False)


@dataclass(frozen=True, slots=True)
class _Areas:
    """The value under each seed, and under each bootstrap resample of prompts."""

    by_seed: Floats
    resampled: Floats


@lru_cache(maxsize=1)
def _areas(texts: _Texts) -> _Areas | None:
    """Compute all areas; None where the encoder's numbers are not finite."""
    vectors = _encoded(texts.inputs, texts.aids.encoder)
    if not np.isfinite(vectors).all():
        return None
    vectors = reduced(vectors)
    numbers: dict[str, int] = {}
    place = [numbers.setdefault(given.prompt.id, len(numbers)) for given in texts.inputs]
    n, n_prompts = len(texts.inputs), len(numbers)
    k = min(MOST_CLUSTERS, max(2, round(n / 10)))
    found = [clusters(vectors, k, seed) for seed in range(N_SEEDS)]
    draw, even = np.random.default_rng(0), np.full(n_prompts, 1 / n_prompts)
    resampled = [
        _area(found[number % N_SEEDS], draw.multinomial(n_prompts, even)[place], k)
        for number in range(N_RESAMPLES)
    ]
    by_seed = [_area(own, np.ones(n), k) for own in found]
    return _Areas(np.array(by_seed), np.array(resampled))


def _area(found: Integers, weights: npt.NDArray[Any], k: int) -> float:
    """Compute the area of texts and references whose prompts weigh so much."""
    n = len(weights)
    sides = [np.bincount(own, weights=weights, minlength=k) for own in (found[:n], found[n:])]
    return frontier_area(*(side / side.sum() for side in sides))


def _encoded(inputs: Sequence[ScoreInput], encoder: Any) -> Floats:
    """Encode texts, then references, a repeated one once."""
    every = [given.generation.text for given in inputs]
    every += [given.prompt.reference or "" for given in inputs]
    different = list(dict.fromkeys(every))
    place = {text: number for number, text in enumerate(different)}
    vectors = np.asarray(encoder.sentences(different), dtype=np.float64)
    return vectors[[place[text] for text in every]]


def _of(inputs: Sequence[ScoreInput], aids: Aids) -> _Areas | str:
    if aids.encoder is None:
        raise ValueError("MAUVE needs an encoder: none was given")
    usable = [
        given
        for given in inputs
        if (given.prompt.reference or "").strip() and given.generation.text.strip()
    ]
    if len(usable) < FEWEST:
        return f"{len(usable)} texts have a reference; below {FEWEST} MAUVE is its seed's noise"
    ids = tuple(given.generation.id for given in usable)
    return _areas(_Texts(ids, aids.encoder.name, usable, aids)) or (
        "the encoder's numbers are not finite"
    )


def compute(inputs: Sequence[ScoreInput], aids: Aids) -> SetValue:
    """MAUVE: overlap of the distributions of the texts and of the references, under an encoder.

    Range 1/252 to 1, higher is nearer. 1: the same share in every cluster; 1/252: no cluster in
    common. Mean over five k-means clusterings into a tenth as many clusters as texts, at most 500;
    the encoder is the version's, not the paper's GPT-2, so values compare with none published. It
    falls with fewer texts: compare only sets of as many. 95 % interval by 500 bootstrap resamples
    of prompts over the five clusterings, around the value: for as many texts, of other prompts. No
    value below 100 texts with a reference, or where the encoder's numbers are not finite. Pillutla
    et al. 2021, MAUVE: Measuring the Gap Between Neural Text and Human Text.
    """
    found = _of(inputs, aids)
    if isinstance(found, str):
        return SetValue(reason=found)
    value = float(found.by_seed.mean())
    # A resample holds texts twice and so lies lower: its spread counts, not its place.
    low, high = np.quantile(found.resampled - found.resampled.mean(), [0.025, 0.975])
    return SetValue(
        value=value, low=float(max(1 / 252, value + low)), high=float(min(1.0, value + high))
    )


def compute_spread(inputs: Sequence[ScoreInput], aids: Aids) -> SetValue:
    """MAUVE's seed spread: highest minus lowest MAUVE of five clusterings of the same texts.

    Range 0 to 1, lower is surer. Differences in MAUVE below it mean nothing; at 200 texts it is
    large. No value where MAUVE has none. After Pillutla et al. 2023, MAUVE Scores for
    Generative Models, section 5.
    """
    found = _of(inputs, aids)
    if isinstance(found, str):
        return SetValue(reason=found)
    return SetValue(value=float(np.ptp(found.by_seed)))


MAUVE = SetMetric(
    name="mauve",
    definition="k-means-5|k:500|pca:.9|bs:500",
    better="higher",
    range=(1 / 252, 1.0),
    needs=frozenset({"encoder", "reference"}),
    compute=compute,
)
MAUVE_SEED_SPREAD = SetMetric(
    name="mauve_seed_spread",
    definition="k-means-5|k:500|pca:.9",
    better="lower",
    range=(0.0, 1.0),
    needs=frozenset({"encoder", "reference"}),
    compute=compute_spread,
)
