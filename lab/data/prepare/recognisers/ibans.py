"""Finds international bank account numbers in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

# The digits of a head, which are found faster than its letters.
_HEAD = re.compile(r"[0-9](?<=(?<![^\W_])[A-Za-z]{2}[0-9])[0-9](?=[ -]?[A-Za-z0-9]{2})")
_PART = re.compile(r"[ \u00a0-]?[A-Za-z0-9]")
_SHORTEST = 15


def find_ibans(text: str) -> Iterator[tuple[int, int]]:
    """Find IBANs: of a known country, in its form and length, with right check digits (ISO 13616).

    Args:
        text: any text; groups may have one space or hyphen between them.

    Yields:
        Start and end of each.
    """
    for head in _HEAD.finditer(text):
        start = head.start() - 2
        end = _end(text, start, head.end())
        if end is not None:
            yield start, end


def _end(text: str, start: int, end: int) -> int | None:
    """Return where the IBAN ends that begins at a place; None where none does."""
    from stdnum import iban

    length = _length(text[start : start + 2].upper())
    if length < _SHORTEST:
        return None
    for _ in range(length - 4):
        part = _PART.match(text, end)
        if part is None:
            return None
        end = part.end()
    stops = not text[end : end + 1].isalnum()
    return end if stops and iban.is_valid(text[start:end].replace("\u00a0", " ")) else None


@cache
def _length(country: str) -> int:
    """Return how many characters a country's IBANs have; 0 for a country that has none."""
    from stdnum import numdb

    form = numdb.get("iban").info(country)[0][1].get("bban", "")
    return 4 + sum(map(int, re.findall(r"\d+(?=!)", form))) if form else 0
