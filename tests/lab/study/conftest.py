"""Makes the prompts, texts and checkpoints that a study is designed over."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lab.records import Checkpoint, CheckpointKind, Generation, Prompt, Split
from lab.study.material import Material, gather
from lab.study.protocol import Protocol

Make = Callable[..., list[Generation]]
START = datetime(2025, 1, 1, tzinfo=UTC)
WORDS = """
baker walked market sold seven loaves bread friend arrived honey garden river lantern quiet
morning painter blue stone bridge carried letter window answered slowly winter
"""
NAMES = {"id-1": "old", "id-2": "new", "id-3": "other"}


def story(*seed: object) -> str:
    """Write five sentences, the same for the same seed."""
    draw = random.Random(str(seed))
    return " ".join(" ".join(draw.sample(WORDS.split(), 9)).capitalize() + "." for _ in range(5))


@pytest.fixture(scope="session")
def make_texts() -> Make:
    def make(
        checkpoint_id: str,
        prompts: int | range = 4,
        *,
        decoding: dict[str, object] | None = None,
        seed: int | None = 0,
        sample_index: int = 0,
        minutes: int = 0,
    ) -> list[Generation]:
        numbers = range(prompts) if isinstance(prompts, int) else prompts
        setting = f"{seed}{sorted((decoding or {}).items())}{sample_index}{minutes}"
        return [
            Generation(
                id=f"{checkpoint_id}|{number}|{setting}",
                prompt_id=f"prompt-{number:03}",
                checkpoint_id=checkpoint_id,
                text=story(checkpoint_id, number, setting),
                decoding=decoding or {},
                seed=seed,
                sample_index=sample_index,
                created_at=START + timedelta(minutes=minutes),
            )
            for number in numbers
        ]

    return make


@pytest.fixture(scope="session")
def make_prompts() -> Callable[..., list[Prompt]]:
    def make(n_prompts: int, references: bool = False) -> list[Prompt]:
        return [
            Prompt(
                id=f"prompt-{number:03}",
                dataset_id="d",
                key=f"key-{number}",
                split=Split.TEST,
                text=f"Write story number {number}.",
                reference=story("reference", number) if references else None,
            )
            for number in range(n_prompts)
        ]

    return make


@pytest.fixture(scope="session")
def checkpoints() -> list[Checkpoint]:
    return [
        Checkpoint(id=id, name=name, kind=CheckpointKind.EXTERNAL, created_at=START)
        for id, name in NAMES.items()
    ]


@pytest.fixture(scope="session")
def make_protocol() -> Callable[..., Protocol]:
    def make(**changes: Any) -> Protocol:
        given = {"name": "x", "checkpoints": ("old", "new", "other"), "dataset": "d", "repeats": 0}
        return Protocol(**(given | changes))

    return make


@pytest.fixture(scope="session")
def make_material(make_texts, make_prompts, checkpoints) -> Callable[..., Material]:
    def make(
        protocol: Protocol, n_prompts: int = 6, n_samples: int = 1, references: bool = False
    ) -> Material:
        texts = [
            text
            for checkpoint in checkpoints
            for sample in range(n_samples)
            for text in make_texts(checkpoint.id, n_prompts, sample_index=sample)
        ]
        return gather(protocol, make_prompts(n_prompts, references), texts, checkpoints)

    return make
