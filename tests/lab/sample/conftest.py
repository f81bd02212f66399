"""A tiny trained checkpoint of each kind, and prompts of unequal lengths."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from lab.models.load import LoadedModel, load_model
from lab.records import Checkpoint, Prompt, Split
from lab.train.config import TrainConfig
from lab.train.run import train

NAMES = ["Rosa", "Ivy", "Tom", "Lena", "Bartholomew"]
THINGS = ["kite", "lamp", "drum", "old green umbrella"]


@pytest.fixture(scope="package")
def prompts() -> list[Prompt]:
    return [
        Prompt(
            dataset_id="d",
            key=f"{name}-{thing}",
            split=Split.TRAIN,
            text=f"hero: {name}; thing: {thing}",
            reference=f"{name} had a {thing}. The {thing} was all that {name} had.",
        )
        for name in NAMES
        for thing in THINGS
    ]


def _train(kind: str, prompts: list[Prompt], folder: Path) -> Checkpoint:
    config = TrainConfig(
        name=kind,
        architecture=kind,
        layers=2,
        width=32,
        heads=2,
        vocabulary=300,
        context=96,
        batch_rows=4,
        steps=80,
        learning_rate=0.01,
        precision="fp32",
        template="{prompt}\n",
        threads=1,
        device="cpu",
    )
    return train(prompts, [], config, folder / kind, "run-1", lambda step, share: None)


@pytest.fixture(scope="package")
def gpt(prompts: list[Prompt], tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    return _train("gpt", prompts, tmp_path_factory.mktemp("trained"))


@pytest.fixture(scope="package")
def lstm(prompts: list[Prompt], tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    return _train("lstm", prompts, tmp_path_factory.mktemp("trained"))


@pytest.fixture(scope="package")
def gru(prompts: list[Prompt], tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    return _train("gru", prompts, tmp_path_factory.mktemp("trained"))


@pytest.fixture(params=["gpt", "lstm", "gru"])
def checkpoint(request: pytest.FixtureRequest) -> Checkpoint:
    return request.getfixturevalue(request.param)


_GROUPED = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
}


@pytest.fixture
def make_foreign(gpt: Checkpoint) -> Callable[[str], LoadedModel]:
    """Make a tiny causal model of another family with the GPT's tokenizer."""
    from transformers import AutoConfig, AutoModelForCausalLM

    sizes = {
        "gpt2": {"n_embd": 32, "n_layer": 2, "n_head": 2, "n_positions": 64},
        "gpt_neox": {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2},
        "mistral": {
            "hidden_size": 32,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
            "num_key_value_heads": 1,
            "sliding_window": 8,
        },
        "gemma2": {**_GROUPED, "head_dim": 8, "sliding_window": 8},
        "llama": _GROUPED,
        "qwen2": _GROUPED,
        "qwen3": {**_GROUPED, "head_dim": 8},
    }

    def make(family: str) -> LoadedModel:
        loaded = load_model(gpt.path, "cpu")
        torch.manual_seed(3)
        config = AutoConfig.for_model(
            family,
            vocab_size=len(loaded.tokenizer),
            intermediate_size=64,
            initializer_range=0.3,
            max_position_embeddings=64,
            bos_token_id=1,
            eos_token_id=2,
            pad_token_id=0,
            **sizes[family],
        )
        model = AutoModelForCausalLM.from_config(config).eval()
        # Many end tokens, so that rows finish at different times and leave the batch.
        model.generation_config.eos_token_id = list(range(2, 30))
        return dataclasses.replace(loaded, model=model, kind="hub", context=64)

    return make
