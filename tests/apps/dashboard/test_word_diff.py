"""Checks by hand what two texts share, and that no text becomes markup."""

from __future__ import annotations

import html
import re

from hypothesis import given
from hypothesis import strategies as st

from apps.dashboard.marked import compared_text
from apps.dashboard.word_diff import MOST_WORDS, compared


def test_only_what_differs_is_marked() -> None:
    left, right = compared("Rosa had ten apples.", "Rosa had seven red  apples.")
    assert compared_text(left, "del") == "Rosa had<del> ten</del> apples."
    assert compared_text(right, "ins") == "Rosa had<ins> seven red</ins>  apples."


def test_blanks_and_line_ends_are_no_difference() -> None:
    left, right = compared("one two", "one\n\ntwo")
    assert all(piece.is_shared for piece in [*left, *right])


def test_nothing_against_something() -> None:
    left, right = compared("", " a b ")
    assert left == []
    assert [(piece.text, piece.is_shared) for piece in right] == [(" a b ", False)]


def test_texts_that_are_too_long_are_not_compared() -> None:
    assert compared("a " * (MOST_WORDS + 1), "a") is None


@given(st.text(max_size=60), st.text(max_size=60))
def test_the_pieces_are_the_text_and_never_markup(first: str, other: str) -> None:
    left, right = compared(first, other)
    assert "".join(piece.text for piece in left) == first
    assert "".join(piece.text for piece in right) == other
    shown = compared_text(right, "ins")
    plain = re.sub(r'</?ins>|<span class="control"[^>]*>\[U\+[0-9A-F]{4}\]</span>', "", shown)
    assert "<" not in plain
    assert not re.search(r"&(?!(?:amp|lt|gt|quot|#x27);)", plain)
    assert html.unescape(plain) in other or "control" in shown
