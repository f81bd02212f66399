"""Rendering and encoding of prompts."""

import pytest

from lab.errors import ConfigError, InputError
from lab.models.prompts import check_template, prompt_ids, reference_ids, render
from lab.records import Prompt, Split


def make_prompt(text: str = "Tell", source: str | None = "a: b") -> Prompt:
    return Prompt(dataset_id="d", key="row-7", split=Split.TEST, text=text, source=source)


class FakeTokenizer:
    """Words are numbers; puts `front` before and `back` after a text."""

    bos_token_id, eos_token_id = 1, 2

    def __init__(self, front: list[int], back: list[int]):
        self.front, self.back = front, back

    def __call__(
        self, texts: list[str], add_special_tokens: bool = True, verbose: bool = True
    ) -> dict[str, list[list[int]]]:
        rows = [[int(word) for word in text.split()] for text in texts]
        if add_special_tokens:
            rows = [[*self.front, *row, *self.back] for row in rows]
        return {"input_ids": rows}


def test_render_fills_both_fields() -> None:
    assert render("{source}\n{prompt}\n", make_prompt()) == "a: b\nTell\n"


def test_render_leaves_braces_in_the_texts_alone() -> None:
    assert render("{prompt}|{source}", make_prompt("{source} {x}", "{prompt}")) == (
        "{source} {x}|{prompt}"
    )


def test_render_without_the_source_asked_for_names_the_prompt() -> None:
    with pytest.raises(InputError, match=r"'row-7'.*source"):
        render("{source}", make_prompt(source=None))


@pytest.mark.parametrize("template", ["{story}", "{}", "none", "{prompt} {text}"])
def test_templates_that_cannot_be_filled_are_refused(template: str) -> None:
    with pytest.raises(ConfigError, match="template"):
        check_template(template)


def test_prompt_ids_keep_what_stands_in_front() -> None:
    assert prompt_ids(FakeTokenizer([1], []), "5 6") == [1, 5, 6]


def test_prompt_ids_drop_an_end_token_behind() -> None:
    assert prompt_ids(FakeTokenizer([1], [2]), "5 6") == [1, 5, 6]


def test_prompt_ids_are_never_empty() -> None:
    assert prompt_ids(FakeTokenizer([], []), "") == [1]


def test_reference_ids_end_with_the_end_token_and_begin_with_none() -> None:
    assert reference_ids(FakeTokenizer([1], [2]), "5 6") == [5, 6, 2]
