"""Turns a batch of token rows into the tokens that a model writes after them.

Rows are padded in front, read once, and written on with a cache; rows that have finished leave
the batch. Computed in float32: the same row in another batch differs by rounding only, which
changes a token just when two tokens tie to about one part in a million.
"""

from __future__ import annotations

import inspect
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from lab.models.load import LoadedModel
from lab.sample.cache import can_drop_rows, drop_rows, roomy_cache
from lab.sample.choose import choose, log_probability
from lab.sample.config import SampleConfig

# Taking rows out copies the cache of the others, so it waits until this part has finished.
DROP_AT = 0.25


@dataclass(frozen=True, slots=True)
class Request:
    """A row to be written on."""

    ids: tuple[int, ...]
    """Token ids of the model's input, at least one."""

    uniforms: Tensor
    """(most tokens to write,), float64 numbers in [0, 1), one per draw."""


@dataclass(slots=True)
class Written:
    """What was written after a row."""

    ids: list[int] = field(default_factory=list)
    """Token ids, the end token included."""

    log_probability: float = 0.0
    """Sum over the tokens at temperature 1, in nats."""

    finish_reason: str = "length"
    """"end" for an end token, "length" for the most tokens."""

    seconds: float = 0.0
    """From the batch's start until this row was finished."""


@torch.inference_mode()
def write(loaded: LoadedModel, requests: Sequence[Request], config: SampleConfig) -> list[Written]:
    """Write on each row until an end token, or as many tokens as its request has draws for.

    Args:
        loaded: the model.
        requests: the rows; each with its draws fits into the model's context.
        config: how tokens are chosen.

    Returns:
        What was written, in the order of the requests.
    """
    writer = _Writer(loaded, requests, config)
    while writer.rows:
        writer.write_token()
    return writer.written


class _Writer:
    """The state of one batch."""

    def __init__(self, loaded: LoadedModel, requests: Sequence[Request], config: SampleConfig):
        self.started = time.perf_counter()
        self.loaded, self.config = loaded, config
        self.ends = end_tokens(loaded)
        self.limits = [len(request.uniforms) for request in requests]
        self.written = [Written() for _ in requests]
        self.rows = list(range(len(requests)))
        """The request of each row of the batch, finished ones not yet dropped included."""
        self.open = set(self.rows)
        self.n_written = 0
        self.uniforms = _stack_uniforms(requests).to(loaded.device)
        self._read(requests)

    def write_token(self) -> None:
        """Choose the next token of every row, and compute what follows it."""
        uniforms = self.uniforms[:, self.n_written]
        tokens = choose(self.logits, uniforms, self.config)
        self._note(tokens.tolist(), log_probability(self.logits, tokens).tolist())
        self.n_written += 1
        if not self.open:
            self.rows = []
            return
        tokens = self._drop_finished(tokens)
        self._advance(tokens)

    def _read(self, requests: Sequence[Request]) -> None:
        """Read the prompts; sets logits (rows, vocabulary), cache, mask and positions."""
        device, longest = self.loaded.device, max(len(request.ids) for request in requests)
        ids = torch.full((len(requests), longest), self.loaded.tokenizer.pad_token_id)
        mask = torch.zeros_like(ids)
        for row, request in enumerate(requests):
            ids[row, longest - len(request.ids) :] = torch.tensor(request.ids)
            mask[row, longest - len(request.ids) :] = 1
        self.padded = not bool(mask.all())
        room = longest + max(self.limits)
        self.mask = torch.ones((len(requests), room), dtype=torch.long, device=device)
        self.mask[:, :longest] = mask.to(device)
        self.n_read = longest
        positions = (mask.cumsum(dim=1) - 1).clamp(min=0).to(device)
        self.positions = positions[:, -1:]
        is_lstm = self.loaded.kind == "lstm"
        self.cache = None if is_lstm else roomy_cache(self.loaded.model, room)
        self.allowed = set(inspect.signature(self.loaded.model.forward).parameters)
        self._forward(ids.to(device), positions, self.mask[:, :longest] if self.padded else None)
        self.droppable = can_drop_rows(self.cache)

    def _advance(self, tokens: Tensor) -> None:
        """Compute the logits after one more token per row."""
        self.n_read += 1
        last = self.loaded.context - 1  # finished rows that are still there stay inside, too
        self.positions = (self.positions + 1).clamp(max=last)
        self._forward(tokens.unsqueeze(1), self.positions, self._step_mask())

    def _step_mask(self) -> Tensor | None:
        """Return the mask for one token: none where nothing is hidden from it."""
        if not self.padded or self.loaded.kind == "lstm":
            return None
        mask = self.mask[:, : self.n_read]
        return mask.bool()[:, None, None, :] if self.loaded.kind == "gpt" else mask

    def _forward(self, ids: Tensor, positions: Tensor, mask: Tensor | None) -> None:
        given: dict[str, Any] = {"attention_mask": mask, "past_key_values": self.cache}
        if "position_ids" in self.allowed:
            given["position_ids"] = positions
        if "logits_to_keep" in self.allowed:
            given["logits_to_keep"] = 1
        result = self.loaded.model(input_ids=ids, use_cache=True, **given)
        self.cache = result.past_key_values
        self.logits = result.logits[:, -1].float()

    def _note(self, tokens: list[int], log_probabilities: list[float]) -> None:
        """Write the tokens down, and find the rows that they finish."""
        seconds = time.perf_counter() - self.started
        for row, token, value in zip(self.rows, tokens, log_probabilities, strict=True):
            if row not in self.open:
                continue
            written = self.written[row]
            written.ids.append(token)
            written.log_probability += value
            if token in self.ends or len(written.ids) == self.limits[row]:
                written.finish_reason = "end" if token in self.ends else "length"
                written.seconds = seconds
                self.open.remove(row)

    def _drop_finished(self, tokens: Tensor) -> Tensor:
        """Take finished rows out once they are a good part; returns the tokens of the others."""
        n_finished = len(self.rows) - len(self.open)
        if not self.droppable or n_finished < max(1, DROP_AT * len(self.rows)):
            return tokens
        kept = [place for place, row in enumerate(self.rows) if row in self.open]
        drop_rows(self.cache, kept)
        self.rows = [self.rows[place] for place in kept]
        self.mask, self.positions = self.mask[kept], self.positions[kept]
        self.uniforms = self.uniforms[kept]
        return tokens[kept]


def end_tokens(loaded: LoadedModel) -> set[int]:
    """Return the tokens that end a text, by tokenizer, model and generation config."""
    found = {loaded.tokenizer.eos_token_id}
    for config in (loaded.model.config, getattr(loaded.model, "generation_config", None)):
        ids = getattr(config, "eos_token_id", None)
        found |= set(ids if isinstance(ids, list) else [ids])
    return found - {None}


def _stack_uniforms(requests: Sequence[Request]) -> Tensor:
    """Pad the draws of all rows behind, (rows, most tokens)."""
    return torch.nn.utils.rnn.pad_sequence(
        [request.uniforms for request in requests], batch_first=True
    )
