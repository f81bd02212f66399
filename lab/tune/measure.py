"""Says by which figure the settings of a search are compared."""

from __future__ import annotations

from collections.abc import Collection

TOKEN_FIELDS = frozenset({"architecture", "parent", "template", "vocabulary", "context"})
"""Settings that change which tokens the validation texts are made of."""

LOSS, BITS = "validation loss in nats per token", "bits per byte of the validation texts"


def measure_of(fields: Collection[str]) -> str:
    """Return what a search over these settings makes as small as it can.

    A loss per token tells settings apart only where the tokens are the same; else it is bits per
    byte.
    """
    return BITS if TOKEN_FIELDS & set(fields) else LOSS
