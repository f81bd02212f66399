"""Tokens into numbers: digits and English number words, so that "twenty-one" equals 21."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from lab.checks.tokens import Token

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
SMALL = {word: value for value, word in enumerate(_UNITS.split(" "))} | {
    word: 10 * value for value, word in enumerate(_TENS.split(" "), start=2)
}
LARGE = {
    "dozen": 12,
    "hundred": 100,
    "thousand": 1_000,
    "million": 1_000_000,
    "billion": 1_000_000_000,
}
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")


class Number(NamedTuple):
    """A number in a text."""

    first: int
    """Place of its first token."""

    last: int
    """Place of its last token."""

    value: float
    """What it amounts to; infinity where it is too large for a float."""


def _digits(fold: str) -> float | None:
    digits = fold.rstrip("sthndr")
    if not digits or not digits[0].isdecimal():
        return None
    plain = digits.replace(",", "") if _THOUSANDS.fullmatch(digits) else digits.replace(",", ".")
    try:
        return float(plain)
    except ValueError:  # "1.2.3": a date or a version, a number of its own kind
        return None


def _small(fold: str) -> float | None:
    if fold in SMALL:
        return SMALL[fold]
    tens, _, unit = fold.partition("-")
    if SMALL.get(tens, 0) >= 20 and 0 < SMALL.get(unit, 0) < 10:
        return SMALL[tens] + SMALL[unit]
    return _digits(fold)


def _read(tokens: Sequence[Token], place: int) -> Number | None:
    """Read the number that starts at a place: small numbers, multiplied and added up."""
    total, current, last = 0.0, None, place - 1
    at = place
    while at < len(tokens) and (at == place or not tokens[at].initial):
        word = tokens[at].fold
        small = _small(word)
        if small is not None and (current is None or (current % 100 == 0 and small < 100)):
            current = (current or 0.0) + small
        elif small is not None and current is not None and current % 100 >= 20 > 10 > small > 0:
            if current % 10:
                break
            current += small
        elif word in LARGE and (current is not None or total or _article(tokens, place)):
            current = (1.0 if current is None else current) * LARGE[word]
            if LARGE[word] >= 1_000:
                total, current = total + current, None
        elif word == "and" and last >= place and tokens[last].fold in LARGE:
            at += 1
            continue
        else:
            break
        last = at
        at += 1
    if last < place:
        return None
    return Number(place, last, total + (current or 0.0))


def _article(tokens: Sequence[Token], place: int) -> bool:
    return place > 0 and tokens[place - 1].fold in {"a", "per", "half", "the"}


def _may_be_number(fold: str) -> bool:
    return fold in SMALL or fold in LARGE or fold[0].isdecimal() or "-" in fold


def find_numbers(tokens: Sequence[Token]) -> list[Number]:
    """Find the numbers of a text.

    Args:
        tokens: the text's tokens.

    Returns:
        The numbers in order. "One" alone is none: it is a pronoun or an article far more often.
        Ordinals in words ("first") are none either.
    """
    numbers: list[Number] = []
    place = 0
    while place < len(tokens):
        number = _read(tokens, place) if _may_be_number(tokens[place].fold) else None
        if number is None:
            place += 1
            continue
        if number.first != number.last or tokens[place].fold != "one":
            numbers.append(number)
        place = number.last + 1
    return numbers


def say(value: float) -> str:
    """Write a number the short way: 21, 3.5, and ∞ for what is too large for a float.

    Args:
        value: the number.
    """
    return f"{value:.15g}".replace("inf", "∞")
