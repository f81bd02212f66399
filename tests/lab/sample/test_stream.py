"""Streaming: the text and its scores are those that sampling in batches keeps."""

import dataclasses
from typing import Any

import pytest

from lab.errors import CheckpointError, ConfigError
from lab.models.load import load_model
from lab.packing import unpack
from lab.records import Checkpoint, CheckpointKind, Prompt
from lab.sample.config import SampleConfig
from lab.sample.run import sample
from lab.sample.stream import stream

SETTINGS: dict[str, Any] = {"max_new_tokens": 40, "threads": 1, "device": "cpu"}


@pytest.mark.parametrize(
    "changes",
    [
        {"temperature": 1.0},
        {"strategy": "greedy"},
        {"temperature": 3.0, "min_p": 0.001},
        {"temperature": 1.2, "repetition_penalty": 1.3, "no_repeat_ngram": 3, "min_new_tokens": 9},
        {"temperature": 1.5, "top_k": 20, "top_p": 0.95, "stop": ("th", "e w", "!")},
    ],
)
def test_what_is_streamed_is_what_sampling_keeps(
    checkpoint: Checkpoint, prompts: list[Prompt], changes: dict[str, Any]
) -> None:
    config = SampleConfig(**SETTINGS, **changes, seed=5)
    kept = {one.generation.prompt_id: one for b in sample(checkpoint, prompts, config) for one in b}
    loaded = load_model(checkpoint.path, "cpu")
    for prompt in prompts[:8]:
        streamed = stream(checkpoint, prompt, dataclasses.replace(config, seed=0), 5, loaded=loaded)
        tokens = list(streamed)
        one, made = kept[prompt.id], streamed.sampled
        assert made is not None
        assert "".join(token.text for token in tokens) == one.generation.text
        assert made.generation.text == one.generation.text
        for name in ("decoding", "seed", "n_tokens", "n_prompt_tokens", "finish_reason"):
            assert getattr(made.generation, name) == getattr(one.generation, name)
        assert made.tokens.ends == one.tokens.ends
        assert len(tokens) == made.generation.n_tokens
        assert [token.logprob for token in tokens] == pytest.approx(
            unpack(one.tokens.log_probabilities, "float16").tolist(), abs=0.01
        )
        assert [token.entropy for token in tokens] == pytest.approx(
            unpack(one.tokens.entropies, "float16").tolist(), abs=0.01
        )


def test_tokens_come_while_the_text_is_written(gpt: Checkpoint, prompts: list[Prompt]) -> None:
    streamed = stream(gpt, prompts[0], SampleConfig(**SETTINGS, strategy="greedy"), 0)
    first = next(streamed)
    assert first.text
    assert streamed.sampled is None
    rest = list(streamed)
    assert len(rest) > 5
    assert streamed.sampled is not None


def test_no_part_of_a_stop_string_is_ever_shown(gpt: Checkpoint, prompts: list[Prompt]) -> None:
    plain = "".join(t.text for t in stream(gpt, prompts[0], SampleConfig(**SETTINGS), 3))
    words = plain[4:14]
    stopped = stream(gpt, prompts[0], SampleConfig(**SETTINGS, stop=(words,)), 3)
    shown = ""
    for token in stopped:
        shown += token.text
        assert plain.startswith(shown)
        assert len(shown) <= 4
    assert shown == plain[:4]


def test_what_cannot_be_streamed_is_refused(gpt: Checkpoint, prompts: list[Prompt]) -> None:
    with pytest.raises(ConfigError, match="'beam' cannot be streamed"):
        stream(gpt, prompts[0], SampleConfig(**SETTINGS, strategy="beam"), 0)
    with pytest.raises(ConfigError, match="'vllm' cannot be streamed from"):
        stream(gpt, prompts[0], SampleConfig(engine="vllm"), 0)
    outside = Checkpoint(name="gpt-x", kind=CheckpointKind.EXTERNAL)
    with pytest.raises(CheckpointError, match="'gpt-x' has no weights"):
        stream(outside, prompts[0], SampleConfig(**SETTINGS), 0)
