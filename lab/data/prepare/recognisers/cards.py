"""Finds numbers of payment cards in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator

# What stands before is looked at behind the first digit, which is found many times as fast.
_RUN = re.compile(r"\d(?<!\w.)(?<!\d[.,].)\d{1,18}(?:[ .\u00a0-]\d{2,19})*(?!\w|[.,]\d)")
_GROUP = re.compile(r"\d+")
_LEAST, _MOST = 13, 19
_LEAST_GROUP = 4

# Issuers' first digits and lengths, as in ISO/IEC 7812 registrations that issuers publish.
_ISSUERS = (
    (re.compile(r"4"), (13, 16, 19)),  # Visa
    (re.compile(r"5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720"), (16,)),  # Mastercard
    (re.compile(r"3[47]"), (15,)),  # American Express
    (re.compile(r"6011|64[4-9]|65"), (16, 17, 18, 19)),  # Discover
    (re.compile(r"30[0-5]|3095|36|3[89]"), (14, 15, 16, 17, 18, 19)),  # Diners Club
    (re.compile(r"35(?:2[89]|[3-8])"), (16, 17, 18, 19)),  # JCB
    (re.compile(r"62"), (16, 17, 18, 19)),  # UnionPay
    (re.compile(r"50[0-8]|5[6-8]|6304|67"), (13, 14, 15, 16, 17, 18, 19)),  # Maestro
    (re.compile(r"220[0-4]"), (16, 17, 18, 19)),  # Mir
    (re.compile(r"81|82|60"), (16,)),  # RuPay
)


def find_cards(text: str) -> Iterator[tuple[int, int]]:
    """Find card numbers: 13 to 19 digits of a known issuer whose check digit is right (Luhn).

    Digits may stand in groups of four or more (the last may have fewer), with one space, hyphen or
    full stop between.

    Args:
        text: any text.

    Yields:
        Start and end of each.
    """
    for run in _RUN.finditer(text):
        groups = [(one.start(), one.end()) for one in _GROUP.finditer(text, *run.span())]
        first = 0
        while first < len(groups):
            last = _card(text, groups, first)
            if last is None:
                first += 1
                continue
            yield groups[first][0], groups[last][1]
            first = last + 1


def _card(text: str, groups: list[tuple[int, int]], first: int) -> int | None:
    """Return the last group of the longest card that begins with a group."""
    digits, found = "", None
    for place in range(first, len(groups)):
        start, end = groups[place]
        digits += text[start:end]
        if len(digits) > _MOST:
            break
        if end - start < _LEAST_GROUP and len(digits) < _LEAST:
            break
        if len(digits) >= _LEAST and _is_card(digits):
            found = place
    return found


def _is_card(digits: str) -> bool:
    from stdnum import luhn

    known = any(len(digits) in lengths and form.match(digits) for form, lengths in _ISSUERS)
    return known and digits.isascii() and luhn.is_valid(digits)
