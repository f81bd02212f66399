"""Turns rows into the places of those that are near copies of others, in little memory.

Signatures are those of `datasketch`; they, the keys of their bands and the buckets lie on disk,
since the library's own index holds every key in dictionaries (for ten million rows, 20 GB).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.data.prepare.alike import Alike, compared, jaccard, learnt, shingles
from lab.data.prepare.arrays import new_array
from lab.data.prepare.buckets import Buckets
from lab.data.prepare.wording import joint_hashes

if TYPE_CHECKING:
    import numpy as np
    from datasets import Dataset
    from numpy.typing import NDArray

COLUMNS = ("prompt", "source", "reference", "rejected", "messages")
"""Columns that are compared."""

_ROWS = 64
_PAIRS = 1 << 12


def near_copies(
    rows: Dataset,
    alike: Alike,
    order: NDArray[np.int64],
    n_fixed: int,
    scratch: Path,
    workers: int,
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

    Returns:
        The places of the copies, ascending, and the number of comparisons of texts. Each copy is
        one: the true Jaccard similarity to a row that stays reaches the threshold. A copy of a
        copy that is none of the row that stays is kept.
    """
    import numpy as np

    paths = _sign(rows, alike, scratch, workers)
    buckets = Buckets(paths["keys"], order, scratch)
    comparer = _Comparer(rows, alike, paths)
    copies = []
    for rank in map(int, np.flatnonzero(buckets.shared)):
        place, fixed = int(order[rank]), rank < n_fixed
        if not fixed and comparer.has_copy(place, order[buckets.kept_with(rank)]):
            copies.append(place)
        elif fixed or n_fixed == 0:
            buckets.keep(rank)
    for path in [*paths.values(), *buckets.paths]:
        path.unlink()
    return np.sort(np.array(copies, np.int64)), comparer.n_compared


def _sign(rows: Dataset, alike: Alike, scratch: Path, workers: int) -> dict[str, Path]:
    """Write signatures (rows, permutations), band keys (bands, rows) and shingles per row."""
    import numpy as np

    shapes: dict[str, tuple[type, tuple[int, ...]]] = {
        "signatures": (np.uint32, (len(rows), alike.permutations)),
        "keys": (np.int64, (alike.bands, len(rows))),
        "sizes": (np.int64, (len(rows),)),
    }
    paths = {name: scratch / f"{name}.npy" for name in shapes}
    for name, (kind, shape) in shapes.items():
        new_array(paths[name], kind, shape)
    rows.select_columns(list(COLUMNS)).map(
        _Signed(alike, paths),
        with_indices=True,
        batched=True,
        batch_size=_ROWS,
        num_proc=min(workers, len(rows)) if workers > 1 and len(rows) > 1 else None,
        load_from_cache_file=False,
        new_fingerprint="signed",
    )
    return paths


@dataclass(frozen=True, slots=True)
class _Signed:
    """Writes what is known of a batch of rows into the files; returns nothing."""

    alike: Alike
    paths: dict[str, Path]

    def __call__(self, batch: dict[str, list[Any]], places: list[int]) -> None:
        import numpy as np

        rows = (dict(zip(batch, row, strict=True)) for row in zip(*batch.values(), strict=True))
        sets = [shingles(compared(row), self.alike.shingle) for row in rows]
        sizes = np.array([len(one) for one in sets])
        signed = signatures(sets, self.alike.permutations)
        files = {name: np.load(path, mmap_mode="r+") for name, path in self.paths.items()}
        files["signatures"][places] = signed
        files["sizes"][places] = sizes
        # Texts without words have one signature, but nothing in common.
        keys = np.where(sizes[:, None] > 0, _band_keys(signed, self.alike), np.c_[places])
        files["keys"][:, places] = keys.T


def _band_keys(signed: NDArray[np.uint32], alike: Alike) -> NDArray[np.int64]:
    """Hash what stands in each band of signatures: (sets, bands)."""
    import numpy as np

    bands = signed[:, : alike.bands * alike.rows].astype(np.uint64).reshape(-1, alike.rows)
    return joint_hashes(list(bands.T)).view(np.int64).reshape(len(signed), alike.bands)


def signatures(sets: Sequence[NDArray[np.uint64]], permutations: int) -> NDArray[np.uint32]:
    """Make the MinHash signature of each set of shingles.

    They are those of `datasketch` (scheme "affine32"), which makes one at a time; made together
    they take a sixth of the time.

    Args:
        sets: hashes of shingles.
        permutations: hash functions.

    Returns:
        The signatures, (sets, permutations); the largest number throughout where a set is empty.
        Broder 1997, On the Resemblance and Containment of Documents.
    """
    import numpy as np

    signed = np.full((len(sets), permutations), np.iinfo(np.uint32).max, np.uint32)
    filled = [place for place, found in enumerate(sets) if len(found)]
    if not filled:
        return signed
    ends = np.cumsum([len(sets[place]) for place in filled])
    starts = np.concatenate([[0], ends[:-1]])
    mixed = _mixed(np.concatenate([sets[place] for place in filled]))
    for column, (factor, term) in enumerate(_permutations(permutations)):
        permuted = mixed * factor
        permuted += term
        signed[filled, column] = np.minimum.reduceat(permuted, starts)
    return signed


def _mixed(hashes: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """Spread the upper halves of hashes by the finalizer of MurmurHash3 (Appleby)."""
    import numpy as np

    found = (hashes >> np.uint64(32)).astype(np.uint32)
    found ^= found >> np.uint32(16)
    found *= np.uint32(0x85EBCA6B)
    found ^= found >> np.uint32(13)
    found *= np.uint32(0xC2B2AE35)
    found ^= found >> np.uint32(16)
    return found


@lru_cache(maxsize=4)
def _permutations(n: int) -> list[tuple[np.uint32, np.uint32]]:
    """Return what hashes are multiplied by, and what is added to them, modulo 2^32."""
    from datasketch import MinHash

    factors, terms = MinHash(num_perm=n, scheme="affine32").permutations
    return list(zip(factors, terms, strict=True))


class _Comparer:
    """Compares rows by their sizes, then their signatures, then their texts."""

    def __init__(self, rows: Dataset, alike: Alike, paths: dict[str, Path]):
        import numpy as np

        self.rows, self.alike = rows.select_columns(list(COLUMNS)), alike
        self.signatures = np.asarray(np.load(paths["signatures"], mmap_mode="r"))
        self.sizes = np.load(paths["sizes"])
        self.n_compared = 0
        self.sets = lru_cache(maxsize=_ROWS)(self._sets)
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

    def _sets(self, place: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
        row = self.rows[place]
        told, taught = compared(row), learnt(row)
        found = shingles(told, self.alike.shingle)
        return found, found if taught == told else shingles(taught, self.alike.shingle)
