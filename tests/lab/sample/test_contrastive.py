"""Contrastive search, against a plain loop that reads everything again for every candidate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from lab.errors import CheckpointError, ConfigError
from lab.models.load import LoadedModel, load_model
from lab.models.prompts import prompt_ids, render
from lab.records import Checkpoint, Prompt
from lab.sample.batch import Request, Written, end_tokens, write
from lab.sample.config import SampleConfig, decoding
from lab.sample.contrastive import write_contrastive
from lab.sample.grid import expand
from lab.sample.run import Sampled, sample

SETTINGS: dict[str, Any] = {"strategy": "contrastive", "penalty_alpha": 0.6, "top_k": 4}


def search(loaded: LoadedModel, ids: list[int], alpha: float, k: int, most: int) -> list[int]:
    """Su et al. 2022, equation 4, one candidate after the other and without any cache."""

    def read(row: list[int]) -> tuple[Tensor, Tensor]:
        told = loaded.model(input_ids=torch.tensor([row]), output_hidden_states=True)
        return told.logits[0, -1], told.hidden_states[-1][0]

    row = list(ids)
    for _ in range(most):
        likely = read(row)[0].softmax(-1).topk(k)
        worth = []
        for probability, token in zip(*likely, strict=True):
            states = read([*row, int(token)])[1]
            likeness = torch.cosine_similarity(states[-1], states[:-1], dim=-1).max()
            worth.append((1 - alpha) * probability - alpha * likeness)
        row.append(int(likely.indices[int(torch.stack(worth).argmax())]))
        if row[-1] in end_tokens(loaded):
            break
    return row[len(ids) :]


def draw(checkpoint: Checkpoint, prompts: list[Prompt], **changes: object) -> list[Sampled]:
    values = {**SETTINGS, "max_new_tokens": 20, "threads": 1, "device": "cpu"}
    config = SampleConfig(**{**values, **changes})
    return [each for batch in sample(checkpoint, prompts, config) for each in batch]


@pytest.mark.parametrize("family", ["gpt2", "llama", "qwen2", "mistral", "gemma2"])
@torch.inference_mode()
def test_rows_side_by_side_are_searched_as_each_alone(
    family: str, make_foreign: Callable[[str], LoadedModel]
) -> None:
    loaded = make_foreign(family)
    random = torch.Generator().manual_seed(0)
    rows = [torch.randint(30, 250, (3 + n % 5,), generator=random).tolist() for n in range(7)]
    requests = [Request(tuple(row), torch.zeros(14, dtype=torch.float64)) for row in rows]
    config = SampleConfig(**SETTINGS, batch_rows=4)
    found = dict(write_contrastive(loaded, requests, config))
    assert [found[n].ids for n in range(7)] == [search(loaded, row, 0.6, 4, 14) for row in rows]
    assert len({len(written.ids) for written in found.values()}) > 1
    for n, row in enumerate(rows):
        check_scores(loaded, row, found[n])


def check_scores(loaded: LoadedModel, row: list[int], written: Written) -> None:
    logits = loaded.model(torch.tensor([row + written.ids])).logits[0, len(row) - 1 : -1]
    logs = logits.log_softmax(-1)
    chosen = logs[torch.arange(len(written.ids)), torch.tensor(written.ids)]
    assert written.log_probabilities == pytest.approx(chosen.tolist(), abs=1e-4)
    entropies = -(logs.exp() * logs).sum(-1)
    assert written.entropies == pytest.approx(entropies.tolist(), abs=1e-4)


@torch.inference_mode()
def test_the_texts_of_a_trained_checkpoint(gpt: Checkpoint, prompts: list[Prompt]) -> None:
    loaded = load_model(gpt.path, "cpu")
    made = {one.generation.prompt_id: one.generation for one in draw(gpt, prompts, batch_rows=6)}
    for prompt in prompts[:5]:
        ids = prompt_ids(loaded.tokenizer, render(gpt.template, prompt))
        expected = search(loaded, ids, 0.6, 4, 20)
        assert made[prompt.id].text == loaded.tokenizer.decode(expected, skip_special_tokens=True)
        assert made[prompt.id].decoding == {**SETTINGS, "max_new_tokens": 20}


def test_the_rules_hold_as_in_every_strategy(gpt: Checkpoint, prompts: list[Prompt]) -> None:
    plain = draw(gpt, prompts[:4])
    piece = plain[0].generation.text[6:11]
    stopped = {o.generation.prompt_id: o for o in draw(gpt, prompts[:4], stop=(piece,))}
    first = stopped[plain[0].generation.prompt_id].generation
    assert (first.text, first.finish_reason) == (plain[0].generation.text[:6], "stop")
    assert all(one.generation.n_tokens == 20 for one in draw(gpt, prompts[:4], min_new_tokens=20))


def test_a_small_alpha_is_nearly_greedy(make_foreign: Callable[[str], LoadedModel]) -> None:
    loaded = make_foreign("llama")
    requests = [Request((40 + n, 50, 60), torch.zeros(9, dtype=torch.float64)) for n in range(5)]
    near = SampleConfig(**{**SETTINGS, "penalty_alpha": 1e-9})
    greedy = dict(write(loaded, requests, SampleConfig(strategy="greedy")))
    found = dict(write_contrastive(loaded, requests, near))
    assert [found[n].ids for n in range(5)] == [greedy[n].ids for n in range(5)]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"strategy": "contrastive"}, "needs penalty_alpha"),
        ({"strategy": "contrastive", "penalty_alpha": 0.6}, "top_k is 0; give 2 or more"),
        ({**SETTINGS, "top_k": 1}, "top_k is 1"),
        ({**SETTINGS, "penalty_alpha": 1.5}, "penalty_alpha 1.5 is not allowed"),
        ({"penalty_alpha": 0.6, "top_k": 4}, "the strategy is 'sample'; set the strategy"),
        ({**SETTINGS, "top_p": 0.9}, "top_p is for drawing"),
        ({**SETTINGS, "n_samples": 2}, "contrastive writes the same text each time"),
    ],
)
def test_what_makes_no_sense_is_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        SampleConfig(**changes)


def test_a_grid_gives_each_strategy_the_settings_that_it_has() -> None:
    grid = {"strategy": ["sample", "contrastive"], "penalty_alpha": [0.4, 0.6], "top_p": [0.9]}
    made = [decoding(config) for config in expand(SampleConfig(top_k=5), grid)]
    assert made == [
        {"strategy": "sample", "max_new_tokens": 200, "temperature": 0.8, "top_k": 5, "top_p": 0.9},
        {"strategy": "contrastive", "max_new_tokens": 200, "penalty_alpha": 0.4, "top_k": 5},
        {"strategy": "contrastive", "max_new_tokens": 200, "penalty_alpha": 0.6, "top_k": 5},
    ]


def test_an_lstm_is_refused(lstm: Checkpoint, prompts: list[Prompt]) -> None:
    with pytest.raises(CheckpointError, match="'contrastive' needs a transformer"):
        draw(lstm, prompts[:1])
