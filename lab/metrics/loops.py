"""A text into the words of its longest loop: the same words over and over, without a break."""

from __future__ import annotations

import numpy as np

from lab.metrics.aids import Aids
from lab.metrics.types import Metric, ScoreInput, Value
from lab.text import folded_words

LONGEST_ROUND = 100
"""Most words that one round of a loop may have."""


def longest_loop(tokens: list[str]) -> int:
    """Count the tokens of the longest stretch that says the same at least twice in a row.

    Args:
        tokens: the tokens of a text.

    Returns:
        Its tokens, the first round and a broken last one included; 0 where nothing is said twice
        in a row.
    """
    names: dict[str, int] = {}
    ids = np.array([names.setdefault(token, len(names)) for token in tokens], dtype=np.int64)
    longest = 0
    for n in range(1, min(LONGEST_ROUND, len(ids) // 2) + 1):
        breaks = np.flatnonzero(ids[n:] != ids[:-n])
        run = int(np.diff(np.r_[-1, breaks, len(ids) - n]).max()) - 1
        if run >= n:
            longest = max(longest, run + n)
    return longest


def compute(inputs: list[ScoreInput], aids: Aids) -> list[Value]:
    """Longest loop: words in the longest stretch of the text that repeats itself without a break.

    Range 0 to infinity, lower is better. 0: nothing is said twice in a row; "ha ha ha" has 3. One
    round of a loop has at most 100 words. Every text with words has a value. After Holtzman et
    al. 2020, The Curious Case of Neural Text Degeneration, who count texts that end in a loop.
    """
    return [_value(folded_words(given.generation.text)) for given in inputs]


def _value(tokens: list[str]) -> Value:
    return Value(float(longest_loop(tokens))) if tokens else Value(None, "the text has no words")


LONGEST_LOOP = Metric(
    name="longest_loop",
    definition="words-1|round:100",
    better="lower",
    range=(0.0, float("inf")),
    compute=compute,
)
