"""Trains or takes a tokenizer, and says how well it fits the training texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lab.data.prepare.config import PrepareConfig
from lab.data.prepare.rows import whole
from lab.data.prepare.signing import COLUMNS
from lab.data.prepare.slices import BATCH, in_slices, rows_in
from lab.data.prepare.splits import places_of
from lab.data.prepare.steps import SetOutcome, SetStep
from lab.data.prepare.wording import pieces
from lab.errors import CheckpointError
from lab.records import Split
from lab.text import word_spans

if TYPE_CHECKING:
    from datasets import Dataset

TOKENIZER = "tokenizer"
"""Folder of a prepared data set's tokenizer, in transformers' format."""

TRAINED, MEASURED = 100_000_000, 2_000_000
"""Most characters that a tokenizer is trained on and measured on: the words of more texts would
not fit into memory, and would change nothing that is frequent."""

PIECE = 1 << 16
"""Most characters of a text that a tokenizer gets at once: it takes some hundred bytes for each."""


def tokenizer_steps(config: PrepareConfig, folder: Path) -> list[SetStep]:
    """List the step that trains or takes a tokenizer, if one is asked for.

    Args:
        config: the settings.
        folder: the data set's folder, into which the tokenizer goes.
    """
    if config.vocabulary is not None:
        settings: dict[str, Any] = {"kind": config.tokenizer_kind, "vocabulary": config.vocabulary}
    elif config.tokenizer:
        settings = {"tokenizer": config.tokenizer}
    else:
        return []
    return [SetStep("tokenizer", settings, _Tokenizer(config, folder / TOKENIZER))]


class _Tokenizer:
    """Trains or takes a tokenizer, and measures it; leaves the rows as they are."""

    def __init__(self, config: PrepareConfig, out: Path):
        self.config, self.out = config, out

    def __call__(self, rows: Dataset, scratch: Path, workers: int) -> SetOutcome:
        places = np.random.default_rng(self.config.seed).permutation(places_of(rows, Split.TRAIN))
        tokenizer, n_trained = self._make(rows, places)
        if self.config.segment_tokens is not None and not tokenizer.is_fast:
            raise CheckpointError(
                f"tokenizer {self.config.tokenizer!r} does not tell where its tokens stand, so "
                "that texts cannot be cut by it; take one that has a tokenizer.json"
            )
        tokenizer.save_pretrained(self.out)
        trained = {"trained on texts": n_trained} if n_trained else {}
        counts = trained | measured(tokenizer, texts_of(rows, places, MEASURED))
        return SetOutcome(rows, counts=counts)

    def _make(self, rows: Dataset, places: Any) -> tuple[Any, int]:
        from lab.models.tokenizer import load_tokenizer, train_tokenizer

        if self.config.vocabulary is None:
            return load_tokenizer(self.config.tokenizer), 0
        n = 0

        def counted() -> Iterator[str]:
            nonlocal n
            for text in texts_of(rows, places, TRAINED):
                n += 1
                yield from pieces(text, PIECE)

        no_limit = int(1e30)  # as transformers writes it: the model that comes later has one
        kind = self.config.tokenizer_kind
        return train_tokenizer(counted(), self.config.vocabulary, no_limit, kind), n


def texts_of(rows: Dataset, places: Any, most: int) -> Iterator[str]:
    """Read texts, as many as a limit allows.

    Args:
        rows: the rows.
        places: which rows, in the order in which they are taken.
        most: most characters, but for the last row, or of a long one the last `PIECE`.

    Yields:
        All texts of a row as one.
    """
    read = 0
    for batch in in_slices(rows.select_columns(list(COLUMNS)).select(places)):
        for row in rows_in(batch):
            if read >= most:
                return
            # As many whole pieces as the limit allows, so that texts of one piece stay whole.
            room = -(-(most - read) // PIECE) * PIECE
            text = whole(row)[:room]
            read += len(text)
            yield text


def measured(tokenizer: Any, texts: Iterable[str]) -> dict[str, int | float]:
    """Measure how well a tokenizer fits texts.

    Args:
        tokenizer: a tokenizer of transformers.
        texts: any texts.

    Returns:
        "vocabulary": its tokens, "vocabulary used": share of them that the texts have, "measured
        texts", "tokens per word" (fertility, Rust et al. 2021; punctuation counts as tokens and
        not as words), "bytes per token" (UTF-8), "unknown tokens": share of the tokens; and where
        the tokenizer tells where its tokens stand, "characters covered": share of the characters
        but space that no unknown token stands for, and "words in one token": share of the words.
        What there is nothing to divide by for is left out.
    """
    total: Counter[str] = Counter()
    used: set[int] = set()
    for batch in _batches(texts, total):
        encoded = tokenizer(
            batch,
            add_special_tokens=False,
            return_offsets_mapping=tokenizer.is_fast,
            verbose=False,
        )
        spans = encoded["offset_mapping"] if tokenizer.is_fast else [None] * len(batch)
        for text, ids, places in zip(batch, encoded["input_ids"], spans, strict=True):
            total.update(_tally(text, ids, places, tokenizer.unk_token_id))
            used.update(ids)
    shares = {
        "tokens per word": ("tokens", "words"),
        "bytes per token": ("bytes", "tokens"),
        "unknown tokens": ("unknown", "tokens"),
        "characters covered": ("covered", "characters"),
        "words in one token": ("whole", "words"),
    }
    counts: dict[str, int | float] = {
        "vocabulary": len(tokenizer),
        "vocabulary used": len(used) / max(len(tokenizer), 1),
        "measured texts": total["texts"],
    }
    for name, (part, of) in shares.items():
        if total[of] and (tokenizer.is_fast or part not in ("covered", "whole")):
            counts[name] = total[part] / total[of]
    return counts


def _batches(texts: Iterable[str], total: Counter[str]) -> Iterator[list[str]]:
    """Cut texts into pieces; yield some at a time, and count the texts."""
    held: list[str] = []
    n_characters = 0
    for text in texts:
        total["texts"] += 1
        for piece in pieces(text, PIECE):
            held.append(piece)
            n_characters += len(piece)
            if len(held) == BATCH or n_characters >= PIECE:
                yield held
                held, n_characters = [], 0
    if held:
        yield held


def _tally(
    text: str, ids: list[int], spans: list[tuple[int, int]] | None, unknown: int | None
) -> dict[str, int]:
    places = np.array(spans, dtype=np.int64).reshape(-1, 2) if spans is not None else None
    found = word_spans(text)
    tally = {
        "tokens": len(ids),
        "words": len(found),
        "bytes": len(text.encode("utf-8", "replace")),
        "unknown": 0 if unknown is None else ids.count(unknown),
        "characters": _visible(text),
    }
    if places is None:
        return tally
    missed = places[np.array(ids, dtype=np.int64) == (-1 if unknown is None else unknown)]
    lost = sum(_visible(text[start:end]) for start, end in missed.tolist())
    return tally | {"covered": tally["characters"] - lost, "whole": _whole(found, places)}


def _whole(found: list[tuple[int, int]], places: Any) -> int:
    """Count the words that one token covers, with the space before them or without."""
    if not len(found) or not len(places):
        return 0
    first, last = np.array(found, dtype=np.int64).T
    token = np.searchsorted(places[:, 0], first, side="right") - 1
    return int(((token >= 0) & (places[token, 1] >= last)).sum())


def _visible(text: str) -> int:
    return len("".join(text.split()))
