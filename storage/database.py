"""Turns a path into an open DuckDB connection, or into a sentence that says why not."""

from __future__ import annotations

import os
import time
from pathlib import Path

import duckdb

from lab.errors import StoreError
from storage.places import prepare_folder

LOCK_PATIENCE_SECONDS = 2.0
"""How long to wait for a file lock that a process may be giving up this moment."""

SETTINGS: dict[str, str | int | float | list[str]] = {
    "storage_compatibility_version": "v1.5.0",
    "autoload_known_extensions": False,
    "autoinstall_known_extensions": False,
    "enable_external_access": False,
    "memory_limit": "2GB",
    "threads": min(4, os.cpu_count() or 1),
}


def open_database(path: Path) -> duckdb.DuckDBPyConnection:
    """Open or create a database file for this process alone.

    Args:
        path: the file; its folder is made where it is missing.

    Returns:
        A connection that can reach no other file.

    Raises:
        StoreError: the folder or file cannot be used; says why and what to do.
    """
    prepare_folder(path)
    deadline = time.monotonic() + LOCK_PATIENCE_SECONDS
    while True:
        try:
            return _connect(path)
        except duckdb.Error as error:
            if "lock" not in str(error) or time.monotonic() > deadline:
                raise _explain(path, str(error)) from error
            time.sleep(0.05)


def _connect(path: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(str(path), config=SETTINGS.copy())
    connection.execute("SET enable_progress_bar = false")
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET lock_configuration = true")
    return connection


def _explain(path: Path, message: str) -> StoreError:
    first = message.splitlines()[0]
    if "lock" in message:
        return StoreError(
            f"the database {path} is open in another program: {first}; close that program, "
            "or choose another database with LAB_DATABASE"
        )
    if "not a valid DuckDB database" in message:
        return StoreError(
            f"{path} is not a DuckDB database; move it away, or choose another with LAB_DATABASE"
        )
    if "version number" in message or "newer version" in message:
        return StoreError(
            f"the database {path} was written by a newer DuckDB than {duckdb.__version__}: "
            f"{first}; upgrade review-lab, or choose another with LAB_DATABASE"
        )
    return StoreError(f"cannot open the database {path}: {first}")
