"""Turns the share of the budget that is used up into a learning rate; knows no clock."""

from __future__ import annotations

import math

FLOOR = 0.02


def rate_factor(share: float, warmup: float) -> float:
    """Rise in a line over the warm-up, then fall by half a cosine (Loshchilov & Hutter 2017).

    Args:
        share: part of the budget used up, in [0, 1].
        warmup: part of the budget in which the rate rises, in [0, 1).

    Returns:
        Factor of the peak rate, from 1 down to FLOOR at the end.
    """
    if share < warmup:
        return max(share / warmup, FLOOR)
    done = min((share - warmup) / (1 - warmup), 1.0)
    return FLOOR + (1 - FLOOR) * 0.5 * (1 + math.cos(math.pi * done))
