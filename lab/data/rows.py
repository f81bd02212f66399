"""Turns a JSONL, JSON, CSV, Parquet or text file into rows that know where they stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from lab.data.json_rows import Found, json_lines, json_values, kind_of
from lab.data.opening import unpacked_suffix
from lab.data.table_rows import csv_rows, parquet_rows
from lab.data.text_rows import Cut, texts
from lab.errors import InputError

SUFFIXES = (".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".parquet", ".txt")
"""Ends of names of files that can be read; all but Parquet also with ".gz" after them."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file."""

    values: dict[str, Any]
    """Column → value."""

    path: str
    """The file, as the user named it."""

    place: str
    """Where it stands: "line 3", or "row 3" (1-based, header not counted); never its name,
    which may be somebody's address."""

    key: str
    """Its name if it is given none: its 1-based number, or its key in a JSON object."""

    def error(self, column: str | None, problem: str) -> InputError:
        """Build the error for this row: file, place, column, what is wrong, what to do."""
        field = f", column {column!r}" if column is not None else ""
        return InputError(f"{self.path}, {self.place}{field}: {problem}")


def read_rows(path: str | Path, *, lines: bool = False, limit: int | None = None) -> list[Row]:
    """Read a file's rows.

    Args:
        path: a file whose suffix is one of `SUFFIXES`.
        lines: whether each line of a .txt file is a row (column "text"); else each paragraph is.
        limit: take only so many rows, from the first on.

    Returns:
        The rows in order, at least one.

    Raises:
        InputError: there is no such file, its form is not known, it is broken or empty.
    """
    return list(islice(iterate_rows(path, cut="lines" if lines else "paragraphs"), limit))


def iterate_rows(
    path: str | Path, *, cut: Cut = "paragraphs", encoding: str = "utf-8"
) -> Iterator[Row]:
    """Read a file's rows one at a time; memory use does not grow with the file.

    Args:
        path: a file whose suffix is one of `SUFFIXES`.
        cut: what is a row of a .txt file (column "text").
        encoding: the encoding of text files.

    Yields:
        The rows in order, at least one.

    Raises:
        InputError: there is no such file, its form is not known, it is empty, or it is broken
            from here on.
        ConfigError: there is no such encoding.
    """
    path = Path(path)
    check_file(path)
    empty = True
    try:
        for value, place, key in _found(path, cut, encoding):
            empty = False
            if not isinstance(value, dict):
                raise InputError(
                    f"{path}, {place}: holds {kind_of(value)}, which is no row; give objects with "
                    "named fields: one per line (.jsonl), or a list or an object of them (.json)"
                )
            yield Row(value, str(path), place, key)
    except OSError as error:
        cause = error.strerror or error
        raise InputError(f"{path}: cannot be read: {cause}; check its rights") from error
    if empty:
        raise InputError(f"{path}: holds no rows; give a file with at least one")


def check_file(path: Path) -> None:
    """Refuse what is no file that can be read.

    Raises:
        InputError: there is no such file, its form is not known, or its name is no text.
    """
    try:
        str(path).encode()
    except UnicodeEncodeError as error:
        raise InputError(f"{str(path)!a}: the name is not UTF-8; rename the file") from error
    if path.is_symlink() and not path.exists():
        raise InputError(f"{path}: is a link to what is not there; mend or remove it")
    if not path.exists():
        raise InputError(f"{path}: there is no such file; check the name")
    if not path.is_file():
        raise InputError(f"{path}: is not a file; name one file")
    suffix = unpacked_suffix(path)
    if suffix not in SUFFIXES or (suffix == ".parquet" and path.suffix.lower() == ".gz"):
        known = ", ".join(SUFFIXES)
        raise InputError(
            f"{path}: files of the form {path.suffix!r} are not known; use {known}, or leave it out"
        )


def _found(path: Path, cut: Cut, encoding: str) -> Iterator[Found]:
    match unpacked_suffix(path):
        case ".jsonl" | ".ndjson":
            return json_lines(path, encoding)
        case ".json":
            return json_values(path, encoding)
        case ".csv":
            return csv_rows(path, encoding, ",")
        case ".tsv":
            return csv_rows(path, encoding, "\t")
        case ".parquet":
            return parquet_rows(path)
        case _:
            return texts(path, encoding, cut)
