"""Turns a text into sentences and tokens with their places, in code points."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(r"[^\W_]+|['’]s\b|[^\w\s]|_+")
_SLOT = re.compile(r"\{(\w+)\}")
_SENTENCE = re.compile(r"\S.*?(?:[.!?]+(?:[\"”'’)]+(?!\s+[a-z]))?(?=\s|$)|(?=\n)|$)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Token:
    """A word or a mark of a text."""

    text: str
    """As it stands in the text."""

    start: int
    """First code point, 0-based."""

    end: int
    """One past the last code point."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a text."""

    text: str
    """As it stands in the text, without the space around it."""

    start: int
    """First code point, 0-based."""

    end: int
    """One past the last code point."""

    tokens: tuple[Token, ...]
    """Its words and marks."""


def sentences(text: str) -> list[Sentence]:
    """Split a text at full stops, exclamation and question marks, and line ends.

    A mark inside closing quotes with a small letter after it (`"Why?" asked Rosa.`) ends nothing.
    """
    found = []
    for match in _SENTENCE.finditer(text):
        start, end = match.start(), match.start() + len(match.group().rstrip())
        found.append(Sentence(text[start:end], start, end, tuple(_tokens(text, start, end))))
    return found


def literals(pattern: str) -> Iterator[tuple[str, str]]:
    """Split a sentence pattern into tokens: ("word", "") for literals, ("", "slot") for slots."""
    for position, piece in enumerate(_SLOT.split(pattern)):
        if position % 2:
            yield "", piece
        else:
            yield from ((match.group(), "") for match in _TOKEN.finditer(piece))


def is_word(token: str) -> bool:
    """Tell words and numbers from marks."""
    return token[0].isalnum()


def _tokens(text: str, start: int, end: int) -> Iterator[Token]:
    for match in _TOKEN.finditer(text, start, end):
        yield Token(match.group(), match.start(), match.end())
