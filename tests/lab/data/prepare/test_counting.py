"""Tokens of texts taken apart into words: always those of the whole text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

from lab.data.prepare import counting
from lab.data.prepare.counting import TokenCounter
from lab.models.tokenizer import train_tokenizer

TEXTS = ["The cat sat. Don't! 12 cats,  and\n\nwater of the cat é 数 <x> the water"] * 9
ALPHABET = [*"theca .!'1\n\t\x1c\x85\xa0\u3000é数🐉", "  ", " the", "<|end|>", "<x> a"]


def bpe() -> Tokenizer:
    return train_tokenizer(TEXTS, 300, 64).backend_tokenizer


def like_gpt() -> Tokenizer:
    made = bpe()
    made.post_processor = processors.ByteLevel(trim_offsets=False)
    made.add_tokens(["<x> a"])
    return made


def by_words() -> Tokenizer:
    return train_tokenizer(TEXTS, 300, 64, "word").backend_tokenizer


def over_spaces() -> Tokenizer:
    """Make a tokenizer that has a token for "e c", and folds capitals."""
    made = Tokenizer(
        models.Unigram([("?", -9.0), ("e c", -1.0), *((c, -5.0) for c in "thecas ")], 0)
    )
    made.normalizer = normalizers.Lowercase()
    made.decoder = decoders.Fuse()
    return made


def with_space_before() -> Tokenizer:
    made = bpe()
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    return made


TOKENIZERS = {
    made.__name__: made() for made in (bpe, like_gpt, by_words, over_spaces, with_space_before)
}


@pytest.mark.parametrize("name", TOKENIZERS)
@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(ALPHABET), max_size=40).map("".join))
def test_tokens_are_those_of_the_whole_text(name: str, text: str) -> None:
    offsets = TOKENIZERS[name].encode(text, add_special_tokens=False).offsets
    tokens = TokenCounter(TOKENIZERS[name])
    for _ in range(2):  # words known and not
        found = tokens(text)
        assert found.starts.tolist() == [start for start, _ in offsets]
        assert len(found) == len(offsets)


def test_known_words_are_not_encoded_again_and_not_too_many_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(counting, "_KEPT", 3)
    monkeypatch.setattr(counting, "_MOST_UNKNOWN", 0.2)
    encoded: list[str] = []
    tokens = TokenCounter(TOKENIZERS["bpe"])
    plain = tokens._encoded

    def noted(text: str) -> counting.Starts:
        encoded.append(text)
        return plain(text)

    tokens._spaced.encoded = noted
    monkeypatch.setattr(tokens, "_encoded", noted)
    tokens("the cat the cat the cat " + "x" * 100)
    tokens("a the cat")
    assert encoded == ["the", " cat", " the", " " + "x" * 100, "a"]
    assert len(tokens._spaced) == 2
    tokens("the water of all time")
    assert len(tokens._spaced) == 3
    encoded.clear()
    tokens("a cat the cat the cat the cat the water the other cat the cat")
    tokens("all is new in the cat")
    assert encoded == ["a", " other", "all is new in the cat"]
