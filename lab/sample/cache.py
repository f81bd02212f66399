"""A key-value cache that writes new tokens into room kept ready, where transformers' copies all."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from transformers.cache_utils import DynamicCache, DynamicLayer


class RoomyLayer(DynamicLayer):
    """The keys and values of one layer: views of buffers with room for the tokens to come."""

    def __init__(self, n_tokens: int):
        """Plan the room.

        Args:
            n_tokens: most tokens that a row will have, the prompt included.
        """
        super().__init__()
        self.n_tokens = n_tokens
        self.buffers: tuple[Tensor, Tensor] | None = None

    def update(
        self, key_states: Tensor, value_states: Tensor, *args: Any, **kwargs: Any
    ) -> tuple[Tensor, Tensor]:
        """Add tokens behind those that are there.

        Args:
            key_states: (rows, heads, new tokens, head width).
            value_states: the same.
            args: ignored, as in the class above.
            kwargs: ignored, as in the class above.

        Returns:
            All keys and all values, (rows, heads, tokens, head width).
        """
        start = self.get_seq_length()
        end = start + key_states.shape[-2]
        if self.buffers is None:
            self.lazy_initialization(key_states, value_states)
            self.buffers = (self._room(key_states), self._room(value_states))
        keys, values = self.buffers
        keys[:, :, start:end] = key_states
        values[:, :, start:end] = value_states
        self.keys, self.values = keys[:, :, :end], values[:, :, :end]
        return self.keys, self.values

    def batch_select_indices(self, indices: Tensor) -> None:
        """Keep only some rows."""
        if self.buffers is not None:
            end = self.get_seq_length()
            keys, values = self.buffers
            self.buffers = (keys[indices], values[indices])
            self.keys, self.values = (part[:, :, :end] for part in self.buffers)

    def _room(self, states: Tensor) -> Tensor:
        rows, heads, tokens, width = states.shape
        return states.new_empty(rows, heads, max(self.n_tokens, tokens), width)


def roomy_cache(model: Any, n_tokens: int) -> DynamicCache:
    """Make an empty cache for a transformer; layers of other kinds stay as transformers has them.

    Args:
        model: a causal PreTrainedModel with attention.
        n_tokens: most tokens that a row will have, the prompt included.

    Returns:
        The cache.
    """
    cache = DynamicCache(config=model.config)
    cache.layers = [
        RoomyLayer(n_tokens) if type(layer) is DynamicLayer else layer for layer in cache.layers
    ]
    return cache


def can_drop_rows(cache: Any) -> bool:
    """Return whether rows can be taken out of a cache or an LSTM's state."""
    layers = getattr(cache, "layers", [cache])
    return all(hasattr(layer, "batch_select_indices") for layer in layers)


def drop_rows(cache: Any, kept: list[int]) -> None:
    """Keep only some rows of a cache or of an LSTM's state.

    Args:
        cache: transformers' cache, or an LSTMState.
        kept: numbers of the rows to keep, in order.
    """
    for layer in getattr(cache, "layers", [cache]):
        layer.batch_select_indices(torch.tensor(kept))
