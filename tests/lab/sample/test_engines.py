"""Engines: transformers writes and scores as ours does; vLLM is given what it calls the same."""

from __future__ import annotations

import dataclasses
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from lab.errors import CheckpointError, ConfigError
from lab.models.load import load_model
from lab.packing import unpack
from lab.records import Checkpoint, Prompt
from lab.sample.config import SampleConfig, decoding
from lab.sample.engines import sample_by_engine
from lab.sample.run import Sampled

SETTINGS: dict[str, Any] = {"max_new_tokens": 30, "threads": 1, "device": "cpu", "batch_rows": 7}


def draw(checkpoint: Checkpoint, prompts: list[Prompt], **changes: Any) -> dict[Any, Sampled]:
    config = SampleConfig(**{**SETTINGS, **changes})
    made = [one for batch in sample_by_engine(checkpoint, prompts, config) for one in batch]
    return {(one.generation.prompt_id, one.generation.sample_index): one for one in made}


@pytest.mark.parametrize(
    "changes",
    [
        {"strategy": "greedy"},
        {"temperature": 1.5, "n_samples": 2, "seed": 9},
        {
            "top_k": 30,
            "top_p": 0.95,
            "repetition_penalty": 1.3,
            "no_repeat_ngram": 3,
            "min_new_tokens": 12,
            "stop": ("ll", " all"),
        },
    ],
)
def test_transformers_writes_the_same_texts_with_the_same_scores(
    gpt: Checkpoint, prompts: list[Prompt], changes: dict[str, Any]
) -> None:
    ours = draw(gpt, prompts, **changes)
    theirs = draw(gpt, prompts, engine="transformers", **changes)
    assert ours.keys() == theirs.keys()
    for key, one in ours.items():
        other = theirs[key]
        for name in ("text", "seed", "finish_reason", "n_tokens", "n_prompt_tokens"):
            assert getattr(other.generation, name) == getattr(one.generation, name)
        assert other.generation.mean_logprob == pytest.approx(one.generation.mean_logprob, abs=1e-4)
        assert other.generation.decoding == {**one.generation.decoding, "engine": "transformers"}
        assert other.tokens.ends == one.tokens.ends
        for field in ("log_probabilities", "entropies"):
            found = [unpack(getattr(x.tokens, field), "float16").tolist() for x in (other, one)]
            assert found[0] == pytest.approx(found[1], abs=0.005)
    assert len({one.generation.n_tokens for one in ours.values()}) > 1


def test_engines_refuse_what_they_do_not_have(lstm: Checkpoint, prompts: list[Prompt]) -> None:
    with pytest.raises(CheckpointError, match="'transformers' cannot run a checkpoint of kind"):
        draw(lstm, prompts, engine="transformers")
    contrastive = {"strategy": "contrastive", "penalty_alpha": 0.6, "top_k": 4}
    for changes, words in [
        ({"engine": "transformers", **contrastive}, "has no contrastive search"),
        ({"engine": "vllm", **contrastive}, "has no strategy 'contrastive'"),
        ({"engine": "vllm", "strategy": "beam"}, "has no strategy 'beam'"),
        ({"engine": "vllm", "typical_p": 0.9}, "'vllm' has no typical_p"),
        ({"engine": "vllm", "device": "cpu"}, "'vllm' has no device"),
        ({"engine": "nosuch"}, "engine 'nosuch' is not allowed"),
    ]:
        with pytest.raises(ConfigError, match=words):
            SampleConfig(**changes)


def test_vllm_that_is_absent_is_named_with_how_to_get_it(
    gpt: Checkpoint, prompts: list[Prompt], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "vllm", None)
    with pytest.raises(ConfigError, match=r"pip install 'review-lab\[vllm\]'"):
        draw(gpt, prompts, engine="vllm", device="")


class FakeLLM:
    """Says back the last token of each prompt thrice, in vLLM's shapes."""

    given: dict[str, Any]
    asked: list[tuple[dict[str, Any], dict[str, Any]]]

    def __init__(self, **given: Any) -> None:
        if "broken" in given["model"]:
            raise ValueError("architectures ['X'] are not supported\nfor now")
        FakeLLM.given, FakeLLM.asked = given, []
        config = SimpleNamespace(max_model_len=given["max_model_len"])
        self.llm_engine = SimpleNamespace(model_config=config)

    def get_tokenizer(self) -> Any:
        return load_model(FakeLLM.given["model"], "cpu").tokenizer

    def generate(self, prompts: Any, settings: Any, use_tqdm: bool) -> list[Any]:
        assert not use_tqdm
        FakeLLM.asked += zip(prompts, settings, strict=True)
        return [self.answer(one["prompt_token_ids"][-2]) for one in prompts]

    def answer(self, token: int) -> Any:
        told = [{token: SimpleNamespace(logprob=-0.5), 1: SimpleNamespace(logprob=-0.1)}] * 3
        one = SimpleNamespace(
            token_ids=(token,) * 3, logprobs=told, finish_reason="stop", stop_reason="!"
        )
        return SimpleNamespace(outputs=[one])


@pytest.fixture
def fake_vllm(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = SimpleNamespace(LLM=FakeLLM, SamplingParams=dict)
    monkeypatch.setitem(sys.modules, "vllm", fake)  # type: ignore[arg-type]


@pytest.mark.usefixtures("fake_vllm")
def test_vllm_is_given_the_settings_under_its_own_names(
    gpt: Checkpoint, prompts: list[Prompt]
) -> None:
    config = {"engine": "vllm", "device": "", "threads": 0, "dtype": "float32"}
    drawn = {"temperature": 0.7, "top_k": 9, "top_p": 0.9, "min_p": 0.1, "stop": ("!",)}
    limits = {"repetition_penalty": 1.2, "min_new_tokens": 2, "n_samples": 2, "seed": 4}
    made = draw(gpt, prompts[:3], **config, **drawn, **limits)
    assert FakeLLM.given == {
        "model": gpt.path,
        "dtype": "float32",
        "max_num_seqs": 7,
        "max_model_len": 96,
    }
    assert len(FakeLLM.asked) == len(made) == 6
    seeds = {settings.pop("seed") for _, settings in FakeLLM.asked}
    assert len(seeds) == 6
    assert all(0 <= seed < 2**31 for seed in seeds)
    assert FakeLLM.asked[0][1] == {
        "temperature": 0.7,
        "top_k": 9,
        "top_p": 0.9,
        "min_p": 0.1,
        "stop": ["!"],
        "repetition_penalty": 1.2,
        "max_tokens": 30,
        "min_tokens": 2,
        "logprobs": 0,
    }
    for one in made.values():
        assert one.generation.decoding["engine"] == "vllm"
        assert one.generation.finish_reason == "stop"
        assert one.generation.n_tokens == 3
        assert one.generation.mean_logprob == -0.5
        assert unpack(one.tokens.log_probabilities, "float16").tolist() == [-0.5] * 3
        assert len(unpack(one.tokens.entropies, "float16")) == 0
    draw(gpt, prompts[:1], **{**config, "strategy": "greedy", "top_p": 0.5})
    assert {FakeLLM.asked[0][1][name] for name in ("temperature", "top_k")} == {0}
    assert FakeLLM.asked[0][1]["top_p"] == 1.0


@pytest.mark.usefixtures("fake_vllm")
def test_what_vllm_cannot_load_is_said_in_its_words(gpt: Checkpoint, prompts: list[Prompt]) -> None:
    broken = dataclasses.replace(gpt, path="somebody/broken")
    with pytest.raises(CheckpointError, match=r"by vLLM: architectures \['X'\] are not supported;"):
        draw(broken, prompts, engine="vllm", device="")


def test_the_engine_is_stored_where_it_is_another() -> None:
    assert "engine" not in decoding(SampleConfig())
    assert decoding(SampleConfig(engine="vllm"))["engine"] == "vllm"
