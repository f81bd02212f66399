"""Draws which text of a pair stands on the left, so that each checkpoint is there half the time.

Efron's biased coin (1971, Biometrika 58, 403-417): fair while the sides are balanced, and with
probability 3/4 towards balance when they are not. Two balances count alike, as in Pocock and
Simon (1975, Biometrics 31, 103-115): that of the reviewer with this pair of checkpoints, and that
of the item over its reviewers.
"""

from __future__ import annotations

import hashlib

from storage.assignments.entries import Entry

TOWARDS_BALANCE = 0.75
"""Probability of the side that evens the balance out."""


def pair(entry: Entry) -> tuple[str, ...]:
    """Name the pair of checkpoints of an item, whichever comes first in it."""
    return tuple(sorted(entry.checkpoint_ids))


def lean(entry: Entry, swapped: bool) -> int:
    """Say whether the pair's first checkpoint stands on the left (1) or on the right (-1)."""
    is_turned = entry.checkpoint_ids[0] > entry.checkpoint_ids[1]
    return 1 if swapped == is_turned else -1


def draw_swapped(entry: Entry, reviewer_id: str, reviewer_lean: int) -> bool:
    """Draw whether generation b stands on the left.

    Args:
        entry: the item, a pair.
        reviewer_id: who is given it.
        reviewer_lean: how often the pair's first checkpoint has stood on this reviewer's left,
            less how often on the right.
    """
    surplus = _sign(reviewer_lean) + _sign(entry.lean)
    chance_of_left = (
        0.5 if surplus == 0 else TOWARDS_BALANCE if surplus < 0 else 1 - TOWARDS_BALANCE
    )
    is_first_left = _chance(entry.id, reviewer_id) < chance_of_left
    return is_first_left != (lean(entry, swapped=False) == 1)


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)


def _chance(item_id: str, reviewer_id: str) -> float:
    # Ids are random, so this is too; drawn so, it can be checked afterwards.
    digest = hashlib.sha256(f"{item_id} {reviewer_id}".encode()).digest()
    return int.from_bytes(digest[:8]) / 2**64
