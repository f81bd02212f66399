"""A text into the share of its n-grams that are different from one another."""

from __future__ import annotations

from lab.metrics.aids import Aids
from lab.metrics.types import Metric, ScoreInput, Value
from lab.text import folded_words


def distinct(text: str, n: int) -> Value:
    """Divide the number of different n-grams of words by the number of n-grams.

    Args:
        text: any text.
        n: words per n-gram, at least 1.

    Returns:
        The share, in (0, 1]; no value where the text has fewer than n words.
    """
    tokens = folded_words(text)
    n_grams = len(tokens) - n + 1
    if n_grams < 1:
        return Value(None, f"the text has {len(tokens)} words, and distinct-{n} needs {n}")
    return Value(len(set(zip(*(tokens[i:] for i in range(n)), strict=False))) / n_grams)


def compute_1(inputs: list[ScoreInput], aids: Aids) -> list[Value]:
    """Distinct-1: different words divided by words, within one text.

    Range (0, 1], higher is more varied. 1: no word comes twice; near 0: one word over and over.
    Falls with length, so compare texts of like length. No value for a text without words.
    Li et al. 2016, A Diversity-Promoting Objective Function for Neural Conversation Models.
    """
    return [distinct(given.generation.text, 1) for given in inputs]


def compute_2(inputs: list[ScoreInput], aids: Aids) -> list[Value]:
    """Distinct-2: different pairs of neighbouring words divided by such pairs, within one text.

    Range (0, 1], higher is more varied. 1: no pair comes twice; near 0: a loop. No value for a
    text of fewer than two words. Li et al. 2016, as distinct-1.
    """
    return [distinct(given.generation.text, 2) for given in inputs]


DISTINCT_1 = Metric(
    name="distinct_1", definition="words-1", better="higher", range=(0.0, 1.0), compute=compute_1
)
DISTINCT_2 = Metric(
    name="distinct_2", definition="words-1", better="higher", range=(0.0, 1.0), compute=compute_2
)
