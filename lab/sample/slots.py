"""A key-value cache whose rows are slots: each has its own length, and is used again when free."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from transformers.cache_utils import DynamicCache, DynamicLayer, DynamicSlidingWindowLayer


@dataclass(slots=True)
class Place:
    """Where the next keys and values go, the same for all layers."""

    slots: Tensor
    """(rows,) the slot of each row of the batch."""

    lengths: Tensor | None = None
    """(rows,) tokens that each slot holds already; None while beginnings are read."""

    longest: int = 0
    """Tokens of the longest row, once the next ones are in."""

    first: int = 0
    """The first of the slots, which follow one another while single tokens are read."""


class SlotLayer(DynamicLayer):
    """The keys and values of one layer, (slots, heads, room, head width)."""

    def __init__(self, n_slots: int, n_tokens: int, place: Place):
        """Plan the room.

        Args:
            n_slots: most rows that are written at once.
            n_tokens: most tokens that a row will have, the prompt included.
            place: where to write; its owner changes it between calls.
        """
        super().__init__()
        self.n_slots, self.n_tokens, self.place = n_slots, n_tokens, place

    def update(
        self, key_states: Tensor, value_states: Tensor, *args: Any, **kwargs: Any
    ) -> tuple[Tensor, Tensor]:
        """Write new tokens into the slots.

        Args:
            key_states: (rows, heads, new tokens, head width): beginnings, padded behind, or one
                more token for each of the first slots.
            value_states: the same.
            args: ignored, as in the class above.
            kwargs: ignored, as in the class above.

        Returns:
            The keys and values to attend to.
        """
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
            self.keys, self.values = self._room(key_states), self._room(value_states)
        slots, lengths = self.place.slots, self.place.lengths
        if lengths is None:
            n_new = key_states.shape[2]
            self.keys[slots, :, :n_new] = key_states
            self.values[slots, :, :n_new] = value_states
            return key_states, value_states
        self.keys[slots, :, lengths] = key_states[:, :, 0]
        self.values[slots, :, lengths] = value_states[:, :, 0]
        rows = slice(self.place.first, self.place.first + len(slots))
        end = self.place.longest
        return self.keys[rows, :, :end], self.values[rows, :, :end]

    def get_seq_length(self, *args: Any, **kwargs: Any) -> int:
        """Return the tokens before the new ones; the mask hides what a row does not have."""
        return 0 if self.place.lengths is None else self.place.longest - 1

    def copy(self, source: int, target: int) -> None:
        """Give a slot what another one holds."""
        if self.is_initialized:
            self.keys[target], self.values[target] = self.keys[source], self.values[source]

    def _room(self, states: Tensor) -> Tensor:
        _, heads, _, width = states.shape
        return states.new_zeros(self.n_slots, heads, self.n_tokens, width)


def slot_cache(model: Any, n_slots: int, n_tokens: int, place: Place) -> DynamicCache | None:
    """Make an empty cache of slots for a transformer.

    Args:
        model: a causal PreTrainedModel.
        n_slots: most rows that are written at once.
        n_tokens: most tokens that a row will have, the prompt included.
        place: where to write, shared by all layers.

    Returns:
        The cache; None where a layer keeps something else than keys and values.
    """
    cache = DynamicCache(config=model.config)
    if not cache.layers or {type(layer) for layer in cache.layers} - _PLAIN:
        return None
    cache.layers = [SlotLayer(n_slots, n_tokens, place) for _ in cache.layers]
    return cache


_PLAIN = {DynamicLayer, DynamicSlidingWindowLayer}


def windows(config: Any) -> dict[str, int | None] | None:
    """Tell how far back each kind of attention layer looks.

    Returns:
        Kind of layer to its window in tokens, None for everything; None where a kind is neither
        full nor sliding attention.
    """
    window = getattr(config, "sliding_window", None)
    if not getattr(config, "use_sliding_window", True):
        window = None
    kinds = getattr(config, "layer_types", None)
    if kinds is None:
        return {"all": window}
    known = {"full_attention": None, "sliding_attention": window}
    return {kind: known[kind] for kind in set(kinds)} if set(kinds) <= set(known) else None


LOWEST = torch.finfo(torch.bfloat16).min
"""Of the numbers that all precisions have."""


def step_mask(lengths: Tensor, longest: int, window: int | None) -> Tensor:
    """Say which keys the next token of each row may see.

    Args:
        lengths: (rows,) tokens before the next one.
        longest: tokens of the longest row, the next one included.
        window: how far back it looks, itself included; None for everything.

    Returns:
        (rows, 1, 1, longest) float32: 0 where it sees, the lowest number where it does not, to be
        added to the scores (every implementation of attention takes that).
    """
    keys = torch.arange(longest, device=lengths.device)
    hidden = keys > lengths[:, None]
    if window is not None:
        hidden |= keys <= lengths[:, None] - window
    mask = torch.zeros(hidden.shape, device=lengths.device)
    return mask.masked_fill_(hidden, LOWEST)[:, None, None, :]
