"""Turns token rows into continuations by contrastive search (Su et al. 2022).

Each token is, of the top_k likeliest, the one with the highest
(1 - penalty_alpha) × probability - penalty_alpha × likeness, where likeness is the greatest cosine
between the hidden state that the token would have (last layer) and those of all tokens before it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from transformers.cache_utils import DynamicCache

from lab.errors import CheckpointError
from lab.models.load import LoadedModel
from lab.sample.batch import Request, Written, end_tokens
from lab.sample.choose import check_scores, log_probability
from lab.sample.config import SampleConfig
from lab.sample.decoders import AttentionDecoder, padded
from lab.sample.history import History
from lab.sample.slots import windows
from lab.sample.stops import Stops


def write_contrastive(
    loaded: LoadedModel, requests: Sequence[Request], config: SampleConfig
) -> Iterator[tuple[int, Written]]:
    """Write on each row by contrastive search; takes and yields what `batch.write` does.

    Raises:
        CheckpointError: the model is not a transformer with keys and values alone.
        BrokenLogits: the model gave something else than numbers.
    """
    if loaded.kind in ("lstm", "gru") or not AttentionDecoder.suits(loaded):
        raise CheckpointError(
            "strategy 'contrastive' needs a transformer, and this checkpoint is of type "
            f"{loaded.model.config.model_type!r}; choose strategy 'sample' or 'greedy'"
        )
    size = config.batch_rows or len(requests)
    for start in range(0, len(requests), size or 1):
        numbers = range(start, min(start + size, len(requests)))
        search = _Search(loaded, requests, numbers, config)
        while search.rows:
            yield from search.advance()


class _Search:
    """Rows that are searched together; one that is finished leaves."""

    @torch.inference_mode()
    def __init__(
        self,
        loaded: LoadedModel,
        requests: Sequence[Request],
        numbers: Sequence[int],
        config: SampleConfig,
    ):
        self.loaded, self.requests, self.config = loaded, requests, config
        self.device, self.began = loaded.device, time.perf_counter()
        self.ends = np.array(sorted(end_tokens(loaded)))
        self.stops = Stops(loaded.tokenizer, config.stop)
        self.history = History(len(numbers), config, self.ends)
        self.rows = list(numbers)
        self.written = {number: Written() for number in numbers}
        prompts = [requests[number].ids for number in numbers]
        for slot, ids in enumerate(prompts):
            self.history.begin(slot, ids)
        self._read(prompts)

    def _read(self, prompts: Sequence[Sequence[int]]) -> None:
        """Read the prompts, padded behind, where none of their tokens looks."""
        self.cache = DynamicCache()
        ids = padded(prompts, self.loaded.tokenizer.pad_token_id, self.device)
        self.lengths = torch.tensor([len(row) for row in prompts], device=self.device)
        self.places = torch.arange(ids.shape[1], device=self.device).expand_as(ids)
        self.is_real = self.places < self.lengths[:, None]
        hidden, logits = self._forward(ids, self.places, None)
        self.hidden = functional.normalize(hidden, dim=-1)
        rows = torch.arange(len(ids), device=self.device)
        self.logits = logits[rows, self.lengths - 1].float()

    @torch.inference_mode()
    def advance(self) -> list[tuple[int, Written]]:
        """Write one token in every row; returns the rows that it finished."""
        n_written = np.array([len(self.written[row].ids) for row in self.rows])
        ruled = self.history.apply(self.logits.clone(), n_written)
        n_candidates = min(self.config.top_k, ruled.shape[-1])
        likely, candidates = ruled.softmax(dim=-1).topk(n_candidates, dim=-1)
        hidden, logits = self._look_ahead(candidates)
        best = self._best(likely, hidden)
        tokens = candidates.gather(1, best[:, None]).squeeze(1)
        scores = torch.stack(log_probability(self.logits, tokens), dim=1).cpu().numpy()
        check_scores(scores, self.rows, n_written)
        self._keep(best, hidden, logits)
        self.history.add(tokens.cpu().numpy())
        for row, token, (score, entropy) in zip(
            self.rows, tokens.tolist(), scores.tolist(), strict=True
        ):
            written = self.written[row]
            written.ids.append(token)
            written.log_probabilities.append(score)
            written.entropies.append(entropy)
        return self._leave()

    def _look_ahead(self, candidates: Tensor) -> tuple[Tensor, Tensor]:
        """Read all candidates of a row at once, none seeing another.

        Returns:
            Hidden states (rows, candidates, width) and logits (rows, candidates, vocabulary).
        """
        here = self.lengths[:, None].expand_as(candidates)
        own = torch.eye(candidates.shape[1], dtype=torch.bool, device=self.device)
        masks: dict[str, Tensor] = {}
        for kind, window in (windows(self.loaded.model.config) or {}).items():
            seen = self.is_real[:, None].expand(-1, candidates.shape[1], -1)
            if window is not None:
                seen = seen & (self.places[:, None] > here[..., None] - window)
            both = torch.cat([seen, own.expand(len(candidates), -1, -1)], dim=-1)
            mask = torch.zeros(both.shape, device=self.device)
            masks[kind] = mask.masked_fill_(~both, torch.finfo(mask.dtype).min)[:, None]
        return self._forward(
            candidates, here, next(iter(masks.values())) if len(masks) == 1 else masks
        )

    def _best(self, likely: Tensor, hidden: Tensor) -> Tensor:
        """Weigh likelihood against likeness; returns the number of a candidate per row."""
        alpha = self.config.penalty_alpha
        cosines = functional.normalize(hidden, dim=-1) @ self.hidden.transpose(1, 2)
        alike = cosines.masked_fill(~self.is_real[:, None], float("-inf")).amax(dim=-1)
        worth = (1 - alpha) * likely - alpha * alike
        return worth.masked_fill(likely == 0, float("-inf")).argmax(dim=-1)

    def _keep(self, best: Tensor, hidden: Tensor, logits: Tensor) -> None:
        """Take the chosen candidates over into what was read, and drop the others."""
        rows = torch.arange(len(best), device=self.device)
        n_read = self.places.shape[1]
        for layer in self.cache.layers:
            for name in ("keys", "values"):
                states = getattr(layer, name)
                chosen = states[rows, :, n_read + best].unsqueeze(2)
                setattr(layer, name, torch.cat([states[:, :, :n_read], chosen], dim=2))
        chosen_hidden = functional.normalize(hidden[rows, best], dim=-1)
        self.hidden = torch.cat([self.hidden, chosen_hidden[:, None]], dim=1)
        self.logits = logits[rows, best].float()
        self.places = torch.cat([self.places, self.lengths[:, None]], dim=1)
        self.is_real = functional.pad(self.is_real, (0, 1), value=True)
        self.lengths = self.lengths + 1

    def _leave(self) -> list[tuple[int, Written]]:
        """Take out the rows that are finished."""
        finished: list[tuple[int, Written]] = []
        stay = []
        for slot, row in enumerate(self.rows):
            if reason := self._reason(row):
                self.written[row].finish_reason = reason
                self.written[row].seconds = time.perf_counter() - self.began
                finished.append((row, self.written[row]))
            else:
                stay.append(slot)
        if finished and stay:
            kept = torch.tensor(stay, device=self.device)
            self.cache.batch_select_indices(kept)
            for name in ("hidden", "logits", "places", "is_real", "lengths"):
                setattr(self, name, getattr(self, name)[kept])
            for slot, source in enumerate(stay):
                self.history.move(source, slot)
        self.rows = [self.rows[slot] for slot in stay]
        return finished

    def _reason(self, row: int) -> str | None:
        """Say why a row is finished; None where it is not."""
        ids = self.written[row].ids
        if ids[-1] in self.ends:
            return "end"
        if self.stops.reached(np.array([ids]), np.array([len(ids)]))[0]:
            return "stop"
        return "length" if len(ids) == len(self.requests[row].uniforms) else None

    def _forward(self, ids: Tensor, positions: Tensor, mask: Any) -> tuple[Tensor, Tensor]:
        result = self.loaded.model(
            input_ids=ids,
            position_ids=positions,
            attention_mask=mask,
            past_key_values=self.cache,
            use_cache=True,
            output_hidden_states=True,
        )
        return result.hidden_states[-1].float(), result.logits
