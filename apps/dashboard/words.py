"""Turns numbers and their intervals into short words for sentences, cards and tooltips."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lab.analysis.intervals import Interval

NOTHING = "–"


def percent(value: float | None) -> str:
    """Write a share in [0, 1] as a whole percentage; a dash where there is none."""
    return NOTHING if value is None or value != value else f"{100 * value:.0f} %"


def number(value: float | None, digits: int = 2) -> str:
    """Write a number with a fixed count of decimals; a dash where there is none."""
    return NOTHING if value is None or value != value else f"{value:,.{digits}f}"


def percent_range(interval: Interval | None) -> str:
    """Write an interval of shares as a range, e.g. "61–74 %"; a dash where there is none."""
    return NOTHING if interval is None else f"{100 * interval.low:.0f}–{100 * interval.high:.0f} %"


def number_range(interval: Interval | None, digits: int = 2) -> str:
    """Write an interval as a range, e.g. "3.21 to 3.64"; a dash where there is none."""
    if interval is None:
        return NOTHING
    return f"{interval.low:.{digits}f} to {interval.high:.{digits}f}"


def count(n: int, one: str, many: str | None = None) -> str:
    """Write a count with its noun, e.g. "1 vote", "1,204 votes"."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def listed(names: Sequence[str]) -> str:
    """Join names as in a sentence, e.g. "a, b and c"."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def duration(seconds: float) -> str:
    """Write a time in the unit that suits it, e.g. "48 s", "12 min", "3.5 h"."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def in_order(name: str) -> list[tuple[bool, int, str]]:
    """Return a key that sorts names as people count: V2 before V10."""
    parts = re.findall(r"\d+|\D+", name)
    return [(not part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in parts]
