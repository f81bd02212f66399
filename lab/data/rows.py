"""Turns a JSONL, JSON, CSV, Parquet or text file into rows that know where they stand."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from lab.data.decoding import decode
from lab.errors import InputError


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file."""

    values: dict[str, Any]
    """Column → value."""

    path: str
    """The file, as the user named it."""

    place: str
    """Where it stands: "line 3", "row 3" (1-based, header not counted) or "key 'abc'"."""

    key: str
    """Its name if it is given none: its 1-based number, or its key in a JSON object."""

    def error(self, column: str | None, problem: str) -> InputError:
        """Build the error for this row: file, place, column, what is wrong, what to do."""
        field = f", column {column!r}" if column is not None else ""
        return InputError(f"{self.path}, {self.place}{field}: {problem}")


def read_rows(path: str | Path, *, lines: bool = False, limit: int | None = None) -> list[Row]:
    """Read a file's rows.

    Args:
        path: a file whose suffix is one of .jsonl, .ndjson, .json, .csv, .tsv, .parquet, .txt.
        lines: whether each line of a .txt file is a row (column "text"); else each paragraph is.
        limit: take only so many rows, from the first on.

    Returns:
        The rows in order, at least one.

    Raises:
        InputError: there is no such file, its form is not known, it is broken or empty.
    """
    path = Path(path)
    reader = _reader(path, lines)
    try:
        rows = list(islice(reader(path), limit))
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}; check its rights") from error
    if not rows:
        raise InputError(f"{path}: holds no rows; give a file with at least one")
    return rows


def _reader(path: Path, lines: bool) -> Callable[[Path], Iterable[Row]]:
    if not path.exists():
        raise InputError(f"{path}: there is no such file; check the name")
    if not path.is_file():
        raise InputError(f"{path}: is not a file; name one file")
    readers: dict[str, Callable[[Path], Iterable[Row]]] = {
        ".jsonl": _json_lines,
        ".ndjson": _json_lines,
        ".json": _json,
        ".csv": lambda file: _csv(file, ","),
        ".tsv": lambda file: _csv(file, "\t"),
        ".parquet": _parquet,
        ".txt": lambda file: _text(file, lines),
    }
    if path.suffix.lower() not in readers:
        known = ", ".join(readers)
        raise InputError(f"{path}: files of the form {path.suffix!r} are not known; use {known}")
    return readers[path.suffix.lower()]


def _json_lines(path: Path) -> Iterator[Row]:
    offset, count = 0, 0
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            text = decode(line, path, offset)
            offset += len(line)
            if not text.strip():
                continue
            count += 1
            place = f"line {number}"
            yield _row(_parse(text.rstrip(), path, number - 1), path, place, str(count))


def _json(path: Path) -> Iterator[Row]:
    text = decode(path.read_bytes(), path)
    if not text.strip():
        return
    content = _parse(text, path, 0)
    if isinstance(content, dict):
        for key, value in content.items():
            yield _row(value, path, f"key {key!r}", key)
    elif isinstance(content, list):
        for number, value in enumerate(content, start=1):
            yield _row(value, path, f"row {number}", str(number))
    else:
        raise InputError(f"{path}: holds {_kind(content)}; give a list or an object of objects")


def _parse(text: str, path: Path, lines_before: int) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_object)
    except json.JSONDecodeError as error:
        raise InputError(
            f"{path}, line {lines_before + error.lineno}, column {error.colno}: not JSON: "
            f"{error.msg}; mend that line"
        ) from error
    except (RecursionError, ValueError) as error:
        raise InputError(
            f"{path}, line {lines_before + 1}: cannot be taken in as JSON: {error}; mend it"
        ) from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build an object, but let no field silently replace another."""
    values = dict(pairs)
    if len(values) < len(pairs):
        names = [name for name, _ in pairs]
        doubled = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the field {doubled!r} stands twice in one object")
    return values


def _row(value: Any, path: Path, place: str, key: str) -> Row:
    if not isinstance(value, dict):
        raise InputError(f"{path}, {place}: holds {_kind(value)}; give an object with named fields")
    return Row(value, str(path), place, key)


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "a text", bool: "a truth value"}
    return "null" if value is None else names.get(type(value), "a number")


def _csv(path: Path, delimiter: str) -> Iterator[Row]:
    text = decode(path.read_bytes(), path)
    csv.field_size_limit(2**31 - 1)  # the default of 128 KiB is shorter than some sources
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    start, number = 1, 0
    try:
        header = _header(next(reader, None), path)
        start = reader.line_num + 1
        for cells in reader:
            if cells:
                number += 1
                place = f"line {start}"
                _same_length(cells, header, path, place)
                yield Row(dict(zip(header, cells, strict=True)), str(path), place, str(number))
            start = reader.line_num + 1
    except csv.Error as error:
        raise InputError(
            f"{path}, line {start}: not CSV: {error}; check the quotes from there on"
        ) from error


def _header(cells: list[str] | None, path: Path) -> list[str]:
    if cells is None:
        raise InputError(f"{path}: is empty; give a file with a header line and rows")
    doubled = sorted({cell for cell in cells if cells.count(cell) > 1})
    if doubled:
        raise InputError(f"{path}, line 1: column {doubled[0]!r} stands there twice; rename one")
    return cells


def _same_length(cells: list[str], header: list[str], path: Path, place: str) -> None:
    if len(cells) != len(header):
        raise InputError(
            f"{path}, {place}: has {len(cells)} fields, the header has {len(header)}; "
            "quote fields that hold the separator or a line end"
        )


def _parquet(path: Path) -> Iterator[Row]:
    import pyarrow
    from pyarrow import parquet

    if path.stat().st_size == 0:
        return
    try:
        values = parquet.read_table(path).to_pylist()
    except (pyarrow.ArrowException, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not Parquet: {error}; write the file anew") from error
    for number, value in enumerate(values, start=1):
        yield Row(value, str(path), f"row {number}", str(number))


def _text(path: Path, lines: bool) -> Iterator[Row]:
    """Read texts; a paragraph ends at a blank line and keeps its own line ends."""
    content = decode(path.read_bytes(), path).replace("\r\n", "\n").split("\n")
    start, count, held = 1, 0, list[str]()
    for number, line in enumerate([*content, ""], start=1):
        if line.strip():
            start = start if held else number
            held.append(line)
        if held and (lines or not line.strip()):
            count += 1
            yield Row({"text": "\n".join(held)}, str(path), f"line {start}", str(count))
            held = []
