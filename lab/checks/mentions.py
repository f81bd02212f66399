"""A text into a row of plain words and mentions of values, as fact cards know values.

Knows no card: only which values there are and of which kind they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from lab.checks.numbers import find_numbers, say
from lab.checks.tokens import Token, tokenise

_NUMERAL = re.compile(r"\d|∞")

NUMBER = "number"
"""The kind of all numbers."""

BREAK = "."
"""Stands in the row where a sentence or a quotation begins."""


class Piece(NamedTuple):
    """One element of the row: a word, a mention, or a break."""

    label: str
    """The folded word; "<kind>" for a mention; "." for a break."""

    value: str
    """The canonical value of a mention; the folded word otherwise."""

    start: int
    """First code point."""

    end: int
    """One past the last code point."""

    mention: bool
    """Whether it is a mention of a value."""


@lru_cache(maxsize=65_536)
def canonical(value: str) -> str:
    """Write a value the same way however it is spelled: "Twenty-One" and "21" are both "21".

    Args:
        value: a card's value or a piece of a text.
    """
    words = " ".join(unit.fold for unit in read_units(value))
    return "1" if words == "one" else words


@lru_cache(maxsize=65_536)
def is_number(value: str) -> bool:
    """Tell whether a value is a number and nothing else.

    Args:
        value: a card's value.
    """
    return _NUMERAL.match(canonical(value)) is not None and len(read_units(value)) == 1


def counts(unit: Token) -> bool:
    """Tell whether a unit of a text is a number; "one" is none, as in `find_numbers`.

    Args:
        unit: one of `read_units`.
    """
    return _NUMERAL.match(unit.fold) is not None


def read_units(text: str) -> list[Token]:
    """Cut a text into words and numbers, each number one token with its canonical value as fold.

    Args:
        text: any text.

    Returns:
        The tokens in order.
    """
    tokens = tokenise(text)
    units: list[Token] = []
    done = 0
    for number in find_numbers(tokens):
        units += tokens[done : number.first]
        first, last = tokens[number.first], tokens[number.last]
        written = text[first.start : last.end]
        units.append(Token(first.start, last.end, written, say(number.value), first.initial))
        done = number.last + 1
    return units + tokens[done:]


def read_pieces(units: list[Token], kinds: Mapping[str, str], longest: int = 1) -> list[Piece]:
    """Turn a text into pieces.

    Args:
        units: the text's words and numbers, from `read_units`.
        kinds: kind by canonical value; numbers need not be in it.
        longest: most words of a value in `kinds`.

    Returns:
        The pieces in order, a break before each sentence but the first; where several values
        begin at one place, the longest is mentioned.
    """
    pieces: list[Piece] = []
    at = 0
    while at < len(units):
        start, end, _, value, initial = units[at]
        if initial and pieces:
            pieces.append(Piece(BREAK, BREAK, start, start, False))
        used = 1
        for length in range(min(longest, len(units) - at), 1, -1):
            phrase = " ".join(unit.fold for unit in units[at : at + length])
            if phrase in kinds:
                value, end, used = phrase, units[at + length - 1].end, length
                break
        kind = kinds.get(value) or (NUMBER if _NUMERAL.match(value) else None)
        label = value if kind is None else f"<{kind}>"
        pieces.append(Piece(label, value, start, end, kind is not None))
        at += used
    return pieces
