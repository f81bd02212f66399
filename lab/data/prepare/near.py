"""Turns rows into the places of those that are near copies of others, in little memory.

Signatures, the keys of their bands and the buckets lie on disk, since the index of `datasketch`
holds every key in dictionaries (for ten million rows, 20 GB).
"""

from __future__ import annotations

import math
import shutil
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from lab.data.prepare.alike import Alike, compared, jaccard, learnt, shingles
from lab.data.prepare.buckets import Buckets
from lab.data.prepare.signing import COLUMNS, keep, sign

if TYPE_CHECKING:
    import numpy as np
    from datasets import Dataset
    from numpy.typing import NDArray

_ROWS = 64
_PAIRS = 1 << 12
_KEPT = 1 << 16


def near_copies(
    rows: Dataset,
    alike: Alike,
    order: NDArray[np.int64],
    n_fixed: int,
    scratch: Path,
    workers: int,
    kept: Path | None = None,
) -> tuple[NDArray[np.int64], int]:
    """Find the rows that are near copies of a row that stays.

    Args:
        rows: the rows.
        alike: what a near copy is.
        order: the places of the rows, those that are kept rather first.
        n_fixed: 0 to compare each row with all that stay before it; else so many rows stay
            whatever they are, and only the others are compared, only with them.
        scratch: an empty folder; files in it are deleted at the end.
        workers: processes.
        kept: a folder in which signatures wait for the next search, which need not make those of
            texts that have not changed: made if it is not there, else used and deleted.

    Returns:
        The places of the copies, ascending, and the number of comparisons of texts. Each copy is
        one: the true Jaccard similarity to a row that stays reaches the threshold. A copy of a
        copy that is none of the row that stays is kept.
    """
    import numpy as np

    known = kept if kept and kept.exists() else None
    paths = sign(rows, alike, scratch, workers, known)
    buckets = Buckets(paths["keys"], order, scratch)
    comparer = _Comparer(rows, alike, paths)
    copies = []
    for rank in map(int, np.flatnonzero(buckets.shared)):
        place, fixed = int(order[rank]), rank < n_fixed
        if not fixed and comparer.has_copy(place, order[buckets.kept_with(rank)]):
            copies.append(place)
        elif fixed or n_fixed == 0:
            buckets.keep(rank)
    if known:
        shutil.rmtree(known)
    elif kept:
        keep(paths, kept)
    for path in [*paths.values(), *buckets.paths]:
        path.unlink(missing_ok=True)
    return np.sort(np.array(copies, np.int64)), comparer.n_compared


class _Comparer:
    """Compares rows by their sizes, then their signatures, then their texts."""

    def __init__(self, rows: Dataset, alike: Alike, paths: dict[str, Path]):
        import numpy as np

        self.rows, self.alike = rows.select_columns(list(COLUMNS)), alike
        self.signatures = np.asarray(np.load(paths["signatures"], mmap_mode="r"))
        self.sizes = np.load(paths["sizes"])
        self.n_compared = 0
        self.kept_sets = lru_cache(maxsize=_ROWS)(self._sets)
        # Four standard errors below, so that it costs no recall worth speaking of.
        error = math.sqrt(alike.threshold * (1 - alike.threshold) / alike.permutations)
        self.least = alike.threshold - 4 * error

    def has_copy(self, place: int, others: NDArray[np.int64]) -> bool:
        """Tell whether a row is a near copy of any of the others."""
        import numpy as np

        sizes = self.sizes[others]
        small, large = np.minimum(sizes, self.sizes[place]), np.maximum(sizes, self.sizes[place])
        others = others[small >= self.alike.threshold * large]
        estimates = self._estimates(place, others)
        best_first = np.argsort(-estimates, kind="stable")
        likely = best_first[estimates[best_first] >= self.least]
        return any(self._is_copy(place, int(other)) for other in others[likely])

    def _estimates(self, place: int, others: NDArray[np.int64]) -> NDArray[np.float64]:
        import numpy as np

        own = self.signatures[place]
        parts = [
            (self.signatures[others[start : start + _PAIRS]] == own).mean(axis=1)
            for start in range(0, len(others), _PAIRS)
        ]
        return np.concatenate([np.zeros(0), *parts])

    def _is_copy(self, place: int, other: int) -> bool:
        self.n_compared += 1
        pairs = zip(self.sets(place), self.sets(other), strict=True)
        return all(jaccard(one, another) >= self.alike.threshold for one, another in pairs)

    def sets(self, place: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
        """Return the shingles of a row; those of few long texts would fill the memory if kept."""
        return (self.kept_sets if self.sizes[place] <= _KEPT else self._sets)(place)

    def _sets(self, place: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
        row = self.rows[place]
        told, taught = compared(row), learnt(row)
        found = shingles(told, self.alike.shingle)
        return found, found if taught == told else shingles(taught, self.alike.shingle)
