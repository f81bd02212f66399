"""Turns an old or empty database into one with today's tables, one recorded file at a time."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import duckdb

from lab.errors import StoreError

FOLDER = Path(__file__).parent / "migrations"


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered SQL file."""

    version: int
    """The number that the file's name starts with; they run in this order."""

    name: str
    """The file's name."""

    sql: str
    """Its text."""

    @property
    def sha256(self) -> str:
        """Hash of the text, which must not change once it has run somewhere."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def read_migrations(folder: Path = FOLDER) -> list[Migration]:
    """Read the numbered SQL files of a folder, in order."""
    files = sorted(folder.glob("[0-9]*.sql"))
    return [
        Migration(int(file.name.split("_")[0]), file.name, file.read_text(encoding="utf-8"))
        for file in files
    ]


def migrate(connection: duckdb.DuckDBPyConnection, migrations: list[Migration]) -> int:
    """Run the migrations that a database lacks, each in a transaction of its own.

    Args:
        connection: the database, with no other user yet.
        migrations: all that this lab knows, in order.

    Returns:
        How many ran.

    Raises:
        StoreError: the database is newer than this lab, belongs to something else, or was made
            by a migration that reads differently today.
    """
    done = _recorded(connection)
    _compare(done, migrations)
    missing = [migration for migration in migrations if migration.version not in done]
    for migration in missing:
        _run(connection, migration)
    if missing:
        connection.execute("CHECKPOINT")
    return len(missing)


def _recorded(connection: duckdb.DuckDBPyConnection) -> dict[int, tuple[str, str]]:
    tables = connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()
    if ("schema_migrations",) in tables:
        rows = connection.execute("SELECT version, name, sha256 FROM schema_migrations").fetchall()
        return {version: (name, sha256) for version, name, sha256 in rows}
    if tables:
        raise StoreError(
            f"the database holds tables of another program ({tables[0][0]}, …); "
            "choose another with LAB_DATABASE"
        )
    connection.execute(
        "CREATE TABLE schema_migrations (version INTEGER PRIMARY KEY, name VARCHAR NOT NULL, "
        "sha256 VARCHAR NOT NULL, applied_at TIMESTAMPTZ NOT NULL DEFAULT now())"
    )
    return {}


def _compare(done: dict[int, tuple[str, str]], migrations: list[Migration]) -> None:
    known = {migration.version: migration for migration in migrations}
    newest = max(known, default=0)
    if max(done, default=0) > newest:
        raise StoreError(
            f"the database was written by a newer Review Lab (schema {max(done)}, this one knows "
            f"{newest}); upgrade review-lab, or choose another database with LAB_DATABASE"
        )
    for version, (name, sha256) in done.items():
        if version not in known or known[version].sha256 != sha256:
            raise StoreError(
                f"migration {name} made this database, but reads differently in this Review Lab; "
                "install the version that made it, or choose another database with LAB_DATABASE"
            )


def _run(connection: duckdb.DuckDBPyConnection, migration: Migration) -> None:
    connection.execute("BEGIN")
    try:
        connection.execute(migration.sql)
        connection.execute(
            "INSERT INTO schema_migrations (version, name, sha256) VALUES ($1, $2, $3)",
            [migration.version, migration.name, migration.sha256],
        )
    except duckdb.Error as error:
        connection.execute("ROLLBACK")
        raise StoreError(f"migration {migration.name} failed: {error}") from error
    connection.execute("COMMIT")
