"""Changes next-token logits by what a row already holds: no repeats, no early end."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from lab.sample.config import SampleConfig


class History:
    """The tokens of each slot, prompt and text, as the rules on repeats need them."""

    def __init__(self, n_slots: int, config: SampleConfig, ends: np.ndarray):
        """Make it for empty slots.

        Args:
            n_slots: most rows that are written at once.
            config: repetition_penalty, no_repeat_ngram and min_new_tokens.
            ends: ids of the end tokens.
        """
        self.penalty, self.n = config.repetition_penalty, config.no_repeat_ngram
        self.fewest, self.ends = config.min_new_tokens, torch.from_numpy(ends)
        self.is_needed = self.penalty != 1 or self.n > 0
        self.ids: list[list[int]] = [[] for _ in range(n_slots)]
        self.after: list[dict[tuple[int, ...], list[int]]] = [{} for _ in range(n_slots)]
        """Per slot: the runs of n - 1 tokens that it holds, and the tokens that followed."""

    def begin(self, slot: int, ids: tuple[int, ...]) -> None:
        """Put a prompt into a slot."""
        if self.is_needed:
            self.ids[slot], self.after[slot] = [], {}
            for token in ids:
                self._add(slot, token)

    def add(self, tokens: np.ndarray) -> None:
        """Add one token to each of the first slots."""
        if self.is_needed:
            for slot, token in enumerate(tokens.tolist()):
                self._add(slot, token)

    def move(self, source: int, target: int) -> None:
        """Give a slot what another one holds, which is not used again before `begin`."""
        self.ids[target], self.after[target] = self.ids[source], self.after[source]

    def apply(self, logits: Tensor, n_written: np.ndarray) -> Tensor:
        """Return the logits after the rules.

        Args:
            logits: (rows, vocabulary) of the first slots; may be changed in place.
            n_written: (rows,) tokens written so far, without the prompt.
        """
        if self.penalty != 1:
            logits = self._penalised(logits)
        if self.n:
            for slot, row in enumerate(logits):
                row[self._banned(slot)] = float("-inf")
        if early := np.flatnonzero(n_written < self.fewest).tolist():
            rows = torch.tensor(early, device=logits.device)
            logits[rows[:, None], self.ends.to(logits.device)] = float("-inf")
        return logits

    def _add(self, slot: int, token: int) -> None:
        ids = self.ids[slot]
        if self.n and len(ids) >= self.n - 1:
            self.after[slot].setdefault(self._run(ids), []).append(token)
        ids.append(token)

    def _run(self, ids: list[int]) -> tuple[int, ...]:
        return tuple(ids[len(ids) - self.n + 1 :])

    def _banned(self, slot: int) -> list[int]:
        return self.after[slot].get(self._run(self.ids[slot]), [])

    def _penalised(self, logits: Tensor) -> Tensor:
        """Divide what is above 0 by the penalty, multiply what is below (Keskar et al. 2019)."""
        for slot, row in enumerate(logits):
            seen = torch.tensor(sorted(set(self.ids[slot])), device=logits.device)
            found = row[seen]
            row[seen] = torch.where(found > 0, found / self.penalty, found * self.penalty)
        return logits
