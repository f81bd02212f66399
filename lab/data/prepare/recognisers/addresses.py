"""Finds addresses of the internet protocol in a text."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

# What stands before is looked at behind the first character, since a pattern that begins with a
# character is found many times as fast.
_FOUR = re.compile(r"\d(?<![\w.].)\d{0,2}(?:\.\d{1,3}){3}(?![\w]|\.\d)", re.ASCII)
_TWO_COLONS = re.compile(r":[0-9A-Fa-f]{0,4}:")
_SIX = re.compile(
    r"[0-9A-Fa-f:](?<![\w:.].)[0-9A-Fa-f:]{1,38}"
    r"(?:(?<=:)\d{1,3}(?:\.\d{1,3}){3})?(?![\w:]|\.\d)",
    re.ASCII,
)
_NOT_ADDRESSES = re.compile(
    r"(?:\b(?:v|ver|version|versions|release|releases|build|firmware|driver|revision|rev|patch|"
    r"section|sections|chapter|clause|figure|abschnitt|kapitel|ziffer|versione|versión|versie|"
    r"sección|sezione|paragraaf|chapitre)\b[.:]?\s*(?:(?:no|nr|number|is|of)\b[.:]?\s*)?|§+\s*)$",
    re.IGNORECASE,
)


def find_addresses(text: str) -> Iterator[tuple[int, int]]:
    """Find IP addresses, version 4 and 6.

    Four numbers with dots behind a word such as "version", "build", "section" or the sign § are no
    address. Nor are those that stand for no machine of anybody: loopback, the unspecified
    address, net masks.

    Args:
        text: any text.

    Yields:
        Start and end of each.
    """
    for found in _FOUR.finditer(text):
        before = text[max(0, found.start() - 30) : found.start()]
        if _is_somebodys(found[0]) and not _NOT_ADDRESSES.search(before):
            yield found.span()
    if not _TWO_COLONS.search(text):
        return
    for found in _SIX.finditer(text):
        if found[0].count(":") < 2:
            continue
        # In prose a colon may follow an address.
        shown = (
            found[0][:-1] if found[0].endswith(":") and not found[0].endswith("::") else found[0]
        )
        if _is_six(shown):
            yield found.start(), found.start() + len(shown)


def _is_six(shown: str) -> bool:
    """Tell an address from names of code such as `a::b`, which have its form."""
    groups = [group for group in shown.split(":") if group]
    long_enough = len(groups) > 2 or any(len(group) > 2 for group in groups)
    return long_enough and any(map(str.isdigit, shown)) and _is_somebodys(shown)


def _is_somebodys(shown: str) -> bool:
    try:
        address = ipaddress.ip_address(shown)
    except ValueError:
        return False
    is_mask = address.version == 4 and shown.startswith(("255.", "0."))
    return not (address.is_loopback or address.is_unspecified or is_mask)
