"""Turns ratings, votes and the joined table into files that other programs read."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from lab.errors import InputError, UnknownNameError
from storage import frames
from storage.client import Store

if TYPE_CHECKING:
    import pandas as pd

TABLES: dict[str, Callable[[Store], pd.DataFrame]] = {
    "ratings": frames.ratings,
    "votes": frames.votes,
    "joined": frames.joined,
}


def export(store: Store, what: str, path: str | Path) -> int:
    """Write a table to a file; people appear by their pseudonyms only.

    Args:
        store: the store.
        what: "ratings", "votes" or "joined", with the columns of `storage.frames`, less the
            reviewer's account id.
        path: the file; its suffix, .csv, .jsonl or .parquet, says the format. It is replaced only
            once all is written.

    Returns:
        The number of rows.

    Raises:
        UnknownNameError: there is no such table.
        InputError: the suffix is unknown, or the file cannot be written.
    """
    path = Path(path)
    if what not in TABLES:
        raise UnknownNameError.of("table to export", what, list(TABLES))
    if path.suffix not in _WRITERS:
        known = ", ".join(_WRITERS)
        raise InputError(f"cannot tell the format of {path}: give it one of the endings {known}")
    frame = TABLES[what](store).drop(columns="reviewer_id")
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _WRITERS[path.suffix](frame, draft)
        draft.replace(path)
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror}; choose another file") from error
    finally:
        with contextlib.suppress(OSError):
            draft.unlink()
    return len(frame)


def _write_csv(frame: pd.DataFrame, path: Path) -> None:
    frame.to_csv(path, index=False)


def _write_jsonl(frame: pd.DataFrame, path: Path) -> None:
    rows = frame.to_json(orient="records", date_format="iso", date_unit="us", double_precision=15)
    with path.open("w", encoding="utf-8") as file:
        for row in json.loads(rows):
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def _write_parquet(frame: pd.DataFrame, path: Path) -> None:
    frame.to_parquet(path, index=False)


_WRITERS: dict[str, Callable[[pd.DataFrame, Path], None]] = {
    ".csv": _write_csv,
    ".jsonl": _write_jsonl,
    ".parquet": _write_parquet,
}
