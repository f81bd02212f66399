"""Turns ratings, votes and marked spans into files that other programs read."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
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
    "spans": frames.reviewer_spans,
    "joined": frames.joined,
}

_VERSIONS = """
    SELECT
        answers.id AS answer_id, studies.version AS study_version,
        studies.protocol_sha256 AS protocol_sha256, given.n AS n_versions
    FROM answers
    JOIN assignments ON assignments.id = answers.assignment_id
    JOIN items ON items.id = assignments.item_id
    JOIN studies ON studies.id = items.study_id
    JOIN (SELECT assignment_id, kind, count(*) AS n FROM answers GROUP BY ALL) AS given
        ON given.assignment_id = answers.assignment_id AND given.kind = answers.kind
"""


def export(store: Store, what: str, target: str | Path) -> int:
    """Write a table to a file or folder; people appear by their pseudonyms only.

    Args:
        store: the store.
        what: one of `TABLES`, with the columns of `storage.frames` less the reviewer's account
            id, and with `study_version`, `protocol_sha256` and `n_versions`, how often the
            reviewer submitted this answer (1 = never changed).
        target: as for `write`.

    Returns:
        The number of rows.

    Raises:
        UnknownNameError: there is no such table.
        InputError: as for `write`.
    """
    if what not in TABLES:
        raise UnknownNameError.of("table to export", what, list(TABLES))
    check_target(Path(target))
    frame = _with_texts(TABLES[what](store).drop(columns="reviewer_id"))
    versions = store.read(_VERSIONS).to_pandas()
    write(frame.merge(versions, on="answer_id", how="left"), target)
    return len(frame)


def _with_texts(frame: pd.DataFrame) -> pd.DataFrame:
    coded = [name for name in frame.columns if frame[name].dtype == "category"]
    return frame.astype(dict.fromkeys(coded, "str"))


def write(frame: pd.DataFrame, target: str | Path, split: str | None = None) -> None:
    """Write a frame; nothing stands at the target until all is written.

    Args:
        frame: the rows.
        target: a file, whose ending .csv, .jsonl or .parquet says the format, and which is
            replaced; or, without an ending, a new folder in the format of Hugging Face `datasets`.
        split: for a folder, the column that says which split a row belongs to.

    Raises:
        InputError: the ending is unknown, the folder holds something, or writing fails.
    """
    target = Path(target)
    check_target(target)
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.suffix:
            _WRITERS[target.suffix](frame, draft)
        else:
            _write_folder(frame, draft, split)
        draft.replace(target)
    except OSError as error:
        reason = error.strerror or error
        raise InputError(f"cannot write {target}: {reason}; choose another place") from error
    finally:
        with contextlib.suppress(OSError):
            shutil.rmtree(draft) if draft.is_dir() else draft.unlink()


def check_target(target: Path) -> None:
    """Refuse a place that nothing can be written to.

    Raises:
        InputError: the ending is unknown, or a folder holds something already.
    """
    if target.suffix and target.suffix not in _WRITERS:
        known = ", ".join(_WRITERS)
        raise InputError(
            f"cannot tell the format of {target}: give it one of the endings {known}, or none "
            "for a folder that `datasets` loads"
        )
    if target.is_dir() and (target.suffix or any(target.iterdir())):
        raise InputError(f"{target} is a folder that holds something; name another, or empty it")
    if not target.suffix and target.is_file():
        raise InputError(f"{target} is a file; name a new folder")


def _write_csv(frame: pd.DataFrame, path: Path) -> None:
    frame.to_csv(path, index=False)


def _write_jsonl(frame: pd.DataFrame, path: Path) -> None:
    rows = frame.to_json(orient="records", date_format="iso", date_unit="us", double_precision=15)
    with path.open("w", encoding="utf-8") as file:
        for row in json.loads(rows):
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def _write_parquet(frame: pd.DataFrame, path: Path) -> None:
    frame.to_parquet(path, index=False)


def _write_folder(frame: pd.DataFrame, path: Path, split: str | None) -> None:
    import datasets

    def table(rows: pd.DataFrame) -> datasets.Dataset:
        return datasets.Dataset.from_pandas(rows, preserve_index=False)

    shown = datasets.utils.logging.is_progress_bar_enabled()
    datasets.disable_progress_bars()
    try:
        if split is None:
            table(frame).save_to_disk(path)
        else:
            parts = {
                name: table(frame[frame[split] == name].drop(columns=split).reset_index(drop=True))
                for name in ("train", "test")
            }
            datasets.DatasetDict(parts).save_to_disk(path)
    finally:
        if shown:
            datasets.enable_progress_bars()


_WRITERS: dict[str, Callable[[pd.DataFrame, Path], None]] = {
    ".csv": _write_csv,
    ".jsonl": _write_jsonl,
    ".parquet": _write_parquet,
}
