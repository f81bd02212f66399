"""Turns a number of clusters into resampling weights, drawn in batches that fit in memory."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

_CELLS = 8_000_000


def resample_weights(n_clusters: int, n_resamples: int, rng: np.random.Generator) -> np.ndarray:
    """Draw clusters with replacement, n_clusters at a time.

    Returns:
        How often each cluster was drawn, shape (resamples, clusters), each row summing to
        n_clusters.
    """
    even = np.full(n_clusters, 1 / n_clusters)
    return rng.multinomial(n_clusters, even, size=n_resamples).astype(np.float64)


def batches(n_resamples: int, n_columns: int) -> Iterator[int]:
    """Split a number of resamples so that a batch by n_columns stays within 64 MB of floats."""
    size = max(1, min(n_resamples, _CELLS // max(1, n_columns)))
    for start in range(0, n_resamples, size):
        yield min(size, n_resamples - start)


def check_resamples(n_resamples: int) -> None:
    """Raise ValueError for fewer than 100 resamples: the ends of an interval would be noise."""
    if n_resamples < 100:
        raise ValueError(f"n_resamples is {n_resamples}; it must be at least 100")
