"""A tiny trained checkpoint of each kind, and prompts of unequal lengths."""

from pathlib import Path

import pytest

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


@pytest.fixture(params=["gpt", "lstm"])
def checkpoint(request: pytest.FixtureRequest) -> Checkpoint:
    return request.getfixturevalue(request.param)
