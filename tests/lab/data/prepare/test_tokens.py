"""Tokenizers trained on the training rows, and how well they fit."""

from __future__ import annotations

from pathlib import Path

import pytest
from datasets import Dataset

from lab.data.prepare.config import PrepareConfig
from lab.data.prepare.rows import features, new_row
from lab.data.prepare.steps import SetOutcome
from lab.data.prepare.tokens import measured, tokenizer_steps
from lab.errors import CheckpointError, ConfigError
from lab.models.tokenizer import load_tokenizer, train_tokenizer


def outcome(texts: dict[str, list[str]], folder: Path, **config: object) -> SetOutcome:
    rows = [
        new_row(key=f"{split}{n}", place="", reference=text, split=split)
        for split, several in texts.items()
        for n, text in enumerate(several)
    ]
    settings = PrepareConfig(name="x", **config)  # type: ignore[arg-type]
    (step,) = tokenizer_steps(settings, folder)
    return step.apply(Dataset.from_list(rows, features=features()), folder, 1)


def test_it_learns_from_the_training_rows_alone(tmp_path: Path) -> None:
    texts = {"train": ["red red blue"] * 3, "test": ["green green green"]}
    done = outcome(texts, tmp_path, vocabulary=300, tokenizer_kind="word")
    words = set(load_tokenizer(tmp_path / "tokenizer").get_vocab())
    assert {"red", " blue"} <= words
    assert not any("green" in word for word in words)
    assert done.counts["trained on texts"] == 3
    assert done.counts["unknown tokens"] == 0


def test_byte_level_bpe_knows_every_text(tmp_path: Path) -> None:
    done = outcome({"train": ["naïve 数学 🐉 words words"] * 4}, tmp_path, vocabulary=280)
    assert done.counts["unknown tokens"] == 0
    assert done.counts["characters covered"] == 1
    assert 259 < done.counts["vocabulary"] <= 280


def test_a_tokenizer_that_is_there_is_taken(tmp_path: Path) -> None:
    train_tokenizer(["one two three"], 300, 64).save_pretrained(tmp_path / "given")
    done = outcome({"train": ["one two"]}, tmp_path, tokenizer=str(tmp_path / "given"))
    assert "trained on texts" not in done.counts
    made, given = (load_tokenizer(tmp_path / name) for name in ("tokenizer", "given"))
    assert made.get_vocab() == given.get_vocab()
    with pytest.raises(CheckpointError, match="no such folder"):
        outcome({"train": ["one"]}, tmp_path, tokenizer=str(tmp_path / "gone"))


def test_the_measures_are_those_counted_by_hand() -> None:
    tokenizer = train_tokenizer(["ab cd."], 300, 64, "word")
    counts = measured(tokenizer, ["ab cd.", "ab xyz", "é ab"])
    # Tokens: "ab" " cd" "." | "ab" unknown | unknown unknown, since " ab" is another token.
    assert counts["tokens per word"] == pytest.approx(7 / 6)
    assert counts["bytes per token"] == pytest.approx((6 + 6 + 5) / 7)
    assert counts["unknown tokens"] == pytest.approx(3 / 7)
    assert counts["characters covered"] == pytest.approx(1 - 6 / 13)
    assert counts["words in one token"] == 1
    assert counts["measured texts"] == 3
    assert counts["vocabulary used"] == pytest.approx(4 / 7)


def test_nothing_is_divided_by_nothing() -> None:
    counts = measured(train_tokenizer(["ab"], 300, 64), [])
    assert set(counts) == {"vocabulary", "vocabulary used", "measured texts"}


def test_cutting_needs_a_tokenizer() -> None:
    with pytest.raises(ConfigError, match="vocabulary to train one"):
        PrepareConfig(name="x", segment_tokens=64)
