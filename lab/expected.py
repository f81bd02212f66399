"""Turns the known right answer of a control and a reviewer's answer into right or wrong.

A known answer is a dict as a control stores it, with one of these keys:

- `ratings`: value by criterion, and `tolerance`, the points by which an answer may be off;
- `winners`: by criterion ("overall" among them) the list of winners in item order that are right;
- `spans`: the faulty pieces, each `{"start": …, "end": …}` in code points; none for a clean text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Piece = tuple[int, int]


def is_right(
    expected: Mapping[str, Any],
    *,
    ratings: Mapping[str, int],
    winners: Mapping[str, str],
    spans: Iterable[Piece],
) -> bool:
    """Say whether an answer meets the known one.

    Args:
        expected: the known answer.
        ratings: value by criterion.
        winners: winner in item order by criterion.
        spans: marked pieces as half-open ranges of code points.

    Returns:
        For ratings: every known criterion is off by at most the tolerance. For winners: every
        known one is among the right ones. For spans: every faulty piece is touched by a mark, and
        at least half of the marks touch a faulty piece.

    Raises:
        ValueError: the known answer has none, or more than one, of its keys.
    """
    keys = [key for key in ("ratings", "winners", "spans") if key in expected]
    if len(keys) != 1:
        raise ValueError(f"a known answer has one of ratings, winners, spans; got {expected!r}")
    if keys == ["ratings"]:
        tolerance = expected.get("tolerance", 0)
        return all(
            name in ratings and abs(ratings[name] - value) <= tolerance
            for name, value in expected["ratings"].items()
        )
    if keys == ["winners"]:
        return all(winners.get(name) in right for name, right in expected["winners"].items())
    return _finds([(one["start"], one["end"]) for one in expected["spans"]], list(spans))


def _finds(faulty: list[Piece], marks: list[Piece]) -> bool:
    n_right = sum(any(_touch(mark, piece) for piece in faulty) for mark in marks)
    found = all(any(_touch(mark, piece) for mark in marks) for piece in faulty)
    return found and 2 * n_right >= len(marks)


def _touch(one: Piece, other: Piece) -> bool:
    return one[0] < other[1] and other[0] < one[1]
