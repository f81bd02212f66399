"""Texts of one checkpoint into how much of each stands in the others: self-BLEU.

For each n-gram an inverted index keeps the text that has it most often, how often, and how often
the runner-up has it. With those two numbers the clipped count of a text against all others is
known without looking at them: the runner-up's where the text itself is first, else the first's.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np
import numpy.typing as npt

from lab.metrics.aids import Aids
from lab.metrics.types import Metric, ScoreInput, Value
from lab.text import folded_words

ORDER = 4
"""Longest n-grams."""

EPSILON = 0.1
"""What a precision's numerator of zero is raised to (Chen and Cherry 2014, method 1)."""

Integers = npt.NDArray[np.int64]


def self_bleu(texts: Sequence[Sequence[str]]) -> list[float | None]:
    """Compute BLEU of each text with all other texts as its references.

    Args:
        texts: the tokens of each text.

    Returns:
        One value in [0, 1] per text, in order, equal to `nltk`'s `sentence_bleu` with uniform
        weights up to 4-grams and smoothing method 1; None for a text without tokens, or where
        there is no other text.
    """
    if len(texts) < 2:
        return [None] * len(texts)
    lengths = np.array([len(text) for text in texts])
    penalties = brevity(lengths)
    logs = np.zeros(len(texts))
    present = np.ones(len(texts), dtype=bool)
    for n, matches in enumerate(clipped_matches(texts, lengths), start=1):
        possible = np.maximum(1, lengths - n + 1)
        if n == 1:
            present = matches > 0
        logs += np.log(np.where(matches == 0, EPSILON, matches) / possible) / ORDER
    values = np.where(present, penalties * np.exp(logs), 0.0)
    return [float(value) if n else None for value, n in zip(values, lengths, strict=True)]


def brevity(lengths: Integers) -> npt.NDArray[np.float64]:
    """Compute each text's brevity penalty against the other text nearest to it in length.

    Args:
        lengths: tokens of each text; at least two texts.

    Returns:
        The penalty in [0, 1] per text: 1 where the nearest other (the shorter of two as near) is
        not longer.
    """
    known, counts = np.unique(lengths, return_counts=True)
    nearest = np.empty(len(known), dtype=np.int64)
    for place, (length, count) in enumerate(zip(known, counts, strict=True)):
        others = [known[place - 1]] if place else []
        others += [length] if count > 1 else []
        others += [known[place + 1]] if place + 1 < len(known) else []
        nearest[place] = min(others, key=lambda other: (abs(other - length), other))
    reference = nearest[np.searchsorted(known, lengths)]
    return np.minimum(1.0, np.exp(1 - reference / np.maximum(1, lengths)))


def clipped_matches(texts: Sequence[Sequence[str]], lengths: Integers) -> list[Integers]:
    """Count each text's n-grams that occur in another, each at most as often as in one other.

    Args:
        texts: the tokens of each text.
        lengths: how many they are.

    Returns:
        For n from 1 to 4, the count per text.
    """
    names: dict[str, int] = {}
    tokens = np.fromiter(
        (names.setdefault(token, len(names)) for token in chain.from_iterable(texts)),
        dtype=np.int64,
        count=int(lengths.sum()),
    )
    owner = np.repeat(np.arange(len(texts)), lengths)
    grams, first, found = tokens, np.arange(len(tokens)), []
    for n in range(1, ORDER + 1):
        if n > 1:
            inside = owner[first[: len(first)]] == owner[np.minimum(first + n - 1, len(owner) - 1)]
            inside &= first + n - 1 < len(owner)
            first, grams = first[inside], grams[inside]
            pairs = grams * len(names) + tokens[first + n - 1]
            grams = np.unique(pairs, return_inverse=True)[1]
        found.append(_clipped(grams, owner[first], len(texts)))
    return found


def _clipped(grams: Integers, owner: Integers, n_texts: int) -> Integers:
    """Sum each text's counts of n-grams, clipped to the highest count in another text."""
    if not len(grams):
        return np.zeros(n_texts, dtype=np.int64)
    keys, counts = np.unique(grams * n_texts + owner, return_counts=True)
    gram, text = np.divmod(keys, n_texts)
    order = np.lexsort((-counts, gram))
    starts = np.flatnonzero(np.r_[True, np.diff(gram[order]) > 0])
    sizes = np.diff(np.r_[starts, len(order)])
    first = order[starts]
    second = order[np.minimum(starts + 1, len(order) - 1)]
    runner_up = np.where(sizes > 1, counts[second], 0)
    place = np.repeat(np.arange(len(starts)), sizes)
    gram_place = np.empty(len(order), dtype=np.int64)
    gram_place[order] = place
    is_first = np.arange(len(keys)) == first[gram_place]
    limit = np.where(is_first, runner_up[gram_place], counts[first][gram_place])
    clipped = np.minimum(counts, limit)
    return np.bincount(text, weights=clipped, minlength=n_texts).astype(np.int64)


def compute(inputs: list[ScoreInput], aids: Aids) -> list[Value]:
    """Self-BLEU: BLEU of a text with all other texts of its checkpoint as its references.

    Range 0 to 1, lower is more varied. 1: another text says the same; 0: not one word is shared.
    Over all texts of a checkpoint on one data set, so it rises with their number: compare
    checkpoints with equally many. Words by the rule of `lab.text`, n-grams to 4 with uniform
    weights, smoothing method 1 of Chen and Cherry 2014. No value for a text without words, or
    where there is no other text. Zhu et al. 2018, Texygen.
    """
    found = self_bleu([folded_words(given.generation.text) for given in inputs])
    alone = "there is no other text of this checkpoint on this data set"
    reason = alone if len(inputs) < 2 else "the text has no words"
    return [Value(None, reason) if value is None else Value(value) for value in found]


SELF_BLEU = Metric(
    name="self_bleu",
    definition="4-grams|smooth:method1|words-1",
    better="lower",
    range=(0.0, 1.0),
    together=True,
    compute=compute,
)
