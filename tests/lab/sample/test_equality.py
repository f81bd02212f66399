"""Greedy texts equal those of transformers' generate, token by token, and their scores are true."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from lab.models.load import LoadedModel
from lab.sample.batch import Request, end_tokens, write
from lab.sample.config import SampleConfig

N_PROMPTS, N_TOKENS = 200, 24


def make_prompts() -> list[list[int]]:
    """200 prompts, forty of each length, so that none is padded for generate."""
    random = torch.Generator().manual_seed(1)
    lengths = [(2, 5, 9, 14, 21)[n % 5] for n in range(N_PROMPTS)]
    return [torch.randint(30, 250, (n,), generator=random).tolist() for n in lengths]


@torch.inference_mode()
def expected(loaded: LoadedModel, prompts: list[list[int]]) -> list[list[int]]:
    """Let generate write after each prompt, beside others of its length."""
    ends = end_tokens(loaded)
    found: dict[int, list[int]] = {}
    for length in {len(prompt) for prompt in prompts}:
        numbers = [n for n, prompt in enumerate(prompts) if len(prompt) == length]
        ids = torch.tensor([prompts[n] for n in numbers])
        whole = loaded.model.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            do_sample=False,
            max_new_tokens=N_TOKENS,
            pad_token_id=0,
        )
        for n, row in zip(numbers, whole[:, length:].tolist(), strict=True):
            stop = next((place + 1 for place, token in enumerate(row) if token in ends), N_TOKENS)
            found[n] = row[:stop]
    return [found[n] for n in range(len(prompts))]


@pytest.mark.parametrize("family", ["gpt2", "llama", "qwen2", "qwen3"])
@torch.inference_mode()
def test_200_greedy_texts_and_their_scores(
    family: str, make_foreign: Callable[[str], LoadedModel]
) -> None:
    loaded, prompts = make_foreign(family), make_prompts()
    requests = [Request(tuple(p), torch.zeros(N_TOKENS, dtype=torch.float64)) for p in prompts]
    written = dict(write(loaded, requests, SampleConfig(strategy="greedy", batch_rows=48)))
    assert [written[n].ids for n in range(N_PROMPTS)] == expected(loaded, prompts)
    assert len({len(one.ids) for one in written.values()}) > 10
    rows = [torch.tensor([*prompt, *written[n].ids]) for n, prompt in enumerate(prompts)]
    # What is padded behind a row is seen by none of its tokens.
    logits = loaded.model(torch.nn.utils.rnn.pad_sequence(rows, batch_first=True)).logits
    for n, prompt in enumerate(prompts):
        one = written[n]
        begin = len(prompt) - 1
        logs = logits[n, begin : begin + len(one.ids)].double().log_softmax(-1)
        chosen = logs[torch.arange(len(one.ids)), torch.tensor(one.ids)]
        assert (torch.tensor(one.log_probabilities) - chosen).abs().max() < 1e-4
        entropies = -(logs.exp() * logs).sum(-1)
        assert (torch.tensor(one.entropies) - entropies).abs().max() < 1e-4
