"""Turns CSV and Parquet files of any size into rows, one at a time."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from lab.data.json_rows import Found, first_doubled
from lab.data.opening import text_lines
from lab.errors import InputError

LONGEST_CELL = 2**26
"""Most characters of a cell; a quote that is left open would else take in the whole file."""

_BATCH = 256


def csv_rows(path: Path, encoding: str, delimiter: str) -> Iterator[Found]:
    """Read the rows under a header line.

    Raises:
        InputError: there is no header, a column stands twice, a row has more or fewer fields, or
            a quote is left open.
    """
    csv.field_size_limit(LONGEST_CELL)  # the default of 128 KiB is shorter than some sources
    lines = (line for _, line in text_lines(path, encoding, ""))
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    start, number = 1, 0
    try:
        header = _header(next(reader, None), path)
        start = reader.line_num + 1
        for cells in reader:
            if cells:
                number += 1
                place = f"line {start}"
                _same_length(cells, header, path, place)
                yield dict(zip(header, cells, strict=True)), place, str(number)
            start = reader.line_num + 1
    except csv.Error as error:
        raise InputError(
            f"{path}, line {start}: not CSV: {error}; check the quotes from there on"
        ) from error


def _header(cells: list[str] | None, path: Path) -> list[str]:
    if cells is None:
        raise InputError(f"{path}: is empty; give a file with a header line and rows")
    doubled = first_doubled(cells)
    if doubled is not None:
        raise InputError(f"{path}, line 1: column {doubled!r:.60} stands there twice; rename one")
    return cells


def _same_length(cells: list[str], header: list[str], path: Path, place: str) -> None:
    if len(cells) != len(header):
        raise InputError(
            f"{path}, {place}: has {len(cells)} fields, the header has {len(header)}; "
            "quote fields that hold the separator or a line end"
        )


def parquet_rows(path: Path) -> Iterator[Found]:
    """Read rows, batch by batch.

    Raises:
        InputError: the file is not Parquet, is broken, has a column twice, or a value that is
            out of all bounds.
    """
    import pyarrow
    from pyarrow import parquet

    if path.stat().st_size == 0:
        return
    number = 0
    try:
        with parquet.ParquetFile(path, pre_buffer=False, buffer_size=1 << 20) as file:
            names = file.schema_arrow.names
            doubled = first_doubled(names)
            if doubled is not None:
                raise InputError(f"{path}: column {doubled!r:.60} stands there twice; rename one")
            for batch in file.iter_batches(batch_size=_BATCH):
                for values in batch.to_pylist():
                    number += 1
                    yield values, f"row {number}", str(number)
    except (
        pyarrow.ArrowException,
        UnicodeDecodeError,
        OSError,
        OverflowError,
        ValueError,
    ) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        place = f", row {number + 1} or after" if number else ""
        if isinstance(error, OverflowError):
            raise InputError(
                f"{path}{place}: a value is larger than any number or date can be here ({error}); "
                "mend it, or leave its column out"
            ) from error
        raise InputError(f"{path}{place}: not Parquet: {error}; write the file anew") from error
