"""A transformer run in fixed shapes, so that no row's numbers depend on those beside it.

In float32 on a processor it is enough that rows are not few; elsewhere steps are done in groups of
always as many rows. That is also what CUDA graphs need, which start a step's operations as one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from lab.models.load import LoadedModel
from lab.sample.decoders import AttentionDecoder
from lab.sample.shapes import by_length, up

GROUP = {"cpu": 16, "cuda": 64}
"""Rows of a step, or the fewest."""

READ_ROWS = 8
"""Beginnings that are read together."""

PIECE = 64
"""Lengths are rounded up to a multiple of it, in tokens."""

_Graph = tuple[Any, Tensor]


class FixedDecoder:
    """An `AttentionDecoder` in fixed shapes; see `lab.sample.decoders.Decoder`."""

    def __init__(self, loaded: LoadedModel, n_slots: int, n_tokens: int):
        self.device, self.context = loaded.device, loaded.context
        self.filler = loaded.tokenizer.pad_token_id
        self.group = GROUP.get(loaded.device.type, GROUP["cpu"])
        self.is_free = loaded.device.type == "cpu" and loaded.model.dtype == torch.float32
        self.room = up(n_tokens, PIECE)
        self.n_slots = up(n_slots, self.group)
        # The slot behind the last takes what fills up a piece.
        self.inner = AttentionDecoder(loaded, self.n_slots + 1, self.room)
        self.tokens = torch.full((self.n_slots,), self.filler, device=self.device)
        self.lengths = torch.zeros(self.n_slots, dtype=torch.long, device=self.device)
        self.graphs: dict[tuple[int, int], _Graph] = {}

    @staticmethod
    def suits(loaded: LoadedModel) -> bool:
        """Say whether the model keeps nothing but keys and values, and takes positions."""
        return AttentionDecoder.suits(loaded)

    def read(self, rows: Sequence[Sequence[int]], slots: Tensor) -> None:
        """Read the beginnings of rows; see `Decoder`."""
        targets = slots.tolist()
        for wanted, numbers in by_length(rows, PIECE).items():
            length = min(wanted, self.context)
            for start in range(0, len(numbers), READ_ROWS):
                some = numbers[start : start + READ_ROWS]
                spare = READ_ROWS - len(some)
                ids = [[*rows[n], *[self.filler] * (length - len(rows[n]))] for n in some]
                ids += [[self.filler] * length] * spare
                places = [targets[n] for n in some] + [self.n_slots] * spare
                self.inner.read(ids, torch.tensor(places, device=self.device))

    def step(self, tokens: Tensor, lengths: Tensor, longest: int) -> Tensor:
        """Read one more token for each of the first slots; see `Decoder`."""
        rows, end = len(tokens), up(longest, PIECE)
        self.tokens[:rows], self.lengths[:rows] = tokens, lengths
        # An empty slot reads the filler at its start, which its next row writes over.
        self.tokens[rows:], self.lengths[rows:] = self.filler, 0
        if self.is_free:
            return self._run(0, max(rows, self.group), end)[:rows]
        firsts = range(0, rows, self.group)
        return torch.cat([self._group(first, end) for first in firsts])[:rows]

    def copy(self, source: int, target: int) -> None:
        """Give a slot what another one holds."""
        self.inner.copy(source, target)

    def _group(self, first: int, end: int) -> Tensor:
        if self.device.type != "cuda":
            return self._run(first, self.group, end)
        if (first, end) not in self.graphs:
            self.graphs[first, end] = self._record(first, end)
        graph, logits = self.graphs[first, end]
        graph.replay()
        return logits.clone()

    def _run(self, first: int, n_rows: int, end: int) -> Tensor:
        rows = slice(first, first + n_rows)
        return self.inner.step(self.tokens[rows], self.lengths[rows], end, first)

    def _record(self, first: int, end: int) -> _Graph:
        """Record a step; running it twice changes nothing, as it writes to the same places."""
        aside = torch.cuda.Stream(self.device)
        aside.wait_stream(torch.cuda.current_stream(self.device))
        with torch.cuda.stream(aside):
            self._run(first, self.group, end)
        torch.cuda.current_stream(self.device).wait_stream(aside)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            logits = self._run(first, self.group, end)
        return graph, logits
