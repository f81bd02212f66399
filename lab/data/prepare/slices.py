"""Turns rows on disk into slices that fit into memory, whatever the size of a row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.data.prepare.rows import FIELDS, Fields, features

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from datasets import Dataset
    from numpy.typing import NDArray

BATCH = 256
"""Most rows that are in memory at once, per process."""

BYTES = 1 << 23
"""Most bytes of rows that are in memory at once, per process; one row may have more."""


def slices_of(rows: Dataset) -> list[tuple[int, int]]:
    """Cut rows into slices of at most `BATCH` rows and `BYTES` bytes, but of one row at least.

    Args:
        rows: the rows, of which only the lengths are read.

    Returns:
        Start and stop of each slice, in order.
    """
    import numpy as np

    ends = np.cumsum(_sizes(rows))
    found, start, before = [], 0, 0
    while start < len(ends):
        fitting = int(np.searchsorted(ends, before + BYTES, side="right"))
        stop = min(max(fitting, start + 1), start + BATCH)
        found.append((start, stop))
        start, before = stop, int(ends[stop - 1])
    return found


def in_slices(rows: Dataset) -> Iterator[dict[str, list[Any]]]:
    """Read rows in order, a slice at a time, as lists by column."""
    for start, stop in slices_of(rows):
        yield rows[start:stop]


def rows_in(batch: dict[str, list[Any]]) -> Iterator[Fields]:
    """Turn lists by column into rows."""
    for values in zip(*batch.values(), strict=True):
        yield dict(zip(batch, values, strict=True))


def map_slices(
    rows: Dataset,
    change: Callable[[list[Fields]], list[Fields]],
    path: Path,
    processes: int = 1,
) -> Dataset:
    """Rewrite rows, a slice at a time.

    Args:
        rows: the rows.
        change: turns rows into new ones, fewer or more.
        path: a file that does not exist yet, for the new rows.
        processes: among how many the slices are shared out; at most as many as there are slices.

    Returns:
        The new rows, in the old order, memory-mapped from the file.
    """
    from datasets import Dataset

    starts, stops = zip(*slices_of(rows), strict=True)
    made: Dataset = Dataset.from_dict({"start": starts, "stop": stops}).map(
        _Changed(rows, change),
        batched=True,
        batch_size=1,
        remove_columns=["start", "stop"],
        writer_batch_size=BATCH,
        num_proc=processes if processes > 1 else None,
        features=features(),
        cache_file_name=str(path),
        load_from_cache_file=False,
        new_fingerprint=f"{path.parent.name}-{path.stem}",
    )
    return made


@dataclass(frozen=True, slots=True)
class _Changed:
    """Changes the rows of one slice."""

    rows: Dataset
    change: Callable[[list[Fields]], list[Fields]]

    def __call__(self, bounds: dict[str, list[int]]) -> dict[str, list[Any]]:
        (start,), (stop,) = bounds["start"], bounds["stop"]
        made = self.change(list(rows_in(self.rows[start:stop])))
        return {name: [row[name] for row in made] for name in FIELDS}


def each_slice(
    rows: Dataset, look: Callable[[list[Fields], list[int]], None], processes: int = 1
) -> None:
    """Look at rows, a slice at a time.

    Args:
        rows: the rows.
        look: told rows and their places.
        processes: among how many the slices are shared out; at most as many as there are slices.
    """
    from datasets import Dataset

    starts, stops = zip(*slices_of(rows), strict=True)
    processes = min(processes, len(starts))
    Dataset.from_dict({"start": starts, "stop": stops}).map(
        _Looked(rows, look),
        batched=True,
        batch_size=1,
        num_proc=processes if processes > 1 else None,
        load_from_cache_file=False,
        new_fingerprint="looked-at",
    )


@dataclass(frozen=True, slots=True)
class _Looked:
    """Looks at the rows of one slice."""

    rows: Dataset
    look: Callable[[list[Fields], list[int]], None]

    def __call__(self, bounds: dict[str, list[int]]) -> None:
        (start,), (stop,) = bounds["start"], bounds["stop"]
        self.look(list(rows_in(self.rows[start:stop])), list(range(start, stop)))


def write_stream(rows: Iterable[Fields], path: Path) -> None:
    """Write rows as they come into an Arrow file, a few at a time.

    Args:
        rows: rows with all columns.
        path: the file.
    """
    from datasets.arrow_writer import ArrowWriter

    with ArrowWriter(features=features(), path=str(path), writer_batch_size=BATCH) as writer:
        held: list[Fields] = []
        n_bytes = 0
        for row in rows:
            held.append(row)
            n_bytes += _length(list(row.values()))
            if len(held) == BATCH or n_bytes >= BYTES:
                writer.write_batch({name: [one[name] for one in held] for name in FIELDS})
                held, n_bytes = [], 0
        writer.write_batch({name: [one[name] for one in held] for name in FIELDS})
        writer.finalize()


def write_set(rows: Dataset, folder: Path) -> None:
    """Write rows into a folder, as the `datasets` library saves them and reads them.

    The library itself writes up to 1,000 rows at once.

    Args:
        rows: the rows.
        folder: the folder, which does not exist.
    """
    from datasets.arrow_writer import ArrowWriter

    rows.select([]).save_to_disk(folder, num_shards=1)
    (path,) = folder.glob("*.arrow")
    table = rows.with_format("arrow")
    with ArrowWriter(features=rows.features, path=str(path), writer_batch_size=BATCH) as writer:
        for start, stop in slices_of(rows):
            writer.write_table(table[start:stop])
        writer.finalize()


def _length(value: Any) -> int:
    """Count the characters in a value: of a text, or of all texts in a list or an object."""
    if isinstance(value, str):
        return len(value)
    inner = value.values() if isinstance(value, dict) else value or ()
    return sum(map(_length, inner))


def _sizes(rows: Dataset) -> NDArray[np.int64]:
    """Count the bytes of each row, without reading the texts."""
    import numpy as np

    found = np.zeros(len(rows.data), np.int64)
    for column in rows.data.columns:
        start = 0
        for chunk in column.chunks:
            found[start : start + len(chunk)] += _bytes(chunk)
            start += len(chunk)
    if rows._indices is None:
        return found
    return found[rows._indices.column(0).to_numpy()]


def _bytes(array: pa.Array) -> NDArray[np.int64]:
    """Count the bytes of each value of a column of texts, of objects of them, or of lists."""
    import numpy as np
    import pyarrow as pa
    from pyarrow import compute

    if pa.types.is_struct(array.type):
        return sum((_bytes(one) for one in array.flatten()), np.zeros(len(array), np.int64))
    if pa.types.is_list(array.type):
        ends = np.concatenate([[0], np.cumsum(_bytes(array.values))])
        offsets = array.offsets.to_numpy()
        found: NDArray[np.int64] = ends[offsets[1:]] - ends[offsets[:-1]]
        return found
    lengths = compute.fill_null(compute.binary_length(array), 0)
    return np.asarray(lengths.to_numpy(zero_copy_only=False), dtype=np.int64)
