"""Finds international bank account numbers in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator

_HEAD = re.compile(r"(?<![^\W_])[A-Za-z]{2}[0-9]{2}(?=[ -]?[A-Za-z0-9]{2})")
_PART = re.compile(r"[ \u00a0-]?[A-Za-z0-9]")
_SHORTEST, _LONGEST = 15, 34


def find_ibans(text: str) -> Iterator[tuple[int, int]]:
    """Find IBANs: of a known country, in its form and length, with right check digits (ISO 13616).

    Args:
        text: any text; groups may have one space or hyphen between them.

    Yields:
        Start and end of each.
    """
    for head in _HEAD.finditer(text):
        end = _end(text, head.start(), head.end())
        if end is not None:
            yield head.start(), end


def _end(text: str, start: int, end: int) -> int | None:
    """Return where the IBAN ends that begins at a place; None where none does."""
    from stdnum import iban

    n = 4
    found = None
    while n < _LONGEST and (part := _PART.match(text, end)):
        end = part.end()
        n += 1
        stops = not text[end : end + 1].isalnum()
        if n >= _SHORTEST and stops and iban.is_valid(text[start:end].replace("\u00a0", " ")):
            found = end
    return found
