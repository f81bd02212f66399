"""Turns the keys of many rows into those that stand twice, in 8 bytes a row."""

from __future__ import annotations

import hashlib
from array import array


class Keys:
    """The keys seen so far, as hashes of 64 bits; two in ten million share one once in 400,000."""

    def __init__(self) -> None:
        self.hashes, self.limit = array("Q"), 1024

    def add(self, key: str) -> bool:
        """Add a key.

        Returns:
            Whether it is time to look for doubled ones: each time that there are twice as many,
            so that looking costs little and a doubled key is found soon.
        """
        self.hashes.append(hash_of(key))
        if len(self.hashes) < self.limit:
            return False
        self.limit *= 2
        return True

    def doubled(self) -> set[int]:
        """Return the hashes that were added more than once."""
        import numpy as np

        ordered = np.sort(np.frombuffer(self.hashes, dtype=np.uint64))
        return {int(one) for one in ordered[1:][ordered[1:] == ordered[:-1]]}


def hash_of(text: str) -> int:
    """Return 64 bits that tell texts apart, the same in every process."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")
