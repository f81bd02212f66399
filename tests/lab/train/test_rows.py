"""Rows: the loss counts on the reference only."""

import dataclasses

import pytest

from lab.errors import InputError
from lab.models.tokenizer import train_tokenizer
from lab.records import Prompt
from lab.train.rows import token_rows


@pytest.fixture
def tokenizer(prompts: list[Prompt]) -> object:
    return train_tokenizer([prompt.text for prompt in prompts], 280, 64)


def test_a_row_is_the_prompt_then_the_reference_and_an_end(
    prompts: list[Prompt], tokenizer: object
) -> None:
    row = token_rows(prompts[:1], tokenizer, "{prompt}\n", 200)[0]
    given, learned = row.ids[: row.n_prompt], row.ids[row.n_prompt :]
    assert tokenizer.decode(given) == "<|begin|>" + prompts[0].text + "\n"
    assert tokenizer.decode(learned) == prompts[0].reference + "<|end|>"


def test_a_long_reference_is_cut_behind(prompts: list[Prompt], tokenizer: object) -> None:
    whole = token_rows(prompts[:1], tokenizer, "{prompt}\n", 200)[0]
    cut = token_rows(prompts[:1], tokenizer, "{prompt}\n", whole.n_prompt + 5)
    assert [row.ids.tolist() for row in cut] == [whole.ids[: whole.n_prompt + 5].tolist()]


def test_plain_text_is_windowed_and_all_of_it_learned(
    prompts: list[Prompt], tokenizer: object
) -> None:
    plain = dataclasses.replace(prompts[0], text="", reference="the sea and the sky " * 20)
    rows = token_rows([plain], tokenizer, "{prompt}", 16)
    assert len(rows) > 5
    assert all(row.ids[0] == tokenizer.bos_token_id and len(row.ids) <= 16 for row in rows)
    learned = [token for row in rows for token in row.ids[row.n_prompt :]]
    assert tokenizer.decode(learned) == plain.reference + "<|end|>"


@pytest.mark.parametrize("reference", [None, ""])
def test_a_prompt_without_reference_is_named(
    prompts: list[Prompt], tokenizer: object, reference: str | None
) -> None:
    bare = dataclasses.replace(prompts[3], reference=reference)
    with pytest.raises(InputError, match=f"'{bare.key}'.*no reference"):
        token_rows([prompts[0], bare], tokenizer, "{prompt}", 64)


def test_a_prompt_that_fills_the_context_is_named(prompts: list[Prompt], tokenizer: object) -> None:
    with pytest.raises(InputError, match=f"'{prompts[0].key}'.*no room.*context of 8"):
        token_rows(prompts, tokenizer, "{prompt}", 8)
