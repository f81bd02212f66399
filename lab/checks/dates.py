"""A text into its dates, so that "May 29, 1943", "29 May 1943" and "1943-05-29" are one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from lab.checks.tokens import fold

_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_NAMES = "|".join([*_MONTHS, *(rf"{name[:3]}\b\.?" for name in _MONTHS), r"sept\b\.?"])
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>[12]\d{3})"
_FORMS = [
    rf"\b(?P<name>{_NAMES})\s+{_DAY}\b(?:,?\s+{_YEAR}\b)?",
    rf"\b{_DAY}\s+(?:of\s+)?(?P<name>{_NAMES})(?!\w)(?:,?\s+{_YEAR}\b)?",
    rf"\b(?P<name>{_NAMES}),?\s+{_YEAR}\b",
    rf"\b{_YEAR}-(?P<month>\d{{1,2}})-(?P<day>\d{{1,2}})\b",
]
_PATTERNS = [re.compile(form, re.IGNORECASE) for form in _FORMS]


class Date(NamedTuple):
    """A date in a text."""

    start: int
    """First code point."""
    end: int
    """One past the last code point."""
    year: int | None
    """Its year; None where the text gives none."""
    month: int
    """Its month, 1 to 12."""
    day: int | None
    """Its day; None where the text gives none."""


def find_dates(text: str) -> list[Date]:
    """Find the dates of a text that name at least a month, in English or as ISO 8601.

    Args:
        text: any text.

    Returns:
        The dates in order, none overlapping another. Dates in figures alone, such as 3/4/2021,
        are none: which figure is the month depends on the country.
    """
    found: list[Date] = []
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            date = _read(match)
            if date and all(date.end <= one.start or one.end <= date.start for one in found):
                found.append(date)
    return sorted(found)


def agrees(date: Date, others: Sequence[Date]) -> bool:
    """Tell whether one of the other dates can be the same day, month or year.

    Args:
        date: a text's date.
        others: a source's.
    """
    return any(
        date.month == one.month
        and (date.year is None or one.year is None or date.year == one.year)
        and (date.day is None or date.day == one.day)
        for one in others
    )


def _read(match: re.Match[str]) -> Date | None:
    said = match.groupdict()
    month = int(said["month"]) if said.get("month") else _month(said["name"])
    day = int(said["day"]) if said.get("day") else None
    year = int(said["year"]) if said.get("year") else None
    if not 1 <= month <= 12 or (day is not None and not 1 <= day <= 31):
        return None
    return Date(match.start(), match.end(), year, month, day)


def _month(name: str) -> int:
    return next(n for n, full in enumerate(_MONTHS, 1) if full.startswith(fold(name)[:3]))
