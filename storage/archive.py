"""Turns a whole lab into a folder of Parquet files with a manifest, and such a folder into a lab.

Sessions and invitations never leave, nor do password hashes: whoever holds them could sign in.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

from lab.errors import InputError
from lab.records import (
    Account,
    Invitation,
    InvitationUse,
    Message,
    MessageRead,
    Session,
    Study,
    now,
)
from storage.client import Store
from storage.migrate import read_migrations
from storage.schema import TABLES, column_list

FORMAT = "review-lab archive"
MANIFEST = "manifest.json"
SECRET = (Session, Invitation, InvitationUse)
"""What is never written."""
PERSONAL = (Message, MessageRead)
"""What is written only together with people's names: a lead's words to a reviewer."""


def write_archive(store: Store, folder: str | Path, with_accounts: bool = False) -> dict[str, int]:
    """Write every table as Parquet, as the lab stood at one moment.

    Args:
        store: the lab.
        folder: a new or empty folder.
        with_accounts: whether people's sign-in names, and messages to them, are written too;
            else each account is named by its pseudonym.

    Returns:
        Number of rows by table.

    Raises:
        InputError: the folder holds something, or cannot be written.
    """
    folder = Path(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder} is not an empty folder; name a new one")
    draft = folder.with_name(f".{folder.name}.{os.getpid()}")
    try:
        draft.mkdir(parents=True)
        manifest = _write_tables(store, draft, with_accounts)
        (draft / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
        draft.replace(folder)
    except OSError as error:
        raise InputError(f"cannot write {folder}: {error.strerror}; choose another") from error
    finally:
        with contextlib.suppress(OSError):
            shutil.rmtree(draft)
    return {table: entry["rows"] for table, entry in manifest["tables"].items()}


def _write_tables(store: Store, folder: Path, with_accounts: bool) -> dict[str, Any]:
    left_out = SECRET if with_accounts else SECRET + PERSONAL
    kinds = [kind for kind in TABLES if kind not in left_out]
    ends = _ends(store, kinds)
    names = {} if with_accounts else _pseudonyms(store.select(Account, "ORDER BY rowid"))
    return {
        "format": FORMAT,
        "schema": read_migrations()[-1].version,
        "made_at": now().isoformat(),
        "with_accounts": with_accounts,
        "tables": {
            TABLES[kind]: _write_table(store, kind, ends[TABLES[kind]], names, folder)
            for kind in kinds
        },
    }


def _ends(store: Store, kinds: list[type]) -> dict[str, int]:
    """Find each table's last row in one read, so that all tables are of the same moment."""
    parts = [
        f"SELECT '{TABLES[kind]}' AS name, coalesce(max(rowid), -1) AS last FROM {TABLES[kind]}"
        for kind in kinds
    ]
    return {row["name"]: row["last"] for row in store.rows(" UNION ALL ".join(parts))}


def _write_table(
    store: Store, kind: type, last: int, names: dict[str, str], folder: Path
) -> dict[str, Any]:
    import pyarrow.parquet

    table = store.read(
        f"SELECT {column_list(kind)} FROM {TABLES[kind]} WHERE rowid <= $1 ORDER BY rowid", [last]
    )
    if kind is Account:
        table = _replace(table, "password_hash", [None] * len(table))
        table = _replace(table, "name", [names.get(name, name) for name in _list(table, "name")])
    if kind is Study:
        table = _replace(
            table, "protocol", [_rename(text, names) for text in _list(table, "protocol")]
        )
    path = folder / f"{TABLES[kind]}.parquet"
    pyarrow.parquet.write_table(table, path)
    return {"file": path.name, "rows": len(table), "sha256": file_sha256(path)}


def _pseudonyms(accounts: list[Account]) -> dict[str, str]:
    """Map each account's name to its pseudonym, numbered where it is not the only one."""
    named: dict[str, str] = {}
    for account in accounts:
        name, number = account.pseudonym.casefold(), 1
        while name in named.values():
            number += 1
            name = f"{account.pseudonym.casefold()} {number}"
        named[account.name] = name
    return named


def _rename(text: str, names: dict[str, str]) -> str:
    """Give the adjudicator of a protocol the name under which the account is written."""
    protocol = json.loads(text)
    if protocol.get("adjudicator") not in names:
        return text
    protocol["adjudicator"] = names[protocol["adjudicator"]]
    return json.dumps(protocol, separators=(",", ":"), ensure_ascii=False)


def _list(table: Any, column: str) -> list[Any]:
    values: list[Any] = table[column].to_pylist()
    return values


def _replace(table: Any, column: str, values: list[Any]) -> Any:
    import pyarrow

    index = table.column_names.index(column)
    return table.set_column(index, column, pyarrow.array(values, pyarrow.string()))


def file_sha256(path: Path) -> str:
    """Hash a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
