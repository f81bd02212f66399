"""Turns winners in item order into those on a reviewer's screen, and back."""

from __future__ import annotations

from lab.records import Winner

_SHOWN = {
    "left": (Winner.A, Winner.B),
    "right": (Winner.B, Winner.A),
    "tie": (Winner.TIE, Winner.TIE),
    "both_bad": (Winner.BOTH_BAD, Winner.BOTH_BAD),
}
"""Winner on the screen → winner in item order, as it stands and with the sides swapped."""

WORDS = tuple(_SHOWN)
"""What a winner is called on the screen."""


def read_winner(word: str, swapped: bool) -> Winner:
    """Turn a winner on the screen into one in item order."""
    return _SHOWN[word][swapped]


def show_winner(winner: str, swapped: bool) -> str:
    """Turn a winner in item order into one on the screen."""
    return next(word for word, both in _SHOWN.items() if both[swapped] == winner)
