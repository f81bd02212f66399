from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from lab.errors import StoreError
from lab.home import Home
from storage.client import open_store, stop_owner
from storage.database import open_database
from storage.migrate import Migration, migrate, read_migrations

ONE = Migration(1, "0001_a.sql", "CREATE TABLE a (x INTEGER)")
TWO = Migration(2, "0002_b.sql", "CREATE TABLE b (x INTEGER)")


@pytest.fixture
def connection(tmp_path: Path) -> duckdb.DuckDBPyConnection:
    return open_database(tmp_path / "a.duckdb")


def test_migrations_run_once_each_and_are_recorded(connection: duckdb.DuckDBPyConnection) -> None:
    assert migrate(connection, [ONE]) == 1
    assert migrate(connection, [ONE, TWO]) == 1
    assert migrate(connection, [ONE, TWO]) == 0
    rows = connection.execute("SELECT version, name, sha256 FROM schema_migrations").fetchall()
    assert rows == [(1, "0001_a.sql", ONE.sha256), (2, "0002_b.sql", TWO.sha256)]


def test_the_labs_own_migrations_run(connection: duckdb.DuckDBPyConnection) -> None:
    assert migrate(connection, read_migrations()) == len(read_migrations()) >= 2
    assert [one.version for one in read_migrations()] == list(range(1, len(read_migrations()) + 1))


def test_a_failing_migration_leaves_nothing(connection: duckdb.DuckDBPyConnection) -> None:
    broken = Migration(2, "0002_b.sql", TWO.sql + "; SELECT nonsense")
    migrate(connection, [ONE])
    with pytest.raises(StoreError, match=r"0002_b\.sql failed"):
        migrate(connection, [ONE, broken])
    tables = connection.execute("SELECT table_name FROM duckdb_tables() ORDER BY 1").fetchall()
    assert tables == [("a",), ("schema_migrations",)]
    assert migrate(connection, [ONE, TWO]) == 1


def test_a_changed_migration_is_refused(connection: duckdb.DuckDBPyConnection) -> None:
    migrate(connection, [ONE])
    changed = Migration(1, "0001_a.sql", "CREATE TABLE a (x BIGINT)")
    with pytest.raises(StoreError, match=r"0001_a\.sql made this database, but reads differently"):
        migrate(connection, [changed])


def test_another_programs_tables_are_refused(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("CREATE TABLE theirs (x INTEGER)")
    with pytest.raises(StoreError, match="another program"):
        migrate(connection, [ONE])


def test_a_newer_database_is_refused_by_the_client(home: Home) -> None:
    with open_store(home):
        pass
    stop_owner(home)
    with duckdb.connect(home.database) as direct:
        direct.execute("INSERT INTO schema_migrations VALUES (99, '0099_x.sql', 'x', now())")
    with pytest.raises(StoreError, match=r"newer Review Lab \(schema 99, .* upgrade review-lab"):
        open_store(home)
