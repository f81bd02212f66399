"""A source text into the slots of a fact card, where it is one: "hero: Rosa; have: ten; …"."""

from __future__ import annotations

import re

_SEPARATOR = re.compile(r"[;\n|]")
_PAIR = re.compile(r"\s*[-*•]?\s*([^:=;\n|]{1,40}?)\s*[:=]\s*(\S.*?)\s*[.,]?\s*", re.DOTALL)
_MAX_PART = 120
_MAX_KEY_WORDS = 4


def parse_card(source: str) -> dict[str, str] | None:
    """Read a list of "key: value" pairs, separated by semicolons, bars or line ends.

    Args:
        source: any source text.

    Returns:
        Values by key, in order; None where the text is not a card: fewer than two pairs, a part
        that is no pair, or values as long as sentences.
    """
    parts = [part for part in _SEPARATOR.split(source) if part.strip()]
    if len(parts) < 2:
        return None
    slots: dict[str, str] = {}
    for part in parts:
        pair = _PAIR.fullmatch(part) if len(part) <= _MAX_PART else None
        if pair is None or len(pair[1].split()) > _MAX_KEY_WORDS:
            return None
        slots[pair[1].casefold()] = pair[2]
    return slots
