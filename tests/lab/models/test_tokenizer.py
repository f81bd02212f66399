"""The byte-level BPE tokenizer."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.models.tokenizer import BEGIN, END, PAD, train_tokenizer

TEXTS = ["the cat sat on the mat", "Rosa gives ten apples to Ivy, who gives four to Rosa"] * 5


@pytest.fixture(scope="module")
def tokenizer() -> object:
    return train_tokenizer(TEXTS, 300, 64)


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=40))
def test_any_text_comes_back_as_it_was(tokenizer: object, text: str) -> None:
    ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    if not any(token in text for token in (PAD, BEGIN, END)):
        assert tokenizer.decode(ids, skip_special_tokens=True) == text


def test_it_puts_the_begin_token_in_front_and_nothing_behind(tokenizer: object) -> None:
    ids = tokenizer("the cat")["input_ids"]
    assert ids[0] == tokenizer.bos_token_id
    assert tokenizer.eos_token_id not in ids


def test_it_stays_within_the_vocabulary_and_learns_the_words(tokenizer: object) -> None:
    assert 259 < len(tokenizer) <= 300
    assert len(tokenizer("gives", add_special_tokens=False)["input_ids"]) < len("gives")


def test_the_same_texts_make_the_same_tokenizer(tokenizer: object) -> None:
    again = train_tokenizer(TEXTS, 300, 64)
    assert again.backend_tokenizer.to_str() == tokenizer.backend_tokenizer.to_str()
