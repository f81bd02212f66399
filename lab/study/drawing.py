"""Turns a study's seed into draws that do not disturb one another."""

from __future__ import annotations

import math
import random

from lab.study.protocol import Protocol


def draw_for(protocol: Protocol, purpose: str) -> random.Random:
    """Make the source of randomness for one purpose.

    Each purpose has its own, so that switching one kind of control on leaves all other draws as
    they were.

    Args:
        protocol: its seed is used.
        purpose: what is drawn, e.g. "prompts".
    """
    return random.Random(f"{protocol.seed} {purpose}")


def share_of(share: float, n: int) -> int:
    """Count a share of n things, rounded half up."""
    return math.floor(share * n + 0.5)


def spread(positions: int, n: int) -> list[int]:
    """Choose n of so many positions, evenly spaced, the first gap and the last alike.

    Args:
        positions: how many there are.
        n: how many are wanted, at most as many as there are.
    """
    return [(2 * at + 1) * positions // (2 * n) for at in range(n)]
