"""Turns rows from clients into stored rows, inside the writer's transaction.

A row whose id is there already is left alone, so that a repeated write is the same write. The
single writer looks first and then inserts: DuckDB's ON CONFLICT would do the same, but shuffles
the rows of a statement, and with them the order of prompts and generations, and costs 1 ms more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import duckdb
import pyarrow
import pyarrow.compute

from lab.errors import StoreError
from storage.schema import TABLES, TARGETS, UNIQUE, column_list, columns, encode, table_types
from storage.wire import Rows

CHUNK_ROWS = 500
"""Rows per VALUES list, so that a statement stays within DuckDB's parameters."""

Connection = duckdb.DuckDBPyConnection


def add_rows(connection: Connection, batches: Iterable[Rows]) -> None:
    """Insert rows, then check that what they point to exists and what must be unique is.

    Args:
        connection: the writer's, within a transaction.
        batches: rows in any order of tables.

    Raises:
        StoreError: a reference points nowhere, a unique value is taken, or a value does not fit.
    """
    by_table: dict[str, list[Rows]] = {}
    for rows in batches:
        by_table.setdefault(rows.table, []).append(rows)
    ordered = [table for table in TABLES.values() if table in by_table]
    for table in ordered:
        _insert(connection, table, by_table[table])
    _check_references(connection, [rows for table in ordered for rows in by_table[table]])
    for table in ordered:
        _check_unique(connection, table)


def _insert(connection: Connection, table: str, batches: list[Rows]) -> None:
    listed: dict[str, Sequence[Any]] = {}
    for rows in batches:
        if isinstance(rows.values, pyarrow.Table):
            _insert_arrow(connection, table, rows.values)
        else:
            for row in rows.values:
                listed.setdefault(row[0], row)
    stored = _stored(connection, table, list(listed))
    fresh = [row for id, row in listed.items() if id not in stored]
    for start in range(0, len(fresh), CHUNK_ROWS):
        insert_values(connection, table, fresh[start : start + CHUNK_ROWS])


def insert_records(connection: Connection, new: Sequence[Any]) -> None:
    """Insert records of any types that the store does not hold yet; see `insert_values`."""
    for kind, table in TABLES.items():
        if some := [record for record in new if type(record) is kind]:
            rows = list(zip(*encode(some, kind), strict=True))
            for start in range(0, len(rows), CHUNK_ROWS):
                insert_values(connection, table, rows[start : start + CHUNK_ROWS])


def insert_values(connection: Connection, table: str, rows: Sequence[Sequence[Any]]) -> None:
    """Insert a few new rows by one VALUES list.

    Args:
        connection: the writer's, within a transaction.
        table: the table's name.
        rows: values in the order of the record's fields; none is stored yet.

    Raises:
        StoreError: a row has the wrong number of values.
    """
    kind = table_types()[table]
    width = len(columns(kind))
    if any(len(row) != width for row in rows):
        raise StoreError(f"rows of {table} need {width} values: {column_list(kind)}")
    marks = ", ".join([f"({', '.join('?' * width)})"] * len(rows))
    connection.execute(
        f"INSERT INTO {table} ({column_list(kind)}) VALUES {marks}",
        [value for row in rows for value in row],
    )


def _stored(connection: Connection, table: str, ids: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(ids), CHUNK_ROWS):
        some = ids[start : start + CHUNK_ROWS]
        marks = ", ".join(["?::UUID"] * len(some))
        query = f"SELECT id::VARCHAR FROM {table} WHERE id IN ({marks})"
        found.update(id for (id,) in connection.execute(query, [*some]).fetchall())
    return found


def _insert_arrow(connection: Connection, table: str, incoming: pyarrow.Table) -> None:
    names = column_list(table_types()[table])
    try:
        connection.register("incoming", incoming)
        query = f"SELECT id FROM incoming WHERE id::UUID IN (SELECT id FROM {table})"
        stored = {id for (id,) in connection.execute(query).fetchall()}
        connection.register("incoming", incoming.filter(_is_first(incoming, stored)))
        connection.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM incoming")
    finally:
        connection.unregister("incoming")


def _is_first(incoming: pyarrow.Table, stored: set[str]) -> pyarrow.Array:
    seen = set(stored)
    mask = []
    for id in incoming["id"].to_pylist():
        mask.append(id not in seen)
        seen.add(id)
    return pyarrow.array(mask, pyarrow.bool_())


def _check_references(connection: Connection, batches: list[Rows]) -> None:
    wanted: dict[tuple[str, str], set[str]] = {}
    for rows in batches:
        for index, column in enumerate(columns(table_types()[rows.table])):
            if column.name in TARGETS:
                ids = wanted.setdefault((rows.table, column.name), set())
                ids.update(_distinct(rows, index, column.name))
    few: list[tuple[str, str, str]] = []
    for (table, field), ids in wanted.items():
        if len(ids) > CHUNK_ROWS:
            _check_many(connection, table, field, ids)
        else:
            few.extend((table, field, id) for id in ids)
    _check_few(connection, few)


def _distinct(rows: Rows, index: int, field: str) -> Iterable[str]:
    if isinstance(rows.values, pyarrow.Table):
        values = pyarrow.compute.unique(rows.values[field]).to_pylist()
    else:
        values = [row[index] for row in rows.values]
    return [value for value in values if value is not None]


def _check_few(connection: Connection, wanted: list[tuple[str, str, str]]) -> None:
    targets: dict[str, set[str]] = {}
    for _, field, id in wanted:
        targets.setdefault(TARGETS[field], set()).add(id)
    stored = {target: _stored(connection, target, list(ids)) for target, ids in targets.items()}
    for table, field, id in wanted:
        if id not in stored[TARGETS[field]]:
            raise _dangling(table, field, id)


def _check_many(connection: Connection, table: str, field: str, ids: set[str]) -> None:
    connection.register("wanted", pyarrow.table({"id": sorted(ids)}))
    try:
        missing = connection.execute(
            "SELECT id FROM wanted WHERE NOT EXISTS "
            f"(SELECT 1 FROM {TARGETS[field]} AS target WHERE target.id = wanted.id::UUID) LIMIT 1"
        ).fetchall()
    finally:
        connection.unregister("wanted")
    if missing:
        raise _dangling(table, field, missing[0][0])


def _dangling(table: str, field: str, id: str) -> StoreError:
    return StoreError(
        f"{table}.{field} points to {id}, which is not in {TARGETS[field]}; "
        "add that first, or in the same call"
    )


def _check_unique(connection: Connection, table: str) -> None:
    if table not in UNIQUE:
        return
    fields = ", ".join(UNIQUE[table])
    doubled = connection.execute(
        f"SELECT {fields} FROM {table} GROUP BY {fields} HAVING count(*) > 1 LIMIT 1"
    ).fetchall()
    if doubled:
        pairs = zip(UNIQUE[table], doubled[0], strict=True)
        named = " and ".join(f"{field} {str(value)!r}" for field, value in pairs)
        raise StoreError(f"{table} has one with {named} already; choose another")
