"""Counts a text's tokens, and finds where they start, from those of its words.

To look up words is far faster than to encode every text. The tokens are still exactly those of the
text: it is only taken apart for tokenizers that never join what stands on both sides of the space
after a word, and encoded whole for others.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from tokenizers import Tokenizer

_KEPT, _LONGEST_KEPT = 1 << 16, 64
"""Most words whose tokens are kept, and most characters of one of them."""

_MOST_UNKNOWN = 0.1
"""Largest share of a text's words that are encoded alone when no more are kept."""

_SPACE = re.compile(r" (?<=\S )")  # after a word; further spaces belong to what follows

Starts = tuple[int, ...]
"""Where the tokens of a text start, in characters."""


class TokenPlaces:
    """Where the tokens of a text stand."""

    def __init__(self, words: list[str], starts: list[Starts]):
        """Take the words between which a space stands, and where the tokens of each start.

        Args:
            words: joined by a space they are the text.
            starts: for each word; but for the first from the space before it on.
        """
        self._words, self._starts = words, starts

    def __len__(self) -> int:
        return sum(map(len, self._starts))

    @cached_property
    def starts(self) -> NDArray[np.int64]:
        """Where each token starts in the text, in characters, ascending."""
        import numpy as np

        n_tokens = np.fromiter(map(len, self._starts), np.int64, len(self._starts))
        within = np.fromiter(chain.from_iterable(self._starts), np.int64, n_tokens.sum())
        lengths = np.fromiter(map(len, self._words), np.int64, len(self._words))
        spaces = (lengths + 1).cumsum() - lengths - 2
        return within + spaces.clip(min=0).repeat(n_tokens)  # the first has no space before it


class TokenCounter:
    """Finds the tokens of texts, without those that a tokenizer puts around a text."""

    def __init__(self, tokenizer: Tokenizer):
        """Take a tokenizer that neither cuts texts off nor fills them up."""
        described = json.loads(tokenizer.to_str())
        special = [re.escape(token["content"]) for token in described["added_tokens"]]
        self._tokenizer = tokenizer
        self._is_apart = _is_apart(described)
        self._special = re.compile("|".join(special) or r"(?!)")
        self._spaced = _Spaced(self._encoded)

    def __call__(self, text: str) -> TokenPlaces:
        """Find the tokens of a text."""
        if not self._is_apart or self._special.search(text):
            return TokenPlaces([text], [self._encoded(text)])
        words = _SPACE.split(text)
        # Where no more are kept, many unknown words take longer than the whole text.
        if len(self._spaced) >= _KEPT:
            n_known = sum(map(self._spaced.__contains__, words))
            if len(words) - n_known > _MOST_UNKNOWN * len(words):
                return TokenPlaces([text], [self._encoded(text)])
        others = map(self._spaced.__getitem__, words[1:])
        return TokenPlaces(words, [self._encoded(words[0]), *others])

    def _encoded(self, text: str) -> Starts:
        offsets = self._tokenizer.encode(text, add_special_tokens=False).offsets
        return tuple([start for start, _ in offsets])


class _Spaced(dict[str, Starts]):
    """Word → its tokens with the space before it; of the first words only, so it stays small."""

    def __init__(self, encoded: Callable[[str], Starts]):
        self.encoded = encoded

    def __missing__(self, word: str) -> Starts:
        starts = self.encoded(f" {word}")
        if len(word) <= _LONGEST_KEPT and len(self) < _KEPT:
            self[word] = starts
        return starts


def _is_apart(described: dict[str, Any]) -> bool:
    """Tell whether a tokenizer's tokens never reach over the space after a word.

    So it is where texts are cut like GPT-2's before anything else: each of its pieces begins with
    a space, or has none but at its end, where a text has nothing else.

    Args:
        described: what its tokenizer.json holds.
    """
    first, last = described["pre_tokenizer"] or {}, described["post_processor"] or {}
    cuts_like_gpt = (
        first.get("type") == "ByteLevel" and first["use_regex"] and not first["add_prefix_space"]
    )
    keeps_places = last.get("type", "TemplateProcessing") == "TemplateProcessing" or (
        last["type"] == "ByteLevel" and not last["trim_offsets"]
    )
    changes = (described["normalizer"], described["truncation"], described["padding"])
    is_certain = not described["model"].get("dropout")
    return cuts_like_gpt and keeps_places and is_certain and not any(changes)
