"""Turns texts of any size into folded words, and runs of words into hashes.

A word is what `lab.text` calls one, cut at apostrophes and hyphens; in scripts that put no spaces
between words each character is one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from lab.text import words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PIECE = 1 << 20
"""Most characters that are cut into words at once; longer texts are taken in such pieces."""

_KEPT, _LONGEST_KEPT = 1 << 16, 64
"""Most words whose hashes are kept, and most characters of one of them."""

_ASCII = {code: ord(chr(code).lower()) if chr(code).isalnum() else 32 for code in range(128)}
_PLAIN = re.compile(r"[\x00-\u02ff\u2010-\u206f]*")  # Latin and its punctuation
_PLAIN_WORD = re.compile(r"[^\W_]+")
_JOINED = str.maketrans(dict.fromkeys("'’‑-", " "))
_LETTERS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Myanmar, Khmer: no spaces either
_UNSPACED = re.compile(f"[{_LETTERS}]")
_IDEOGRAPH = re.compile(
    "[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
_MULTIPLIER = 0x9E3779B97F4A7C15


def pieces(text: str, most: int = PIECE) -> Iterator[str]:
    """Cut a text into pieces, at white space where there is some.

    Args:
        text: any text.
        most: most characters of a piece.

    Yields:
        The pieces in order; joined they are the text.
    """
    start = 0
    while len(text) - start > most:
        end = start + most
        cut = max(text.rfind(space, start, end) for space in " \n") + 1
        yield text[start : cut or end]
        start = cut or end
    yield text[start:]


def words_of(text: str) -> list[str]:
    """Cut a text into words folded for comparison (NFKC, case-folded).

    Args:
        text: any text; of a very large one give the `pieces`.

    Returns:
        The words in order.
    """
    # The first two ways give the same words as the third in a fraction of its time.
    if text.isascii():
        return text.translate(_ASCII).split()
    folded = unicodedata.normalize("NFKC", text).casefold()
    if _PLAIN.fullmatch(folded):
        return _PLAIN_WORD.findall(folded)
    found = words(folded.translate(_JOINED))
    if not _UNSPACED.search(text):
        return found
    return [part for word in found for part in (word if _UNSPACED.search(word) else (word,))]


def characters_per_word(text: str) -> int:
    """Return how many "words" of `words_of` make about one word of the text's language."""
    start = text[:10_000]
    if start.isascii():
        return 1
    if 2 * len(_UNSPACED.findall(start)) > len(start):
        return 4
    return 2 if 2 * len(_IDEOGRAPH.findall(start)) > len(start) else 1


class _Hashes(dict[str, int]):
    """Word → its hash; emptied when it is full, so that memory stays small."""

    def __missing__(self, word: str) -> int:
        from datasketch import sha1_hash64

        made = int(sha1_hash64(word.encode()))
        if len(word) <= _LONGEST_KEPT:
            if len(self) >= _KEPT:
                self.clear()
            self[word] = made
        return made


_hashes = _Hashes()


def word_hashes(found: list[str]) -> NDArray[np.uint64]:
    """Hash words to 64 bits, the same on every machine."""
    import numpy as np

    return np.fromiter(map(_hashes.__getitem__, found), np.uint64, len(found))


def run_hashes(hashes: NDArray[np.uint64], n: int) -> NDArray[np.uint64]:
    """Hash every run of `n` words.

    Args:
        hashes: the words' hashes, in order.
        n: words per run, 1 or more.

    Returns:
        One hash per place at which a run starts; none where there are fewer words.
    """
    n_runs = max(len(hashes) - n + 1, 0)
    return joint_hashes([hashes[offset : offset + n_runs] for offset in range(n)])


def joint_hashes(
    columns: Sequence[NDArray[np.uint64]], begun: NDArray[np.uint64] | None = None
) -> NDArray[np.uint64]:
    """Hash what stands at the same place of several arrays to one number per place.

    Args:
        columns: arrays of the same length.
        begun: what this gave for the columns before these, to go on from.
    """
    import numpy as np

    found = np.zeros(len(columns[0]), np.uint64) if begun is None else begun
    for column in columns:
        found = found * np.uint64(_MULTIPLIER) + column
        # A product's low bits depend on low bits alone; this brings the high ones down.
        found ^= found >> np.uint64(29)
    return found
