"""Finds e-mail addresses in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator

_AT = re.compile("[@＠]")
_LONGEST_LOCAL = 128
_LOCAL = re.compile(
    r"""(?:"[^"\\\n]{1,64}"|(?<![\w.!#$%&'*+^~-])[\w!#$%&'*+^~-]+(?:\.[\w!#$%&'*+^~-]+)*)\Z"""
)
_LABEL = r"[^\W_](?:(?:[^\W_]|-){0,61}[^\W_])?"
_TOP = r"(?:xn--[a-z0-9-]{1,59}|[a-z]{2,63})(?![a-z0-9])|[^\x00-\x7f\W\d_]{2,63}"
_HOST = re.compile(rf"(?:{_LABEL}\.){{1,8}}(?:{_TOP})", re.IGNORECASE)
_UNSPACED = re.compile(r"^.*[\u3040-\u30ff\u3400-\u9fff](?=[\x21-\x7f]+$)")
_LITERAL = re.compile(r"\[(?:IPv6:)?[0-9a-fA-F.:]{3,45}\]")
_FILES = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".bmp", ".pdf", ".css", ".js")
_LEADING = "'*#!&^~.$%"


def find_emails(text: str) -> Iterator[tuple[int, int]]:
    """Find e-mail addresses.

    What counts is a dot-atom or quoted local part of RFC 5322, in any script (RFC 6531), and a host
    with a top level domain or an address literal. Left out are the local part's `/`, `=`, `?`,
    `|`, `{`, `}` and the backtick, which next to an address are nearly always marks of a form, a
    link or a table; hosts without a dot; and written-out forms such as "name at host dot com".

    Args:
        text: any text; the time taken grows with its length only.

    Yields:
        Start and end of each.
    """
    for at in _AT.finditer(text):
        host = _HOST.match(text, at.end()) or _LITERAL.match(text, at.end())
        if host is None or host[0].lower().endswith(_FILES):
            continue
        first = max(0, at.start() - _LONGEST_LOCAL)
        before = text[first : at.start()]
        local = _LOCAL.search(before)
        if local is None:
            continue
        kept = local[0] if local[0].startswith('"') else _trimmed(local[0])
        if kept:
            yield at.start() - len(kept), host.end()


def _trimmed(local: str) -> str:
    """Cut off marks in front of an address, and words of a script without spaces."""
    return _UNSPACED.sub("", local).lstrip(_LEADING)
