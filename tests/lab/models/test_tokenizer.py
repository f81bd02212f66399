"""Tokenizers: byte-level BPE, whole words, and loading one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.errors import CheckpointError
from lab.models.tokenizer import BEGIN, END, PAD, given_tokenizer, load_tokenizer, train_tokenizer

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


def test_a_word_tokenizer_writes_known_words_back_and_marks_the_others(tmp_path):
    text = "The cat's old hat,  he said.\nTwenty-one naïve 数学"
    saved = train_tokenizer([text], 300, 64, "word")
    saved.save_pretrained(tmp_path)
    tokenizer = load_tokenizer(tmp_path)
    ids = tokenizer(text)["input_ids"]
    assert tokenizer.decode(ids, skip_special_tokens=True) == text
    assert tokenizer.convert_ids_to_tokens(ids)[1:4] == ["The", " cat's", " old"]
    assert tokenizer("The dog")["input_ids"][-1] == tokenizer.unk_token_id


def test_what_is_no_tokenizer_is_said(tmp_path):
    with pytest.raises(CheckpointError, match="no such folder"):
        load_tokenizer(str(tmp_path / "gone"))
    with pytest.raises(CheckpointError, match=r"tokenizer\.json"):
        load_tokenizer(tmp_path)


def test_a_given_tokenizer_is_made_fit_for_a_model(tmp_path):
    made = train_tokenizer(TEXTS, 300, 64)
    made.pad_token = None
    made.save_pretrained(tmp_path / "without_pad")
    given = given_tokenizer(tmp_path / "without_pad", 32)
    assert given.pad_token_id == given.eos_token_id
    assert given.model_max_length == 32
    made.eos_token = None
    made.save_pretrained(tmp_path / "without_end")
    with pytest.raises(CheckpointError, match="no end token"):
        given_tokenizer(tmp_path / "without_end", 32)


def test_a_text_without_spaces_is_learned_in_a_moment():
    text = "".join(chr(97 + number * number % 26) for number in range(200_000))
    assert len(train_tokenizer([text], 320, 64)) == 320
