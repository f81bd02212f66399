"""A text into how varied its words are, nearly whatever its length."""

from __future__ import annotations

from collections.abc import Iterable

from lab.metrics.aids import Aids
from lab.metrics.types import Metric, ScoreInput, Value
from lab.text import folded_words

THRESHOLD = 0.72
"""Type-token ratio at which a stretch is full."""

FEWEST = 50
"""Fewest words for a value."""


def _factors(tokens: Iterable[str]) -> float:
    """Count the stretches whose type-token ratio falls to the threshold, the last one in part."""
    factors, seen, n = 0.0, set[str](), 0
    for token in tokens:
        seen.add(token)
        n += 1
        if len(seen) / n <= THRESHOLD:
            factors, seen, n = factors + 1, set(), 0
    return factors + ((1 - len(seen) / n) / (1 - THRESHOLD) if n else 0.0)


def mtld(tokens: list[str]) -> Value:
    """Compute the mean length of stretches whose words stay varied, read from both ends.

    Args:
        tokens: the tokens of a text.

    Returns:
        The measure, in tokens; no value for fewer than 50, or where none comes twice.
    """
    if len(tokens) < FEWEST:
        return Value(None, f"the text has {len(tokens)} words, and MTLD needs {FEWEST}")
    counts = (_factors(tokens), _factors(reversed(tokens)))
    if not all(counts):
        return Value(None, "no word of the text comes twice")
    return Value(sum(len(tokens) / count for count in counts) / 2)


def compute(inputs: list[ScoreInput], aids: Aids) -> list[Value]:
    """MTLD: mean number of words in a row until their type-token ratio falls to .72.

    Range above 1 to infinity, higher is a more varied vocabulary; English stories have about 90.
    Read forwards and backwards and averaged. Hardly depends on length from 100 words on. Words by
    the rule of `lab.text`, unstemmed. No value for a text of fewer than 50 words, or one without
    any word twice. McCarthy and Jarvis 2010, MTLD, vocd-D, and HD-D.
    """
    return [mtld(folded_words(given.generation.text)) for given in inputs]


MTLD = Metric(
    name="mtld",
    definition="0.72|words-1",
    better="higher",
    range=(1.0, float("inf")),
    compute=compute,
)
