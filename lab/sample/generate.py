"""Turns token rows into the tokens that a model writes after them, by transformers' `generate`.

It runs every architecture of the library, also those that keep something else than keys and
values. Which token comes next is decided by the lab's own rules and random numbers, so that a seed
gives what it gives in the lab's own loop, but for rounding.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from lab.errors import CheckpointError
from lab.models.load import LoadedModel
from lab.sample.batch import Request, Written, end_tokens
from lab.sample.choose import check_scores, choose, log_probability
from lab.sample.config import SampleConfig
from lab.sample.history import History
from lab.sample.stops import Stops


def write_by_generate(
    loaded: LoadedModel, requests: Sequence[Request], config: SampleConfig
) -> Iterator[tuple[int, Written]]:
    """Write on each row; takes and yields what `lab.sample.batch.write` does.

    Raises:
        CheckpointError: the model is not one of transformers' own.
        BrokenLogits: the model gave something else than numbers.
    """
    if not hasattr(loaded.model, "generate"):
        raise CheckpointError(
            f"engine 'transformers' cannot run a checkpoint of kind {loaded.kind!r}; leave the "
            "engine out"
        )
    size = config.batch_rows or len(requests)
    for start in range(0, len(requests), size or 1):
        numbers = np.arange(start, min(start + size, len(requests)))
        yield from zip(numbers.tolist(), _generate(loaded, requests, numbers, config), strict=True)


@torch.inference_mode()
def _generate(
    loaded: LoadedModel, everything: Sequence[Request], numbers: np.ndarray, config: SampleConfig
) -> list[Written]:
    requests = [everything[number] for number in numbers]
    batch = loaded.tokenizer.pad(
        {"input_ids": [list(request.ids) for request in requests]},
        return_tensors="pt",
        padding_side="left",
    ).to(loaded.device)
    rule = _Rule(loaded, requests, numbers, config)
    loaded.model.generate(
        **batch,
        do_sample=False,
        repetition_penalty=1.0,
        no_repeat_ngram_size=0,
        min_new_tokens=None,
        max_new_tokens=max(len(request.uniforms) for request in requests),
        logits_processor=[rule],
        stopping_criteria=[rule.stopping],
        pad_token_id=loaded.tokenizer.pad_token_id,
        eos_token_id=sorted(end_tokens(loaded)),
    )
    return rule.written


class _Rule:
    """The lab's rules in the place where `generate` lets one change the logits."""

    def __init__(
        self,
        loaded: LoadedModel,
        requests: Sequence[Request],
        numbers: np.ndarray,
        config: SampleConfig,
    ):
        self.requests, self.numbers, self.config = requests, numbers, config
        self.began = time.perf_counter()
        self.ends = np.array(sorted(end_tokens(loaded)))
        self.stops = Stops(loaded.tokenizer, config.stop)
        self.history = History(len(requests), config, self.ends)
        for slot, request in enumerate(requests):
            self.history.begin(slot, request.ids)
        self.most = np.array([len(request.uniforms) for request in requests])
        self.uniforms = np.zeros((len(requests), self.most.max()))
        for row, request in zip(self.uniforms, requests, strict=True):
            row[: len(request.uniforms)] = request.uniforms.numpy()
        self.n_steps = 0
        self.written = [Written() for _ in requests]
        self.is_done = np.zeros(len(requests), dtype=bool)

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        """Choose a token in every row, and leave `generate` no other choice."""
        uniforms = torch.from_numpy(self.uniforms[:, self.n_steps]).to(scores.device)
        n_written = np.full(len(self.requests), self.n_steps)
        ruled = self.history.apply(scores.clone(), n_written)
        tokens = choose(ruled, uniforms, self.config)
        found = torch.stack(log_probability(scores, tokens), dim=1).cpu().numpy()
        waits = ~self.is_done  # what a finished row is given is padding
        check_scores(found[waits], self.numbers[waits].tolist(), n_written[waits])
        self._add(tokens.cpu().numpy(), found)
        only = torch.full_like(scores, float("-inf"))
        return only.scatter_(1, tokens[:, None], 0.0)

    def stopping(self, input_ids: Tensor, scores: Any, **_: Any) -> Tensor:
        """Tell `generate` which rows are finished."""
        return torch.from_numpy(self.is_done).to(input_ids.device)

    def _add(self, tokens: np.ndarray, found: np.ndarray) -> None:
        self.history.add(tokens)
        self.n_steps += 1
        for row in np.flatnonzero(~self.is_done).tolist():
            written, token = self.written[row], int(tokens[row])
            written.ids.append(token)
            written.log_probabilities.append(float(found[row, 0]))
            written.entropies.append(float(found[row, 1]))
            written.finish_reason = self._reason(row)
            self.is_done[row] = written.finish_reason != "" or self.n_steps == self.most[row]
            if self.is_done[row]:
                written.finish_reason = written.finish_reason or "length"
                written.seconds = time.perf_counter() - self.began

    def _reason(self, row: int) -> str:
        ids = self.written[row].ids
        if ids[-1] in self.ends:
            return "end"
        is_stop = self.stops.reached(np.array([ids]), np.array([len(ids)]))[0]
        return "stop" if is_stop else ""
