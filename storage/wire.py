"""Turns records into what travels between a client and the owner, and back: JSON and Arrow."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow

from lab.errors import StoreError
from storage.schema import Column, columns, table_types

JSON = "application/json"
ARROW = "application/vnd.apache.arrow.stream"

BULK_ROWS = 200
"""From this many rows on, Arrow is cheaper than JSON and one VALUES list."""

_ARROW_TYPES = {
    "UUID": pyarrow.string(),
    "VARCHAR": pyarrow.string(),
    "JSON": pyarrow.string(),
    "BIGINT": pyarrow.int64(),
    "DOUBLE": pyarrow.float64(),
    "BOOLEAN": pyarrow.bool_(),
    "TIMESTAMP WITH TIME ZONE": pyarrow.timestamp("us", "UTC"),
}


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows for one table on their way into the store."""

    table: str
    """The table's name."""

    values: list[list[Any]] | pyarrow.Table
    """A list per row in the order of the record's fields, or an Arrow table when many."""


def pack_add(parts: Sequence[tuple[type, str, list[list[Any]]]]) -> tuple[str, bytes]:
    """Pack columns of records for the owner.

    Args:
        parts: record type, table and one list per column, for each type.

    Returns:
        The content type and the body.

    Raises:
        StoreError: a value cannot be stored, such as an integer beyond 64 bits.
    """
    try:
        if sum(len(cells[0]) for _, _, cells in parts) < BULK_ROWS:
            tables = {table: list(zip(*cells, strict=True)) for _, table, cells in parts}
            text = json.dumps(tables, default=datetime.isoformat, ensure_ascii=False)
            return JSON, text.encode()
        return ARROW, b"".join(_stream(*part) for part in parts)
    except (pyarrow.ArrowException, OverflowError, UnicodeEncodeError) as error:
        raise StoreError(f"a value cannot be stored: {error}") from error


def _stream(kind: type, table: str, cells: list[list[Any]]) -> bytes:
    arrays = [_array(column, values) for column, values in zip(columns(kind), cells, strict=True)]
    names = [column.name for column in columns(kind)]
    packed = pyarrow.table(arrays, names=names).replace_schema_metadata({"table": table})
    sink = pyarrow.BufferOutputStream()
    with pyarrow.ipc.new_stream(sink, packed.schema) as writer:
        writer.write_table(packed)
    return sink.getvalue().to_pybytes()


def _array(column: Column, values: list[Any]) -> pyarrow.Array:
    return pyarrow.array(values, type=_ARROW_TYPES[column.sql])


def unpack_add(content_type: str, body: bytes) -> list[Rows]:
    """Unpack what `pack_add` packed.

    Raises:
        StoreError: it names a table that does not exist.
    """
    found = _unpack_json(body) if content_type == JSON else _unpack_arrow(body)
    for rows in found:
        if rows.table not in table_types():
            raise StoreError(f"no table named {rows.table!r}")
    return found


def _unpack_json(body: bytes) -> list[Rows]:
    return [Rows(table, rows) for table, rows in json.loads(body).items()]


def _unpack_arrow(body: bytes) -> list[Rows]:
    source = pyarrow.BufferReader(body)
    found = []
    while source.tell() < len(body):
        table = pyarrow.ipc.open_stream(source).read_all()
        found.append(Rows(table.schema.metadata[b"table"].decode(), table))
    return found


def pack_table(table: pyarrow.Table) -> bytes:
    """Write an Arrow table as one IPC stream."""
    sink = pyarrow.BufferOutputStream()
    with pyarrow.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


def unpack_table(body: bytes) -> pyarrow.Table:
    """Read an Arrow table from one IPC stream."""
    return pyarrow.ipc.open_stream(pyarrow.BufferReader(body)).read_all()
