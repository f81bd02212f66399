"""Turns a text and the spans marked in it into safe HTML: everything escaped, spans in <mark>."""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from apps.dashboard.word_diff import Piece

_BIDI_CONTROLS = dict.fromkeys([0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A piece of a text to be marked."""

    start: int
    """First code point, 0-based."""
    end: int
    """One past the last code point."""
    title: str
    """What is said about it when pointed at."""


def marked_text(text: str, marks: Iterable[Mark]) -> str:
    """Write a text as HTML that shows it character for character, with its marks.

    Overlapping marks are joined into one, with both titles. Invisible direction controls are
    shown as a small sign, so that they cannot turn the page around.

    Args:
        text: any text, however hostile.
        marks: spans in code points.

    Returns:
        HTML without any tag but <mark> and <span> of ours.
    """
    pieces, position = [], 0
    for mark in _joined(marks, len(text)):
        pieces.append(_safe(text[position : mark.start]))
        title = html.escape(mark.title, quote=True)
        inner = _safe(text[mark.start : mark.end])
        pieces.append(f'<mark tabindex="0" title="{title}">{inner}</mark>')
        position = mark.end
    pieces.append(_safe(text[position:]))
    return "".join(pieces)


def compared_text(pieces: Iterable[Piece], tag: Literal["del", "ins"]) -> str:
    """Write a text as HTML, with what only it has in <del> or <ins>.

    Args:
        pieces: of `word_diff.compared`, however hostile.
        tag: "del" for the text that stands first, "ins" for the other.
    """
    return "".join(
        _safe(piece.text) if piece.is_shared else f"<{tag}>{_safe(piece.text)}</{tag}>"
        for piece in pieces
    )


def _joined(marks: Iterable[Mark], length: int) -> list[Mark]:
    joined: list[Mark] = []
    for mark in sorted(marks, key=lambda mark: (mark.start, mark.end)):
        end = min(mark.end, length)
        if mark.start >= end:
            continue
        if joined and mark.start < joined[-1].end:
            last = joined.pop()
            title = f"{last.title}; {mark.title}"
            joined.append(Mark(start=last.start, end=max(last.end, end), title=title))
        else:
            joined.append(Mark(start=mark.start, end=end, title=mark.title))
    return joined


def _safe(text: str) -> str:
    return "".join(_control(c) if ord(c) in _BIDI_CONTROLS else html.escape(c) for c in text)


def _control(character: str) -> str:
    return f'<span class="control" title="direction control">[U+{ord(character):04X}]</span>'
