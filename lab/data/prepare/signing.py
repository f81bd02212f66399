"""Turns rows into MinHash signatures on disk, and takes those of texts that were signed before."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from lab.data.prepare.alike import Alike, compared, shingles
from lab.data.prepare.arrays import new_array
from lab.data.prepare.rows import Fields
from lab.data.prepare.slices import each_slice
from lab.data.prepare.wording import joint_hashes

if TYPE_CHECKING:
    import numpy as np
    from datasets import Dataset
    from numpy.typing import NDArray

COLUMNS = ("prompt", "source", "reference", "rejected", "messages")
"""Columns that are compared."""

_KEPT = ("texts", "signatures", "sizes")


def sign(
    rows: Dataset, alike: Alike, scratch: Path, workers: int, known: Path | None
) -> dict[str, Path]:
    """Write what near copies are found by into files.

    Args:
        rows: the rows.
        alike: what a near copy is.
        scratch: where the files are made.
        workers: processes.
        known: what `keep` kept of other rows, with the same `alike`.

    Returns:
        The files, in numpy's format: texts (rows; hashes of the texts that are compared),
        signatures (rows, permutations), sizes (rows; shingles), keys (bands, rows).
    """
    import numpy as np

    shapes: dict[str, tuple[type, tuple[int, ...]]] = {
        "texts": (np.uint64, (len(rows),)),
        "signatures": (np.uint32, (len(rows), alike.permutations)),
        "sizes": (np.int64, (len(rows),)),
        "keys": (np.int64, (alike.bands, len(rows))),
    }
    paths = {name: scratch / f"{name}.npy" for name in shapes}
    for name, (kind, shape) in shapes.items():
        new_array(paths[name], kind, shape)
    each_slice(rows.select_columns(list(COLUMNS)), _Signed(alike, paths, known), workers)
    return paths


def keep(paths: dict[str, Path], folder: Path) -> None:
    """Move what `sign` made into a folder, to be found by text.

    Args:
        paths: the files; keys of bands are not kept.
        folder: the folder, which does not exist; on the same disk.
    """
    import numpy as np

    folder.mkdir()
    for name in _KEPT:
        paths[name].rename(folder / f"{name}.npy")
    texts = np.load(folder / "texts.npy")
    order = np.argsort(texts)
    np.save(folder / "order.npy", order)
    np.save(folder / "texts.npy", texts[order])


@dataclass(frozen=True, slots=True)
class _Signed:
    """Writes what is known of some rows into the files; returns nothing."""

    alike: Alike
    paths: dict[str, Path]
    known: Path | None

    def __call__(self, rows: list[Fields], places: list[int]) -> None:
        import numpy as np

        texts = [compared(row) for row in rows]
        hashes = np.array([_hash(text) for text in texts], np.uint64)
        signed = np.empty((len(texts), self.alike.permutations), np.uint32)
        sizes = np.empty(len(texts), np.int64)
        left = np.flatnonzero(~self._find(hashes, signed, sizes))
        sets = [shingles(texts[place], self.alike.shingle) for place in left]
        signed[left] = signatures(sets, self.alike.permutations)
        sizes[left] = [len(one) for one in sets]
        # Texts without words have one signature, but nothing in common.
        keys = np.where(sizes[:, None] > 0, _band_keys(signed, self.alike), np.c_[places])
        for name, made in (("texts", hashes), ("signatures", signed), ("sizes", sizes)):
            np.load(self.paths[name], mmap_mode="r+")[places] = made
        np.load(self.paths["keys"], mmap_mode="r+")[:, places] = keys.T

    def _find(
        self,
        hashes: NDArray[np.uint64],
        signed: NDArray[np.uint32],
        sizes: NDArray[np.int64],
    ) -> NDArray[np.bool_]:
        """Fill in what is known of texts; tell of which it was."""
        import numpy as np

        if self.known is None:
            return np.zeros(len(hashes), bool)
        files = {path.stem: np.load(path, mmap_mode="r") for path in self.known.iterdir()}
        at = np.searchsorted(files["texts"], hashes)
        at[at == len(files["texts"])] = 0
        found: NDArray[np.bool_] = files["texts"][at] == hashes
        places = files["order"][at[found]]
        signed[found], sizes[found] = files["signatures"][places], files["sizes"][places]
        return found


def _hash(text: str) -> int:
    """Hash a text to 64 bits; two of ten million texts have one hash with probability 3e-6."""
    digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little")


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
