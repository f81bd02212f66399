"""What writes the next token of many rows: a transformer or a recurrent network, over slots.

Every decoder has `read` (the beginnings of rows into slots), `step` (one more token for each of
the first slots, into the logits after it) and `copy` (one slot into another).
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any, Protocol

import torch
from torch import Tensor

from lab.models.load import LoadedModel
from lab.models.recurrent import RecurrentState
from lab.sample.lean import LeanDecoder
from lab.sample.precision import is_plain
from lab.sample.slots import Place, slot_cache, step_mask, windows


class Decoder(Protocol):
    """What the writing loop asks of a model."""

    def read(self, rows: Sequence[Sequence[int]], slots: Tensor) -> None:
        """Read the beginnings of rows, each at least one token, into their slots."""

    def step(self, tokens: Tensor, lengths: Tensor, longest: int) -> Tensor:
        """Read one more token for each of the first slots.

        Args:
            tokens: (rows,) token ids.
            lengths: (rows,) tokens that each slot holds already.
            longest: the largest of them, plus one.

        Returns:
            (rows, vocabulary) logits after them, float32.
        """

    def copy(self, source: int, target: int) -> None:
        """Give a slot what another one holds."""


def find_decoder(loaded: LoadedModel, n_slots: int, n_tokens: int) -> Decoder | None:
    """Choose how to run a model over slots.

    Args:
        loaded: the model.
        n_slots: most rows that are written at once.
        n_tokens: most tokens that a row will have, the prompt included.

    Returns:
        The decoder; None for a model that cannot be run so (tried on two short rows).
    """
    if loaded.kind in ("lstm", "gru"):
        return RecurrentDecoder(loaded, n_slots)
    for kind in _kinds(loaded):
        if kind.suits(loaded) and _agrees(kind(loaded, 3, 16), loaded):
            return kind(loaded, n_slots, n_tokens)
    return None


def _kinds(loaded: LoadedModel) -> list[Any]:
    """Return the decoders to try, the fastest first."""
    from lab.sample.fixed import FixedDecoder

    is_lean = loaded.device.type == "cpu" and is_plain(loaded)
    return [LeanDecoder, FixedDecoder] if is_lean else [FixedDecoder]


def padded(rows: Sequence[Sequence[int]], filler: int, device: torch.device) -> Tensor:
    """Pad rows of token ids behind, (rows, longest)."""
    longest = max(len(row) for row in rows)
    ids = [[*row, *[filler] * (longest - len(row))] for row in rows]
    return torch.tensor(ids, device=device)


class AttentionDecoder:
    """Any transformer of the library that takes positions and a mask of our own."""

    def __init__(self, loaded: LoadedModel, n_slots: int, n_tokens: int):
        self.model, self.device = loaded.model, loaded.device
        self.filler = loaded.tokenizer.pad_token_id
        self.place = Place(torch.zeros(0, dtype=torch.long))
        self.cache = slot_cache(loaded.model, n_slots, n_tokens, self.place)
        self.windows = windows(loaded.model.config) or {}
        self.dtype = loaded.model.dtype
        allowed = inspect.signature(loaded.model.forward).parameters
        self.given: dict[str, Any] = {"logits_to_keep": 1} if "logits_to_keep" in allowed else {}

    @staticmethod
    def suits(loaded: LoadedModel) -> bool:
        """Say whether the model keeps nothing but keys and values, and takes positions."""
        place = Place(torch.zeros(0, dtype=torch.long))
        return (
            "position_ids" in inspect.signature(loaded.model.forward).parameters
            and windows(loaded.model.config) is not None
            and slot_cache(loaded.model, 1, 1, place) is not None
        )

    def read(self, rows: Sequence[Sequence[int]], slots: Tensor) -> None:
        """Read the beginnings of rows; see `Decoder`."""
        # What is padded lies behind a row's own tokens, where none of them looks.
        self.place.slots, self.place.lengths = slots, None
        ids = padded(rows, self.filler, self.device)
        positions = torch.arange(ids.shape[1], device=self.device).expand_as(ids)
        self._forward(ids, positions, None)

    def step(self, tokens: Tensor, lengths: Tensor, longest: int, first: int = 0) -> Tensor:
        """Read one more token for each slot from one on; see `Decoder`."""
        self.place.slots = torch.arange(first, first + len(tokens), device=self.device)
        self.place.lengths, self.place.longest, self.place.first = lengths, longest, first
        masks = {
            kind: step_mask(lengths, longest, window).to(self.dtype)
            for kind, window in self.windows.items()
        }
        mask = next(iter(masks.values())) if len(masks) == 1 else masks
        return self._forward(tokens.unsqueeze(1), lengths.unsqueeze(1), mask)[:, -1].float()

    def copy(self, source: int, target: int) -> None:
        """Give a slot what another one holds."""
        for layer in self.cache.layers if self.cache else ():
            layer.copy(source, target)

    def _forward(self, ids: Tensor, positions: Tensor, mask: Any) -> Tensor:
        return self.model(
            input_ids=ids,
            position_ids=positions,
            attention_mask=mask,
            past_key_values=self.cache,
            use_cache=True,
            **self.given,
        ).logits


class RecurrentDecoder:
    """An LSTM or GRU: what a slot holds is its state."""

    def __init__(self, loaded: LoadedModel, n_slots: int):
        self.model, self.device = loaded.model, loaded.device
        self.filler = loaded.tokenizer.pad_token_id
        config = loaded.model.config
        shape = (config.num_hidden_layers, n_slots, config.hidden_size)
        n_parts = 2 if loaded.kind == "lstm" else 1
        self.parts = tuple(torch.zeros(shape, device=self.device) for _ in range(n_parts))

    def read(self, rows: Sequence[Sequence[int]], slots: Tensor) -> None:
        """Read the beginnings of rows; see `Decoder`."""
        ids = padded(rows, self.filler, self.device)
        lengths = torch.tensor([len(row) for row in rows], device=self.device)
        mask = torch.arange(ids.shape[1], device=self.device) < lengths[:, None]
        result = self.model(input_ids=ids, attention_mask=mask.long(), logits_to_keep=1)
        for held, part in zip(self.parts, result.past_key_values.parts, strict=True):
            held[:, slots] = part

    def step(self, tokens: Tensor, lengths: Tensor, longest: int) -> Tensor:
        """Read one more token for each of the first slots; see `Decoder`."""
        rows = len(tokens)
        # An empty slot was used before by another row.
        fresh = (lengths == 0).nonzero().squeeze(1)
        for held in self.parts:
            held[:, fresh] = 0
        state = RecurrentState(tuple(held[:, :rows].contiguous() for held in self.parts))
        result = self.model(input_ids=tokens.unsqueeze(1), past_key_values=state)
        for held, part in zip(self.parts, result.past_key_values.parts, strict=True):
            held[:, :rows] = part
        return result.logits[:, -1].float()

    def copy(self, source: int, target: int) -> None:
        """Give a slot what another one holds."""
        for held in self.parts:
            held[:, target] = held[:, source]


@torch.inference_mode()
def _agrees(decoder: Decoder, loaded: LoadedModel) -> bool:
    """Try a decoder on two rows of unequal length against the model itself."""
    vocabulary = loaded.model.config.get_text_config().vocab_size
    ids = torch.randint(vocabulary, (9,), generator=torch.Generator().manual_seed(0)).tolist()
    rows = [ids[:6], ids[6:]]
    try:
        decoder.read([row[:-1] for row in rows], torch.tensor([0, 2], device=loaded.device))
        decoder.copy(2, 1)
        last = torch.tensor([row[-1] for row in rows], device=loaded.device)
        lengths = torch.tensor([len(row) - 1 for row in rows], device=loaded.device)
        found = decoder.step(last, lengths, int(lengths.max()) + 1)
        for row, logits in zip(rows, found, strict=True):
            whole = loaded.model(input_ids=torch.tensor([row], device=loaded.device))
            expected = whole.logits[0, -1].float()
            near = (1e-3 if loaded.model.dtype == torch.float32 else 0.1) * _spread(expected)
            # A broken model is for the writing to find: it knows the prompt.
            if not torch.allclose(logits, expected, rtol=1e-3, atol=near, equal_nan=True):
                return False
    except (RuntimeError, TypeError, ValueError, AttributeError, IndexError, KeyError):
        return False  # an architecture that wants its masks or caches in another way
    return True


def _spread(logits: Tensor) -> float:
    numbers = logits[logits.isfinite()]
    return float(numbers.std()) if len(numbers) > 1 else 1.0
