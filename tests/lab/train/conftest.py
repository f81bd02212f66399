"""Made prompts and settings that train in a moment."""

from collections.abc import Callable

import pytest

from lab.records import Prompt, Split
from lab.train.config import TrainConfig

NAMES = ["Rosa", "Ivy", "Tom", "Lena"]
THINGS = ["kite", "lamp", "drum"]


@pytest.fixture
def prompts() -> list[Prompt]:
    return [
        Prompt(
            dataset_id="d",
            key=f"{name}-{thing}",
            split=Split.TRAIN,
            text=f"hero: {name}; thing: {thing}",
            source=f"hero: {name}; thing: {thing}",
            reference=f"{name} had a {thing}. The {thing} was all that {name} had.",
        )
        for name in NAMES
        for thing in THINGS
    ]


@pytest.fixture
def make_config() -> Callable[..., TrainConfig]:
    def make(**changes: object) -> TrainConfig:
        values: dict = {
            "name": "tiny",
            "layers": 1,
            "width": 32,
            "heads": 2,
            "vocabulary": 300,
            "context": 64,
            "batch_rows": 4,
            "steps": 12,
            "precision": "fp32",
            "log_every": 3,
            "validate_every": 6,
            "threads": 1,
            "device": "cpu",
        }
        return TrainConfig(**{**values, **changes})

    return make
