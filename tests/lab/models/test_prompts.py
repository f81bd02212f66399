"""Rendering and encoding of prompts."""

import dataclasses
from typing import Any

import pytest

from lab.errors import CheckpointError, ConfigError, InputError
from lab.models.chat import add_chat_template
from lab.models.prompts import (
    CHAT,
    check_template,
    input_ids,
    prompt_ids,
    reference_ids,
    render,
)
from lab.models.tokenizer import train_tokenizer
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


def test_chat_is_a_template() -> None:
    check_template("chat")


def test_prompt_ids_keep_what_stands_in_front() -> None:
    assert prompt_ids(FakeTokenizer([1], []), "5 6") == [1, 5, 6]


def test_prompt_ids_drop_an_end_token_behind() -> None:
    assert prompt_ids(FakeTokenizer([1], [2]), "5 6") == [1, 5, 6]


def test_prompt_ids_are_never_empty() -> None:
    assert prompt_ids(FakeTokenizer([], []), "") == [1]


def test_reference_ids_end_with_the_end_token_and_begin_with_none() -> None:
    assert reference_ids(FakeTokenizer([1], [2]), "5 6") == [5, 6, 2]


TURNS = [
    {"role": "system", "content": "be brief"},
    {"role": "user", "content": "the cat?"},
    {"role": "assistant", "content": "sat"},
    {"role": "user", "content": "and <|end|>?"},
]


@pytest.fixture
def chatty() -> Any:
    tokenizer = train_tokenizer(["the cat sat"], 280, 64)
    add_chat_template(tokenizer)
    return tokenizer


def make_chat(turns: list[dict[str, str]]) -> Prompt:
    prompt = make_prompt(turns[-1]["content"])
    return dataclasses.replace(prompt, conversation={"messages": turns})


def test_a_conversation_is_encoded_up_to_the_answer(chatty: Any) -> None:
    ids = input_ids(chatty, CHAT, make_chat(TURNS))
    assert chatty.decode(ids) == (
        "<|begin|><|system|>be brief<|end|><|user|>the cat?<|end|><|assistant|>sat<|end|>"
        "<|user|>and <|end|>?<|end|><|assistant|>"
    )
    # The end that the user wrote is text; the others are the token.
    assert ids.count(chatty.eos_token_id) == 4


def test_a_prompt_without_turns_is_what_a_user_says(chatty: Any) -> None:
    ids = input_ids(chatty, CHAT, make_prompt("the cat"))
    assert chatty.decode(ids) == "<|begin|><|user|>the cat<|end|><|assistant|>"


def test_the_template_marks_what_the_assistant_says(chatty: Any) -> None:
    found = chatty.apply_chat_template(TURNS[:3], return_assistant_tokens_mask=True)
    said = [
        id for id, ours in zip(found["input_ids"], found["assistant_masks"], strict=True) if ours
    ]
    assert chatty.decode(said) == "sat<|end|>"


def test_other_templates_are_filled_and_encoded(chatty: Any) -> None:
    assert chatty.decode(input_ids(chatty, "{source}|", make_prompt())) == "<|begin|>a: b|"


def test_a_tokenizer_without_a_chat_template_is_refused(tokenizer: Any) -> None:
    with pytest.raises(CheckpointError, match=r"no chat template; take one that was tuned for"):
        input_ids(tokenizer, CHAT, make_prompt())


def test_turns_that_the_chat_template_refuses_are_named(chatty: Any) -> None:
    with pytest.raises(InputError, match=r"'row-7'.*refuses its turns: unknown role robot"):
        input_ids(chatty, CHAT, make_chat([{"role": "robot", "content": "x"}]))
