"""Says by which figure the settings of a search are compared, and how far folds are apart."""

from __future__ import annotations

import statistics
from collections.abc import Collection, Sequence

TOKEN_FIELDS = frozenset({"architecture", "parent", "template", "vocabulary", "context"})
"""Settings that change which tokens the validation texts are made of."""

LOSS, BITS = "validation loss in nats per token", "bits per byte of the validation texts"


def measure_of(fields: Collection[str]) -> str:
    """Return what a search over these settings makes as small as it can.

    A loss per token tells settings apart only where the tokens are the same; else it is bits per
    byte.
    """
    return BITS if TOKEN_FIELDS & set(fields) else LOSS


def spread_of(folds: Sequence[float] | None) -> float | None:
    """Return how far folds are apart: their standard deviation; None where there are no two.

    Folds share most of what they learn from, so this is no standard error of their mean.
    """
    return statistics.stdev(folds) if folds is not None and len(folds) > 1 else None
