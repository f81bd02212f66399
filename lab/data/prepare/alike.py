"""Says when two rows are near copies, and how sure MinHash is to find them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lab.data.prepare.rows import Fields, written
from lab.data.prepare.wording import pieces, run_hashes, word_hashes, words_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RECALL = 0.99
"""Least probability with which two rows that are just alike enough are compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """What counts as a near copy, and how it is looked for."""

    threshold: float
    """Jaccard similarity from which on rows are near copies."""

    permutations: int
    """Hash functions of MinHash."""

    shingle: int
    """Words per shingle."""

    @property
    def bands(self) -> int:
        """Bands of the signature; rows that agree in one of them are compared."""
        return self.permutations // self.rows

    @property
    def rows(self) -> int:
        """Hash functions per band: as many as keep the recall at the threshold."""
        fitting = [
            rows
            for rows in range(1, self.permutations + 1)
            if found_share(self.threshold, self.permutations // rows, rows) >= RECALL
        ]
        return max(fitting, default=1)


def found_share(similarity: float, bands: int, rows: int) -> float:
    """Return the probability that two texts are compared: 1 - (1 - s^r)^b.

    Args:
        similarity: their Jaccard similarity s.
        bands: b.
        rows: hash functions per band, r.

    Leskovec, Rajaraman and Ullman 2014, Mining of Massive Datasets, section 3.4.2.
    """
    return 1 - (1 - similarity**rows) ** bands


def compared(row: Fields) -> str:
    """Return the texts of a row by which near copies are told.

    Args:
        row: the row.

    Returns:
        What is asked and what is answered. Sources and system turns are left out, since many
        rows about one long text are no copies of each other; of a row that has nothing else they
        are taken.
    """
    turns = row["messages"] or ()
    told = [turn["content"] for turn in turns if turn["role"] != "system"]
    asked = told if turns else [row["prompt"]]
    found = "\n".join(text for text in (*asked, row["reference"], row["rejected"]) if text)
    return found or row["source"] or ""


def learnt(row: Fields) -> str:
    """Return the texts of a row that are answers; of two near copies they are alike as well."""
    return "\n".join(text for text in (written(row), row["rejected"]) if text)


def shingles(text: str, n: int) -> NDArray[np.uint64]:
    """Hash the different runs of `n` words.

    Args:
        text: any text.
        n: words per run. A shorter text is one run of all its words.

    Returns:
        The hashes to 64 bits, in ascending order; none for a text without words.
    """
    import numpy as np

    found = np.sort(np.concatenate(list(_runs(text, n))))
    new = np.ones(len(found), bool)
    np.not_equal(found[1:], found[:-1], out=new[1:])
    return found[new]


def _runs(text: str, n: int) -> Iterator[NDArray[np.uint64]]:
    import numpy as np

    carried: NDArray[Any] = np.zeros(0, np.uint64)
    short = True
    for piece in pieces(text):
        carried = np.concatenate([carried, word_hashes(words_of(piece))])
        if len(carried) >= n:
            short = False
            yield run_hashes(carried, n)
            carried = carried[len(carried) - n + 1 :]
    if short:
        yield run_hashes(carried, max(len(carried), 1))


def jaccard(one: NDArray[np.uint64], other: NDArray[np.uint64]) -> float:
    """Return the share of all different shingles that both have; 0 where there is none.

    Args:
        one: `shingles` of a text.
        other: those of the other.
    """
    import numpy as np

    both = len(np.intersect1d(one, other, assume_unique=True))
    return both / max(len(one) + len(other) - both, 1)
