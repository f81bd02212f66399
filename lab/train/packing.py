"""Turns lengths of texts into rows that hold several texts each, nearly without padding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from lab.errors import ConfigError

# Token ids that every vocabulary has: two texts of a probe.
PROBE = ((1, 2, 0, 2), (2, 0, 1))


@dataclass(frozen=True, slots=True)
class Packs:
    """Which texts stand in which row."""

    order: NDArray[Any]
    """The texts' numbers, row after row."""

    ends: NDArray[Any]
    """Where each row's texts end in `order`."""

    width: int
    """Places of a row."""

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.ends)

    def __getitem__(self, place: int) -> list[int]:
        """Return the numbers of one row's texts."""
        start = self.ends[place - 1] if place else 0
        return self.order[start : self.ends[place]].tolist()


def pack_rows(lengths: NDArray[Any], width: int, seed: int) -> Packs:
    """Put texts into as few rows as best fit does, longest first.

    Longest-pack-first histogram packing (Krell et al. 2021, arXiv:2107.02027): texts of one
    length are alike, so the work grows with the square of the width and not with the texts.

    Args:
        lengths: places that each text needs, from 1 to `width`.
        width: places of a row.
        seed: which of the texts of one length go together.

    Returns:
        The rows, each text in exactly one.
    """
    shuffled = np.random.default_rng(seed).permutation(len(lengths))
    by_length = shuffled[np.argsort(lengths[shuffled], kind="stable")]
    next_of = np.concatenate(([0], np.cumsum(np.bincount(lengths, minlength=width + 1))))
    orders, sizes = [], []
    for count, pattern in _patterns(np.bincount(lengths, minlength=width + 1), width):
        rows = np.empty((count, len(pattern)), by_length.dtype)
        for column, length in enumerate(pattern):
            rows[:, column] = by_length[next_of[length] : next_of[length] + count]
            next_of[length] += count
        orders.append(rows.ravel())
        sizes.append(np.full(count, len(pattern)))
    if not orders:
        return Packs(shuffled, shuffled, width)
    return Packs(np.concatenate(orders), np.cumsum(np.concatenate(sizes)), width)


def _patterns(histogram: NDArray[Any], width: int) -> list[tuple[int, tuple[int, ...]]]:
    """Return how many rows hold texts of which lengths."""
    by_room: list[list[tuple[int, tuple[int, ...]]]] = [[] for _ in range(width + 1)]
    for length in range(width, 0, -1):
        left = int(histogram[length])
        while left:
            room = next((room for room in range(length, width + 1) if by_room[room]), None)
            if room is None:
                by_room[width - length].append((left, (length,)))
                break
            count, pattern = by_room[room].pop()
            taken = min(count, left)
            if count > taken:
                by_room[room].append((count - taken, pattern))
            by_room[room - length].append((taken, (*pattern, length)))
            left -= taken
    return [pack for room in by_room for pack in room]


def check_packing(model: Any) -> None:
    """Make sure that texts in one row cannot see one another, by trying it.

    Args:
        model: a causal PreTrainedModel; it is left as it was.

    Raises:
        ConfigError: what the model says of a text depends on the text before it in the row.
    """
    was_training = model.training
    model.eval()
    with torch.no_grad():
        apart = [_logits(model, text, range(len(text))) for text in PROBE]
        places = [place for text in PROBE for place in range(len(text))]
        together = _logits(model, [token for text in PROBE for token in text], places)
    model.train(was_training)
    expected = torch.cat(apart)
    if not torch.allclose(together, expected, rtol=0, atol=1e-4 * float(expected.abs().max())):
        raise ConfigError(
            f"packing: in a model of type {model.config.model_type!r} the texts of one row would "
            "see one another; leave packing off (rows of like length stand together then)"
        )


def _logits(model: Any, ids: Sequence[int], places: Sequence[int]) -> torch.Tensor:
    given = {"input_ids": ids, "position_ids": places}
    tensors = {name: torch.tensor([list(value)]) for name, value in given.items()}
    on_device = {name: value.to(model.device) for name, value in tensors.items()}
    return model(**on_device, use_cache=False).logits[0].float()
