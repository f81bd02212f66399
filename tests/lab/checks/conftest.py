from collections.abc import Callable

import pytest

from lab.records import Generation, Prompt, Split


@pytest.fixture
def pair() -> Callable[..., tuple[Generation, Prompt]]:
    """Make a text with a prompt that has a source."""

    def make(text: str, source: str | None) -> tuple[Generation, Prompt]:
        prompt = Prompt(dataset_id="d", key="1", split=Split.TEST, text="Tell me.", source=source)
        made = Generation(prompt_id=prompt.id, checkpoint_id="c", text=text, decoding={})
        return made, prompt

    return make
