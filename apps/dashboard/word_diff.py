"""Turns two texts into the pieces that both have and those that only one has, word by word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

_WORD = re.compile(r"\s*(?:\w+|[^\w\s])|\s+")

MOST_WORDS = 5000
"""Longer texts are not compared: the time grows with the product of their lengths."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A run of words of one text."""

    text: str
    """The words, with the blanks before each."""
    is_shared: bool
    """Whether the other text has them too, in this place."""


def compared(first: str, other: str) -> tuple[list[Piece], list[Piece]] | None:
    """Compare two texts word by word; blanks and line ends do not count as differences.

    Returns:
        The pieces of each text, which joined are the text; None where one is too long.
    """
    left, right = _WORD.findall(first), _WORD.findall(other)
    if max(len(left), len(right)) > MOST_WORDS:
        return None
    matcher = SequenceMatcher(
        None, [word.strip() for word in left], [word.strip() for word in right], autojunk=False
    )
    pieces: tuple[list[Piece], list[Piece]] = ([], [])
    for tag, start, end, begin, until in matcher.get_opcodes():
        for side, words in zip(pieces, (left[start:end], right[begin:until]), strict=True):
            if words:
                side.append(Piece(text="".join(words), is_shared=tag == "equal"))
    return pieces
