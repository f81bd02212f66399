from collections.abc import Callable

import pytest

from lab.metrics.run import ScoreInput
from lab.records import Generation, Prompt, Split


@pytest.fixture
def pair() -> Callable[..., ScoreInput]:
    """Make a text with its prompt."""

    def make(text: str, prompt: str = "", **fields: str | None) -> ScoreInput:
        row = Prompt(dataset_id="d", key="1", split=Split.TEST, text=prompt, **fields)
        made = Generation(prompt_id=row.id, checkpoint_id="c", text=text, decoding={})
        return ScoreInput(generation=made, prompt=row)

    return make
