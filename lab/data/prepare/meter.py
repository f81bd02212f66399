"""Turns rows as they are read into the share of their files that is read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lab.data.rows import Row

_PACKED = (".gz", ".parquet")
_EACH = 16
"""One row in so many is measured, for the others too."""


class Meter:
    """Knows how many bytes the files have, and about how many of them are read.

    Of a file that is under way the rows' texts are counted, at most as much as it has; of a
    packed one, whose rows are longer than the file, nothing before its end.
    """

    def __init__(self) -> None:
        """Know no file yet."""
        self.n_bytes = 0
        self.limit: int | None = None
        self._n_rows = 0
        self._done = 0
        self._path, self._size, self._read = "", 0, 0

    @property
    def share(self) -> float:
        """What is read of all, in [0, 1]; 0 where it cannot be told, as of a data set on a hub."""
        of_rows = self._n_rows / self.limit if self.limit else 0.0
        done = self._done + min(self._read, self._size)
        of_bytes = done / self.n_bytes if self.n_bytes else 0.0
        return min(max(of_rows, of_bytes), 1.0)

    def see(self, row: Row) -> None:
        """Take note of the next row."""
        self._n_rows += 1
        if not self.n_bytes:
            return
        if row.path != self._path:
            self._done += self._size
            self._path, self._size, self._read = row.path, Path(row.path).stat().st_size, 0
        if self._n_rows % _EACH == 0 and not row.path.lower().endswith(_PACKED):
            self._read += _EACH * _length(row.values)


def _length(values: Mapping[str, Any]) -> int:
    if all(isinstance(value, str) for value in values.values()):
        whole = "".join(values.values())
    else:
        whole = json.dumps(values, ensure_ascii=False, default=str)
    return len(whole.encode(errors="replace"))
