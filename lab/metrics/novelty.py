"""A text into what it copied from the training texts."""

from __future__ import annotations

import numpy as np

from lab.metrics.aids import Aids
from lab.metrics.training import Integers, TrainingIndex
from lab.metrics.types import Metric, ScoreInput, Value

N = 4
"""Words per n-gram of `copied_4_grams`."""

_AT_ONCE = 2**20
"""Places in the training texts that are followed at once."""


def longest_copy(tokens: Integers, index: TrainingIndex) -> int:
    """Count the words of the longest run of a text that a training text has.

    Args:
        tokens: the text's words, by the index's numbers.
        index: the training texts.
    """
    n, last = 0, None
    while len(tokens) >= (longer := max(1, 2 * n)):
        hits = index.found(tokens, longer)
        if not len(hits[0]):
            break
        n, last = longer, hits
    return n if last is None or n < 2 else _followed(tokens, index, n, last)


def _followed(
    tokens: Integers, index: TrainingIndex, n: int, hits: tuple[Integers, Integers, Integers]
) -> int:
    """Follow runs of n words, of which none is 2n long, as far as they go."""
    places, low, high = hits
    _, starts = index.runs(n)
    longest, ends = n, np.cumsum(high - low)
    first = 0
    while first < len(places):
        done = int(ends[first - 1]) if first else 0
        last = max(first + 1, int(np.searchsorted(ends, done + _AT_ONCE, side="right")))
        counts = (high - low)[first:last]
        offset = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        own = np.repeat(places[first:last], counts) + n
        theirs = starts[np.repeat(low[first:last], counts) + offset] + n
        longest = max(longest, n + _steps(tokens, index.tokens, own, theirs))
        first = last
    return longest


def _steps(tokens: Integers, known: Integers, own: Integers, theirs: Integers) -> int:
    """Count how many words further the pair of places goes on alike that goes furthest."""
    ended = np.r_[tokens, -3]  # equal to no training word and to no end of a training text
    steps = 0
    while True:
        same = ended[own] == known[theirs]
        if not same.any():
            return steps
        steps += 1
        own, theirs = own[same] + 1, theirs[same] + 1


def copied_share(tokens: Integers, index: TrainingIndex) -> Value:
    """Divide the 4-grams that a training text has by all 4-grams of a text.

    Args:
        tokens: the text's words, by the index's numbers.
        index: the training texts.

    Returns:
        The share, in [0, 1]; no value for a text of fewer than four words.
    """
    n_grams = len(tokens) - N + 1
    if n_grams < 1:
        return Value(None, f"the text has {len(tokens)} words, and 4-grams need 4")
    return Value(len(index.found(tokens, N)[0]) / n_grams)


def _index_of(aids: Aids) -> TrainingIndex:
    if aids.training is None:
        raise ValueError("novelty needs a training set: none was given")
    return aids.training


def _longest(tokens: Integers, index: TrainingIndex) -> Value:
    if not len(tokens):
        return Value(None, "the text has no words")
    return Value(float(longest_copy(tokens, index)))


def compute_longest(inputs: list[ScoreInput], aids: Aids) -> list[Value]:
    """Longest copy: words of the longest run in the text that a training text has word for word.

    Range 0 to infinity, lower is newer. 0: not one word is known; a few words are everybody's,
    dozens are copied. Over what the checkpoints learned to write: the references of the data
    set's training rows, or the texts of rows without one; case and punctuation do not count. The
    prompt may itself be in the training set. No value for a text without words. How Much
    Do Language Models Copy From Their Training Data? (RAVEN), McCoy et al. 2023.
    """
    index = _index_of(aids)
    return [_longest(index.numbered(given.generation.text), index) for given in inputs]


def compute_share(inputs: list[ScoreInput], aids: Aids) -> list[Value]:
    """Give the share of the text's runs of four words that any training text has.

    Range 0 to 1, lower is newer. 1: every run of four words is in the training set; people's own
    texts are well above 0, so compare with references. No value for a text of fewer than four
    words. Otherwise as longest_copy. McCoy et al. 2023.
    """
    index = _index_of(aids)
    return [copied_share(index.numbered(given.generation.text), index) for given in inputs]


LONGEST_COPY = Metric(
    name="longest_copy",
    definition="words-1",
    better="lower",
    range=(0.0, float("inf")),
    needs=frozenset({"training"}),
    compute=compute_longest,
)
COPIED_4_GRAMS = Metric(
    name="copied_4_grams",
    definition="words-1",
    better="lower",
    range=(0.0, 1.0),
    needs=frozenset({"training"}),
    compute=compute_share,
)
