"""Turns a folder that `storage.archive` wrote into records of a lab: all of them or none."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lab.errors import InputError, StoreError
from lab.records import Account
from storage.archive import FORMAT, MANIFEST, file_sha256
from storage.client import Store
from storage.migrate import read_migrations
from storage.schema import TABLES, UNIQUE, columns, decode, table_types


def read_archive(store: Store, folder: str | Path) -> dict[str, int]:
    """Add everything in a folder to a lab, in one transaction.

    Rows that the lab holds already are passed over, so that the same import twice is one.

    Args:
        store: the lab, usually an empty one.
        folder: what `storage.archive.write_archive` wrote.

    Returns:
        Number of added rows by table.

    Raises:
        InputError: the folder is no such archive, is of a newer lab, or was changed since.
        StoreError: the lab holds other rows under the same ids or names.
    """
    folder = Path(folder)
    manifest = _read_manifest(folder)
    found = {
        table_types()[table]: _read_table(folder, table, entry)
        for table, entry in manifest["tables"].items()
    }
    new = {kind: _new_rows(store, kind, rows) for kind, rows in found.items()}
    store.add(one for rows in new.values() for one in rows)
    return {TABLES[kind]: len(rows) for kind, rows in new.items()}


def _read_manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        tables = {table: (entry["file"], entry["rows"], entry["sha256"]) for table, entry in
                  manifest["tables"].items()}  # fmt: skip
        format, schema = manifest["format"], int(manifest["schema"])
    except OSError as error:
        raise InputError(
            f"{path} cannot be read ({error.strerror}); name a folder that "
            "`lab export all` has written"
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{path} is not the manifest of an export: {error!r}") from error
    if format != FORMAT:
        raise InputError(f"{path}: the format is {format!r}, not {FORMAT!r}")
    if schema > (known := read_migrations()[-1].version):
        raise InputError(
            f"{path}: written by a newer Review Lab (schema {schema}, this one knows {known}); "
            "upgrade review-lab"
        )
    if unknown := [table for table in tables if table not in table_types()]:
        raise InputError(f"{path}: there is no table named {unknown[0]!r} in a lab")
    return manifest


def _read_table(folder: Path, table: str, entry: dict[str, Any]) -> list[Any]:
    import pyarrow
    import pyarrow.parquet

    path = folder / Path(str(entry["file"])).name
    try:
        if file_sha256(path) != entry["sha256"]:
            raise InputError(f"{path} was changed since it was exported; export once more")
        read = pyarrow.parquet.ParquetFile(path).read()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from error
    except pyarrow.ArrowException as error:
        raise InputError(f"{path} is no Parquet file: {str(error).splitlines()[0]}") from error
    if len(read) != entry["rows"]:
        raise InputError(f"{path} has {len(read)} rows, not {entry['rows']} as the manifest says")
    kind = table_types()[table]
    try:
        return decode(kind, _cells(path, kind, read))
    except (ValueError, TypeError, AttributeError) as error:
        raise InputError(f"{path} does not hold what a lab's {table} hold: {error}") from error


def _cells(path: Path, kind: type, read: Any) -> list[Sequence[Any]]:
    """List the columns in the record's order; one that is newer than the file has its default."""
    wanted = [column.name for column in columns(kind)]
    if unknown := [name for name in read.column_names if name not in wanted]:
        raise InputError(f"{path}: a lab has no column {unknown[0]!r} there")
    defaults = {field.name: field.default for field in dataclasses.fields(kind)}
    lacking = [name for name in wanted if name not in read.column_names]
    if needed := [name for name in lacking if defaults[name] is dataclasses.MISSING]:
        raise InputError(f"{path}: the column {needed[0]!r} is missing")
    return [
        [defaults[name]] * len(read) if name in lacking else read[name].to_pylist()
        for name in wanted
    ]


def _new_rows(store: Store, kind: type, rows: list[Any]) -> list[Any]:
    """Leave out the rows that the lab holds already.

    Raises:
        StoreError: it holds others instead.
    """
    there: list[Any] = store.select(kind)
    held = {row.id: row for row in there}
    fields = UNIQUE.get(TABLES[kind], ())
    taken = {_values(row, fields): row.id for row in there} if fields else {}
    for row in rows:
        if row.id in held and (differing := _difference(held[row.id], row)):
            raise _conflict(kind, row, f"has another {differing} there")
        if taken.get(_values(row, fields), row.id) != row.id:
            shown = ", ".join(f"{name} {getattr(row, name)!r}" for name in fields)
            raise _conflict(kind, row, f"is not the one with {shown} there")
    return [row for row in rows if row.id not in held]


def _values(row: Any, fields: Sequence[str]) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in fields)


def _difference(held: Any, row: Any) -> str | None:
    # No archive tells a password, so the lab's own stays.
    names = [field.name for field in dataclasses.fields(held)]
    if isinstance(held, Account):
        names.remove("password_hash")
    return next((name for name in names if getattr(held, name) != getattr(row, name)), None)


def _conflict(kind: type, row: Any, problem: str) -> StoreError:
    return StoreError(
        f"this lab is not empty: the {kind.__name__.lower()} {row.id} of the folder {problem}; "
        "nothing was imported: choose an empty lab with --home or LAB_HOME"
    )
