"""Turns token rows into the tokens that a model writes after them, many rows at a time.

A row that has finished gives its slot to a waiting one. Computed in float32: the same row beside
other rows differs by rounding only, which changes a token just when two tokens tie to about one
part in a million.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from lab.errors import CheckpointError
from lab.models.load import LoadedModel
from lab.sample.choose import check_scores, choose, log_probability
from lab.sample.config import SampleConfig
from lab.sample.decoders import Decoder, find_decoder
from lab.sample.history import History
from lab.sample.stops import Stops

# Reading the beginning of one row costs nearly as much as that of eight.
REFILL_AT = 0.125


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

    log_probabilities: list[float] = field(default_factory=list)
    """Of each token at temperature 1, before any rule on repeats, in nats."""

    entropies: list[float] = field(default_factory=list)
    """Of the distribution that each token is from, at temperature 1, in nats."""

    finish_reason: str = "length"
    """"end" for an end token, "stop" for a stop string, "length" for the most tokens."""

    seconds: float = 0.0
    """From the reading of this row's beginning until it was finished."""


def write(
    loaded: LoadedModel, requests: Sequence[Request], config: SampleConfig
) -> Iterator[tuple[int, Written]]:
    """Write on each row until an end token, or as many tokens as its request has draws for.

    Args:
        loaded: the model.
        requests: the rows; each with its draws fits into the model's context. Rows of about one
            length stand together at best, and equal rows in succession are read once.
        config: how tokens are chosen, and how many rows are written at once (0: all).

    Yields:
        The number of a request and what was written after it, as it is finished.

    Raises:
        CheckpointError: the model is of a kind that keeps something else than keys and values.
        BrokenLogits: the model gave something else than numbers.
    """
    if not requests:
        return
    n_slots = min(config.batch_rows or len(requests), len(requests))
    room = max(len(request.ids) + len(request.uniforms) for request in requests)
    with torch.inference_mode():
        decoder = find_decoder(loaded, n_slots, room)
    if decoder is None:
        raise CheckpointError(
            f"a model of type {loaded.model.config.model_type!r} keeps something else than keys "
            "and values, which the lab's own loop cannot write with; choose engine 'transformers'"
        )
    writer = _Writer(loaded, decoder, requests, config, n_slots)
    while writer.is_busy:
        yield from writer.advance()


class _Writer:
    """The slots, and the rows that wait for one.

    What a slot is at lies in arrays of the processor: the loop reads and moves it for each row.
    """

    def __init__(
        self,
        loaded: LoadedModel,
        decoder: Decoder,
        requests: Sequence[Request],
        config: SampleConfig,
        n_slots: int,
    ):
        self.decoder, self.requests, self.config = decoder, requests, config
        self.device, self.n_slots = loaded.device, n_slots
        ends = np.array(sorted(end_tokens(loaded)))
        self.is_end = np.isin(np.arange(vocabulary_size(loaded)), ends)
        self.waiting = deque(range(len(requests)))
        self.rows: list[int] = []
        """The request in each of the slots in use, which are the first ones."""
        most = max(len(request.uniforms) for request in requests)
        self.slots = np.zeros(n_slots, dtype=_SLOT)
        self.uniforms = np.zeros((n_slots, most))
        self.ids = np.zeros((n_slots, most), dtype=np.int64)
        self.scores = np.zeros((n_slots, most, 2), dtype=np.float32)
        """Log-probability and entropy of each token."""
        self.history = History(n_slots, config, ends)
        self.has_rules = self.history.is_needed or config.min_new_tokens > 0
        self.stops = Stops(loaded.tokenizer, config.stop)

    @property
    def is_busy(self) -> bool:
        """Whether anything is left to write."""
        return bool(self.rows or self.waiting)

    @torch.inference_mode()
    def advance(self) -> list[tuple[int, Written]]:
        """Write one token in every row; returns the rows that it finished."""
        n_free = self.n_slots - len(self.rows)
        if self.waiting and (not self.rows or n_free >= max(1, REFILL_AT * self.n_slots)):
            self._refill(n_free)
        slots, places = self.slots[: len(self.rows)], np.arange(len(self.rows))
        at = slots["written"].copy()
        tokens, scores = self._next_tokens(slots, self.uniforms[places, at])
        check_scores(scores, self.rows, at)
        self.history.add(tokens)
        self.ids[places, at], self.scores[places, at] = tokens, scores
        slots["next"] = tokens
        slots["read"] += 1
        slots["written"] += 1
        ended = self.is_end[tokens]
        stopped = self.stops.reached(self.ids, slots["written"])
        finished = np.flatnonzero(ended | stopped | (slots["written"] >= slots["most"]))
        return [
            self._finish(slot, "end" if ended[slot] else "stop" if stopped[slot] else "length")
            for slot in finished[::-1].tolist()
        ]

    def _next_tokens(
        self, slots: np.ndarray, uniforms: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Compute the next token of each row, with its log-probability and entropy."""
        read = torch.from_numpy(slots["read"].copy()).to(self.device)
        tokens = torch.from_numpy(slots["next"].copy()).to(self.device)
        logits = self.decoder.step(tokens, read, int(slots["read"].max()) + 1)
        ruled = self.history.apply(logits.clone(), slots["written"]) if self.has_rules else logits
        tokens = choose(ruled, torch.from_numpy(uniforms).to(self.device), self.config)
        scores = torch.stack(log_probability(logits, tokens), dim=1)
        return tokens.cpu().numpy(), scores.cpu().numpy()

    def _refill(self, n_free: int) -> None:
        """Give free slots to waiting rows, reading equal beginnings once."""
        first = len(self.rows)
        taken = [self.waiting.popleft() for _ in range(min(n_free, len(self.waiting)))]
        began = time.perf_counter()
        originals: dict[tuple[int, ...], int] = {}
        for slot, number in enumerate(taken, start=first):
            ids, uniforms = self.requests[number].ids, self.requests[number].uniforms
            self.uniforms[slot, : len(uniforms)] = uniforms.numpy()
            self.slots[slot] = (ids[-1], len(ids) - 1, 0, len(uniforms), began)
            self.history.begin(slot, ids)
            originals.setdefault(ids[:-1], slot)
        beginnings = {ids: slot for ids, slot in originals.items() if ids}
        if beginnings:
            slots = torch.tensor(list(beginnings.values()), device=self.device)
            self.decoder.read(list(beginnings), slots)
        for slot, number in enumerate(taken, start=first):
            original = originals[self.requests[number].ids[:-1]]
            if original != slot:
                self.decoder.copy(original, slot)
        self.rows += taken

    def _finish(self, slot: int, reason: str) -> tuple[int, Written]:
        """Take a row out; the last one moves into its slot."""
        n_tokens = int(self.slots["written"][slot])
        written = Written(
            ids=self.ids[slot, :n_tokens].tolist(),
            log_probabilities=self.scores[slot, :n_tokens, 0].tolist(),
            entropies=self.scores[slot, :n_tokens, 1].tolist(),
            finish_reason=reason,
            seconds=time.perf_counter() - float(self.slots["began"][slot]),
        )
        number, last = self.rows[slot], len(self.rows) - 1
        if slot != last:
            self.decoder.copy(last, slot)
            self.history.move(last, slot)
            self.rows[slot] = self.rows[last]
            for kept in (self.slots, self.uniforms, self.ids, self.scores):
                kept[slot] = kept[last]
        self.rows.pop()
        return number, written


_SLOT = np.dtype(
    [
        ("next", np.int64),  # the token to read next
        ("read", np.int64),  # tokens read
        ("written", np.int64),  # tokens written
        ("most", np.int64),  # most tokens to write
        ("began", np.float64),  # when its beginning was read, in seconds
    ]
)


def end_tokens(loaded: LoadedModel) -> set[int]:
    """Return the tokens that end a text, by tokenizer, model and generation config."""
    found = {loaded.tokenizer.eos_token_id}
    for config in (loaded.model.config, getattr(loaded.model, "generation_config", None)):
        ids = getattr(config, "eos_token_id", None)
        found |= set(ids if isinstance(ids, list) else [ids])
    return found - {None}


def vocabulary_size(loaded: LoadedModel) -> int:
    """Return the number of tokens that a model tells apart."""
    return int(loaded.model.config.get_text_config().vocab_size)
