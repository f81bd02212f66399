"""Turns files, folders and data sets of the hub into one stream of rows."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from lab.data.hub import is_hub_name, is_saved, iterate_hub, iterate_saved
from lab.data.opening import unpacked_suffix
from lab.data.prepare.config import PrepareConfig
from lab.data.prepare.meter import Meter
from lab.data.rows import Row, check_file, iterate_rows
from lab.data.text_rows import Cut
from lab.errors import InputError


def rows_of(
    origins: Sequence[str], config: PrepareConfig, meter: Meter | None = None
) -> Iterator[Row]:
    """Read the rows of all origins, in order; the files of a folder by name.

    Args:
        origins: files, folders, folders that the `datasets` library saved, or hub names.
        config: the encoding, the hub's subset, and what a text of a text file is.
        meter: told how large the files are, and every row.

    Yields:
        The rows. Their keys are unique: a row's number or key in its file, with the file before
        it where there are several.

    Raises:
        InputError: something cannot be read; for the names of files before any row is given.
    """
    _check_apart(origins)
    n_bytes, known = 0, True
    for origin in origins:
        any_file = False
        for path in _files(origin):
            check_file(path)
            n_bytes += path.stat().st_size
            any_file = True
        known = known and any_file
    if meter is not None:
        meter.n_bytes, meter.limit = n_bytes if known else 0, config.limit
    for origin in origins:
        for row in _of_origin(origin, config):
            if meter is not None:
                meter.see(row)
            yield row if len(origins) == 1 else replace(row, key=f"{origin}:{row.key}")


def _of_origin(origin: str, config: PrepareConfig) -> Iterator[Row]:
    path = Path(origin)
    if is_hub_name(origin) and not path.exists():
        yield from iterate_hub(origin, config.hub_subset)
    elif is_saved(path):
        yield from iterate_saved(path)
    elif path.is_dir():
        yield from _of_folder(path, config)
    else:
        cut: Cut = "lines" if config.lines else "paragraphs"
        yield from iterate_rows(path, cut=cut, encoding=config.encoding)


def _of_folder(folder: Path, config: PrepareConfig) -> Iterator[Row]:
    cut: Cut = "lines" if config.lines else "whole"
    for path in _files(str(folder)):
        name = path.relative_to(folder).as_posix()
        is_one_text = cut == "whole" and unpacked_suffix(path) == ".txt"
        for row in iterate_rows(path, cut=cut, encoding=config.encoding):
            yield replace(row, key=name if is_one_text else f"{name}:{row.key}")


def _files(origin: str) -> Iterator[Path]:
    """List the files of an origin, those of a folder in the order of their names; no hidden ones.

    A folder is walked one level at a time, since it may hold millions of files.
    """
    path = Path(origin)
    if is_saved(path) or (is_hub_name(origin) and not path.exists()):
        return
    if not path.is_dir():
        yield path
        return
    empty = True
    for folder, inner, names in os.walk(path, onerror=_unreadable):
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        for name in inner:
            if Path(folder, name).is_symlink():  # it might lead back here
                raise InputError(f"{Path(folder, name)}: is a link to a folder; name that itself")
        for name in sorted(names):
            if not name.startswith("."):
                empty = False
                yield Path(folder, name)
    if empty:
        raise InputError(f"{path}: the folder holds no files; give one that does")


def _unreadable(error: OSError) -> None:
    raise InputError(
        f"{error.filename}: the folder cannot be read: {error.strerror}; check its rights"
    ) from error


def _check_apart(origins: Sequence[str]) -> None:
    """Refuse origins that would give the same rows twice, and those without a name."""
    if "" in origins:  # would be the folder that one is in
        raise InputError("an origin is empty; name a file, a folder or a data set of the hub")
    places = {origin: Path(os.path.realpath(origin)) for origin in origins}
    for number, origin in enumerate(origins):
        for other in origins[:number]:
            one, two = places[origin], places[other]
            if one.is_relative_to(two) or two.is_relative_to(one):
                raise InputError(f"{origin}: is read with {other} already; name one of them")
