"""Turns token rows into the likeliest continuation that a beam search finds, by transformers."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

from lab.errors import CheckpointError
from lab.models.load import LoadedModel
from lab.sample.batch import Request, Written, end_tokens
from lab.sample.choose import check_scores, log_probability
from lab.sample.config import SampleConfig
from lab.sample.stops import Stops


def write_beams(
    loaded: LoadedModel, requests: Sequence[Request], config: SampleConfig
) -> Iterator[tuple[int, Written]]:
    """Write on each row with a beam search; takes and yields what `lab.sample.batch.write` does.

    Raises:
        CheckpointError: the model is not one that transformers can search with.
        BrokenLogits: the model gave something else than numbers.
    """
    if not hasattr(loaded.model, "generate"):
        raise CheckpointError(
            f"strategy 'beam' needs a transformer, and this checkpoint is of kind {loaded.kind!r}; "
            "choose strategy 'sample' or 'greedy'"
        )
    rows = sorted(range(len(requests)), key=lambda number: len(requests[number].uniforms))
    size = max(1, (config.batch_rows or len(requests)) // config.n_beams)
    # Rows are searched together only where they may grow alike: a text depends on its row alone.
    for _, alike in itertools.groupby(rows, key=lambda number: len(requests[number].uniforms)):
        numbers = list(alike)
        for start in range(0, len(numbers), size):
            some = numbers[start : start + size]
            found = _search(loaded, [requests[number] for number in some], config)
            for number, written in zip(some, found, strict=True):
                scores = np.array([written.log_probabilities, written.entropies]).T
                n_scored = len(written.ids)
                check_scores(scores, [number] * n_scored, np.arange(n_scored))
                yield number, written


@torch.inference_mode()
def _search(
    loaded: LoadedModel, requests: Sequence[Request], config: SampleConfig
) -> list[Written]:
    began = time.perf_counter()
    batch = loaded.tokenizer.pad(
        {"input_ids": [list(request.ids) for request in requests]},
        return_tensors="pt",
        padding_side="left",
    ).to(loaded.device)
    whole = loaded.model.generate(
        **batch,
        do_sample=False,
        num_beams=config.n_beams,
        max_new_tokens=len(requests[0].uniforms),
        min_new_tokens=config.min_new_tokens or None,
        repetition_penalty=config.repetition_penalty,
        no_repeat_ngram_size=config.no_repeat_ngram,
        early_stopping=True,
        pad_token_id=loaded.tokenizer.pad_token_id,
        eos_token_id=sorted(end_tokens(loaded)),
        **(
            {"stop_strings": list(config.stop), "tokenizer": loaded.tokenizer}
            if config.stop
            else {}
        ),
    )
    new = whole[:, batch["input_ids"].shape[1] :]
    seconds = time.perf_counter() - began
    return [
        _written(loaded, request, ids, config, seconds)
        for request, ids in zip(requests, new, strict=True)
    ]


def _written(
    loaded: LoadedModel, request: Request, new: Tensor, config: SampleConfig, seconds: float
) -> Written:
    ids = new.tolist()
    ends = [place for place, token in enumerate(ids) if token in end_tokens(loaded)]
    ids = ids[: ends[0] + 1] if ends else ids
    stops = Stops(loaded.tokenizer, config.stop)
    text = loaded.tokenizer.decode(ids, skip_special_tokens=True)
    reason = "end" if ends else "stop" if stops.cut(text) != text else "length"
    scores, entropies = _score(loaded, request.ids, ids)
    return Written(
        ids=ids,
        log_probabilities=scores.tolist(),
        entropies=entropies.tolist(),
        finish_reason=reason,
        seconds=seconds,
    )


def _score(loaded: LoadedModel, prompt: Sequence[int], ids: Sequence[int]) -> tuple[Tensor, Tensor]:
    """Compute each token's log-probability and the entropy before it, in nats."""
    row = torch.tensor([[*prompt, *ids]], device=loaded.device)
    logits = loaded.model(input_ids=row).logits[0, len(prompt) - 1 : -1]
    return log_probability(logits, torch.tensor(ids, device=loaded.device))
