"""A text into tokens that know where they stand: words and numbers with code-point offsets."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from lab.text import word_pattern

_NUMBER = r"\d+(?:[.,]\d+)*(?:(?:s|st|nd|rd|th)\b)?"
_BREAK = re.compile(r"[.!?…:;。！？\n\"“”«»]")
_POSSESSIVE = re.compile(r"['’][sS]$")


class Token(NamedTuple):
    """A word or a number in a text."""

    start: int
    """First code point, 0-based."""

    end: int
    """One past the last code point, a possessive 's left out."""

    word: str
    """The word as written, without a possessive 's."""

    fold: str
    """The word folded for comparison."""

    initial: bool
    """Whether a sentence or a quotation begins with it."""


@lru_cache(maxsize=1)
def _token_pattern() -> re.Pattern[str]:
    return re.compile(f"{_NUMBER}|{word_pattern().pattern}")


@lru_cache(maxsize=65_536)
def fold(word: str) -> str:
    """Fold a word for comparison: NFKC, case-folded, straight apostrophes.

    Args:
        word: a word.
    """
    return unicodedata.normalize("NFKC", word).casefold().replace("’", "'")


def tokenise(text: str) -> list[Token]:
    """Cut a text into tokens, in time linear in it.

    Args:
        text: any text.

    Returns:
        The tokens in order.
    """
    tokens: list[Token] = []
    end = 0
    for match in _token_pattern().finditer(text):
        word = _POSSESSIVE.sub("", match[0])
        gap = text[end : match.start()]
        initial = not tokens or _BREAK.search(gap) is not None
        end = match.end()
        tokens.append(Token(match.start(), match.start() + len(word), word, fold(word), initial))
    return tokens
