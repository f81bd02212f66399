"""An English text into the school grade that reads it."""

from __future__ import annotations

import re

from lab.metrics.aids import Aids
from lab.metrics.types import Metric, ScoreInput, Value
from lab.sentences import SPLITTER, split_sentences
from lab.text import STOP_WORDS, folded_words

FEWEST = 10
"""Fewest words for a value."""

ENGLISH_SHARE = 0.2
"""Share of English stop words from which a text counts as English; stories have about .5."""

_VOWELS = re.compile(r"[aeiouy]+")


def foreign(tokens: list[str]) -> str | None:
    """Say why words are not taken for English; None where they are.

    Args:
        tokens: the folded words of a text.
    """
    if len(tokens) < FEWEST:
        return f"the text has {len(tokens)} words, too few to tell its language"
    share = sum(token.split("'")[0] in STOP_WORDS for token in tokens) / len(tokens)
    if share < ENGLISH_SHARE:
        return f"the text is not in English: {share:.0%} of its words are English stop words"
    return None


def syllables(word: str) -> int:
    """Count the syllables of an English word by its letters.

    Args:
        word: a word in small letters.

    Returns:
        Groups of vowels, without a silent e or ed at the end; at least 1.
    """
    n = len(_VOWELS.findall(word))
    silent_e = word.endswith("e") and not re.search(r"([^aeiouy]l|[aeiouy])e$", word)
    silent_ed = word.endswith("ed") and not re.search(r"([td]|[aeiouy])ed$", word)
    silent_es = word.endswith("es") and not re.search(
        r"([sxzcg]|sh|ch|[^aeiouy]l|[aeiouy])es$", word
    )
    return max(1, n - (silent_e or silent_ed or silent_es))


def reading_grade(text: str) -> Value:
    """Compute the Flesch–Kincaid grade of an English text.

    Args:
        text: any text.

    Returns:
        The grade; no value for another language, or for fewer than 10 words.
    """
    tokens = folded_words(text)
    if reason := foreign(tokens):
        return Value(None, reason)
    n_sentences = sum(1 for sentence in split_sentences(text) if folded_words(sentence))
    n_syllables = sum(map(syllables, tokens))
    return Value(0.39 * len(tokens) / n_sentences + 11.8 * n_syllables / len(tokens) - 15.59)


def compute(inputs: list[ScoreInput], aids: Aids) -> list[Value]:
    """Grade a text by the American school year that reads its sentences and words (Flesch–Kincaid).

    Range −3.4 (sentences of one short word) to infinity; neither direction is better. .39 words
    per sentence + 11.8 syllables per word − 15.59. Syllables are guessed from letters. English
    only: no value where under 20 % of the words are English stop words, or where the text has
    fewer than 10 words. Kincaid et al. 1975, Derivation of New Readability Formulas.
    """
    return [reading_grade(given.generation.text) for given in inputs]


READING_GRADE = Metric(
    name="reading_grade",
    definition=f"flesch-kincaid-1|words-1|{SPLITTER}",
    better="neither",
    range=(-3.4, float("inf")),
    compute=compute,
)
