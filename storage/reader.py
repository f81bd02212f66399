"""Turns one SELECT with its parameters into an Arrow table; cannot change anything."""

from __future__ import annotations

import threading
from typing import Any

import duckdb
import pyarrow

from lab.errors import StoreError
from storage.insert import Connection
from storage.writer import die


class Reader:
    """Runs reads beside the writer, with one cursor per thread."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._local = threading.local()
        self._cursors: list[Connection] = []

    def read(self, sql: str, parameters: list[Any]) -> pyarrow.Table:
        """Run one SELECT in a read-only transaction.

        Args:
            sql: one SELECT, with `$1`, `$2`, … for the parameters.
            parameters: their values.

        Raises:
            StoreError: it is no SELECT, or DuckDB refuses it.
        """
        cursor = self._cursor()
        try:
            statement = _only_select(cursor, sql)
            cursor.execute("BEGIN TRANSACTION READ ONLY")
            try:
                return _fetch(cursor, statement, parameters)
            finally:
                cursor.execute("ROLLBACK")
        except duckdb.FatalException as error:
            die(error)
            raise
        except duckdb.Error as error:
            raise StoreError(f"the store cannot read this: {error}") from error

    def interrupt(self) -> None:
        """Break off the reads that are running."""
        for cursor in self._cursors:
            cursor.interrupt()

    def _cursor(self) -> Connection:
        if not hasattr(self._local, "cursor"):
            self._local.cursor = self._connection.cursor()
            self._cursors.append(self._local.cursor)
        return self._local.cursor


def _only_select(cursor: Connection, sql: str) -> str:
    statements = cursor.extract_statements(sql)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise StoreError("a read must be one SELECT")
    return sql


def _fetch(cursor: Connection, sql: str, parameters: list[Any]) -> pyarrow.Table:
    return cursor.sql(sql, params=parameters or None).to_arrow_table()
