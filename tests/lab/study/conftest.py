"""Makes the generations that a study is designed over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from lab.records import Generation

Make = Callable[..., list[Generation]]


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
                text="a text",
                decoding=decoding or {},
                seed=seed,
                sample_index=sample_index,
                created_at=datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes),
            )
            for number in numbers
        ]

    return make
