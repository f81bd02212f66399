"""Long texts cut at sentence ends: nothing lost, nothing too long, groups kept."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.data.prepare import segments
from lab.data.prepare.config import PrepareConfig
from lab.data.prepare.counting import TokenCounter
from lab.data.prepare.rows import new_row
from lab.data.prepare.segments import cut, segment_steps
from lab.models.tokenizer import train_tokenizer
from lab.sentences import sentence_ends

SENTENCES = ["The cat sat.", "Dr. Low came in!", "Was it late?", "Nobody knew why."]


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return train_tokenizer([" ".join(SENTENCES)] * 4, 290, 64)


@pytest.fixture(scope="module")
def tokens(tokenizer: Any) -> TokenCounter:
    return TokenCounter(tokenizer.backend_tokenizer)


def n_tokens(text: str, tokenizer: Any) -> int:
    return len(tokenizer(text, add_special_tokens=False)["input_ids"])


def test_parts_end_with_sentences_and_are_as_long_as_allowed(
    tokenizer: Any, tokens: TokenCounter
) -> None:
    text = " ".join(SENTENCES * 5)
    parts = list(cut(text, 40, tokens))
    assert " ".join(parts) == text
    assert len(parts) > 2
    for part, after in pairwise(parts):
        assert part[-1] in ".!?"
        assert n_tokens(part, tokenizer) <= 40
        following = next(one for one in SENTENCES if after.startswith(one))
        assert n_tokens(f"{part} {following}", tokenizer) > 40


def test_a_sentence_too_long_is_cut_at_a_space_and_a_word_too_long_within(
    tokens: TokenCounter,
) -> None:
    parts = list(cut("cat " * 50, 12, tokens))
    assert set(" ".join(parts).split()) == {"cat"}
    assert len(" ".join(parts).split()) == 50
    assert "".join(cut("x" * 100, 12, tokens)) == "x" * 100


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="ab .!?\n\t数é🐉\u200d\u0301", max_size=120), st.integers(6, 20))
def test_nothing_but_space_is_lost_and_no_part_is_too_long(
    tokenizer: Any, tokens: TokenCounter, text: str, most: int
) -> None:
    parts = list(cut(text, most, tokens))
    assert "".join("".join(parts).split()) == "".join(text.split())
    assert all(part and part == part.strip() for part in parts)
    assert all(n_tokens(part, tokenizer) <= most for part in parts)


def test_a_text_of_many_blocks_is_cut_as_one(tokens: TokenCounter, monkeypatch: Any) -> None:
    text = " ".join(SENTENCES * 60)
    whole = list(cut(text, 20, tokens))
    monkeypatch.setattr(segments, "_BLOCK", 450)
    assert list(cut(text, 20, tokens)) == whole


WORDS = st.sampled_from(
    ["cat", "sat.", "Why?", "Dr.", "low", "I", '"No!"', "a\n", "3.5", "数。", "x" * 30]
)


@settings(max_examples=100, deadline=None)
@given(st.lists(WORDS, min_size=20, max_size=60).map(" ".join), st.integers(12, 40))
def test_a_part_ends_with_a_sentence_where_one_fits(
    tokens: TokenCounter, text: str, most: int
) -> None:
    ends = list(sentence_ends(text))
    place = 0
    for part in list(cut(text, most, tokens))[:-1]:
        begin = text.index(part, place)
        place = begin + len(part)
        sentences = [text[begin:end].strip() for end in ends if end > begin]
        # The space before a part takes up to two tokens of its room.
        if sentences and len(tokens(sentences[0])) <= most - 2:
            assert part in sentences


def test_only_long_plain_texts_become_rows_of_their_own(tokenizer: Any, tmp_path: Path) -> None:
    tokenizer.save_pretrained(tmp_path / "tokenizer")
    config = PrepareConfig(name="x", segment_tokens=42, vocabulary=300)
    (step,) = segment_steps(config, tmp_path)
    text = " ".join(SENTENCES * 5)
    plain = new_row(key="k", place="", reference=text, group="g", tags=["t"], split="train")
    outcome = step.apply(plain)
    assert [row["key"] for row in outcome.rows[:2]] == ["k#1", "k#2"]
    assert {(row["group"], row["split"], *row["tags"]) for row in outcome.rows} == {
        ("g", "train", "t")
    }
    assert outcome.counts == {"parts": len(outcome.rows)}
    for kept in (plain | {"reference": "Short."}, plain | {"prompt": "Say:"}):
        assert step.apply(kept).rows[0] is kept
