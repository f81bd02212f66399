"""Turns rows of token ids into flat arrays, in memory or mapped from files, and back into rows."""

from __future__ import annotations

import io
import json
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, overload

import numpy as np
from numpy.typing import NDArray

IDS, LEARNED, COUNTS, ABOUT = "ids.bin", "learned.bin", "counts.npy", "rows.json"


@dataclass(frozen=True, slots=True)
class Row:
    """One sequence to learn from."""

    ids: Sequence[int] | NDArray[Any]
    """Token ids: the model's input, then the reference with its end token."""

    n_prompt: int
    """Ids at the front that are given and not learned, at least 1."""

    n_bytes: int = 0
    """Length in UTF-8 bytes of the text that is learned, without end tokens."""

    learned: NDArray[np.bool_] | None = None
    """Which ids are learned, in a chat with several turns; None for all behind the prompt."""


class TokenRows(Sequence[Row]):
    """Rows of one data set as flat arrays; a row is a view, read when asked for."""

    def __init__(
        self,
        ids: NDArray[Any],
        counts: NDArray[np.int64],
        learned: NDArray[np.uint8] | None = None,
    ):
        """Take arrays as they are.

        Args:
            ids: all rows' ids one after another.
            counts: (rows, 3), each row's end in `ids`, its n_prompt and its n_bytes.
            learned: as long as `ids`, 1 where an id is learned; None where that is all behind
                each prompt.
        """
        self.ids, self.counts, self.learned = ids, counts, learned
        self.lengths: NDArray[np.int64] = np.diff(counts[:, 0], prepend=0)
        """Ids of each row."""

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.counts)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        """Read one row, or a list of them."""
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        end, n_prompt, n_bytes = self.counts[index].tolist()
        piece = slice(end - int(self.lengths[index]), end)
        learned = None if self.learned is None else self.learned[piece].astype(bool)
        return Row(self.ids[piece], n_prompt, n_bytes, learned)

    def __iter__(self) -> Iterator[Row]:
        """Read all rows in order."""
        return (self[place] for place in range(len(self)))


class RowWriter:
    """Takes rows one by one and gives them back as arrays."""

    def __init__(self, folder: Path | None, vocabulary: int, chats: bool):
        """Begin, in memory or in a folder.

        Args:
            folder: where the files go, made where missing; None for memory.
            vocabulary: number of token ids.
            chats: whether each row says which of its ids are learned.
        """
        self.folder = folder
        self.dtype = np.dtype(np.uint16 if vocabulary <= 2**16 else np.uint32)
        self.counts = array("q")
        self.end = 0
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        self.ids = self._open(IDS)
        self.learned = self._open(LEARNED) if chats else None

    def add(self, row: Row) -> None:
        """Take one row."""
        self.ids.write(np.asarray(row.ids, self.dtype).tobytes())
        if self.learned is not None:
            learned = np.arange(len(row.ids)) >= row.n_prompt
            self.learned.write((learned if row.learned is None else row.learned).tobytes())
        self.end += len(row.ids)
        self.counts.extend((self.end, row.n_prompt, row.n_bytes))

    def finish(self, about: dict[str, Any]) -> TokenRows:
        """Return the rows; in a folder, `about` is written last and says that all of it is there.

        Args:
            about: what the rows were made of; see `open_rows`.

        Returns:
            The rows.
        """
        counts = np.array(self.counts, np.int64).reshape(-1, 3)
        if self.folder is None:
            return TokenRows(_held(self.ids, self.dtype), counts, _held(self.learned, np.uint8))
        np.save(self.folder / COUNTS, counts)
        self.close()
        whole = {**about, "dtype": self.dtype.name, "chats": self.learned is not None}
        half = self.folder / f"{ABOUT}.half"
        half.write_text(json.dumps(whole, sort_keys=True))
        half.replace(self.folder / ABOUT)
        return _map(self.folder, whole)

    def close(self) -> None:
        """Close the files."""
        self.ids.close()
        if self.learned is not None:
            self.learned.close()

    def _open(self, name: str) -> BinaryIO:
        return io.BytesIO() if self.folder is None else (self.folder / name).open("wb")


def open_rows(folder: Path, about: dict[str, Any]) -> TokenRows | None:
    """Open rows that were written before, memory-mapped.

    Args:
        folder: where they were written.
        about: what they must have been made of.

    Returns:
        The rows; None where there are none, only half of them, or others.
    """
    try:
        whole = json.loads((folder / ABOUT).read_text())
    except (OSError, ValueError):
        return None
    if {key: whole.get(key) for key in about} != about:
        return None
    return _map(folder, whole)


def _map(folder: Path, whole: dict[str, Any]) -> TokenRows:
    return TokenRows(
        _mapped(folder / IDS, whole["dtype"]),
        np.load(folder / COUNTS, mmap_mode="r"),
        _mapped(folder / LEARNED, np.uint8) if whole["chats"] else None,
    )


def _mapped(path: Path, dtype: Any) -> NDArray[Any]:
    if not path.stat().st_size:  # nothing to map
        return np.empty(0, dtype)
    return np.memmap(path, dtype, mode="r")


def _held(written: Any, dtype: Any) -> Any:
    return None if written is None else np.frombuffer(written.getvalue(), dtype)
