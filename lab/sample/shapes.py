"""Shapes that make what is computed of a row the same to the bit, whatever rows are beside it.

A sum rounds by its order, and the order depends on the shape: on how far a row is padded, and on
whether a product has one row or several. A difference in the last bit changes one drawn token in
some thousands, as the numbers that draw lie close to the edge of some token's share that often.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

PIECE = 16
"""Lengths are rounded up to a multiple of it, the floats of a processor's register, in tokens."""


def up(number: int, step: int = PIECE) -> int:
    """Return the least multiple of a step that is not below a number."""
    return -(-number // step) * step


def by_length(rows: Sequence[Sequence[int]], step: int = PIECE) -> dict[int, list[int]]:
    """Group rows by their own length, rounded up: the numbers of the rows of each."""
    found: dict[int, list[int]] = {}
    for number, row in enumerate(rows):
        found.setdefault(up(len(row), step), []).append(number)
    return found


def beside(given: Tensor, n_rows: int) -> Tensor:
    """Put rows of zeros behind fewer than so many rows."""
    return torch.cat([given, given.new_zeros(n_rows - len(given))])
