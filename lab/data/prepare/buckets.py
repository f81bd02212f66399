"""Turns keys on disk into the rows that share one, in a few numbers of memory per row."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lab.data.prepare.arrays import new_array

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Buckets:
    """Which of the rows that are kept agree with a row in a band; rows are named by rank."""

    def __init__(self, keys: Path, order: NDArray[np.int64], scratch: Path):
        import numpy as np

        # A bucket's number takes the place of the key, -1 where a row is alone with its key.
        self.numbers = np.asarray(np.load(keys, mmap_mode="r+"))
        self.shared = np.zeros(len(order), bool)
        self.paths = [scratch / f"{name}.int64" for name in ("starts", "kept", "members")]
        n_members = 0
        with self.paths[0].open("wb") as starts:
            for band in self.numbers:
                first = starts.tell() // 8
                numbers, sizes = _grouped(band[order])
                self.shared |= numbers >= 0
                band[:] = np.where(numbers >= 0, numbers + first, -1)
                (n_members + np.cumsum(sizes) - sizes).tofile(starts)
                starts.flush()
                n_members += int(sizes.sum())
            n_buckets = starts.tell() // 8
        if not n_buckets:
            self.paths[0].write_bytes(bytes(8))  # an empty file cannot be mapped
        self.starts = np.asarray(np.memmap(self.paths[0], np.int64, "r"))
        self.n_kept = np.asarray(new_array(self.paths[1], np.int64, (max(n_buckets, 1),)))
        self.members = np.asarray(new_array(self.paths[2], np.int64, (max(n_members, 1),)))

    def kept_with(self, rank: int) -> NDArray[np.int64]:
        """Return the kept rows that agree with this one in a band."""
        import numpy as np

        numbers = self._of(rank)
        starts = self.starts[numbers]
        ends = starts + self.n_kept[numbers]
        spans = zip(starts.tolist(), ends.tolist(), strict=True)
        return np.unique(np.concatenate([self.members[start:end] for start, end in spans]))

    def keep(self, rank: int) -> None:
        """Note that this row stays."""
        numbers = self._of(rank)
        self.members[self.starts[numbers] + self.n_kept[numbers]] = rank
        self.n_kept[numbers] += 1

    def _of(self, rank: int) -> NDArray[np.int64]:
        numbers = self.numbers[:, rank]
        return numbers[numbers >= 0]


def _grouped(keys: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give keys that come twice or more a number: each place's (else -1), and how many share it."""
    import numpy as np

    order = np.argsort(keys, kind="stable")
    begins = np.flatnonzero(np.diff(keys[order], prepend=keys[order[:1]] - 1))
    sizes = np.diff(begins, append=len(keys))
    several = sizes > 1
    ranked = np.where(several, np.cumsum(several) - 1, -1)
    numbers = np.empty(len(keys), np.int64)
    numbers[order] = np.repeat(ranked, sizes)
    return numbers, sizes[several]
