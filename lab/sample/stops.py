"""Finds strings that end a text, in the tokens that are written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np


class Stops:
    """Strings that end a text where they first stand in it."""

    def __init__(self, tokenizer: Any, strings: Sequence[str]):
        self.tokenizer, self.strings = tokenizer, tuple(strings)
        # A token holds at least a byte, so that a string lies in as many last tokens at most.
        self.reach = max((len(string.encode()) for string in strings), default=0)

    def reached(self, ids: np.ndarray, n_written: np.ndarray) -> np.ndarray:
        """Say which rows have just written one.

        Args:
            ids: (slots, most tokens) what is written.
            n_written: (rows,) number of tokens in each of the first slots.

        Returns:
            (rows,) booleans.
        """
        if not self.strings:
            return np.zeros(len(n_written), dtype=bool)
        tails = [
            row[max(0, n - self.reach) : n].tolist()
            for row, n in zip(ids[: len(n_written)], n_written.tolist(), strict=True)
        ]
        texts = self.tokenizer.batch_decode(tails, skip_special_tokens=True)
        return np.array([any(one in text for one in self.strings) for text in texts])

    def cut(self, text: str) -> str:
        """Return a text up to the first of the strings."""
        places = [text.find(string) for string in self.strings]
        found = [place for place in places if place >= 0]
        return text[: min(found)] if found else text

    def certain(self, text: str) -> str:
        """Return the beginning of an unfinished text that no later token can change.

        Args:
            text: the text so far, which may end in half a letter or half a stop string.
        """
        whole = self.cut(text).rstrip("\ufffd")
        starts = (one[:n] for one in self.strings for n in range(1, len(one)))
        return whole[: len(whole) - max((len(s) for s in starts if whole.endswith(s)), default=0)]
