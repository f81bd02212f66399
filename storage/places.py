"""Turns a database's path into the paths of the files that lie beside it, and reads the address."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from lab.errors import StoreError


@dataclass(frozen=True, slots=True)
class Places:
    """A database file and what lies beside it."""

    database: Path
    """The DuckDB file, without symbolic links, so that one file has one owner."""

    @property
    def address(self) -> Path:
        """Where the owner writes its address and token."""
        return self._beside(".owner.json")

    @property
    def log(self) -> Path:
        """Where the owner's messages go."""
        return self._beside(".owner.log")

    @property
    def owner_lock(self) -> Path:
        """Held by the owner for as long as it lives."""
        return self._beside(".owner.lock")

    @property
    def start_lock(self) -> Path:
        """Held by a client while it starts an owner."""
        return self._beside(".start.lock")

    def _beside(self, suffix: str) -> Path:
        return self.database.with_name(self.database.name + suffix)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """How to reach an owner."""

    pid: int
    """Its process id."""

    url: str
    """Its address on the loopback interface."""

    token: str
    """What every request must carry."""


def find_places(database: str) -> Places:
    """Find the files of a database.

    Raises:
        StoreError: the database is not a file's path.
    """
    if "://" in database:
        raise StoreError(
            f"the database {database!r} is not a file; set LAB_DATABASE to a DuckDB file's path"
        )
    return Places(Path(database).expanduser().resolve())


def prepare_folder(path: Path) -> None:
    """Make the folder of a database and check that it and the file can be written.

    Raises:
        StoreError: they cannot.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"cannot make the folder {path.parent}: {error.strerror}; choose another with LAB_HOME"
        ) from error
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise StoreError(
            f"the folder {path.parent} cannot be written; give yourself the right to write there, "
            "or choose another with LAB_HOME"
        )
    if path.is_dir():
        raise StoreError(f"the database {path} is a folder; choose a file with LAB_DATABASE")
    if path.exists() and not os.access(path, os.R_OK | os.W_OK):
        raise StoreError(
            f"the database {path} cannot be read and written; give yourself the right to, "
            "or choose another with LAB_DATABASE"
        )


def read_address(places: Places) -> Address | None:
    """Read the owner's address; None where there is none to read."""
    try:
        return Address(**json.loads(places.address.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def write_address(places: Places, address: Address) -> None:
    """Write the owner's address so that only this user can read it."""
    draft = places.address.with_name(f"{places.address.name}.{address.pid}")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(asdict(address), file)
    draft.replace(places.address)


def remove_address(places: Places, pid: int) -> None:
    """Remove the address if it is still this owner's."""
    found = read_address(places)
    if found is not None and found.pid == pid:
        places.address.unlink(missing_ok=True)


@contextlib.contextmanager
def hold_lock(path: Path, patience_seconds: float) -> Iterator[bool]:
    """Hold a lock file for the length of a `with` block.

    Args:
        path: the lock file; made where it is missing, and left there.
        patience_seconds: how long to wait for another holder.

    Yields:
        Whether the lock was got in time.

    Raises:
        StoreError: the file cannot be opened.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StoreError(
            f"cannot open {path}: {error.strerror}; give yourself the right to write there, "
            "or choose another folder with LAB_HOME"
        ) from error
    try:
        yield _acquire(descriptor, time.monotonic() + patience_seconds)
    finally:
        os.close(descriptor)


def _acquire(descriptor: int, deadline: float) -> bool:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        else:
            return True
