"""Gives every checkpoint one colour that it keeps on all pages, whatever is filtered.

The colours are Paul Tol's "vibrant" and "muted" qualitative schemes (technical note
SRON/EPS/TN/09-002, 2021), made to be told apart with any colour vision.
"""

from __future__ import annotations

from collections.abc import Sequence

PALETTE = (
    "#1f83c9",
    "#ee7733",
    "#009988",
    "#cc3377",
    "#5b6ee1",
    "#aa6f00",
    "#a25fd0",
    "#999933",
    "#cc3311",
    "#7a8794",
)
NEUTRAL = "#788391"
"""Readable on both the light and the dark ground: axes, labels, reference lines."""
SCALE = ("#b35806", "#f1a340", "#c9c9c9", "#8fa9d4", "#4a6fb5")
"""From the worst point of a scale to the best: orange to blue (after ColorBrewer's PuOr)."""
LOSES, EVEN, WINS = "#c8643c", "#e9ebee", "#3d7fb8"
"""Ends and middle of the win-rate matrix."""


def by_checkpoint(names: Sequence[str]) -> dict[str, str]:
    """Map each checkpoint's name to its colour.

    Args:
        names: all checkpoints of the store in the order in which they were made, so that a new
            one takes the next colour and changes none.

    Returns:
        Name to hexadecimal colour; from the eleventh on colours come again.
    """
    return {name: PALETTE[i % len(PALETTE)] for i, name in enumerate(dict.fromkeys(names))}
