"""Gives a data set in preparation a folder that appears whole or not at all."""

from __future__ import annotations

import errno
import fcntl
import re
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lab.errors import InputError

LOCK = ".preparing"
"""File in a folder that is not stored yet, locked by the process that prepares it."""

_FULL = (errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a data set is made, and where it will be."""

    part: Path
    """The folder that everything is written into."""

    folder: Path
    """The folder's name once it is whole."""

    def finish(self) -> None:
        """Give the folder its name."""
        self.part.replace(self.folder)


@contextmanager
def new_place(
    data_folder: Path, name: str, dataset_id: str, stored: Collection[str]
) -> Iterator[Place]:
    """Make a folder for a data set, and delete what killed runs of the same name left.

    A run that is killed leaves its folder and, since the system takes the lock from a dead
    process, no lock; a folder that another living process works in is left alone.

    Args:
        data_folder: where the folders of all data sets are.
        name: the data set's name.
        dataset_id: its id.
        stored: folders that data sets in the store have.

    Yields:
        The place; nothing of it is left if the block fails.

    Raises:
        InputError: the disk is full, or the folder cannot be written.
    """
    stem = name.replace("/", "-")
    folder = data_folder / f"{stem}-{dataset_id[-12:]}"
    place = Place(folder.with_name(folder.name + ".part"), folder)
    done, free = False, 0
    try:
        place.part.mkdir(parents=True)
        free = shutil.disk_usage(data_folder).free
        _delete_leftovers(data_folder, stem, {*stored, str(place.part)})
        with (place.part / LOCK).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield place
            done = True
            (place.folder / LOCK).unlink()
    except BaseException as error:
        for path in () if done else (place.part, place.folder):
            shutil.rmtree(path, ignore_errors=True)
        if isinstance(error, OSError) and _is_full(error):
            raise InputError(_full(data_folder, free)) from error
        raise


def _delete_leftovers(data_folder: Path, stem: str, kept: Collection[str]) -> None:
    pattern = re.compile(rf"{re.escape(stem)}-[0-9a-f]{{12}}(\.part)?")
    for path in data_folder.iterdir():
        if not pattern.fullmatch(path.name) or str(path) in kept:
            continue
        if path.suffix == ".part" or (path / LOCK).exists():
            _delete_unless_locked(path)


def _delete_unless_locked(path: Path) -> None:
    try:
        with (path / LOCK).open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(path, ignore_errors=True)
    except BlockingIOError:
        return


def _is_full(error: OSError) -> bool:
    # Arrow and the library's worker processes lose the number and keep the words.
    return error.errno in _FULL or "No space left on device" in str(error)


def _full(folder: Path, free: int) -> str:
    return (
        f"{folder}: the disk is full, which had {free / 1e6:,.0f} MB free at the start; what was "
        "written is deleted again; preparing needs several times the size of the texts, so "
        "make room, or put the lab elsewhere with --home"
    )
