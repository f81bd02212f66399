"""Sampling: sameness by seed, agreement with transformers' generate, resuming, what is refused."""

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
import torch

from lab.errors import CheckpointError, InputError
from lab.models.load import LoadedModel, load_model
from lab.models.prompts import prompt_ids, reference_ids, render
from lab.packing import pack
from lab.records import Checkpoint, CheckpointKind, Generation, Prompt
from lab.sample.batch import Request, write
from lab.sample.config import SampleConfig, decoding
from lab.sample.decoders import RecurrentDecoder, find_decoder
from lab.sample.fixed import FixedDecoder
from lab.sample.lean import LeanDecoder
from lab.sample.run import sample
from lab.sample.tokens import Pieces

Texts = dict[tuple[str, int], str]


def draw(checkpoint: Checkpoint, prompts: list[Prompt], **changes: object) -> list[Generation]:
    values: dict = {"max_new_tokens": 40, "temperature": 1.0, "threads": 1, "device": "cpu"}
    config = SampleConfig(**{**values, **changes})
    return [each.generation for batch in sample(checkpoint, prompts, config) for each in batch]


def texts(generations: list[Generation]) -> Texts:
    return {(each.prompt_id, each.sample_index): each.text for each in generations}


def test_the_same_seed_gives_the_same_texts_whatever_the_batches_and_the_order(
    checkpoint: Checkpoint, prompts: list[Prompt]
) -> None:
    one = texts(draw(checkpoint, prompts, n_samples=2, batch_rows=1))
    for batch_rows in (3, 64):
        assert texts(draw(checkpoint, prompts, n_samples=2, batch_rows=batch_rows)) == one
    assert texts(draw(checkpoint, prompts[::-1], n_samples=2, batch_rows=7)) == one
    assert len(set(one.values())) > len(prompts)


@pytest.mark.parametrize("family", ["qwen3", "llama", "gpt2", "gemma2"])
def test_what_is_computed_of_a_row_is_the_same_to_the_bit_whatever_is_beside_it(
    family: str, make_foreign: Callable[[str], LoadedModel]
) -> None:
    loaded = make_foreign(family)
    random = torch.Generator().manual_seed(0)
    rows = [torch.randint(30, 250, (1 + 5 * n % 31,), generator=random) for n in range(20)]
    draws = torch.rand(20, 30, generator=random, dtype=torch.float64)
    requests = [Request(tuple(row.tolist()), one) for row, one in zip(rows, draws, strict=True)]
    whole = dict(write(loaded, requests, SampleConfig(batch_rows=20)))
    for batch_rows, some in [(1, requests[:4]), (2, requests[:8]), (7, requests)]:
        for number, written in write(loaded, some, SampleConfig(batch_rows=batch_rows)):
            assert written.ids == whole[number].ids
            assert written.log_probabilities == whole[number].log_probabilities
            assert written.entropies == whole[number].entropies


def test_another_seed_and_another_sample_are_other_texts(
    gpt: Checkpoint, prompts: list[Prompt]
) -> None:
    first = texts(draw(gpt, prompts, n_samples=2, temperature=2.0))
    other = texts(draw(gpt, prompts, n_samples=2, temperature=2.0, seed=1))
    assert all(first[key] != other[key] for key in first)
    assert all(first[prompt.id, 0] != first[prompt.id, 1] for prompt in prompts)


@torch.inference_mode()
def test_greedy_is_that_of_generate(gpt: Checkpoint, prompts: list[Prompt]) -> None:
    loaded = load_model(gpt.path, "cpu")
    found = texts(draw(gpt, prompts, strategy="greedy", batch_rows=9))
    for prompt in prompts:
        ids = torch.tensor([prompt_ids(loaded.tokenizer, render(gpt.template, prompt))])
        whole = loaded.model.generate(
            ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=40
        )
        expected = loaded.tokenizer.decode(whole[0, ids.shape[1] :], skip_special_tokens=True)
        assert found[prompt.id, 0] == expected


@pytest.mark.parametrize("kind", ["lstm", "gru"])
@torch.inference_mode()
def test_greedy_of_a_recurrent_network_is_that_of_reading_everything_again(
    kind: str, prompts: list[Prompt], request: pytest.FixtureRequest
) -> None:
    checkpoint = request.getfixturevalue(kind)
    loaded = load_model(checkpoint.path, "cpu")
    found = texts(draw(checkpoint, prompts, strategy="greedy", batch_rows=9))
    for prompt in prompts[:4]:
        ids = prompt_ids(loaded.tokenizer, render(checkpoint.template, prompt))
        n_prompt = len(ids)
        while len(ids) < n_prompt + 40 and ids[-1] != loaded.tokenizer.eos_token_id:
            ids.append(int(loaded.model(torch.tensor([ids])).logits[0, -1].argmax()))
        assert found[prompt.id, 0] == loaded.tokenizer.decode(
            ids[n_prompt:], skip_special_tokens=True
        )


@torch.inference_mode()
def test_every_field_of_a_generation_is_true(checkpoint: Checkpoint, prompts: list[Prompt]) -> None:
    loaded = load_model(checkpoint.path, "cpu")
    pieces = Pieces(loaded.tokenizer)
    by_id = {prompt.id: prompt for prompt in prompts}
    config = SampleConfig(max_new_tokens=40, batch_rows=6, seed=4, threads=1, device="cpu")
    found = [each for batch in sample(checkpoint, prompts, config) for each in batch]
    assert {each.generation.finish_reason for each in found} == {"end", "length"}
    n_compared = 0
    for each, tokens in [(one.generation, one.tokens) for one in found]:
        given = prompt_ids(loaded.tokenizer, render(checkpoint.template, by_id[each.prompt_id]))
        ended = each.finish_reason == "end"
        written = reference_ids(loaded.tokenizer, each.text)[: None if ended else -1]
        assert each.n_prompt_tokens == len(given)
        assert each.n_tokens <= 40
        assert ended or each.n_tokens == 40
        assert each.latency_seconds > 0
        assert (each.seed, each.checkpoint_id) == (4, checkpoint.id)
        ends = pieces.ends(written, each.text)
        if tokens.ends == pack(ends, "uint32"):  # else the text has another tokenisation
            n_compared += 1
            ids = torch.tensor([given + written])
            scores = loaded.model(ids).logits[0, len(given) - 1 : -1].log_softmax(-1)
            mean = scores[torch.arange(len(written)), torch.tensor(written)].mean()
            assert each.mean_logprob == pytest.approx(float(mean), abs=1e-4)
    assert n_compared > 5


def test_what_exists_is_skipped_and_the_rest_is_the_same(
    gpt: Checkpoint, prompts: list[Prompt]
) -> None:
    config = SampleConfig(n_samples=2, max_new_tokens=30, batch_rows=8, threads=1, device="cpu")
    whole = [each.generation for batch in sample(gpt, prompts, config) for each in batch]
    done = {(each.prompt_id, each.sample_index) for each in whole[:17]}
    rest = [each.generation for batch in sample(gpt, prompts, config, skip=done) for each in batch]
    assert texts(rest) == texts(whole[17:])
    assert all(each.decoding == decoding(config) for each in rest)


def test_finished_texts_are_given_before_the_rest_is_written(
    gpt: Checkpoint, prompts: list[Prompt], monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[int] = []
    step = LeanDecoder.step

    def watch(self: LeanDecoder, tokens: torch.Tensor, *others: Any) -> torch.Tensor:
        steps.append(len(tokens))
        return step(self, tokens, *others)

    monkeypatch.setattr(LeanDecoder, "step", watch)
    config = SampleConfig(max_new_tokens=2, batch_rows=8, threads=1, device="cpu")
    batches = sample(gpt, prompts, config)
    assert len(next(batches)) == 8
    assert sum(steps) <= 8 * 2 + 2  # with the two rows of the trial
    assert [len(batch) for batch in batches] == [8, 4]


def test_a_free_row_is_used_again_at_once(
    gpt: Checkpoint, prompts: list[Prompt], monkeypatch: pytest.MonkeyPatch
) -> None:
    used: list[int] = []
    step = LeanDecoder.step

    def watch(self: LeanDecoder, tokens: torch.Tensor, *others: Any) -> torch.Tensor:
        used.append(len(tokens))
        return step(self, tokens, *others)

    monkeypatch.setattr(LeanDecoder, "step", watch)
    made = draw(gpt, prompts, n_samples=4, batch_rows=8, temperature=1.5)
    assert len({each.n_tokens for each in made}) > 5
    busy = used[1 : -max(each.n_tokens for each in made)]
    assert min(busy) == 8


def test_the_beginning_that_samples_share_is_read_once(
    checkpoint: Checkpoint, prompts: list[Prompt], monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    for kind in (LeanDecoder, RecurrentDecoder):
        real = kind.read
        monkeypatch.setattr(
            kind,
            "read",
            lambda self, rows, slots, real=real: (read.append(len(rows)), real(self, rows, slots)),
        )
    made = draw(checkpoint, prompts[:3], n_samples=5)
    assert len(made) == 15
    assert sum(read) <= 3 + 2  # with the two rows of the trial


def test_a_full_context_ends_a_text(gpt: Checkpoint, prompts: list[Prompt]) -> None:
    long = dataclasses.replace(prompts[0], text="kite " * 21)
    for each in draw(gpt, [long, prompts[1]], max_new_tokens=500, seed=2):
        assert each.n_prompt_tokens + each.n_tokens <= 96


def test_a_prompt_that_does_not_fit_is_named_before_anything_is_written(
    gpt: Checkpoint, prompts: list[Prompt]
) -> None:
    long = dataclasses.replace(prompts[0], key="epic", text="kite " * 200)
    with pytest.raises(InputError, match=r"'epic'.*context of 96"):
        sample(gpt, [prompts[1], long], SampleConfig(device="cpu"))


def test_a_checkpoint_without_weights_is_refused(prompts: list[Prompt]) -> None:
    outside = Checkpoint(name="gpt-x", kind=CheckpointKind.EXTERNAL)
    with pytest.raises(CheckpointError, match="'gpt-x' has no weights"):
        sample(outside, prompts, SampleConfig(device="cpu"))


FAMILIES = {
    "gpt2": FixedDecoder,
    "gpt_neox": FixedDecoder,
    "mistral": FixedDecoder,
    "gemma2": FixedDecoder,
    "llama": LeanDecoder,
    "qwen2": LeanDecoder,
    "qwen3": LeanDecoder,
}


@pytest.mark.parametrize("family", FAMILIES)
@torch.inference_mode()
def test_other_families_write_as_generate_does(
    family: str, make_foreign: Callable[[str], object]
) -> None:
    loaded = make_foreign(family)
    random = torch.Generator().manual_seed(0)
    rows = [torch.randint(30, 250, (3 + n % 7,), generator=random) for n in range(12)]
    requests = [Request(tuple(row.tolist()), torch.zeros(24, dtype=torch.float64)) for row in rows]
    assert isinstance(find_decoder(loaded, 2, 9), FAMILIES[family])
    found = dict(write(loaded, requests, SampleConfig(strategy="greedy", batch_rows=5)))
    lengths = set()
    for row, written in zip(rows, (found[number] for number in range(12)), strict=True):
        ids = row.unsqueeze(0)
        whole = loaded.model.generate(
            ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=24
        )
        assert written.ids == whole[0, len(row) :].tolist()
        lengths.add(len(written.ids))
    assert len(lengths) > 1
