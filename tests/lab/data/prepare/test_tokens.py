"""Tokenizers trained on the training rows, and how well they fit."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from datasets import Dataset

from lab.data.prepare import tokens
from lab.data.prepare.config import PrepareConfig
from lab.data.prepare.rows import features, new_row
from lab.data.prepare.steps import SetOutcome
from lab.data.prepare.tokens import measured, texts_of, tokenizer_steps
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


class Measuring:
    """A tokenizer that notes what it is given."""

    def __init__(self, tokenizer: Any, read: list[str]):
        self.tokenizer, self.read = tokenizer, read

    def __getattr__(self, name: str) -> Any:
        return getattr(self.tokenizer, name)

    def __len__(self) -> int:
        return len(self.tokenizer)

    def __call__(self, texts: list[str], **settings: Any) -> Any:
        self.read.extend(texts)
        return self.tokenizer(texts, **settings)


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


def test_of_a_long_text_a_tokenizer_gets_a_piece_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "PIECE", 100)
    given: list[str] = []

    def noted(texts: Iterable[str], *about: Any) -> Any:
        given.extend(texts)
        return train_tokenizer(given, *about)

    monkeypatch.setattr("lab.models.tokenizer.train_tokenizer", noted)
    long = "one two three " * 100
    done = outcome({"train": [long]}, tmp_path, vocabulary=300)
    assert max(map(len, given)) <= 100
    assert "".join(given) == long
    assert all(piece.endswith(" ") for piece in given)
    assert (done.counts["trained on texts"], done.counts["measured texts"]) == (1, 1)
    read: list[str] = []
    made = Measuring(train_tokenizer([long], 300, 64), read)
    assert measured(made, [long, "one"])["measured texts"] == 2
    assert "".join(read) == f"{long}one"
    assert max(map(len, read)) <= 100


def test_as_much_is_read_as_the_limit_allows_and_of_a_long_text_no_more() -> None:
    texts = ["a" * 30, "b" * tokens.PIECE * 5, "c" * 30]
    rows = [new_row(key=text[0], place="", reference=text) for text in texts]
    held = Dataset.from_list(rows, features=features())

    def lengths(most: int, *places: int) -> list[int]:
        return [len(text) for text in texts_of(held, np.array(places), most)]

    assert lengths(10, 0, 2) == [30]
    assert lengths(31, 2, 0) == [30, 30]
    assert lengths(40, 0, 1, 2) == [30, tokens.PIECE]
    assert lengths(tokens.PIECE * 2, 1, 0) == [tokens.PIECE * 2]
    assert lengths(tokens.PIECE * 9, 1, 0) == [tokens.PIECE * 5, 30]


def test_nothing_is_divided_by_nothing() -> None:
    counts = measured(train_tokenizer(["ab"], 300, 64), [])
    assert set(counts) == {"vocabulary", "vocabulary used", "measured texts"}


def test_cutting_needs_a_tokenizer() -> None:
    with pytest.raises(ConfigError, match="vocabulary to train one"):
        PrepareConfig(name="x", segment_tokens=64)
