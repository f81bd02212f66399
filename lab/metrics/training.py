"""The training texts of a data set into an index that finds what a text has copied.

A run of words is a 64-bit number, so that all runs of one length are one sorted array and looking
up is a binary search. Two different runs of equal number are possible, but over ten million
training words and a thousand of a text not once in a billion texts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from lab.text import folded_words

Integers = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]
_BASE = np.uint64(0x9E3779B97F4A7C15)
_MIXES = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingIndex:
    """The texts of a data set's training rows, as numbered words."""

    name: str
    """The data set's name."""

    precision: str
    """How many texts it is of and a hash of them, which belong to a version."""

    names: dict[str, int] = field(repr=False)
    """The number of each word."""

    tokens: Integers = field(repr=False)
    """All words by number, with −1 after each text."""

    texts: tuple[str, ...] = field(repr=False)
    """The texts as they are, for an encoder."""

    sorted_runs: dict[int, tuple[Hashes, Integers]] = field(
        default_factory=dict, repr=False, compare=False
    )
    """By length of run: the runs' numbers, sorted, and where each starts; made when asked for."""

    vectors: dict[str, npt.NDArray[np.float32]] = field(
        default_factory=dict, repr=False, compare=False
    )
    """By encoder and precision: the vectors of the texts, blank ones left out; made when asked
    for."""

    def numbered(self, text: str) -> Integers:
        """Turn a text into numbers of words; a word that no training text has is −2.

        Args:
            text: any text.
        """
        return np.array([self.names.get(word, -2) for word in folded_words(text)], dtype=np.int64)

    def runs(self, n: int) -> tuple[Hashes, Integers]:
        """Return all runs of n words, sorted by number, and the place where each starts.

        Args:
            n: words per run.
        """
        if n not in self.sorted_runs:
            hashes, starts = _runs(self.tokens, n)
            order = np.argsort(hashes, kind="stable")
            self.sorted_runs[n] = hashes[order], starts[order]
        return self.sorted_runs[n]

    def found(self, tokens: Integers, n: int) -> tuple[Integers, Integers, Integers]:
        """Look up each run of n words of a text.

        Args:
            tokens: a text's words, by number.
            n: words per run.

        Returns:
            The places in the text where a run starts that training texts have; and per place the
            range of its places in the sorted runs.
        """
        hashes, starts = _runs(tokens, n)
        known, _ = self.runs(n)
        low, high = (np.searchsorted(known, hashes, side=side) for side in ("left", "right"))
        hit = high > low
        return starts[hit], low[hit], high[hit]


def _runs(tokens: Integers, n: int) -> tuple[Hashes, Integers]:
    """Turn the runs of n known words into numbers, and say where each starts."""
    if len(tokens) < n:
        return np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=np.int64)
    mixed = (tokens + 3).astype(np.uint64) * _BASE
    for shift, factor in zip((30, 27), _MIXES, strict=True):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * factor
    hashes, width = mixed, 1
    for bit in bin(n)[3:]:
        hashes = hashes[: len(hashes) - width] * _power(width) + hashes[width:]
        width *= 2
        if bit == "1":
            hashes = hashes[: len(hashes) - 1] * _BASE + mixed[width : width + len(hashes) - 1]
            width += 1
    unknown = np.r_[0, np.cumsum(tokens < 0)]
    starts = np.flatnonzero(unknown[n:] == unknown[:-n])
    return hashes[starts], starts


def _power(n: int) -> np.uint64:
    return np.uint64(pow(int(_BASE), n, 2**64))


def training_index(name: str, texts: Iterable[str]) -> TrainingIndex:
    """Index training texts.

    Args:
        name: the data set's name.
        texts: what the checkpoints learned to write.

    Returns:
        The index.
    """
    names: dict[str, int] = {}
    numbers: list[int] = []
    kept = tuple(texts)
    digest = hashlib.sha256()
    for text in kept:
        digest.update(text.encode("utf-8", "replace") + b"\0")
        numbers += [names.setdefault(word, len(names)) for word in folded_words(text)]
        numbers.append(-1)
    return TrainingIndex(
        name=name,
        precision=f"{len(kept)}-texts-{digest.hexdigest()[:12]}",
        names=names,
        tokens=np.array(numbers, dtype=np.int64),
        texts=kept,
    )
