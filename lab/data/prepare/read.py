"""Turns files, folders and hub data sets into rows, one at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any

from lab.data.fields import name_of, optional_text, text_of
from lab.data.prepare.chats import chat_of, preference_of
from lab.data.prepare.config import PrepareConfig
from lab.data.prepare.keys import Keys, hash_of
from lab.data.prepare.kinds import Columns, columns_of
from lab.data.prepare.meter import Meter
from lab.data.prepare.origins import rows_of
from lab.data.prepare.rows import Fields, new_row
from lab.data.rows import Row
from lab.data.splitting import split_of
from lab.data.tags import tags_of


def read(
    origins: Sequence[str],
    config: PrepareConfig,
    note: Callable[[Columns], None] | None = None,
    meter: Meter | None = None,
) -> Iterator[Fields]:
    """Read rows; memory use does not grow with the amount of text.

    Args:
        origins: files, folders, folders that the `datasets` library saved, or hub names.
        config: columns, kind, encoding and limit.
        note: told what the rows are taken as, before the first one.
        meter: told how large the files are, and every row.

    Yields:
        The rows in order; every row has a group.

    Raises:
        ConfigError: a column is named that the kind of the rows does not have.
        InputError: something cannot be taken in; names file, line, column and value.
    """
    rows = islice(rows_of(origins, config, meter), config.limit)
    first = next(rows)  # an origin without rows is an error
    columns = columns_of(first, config)
    if note is not None:
        note(columns)
    keys = Keys() if "key" in columns.of else None
    for row in chain((first,), rows):
        columns.check(row)
        fields = _fields(row, columns)
        if keys is not None and keys.add(fields["key"]):
            _check_keys(keys, origins, config, columns)
        yield fields
    if keys is not None:
        _check_keys(keys, origins, config, columns)


def _fields(row: Row, columns: Columns) -> Fields:
    of = columns.of
    fields = _TAKEN[columns.kind](row, of)
    split = of.get("split")
    return new_row(
        key=name_of(row, of["key"]) if "key" in of else row.key,
        place=f"{row.path}, {row.place}",
        group=name_of(row, of["group"]) if "group" in of else _group(fields),
        stratum=name_of(row, of["stratum"]) if "stratum" in of else None,
        licence=optional_text(row, of.get("licence")),
        tags=tags_of(row, of.get("tags")) or None,
        split=str(split_of(row, split)) if split and row.values.get(split) else None,
        **fields,
    )


def _text(row: Row, of: dict[str, str]) -> dict[str, Any]:
    # An empty text is dropped, and counted, with those that are too short.
    return {"reference": optional_text(row, of["text"]) or ""}


def _pair(row: Row, of: dict[str, str]) -> dict[str, Any]:
    return {
        "prompt": text_of(row, of["prompt"]),
        "source": optional_text(row, of["source"]),
        "reference": optional_text(row, of["reference"]),
    }


def _chat(row: Row, of: dict[str, str]) -> dict[str, Any]:
    turns, answer = chat_of(row, of["messages"])
    return {
        "messages": turns or None,
        "reference": answer,
        "source": optional_text(row, of["source"]),
    }


def _preference(row: Row, of: dict[str, str]) -> dict[str, Any]:
    asked = of["prompt"] if of["prompt"] in row.values else None
    prompt, turns, chosen, rejected = preference_of(row, asked, of["chosen"], of["rejected"])
    return {
        "prompt": prompt,
        "messages": turns,
        "reference": chosen,
        "rejected": rejected,
        "source": optional_text(row, of["source"]),
    }


_TAKEN: dict[str, Callable[[Row, Any], dict[str, Any]]] = {
    "text": _text,
    "pairs": _pair,
    "chat": _chat,
    "preferences": _preference,
}


def _group(fields: Fields) -> str:
    """Name what belongs together: rows with the same prompt and source, or the same text."""
    asked = [part for turn in fields.get("messages") or () for part in turn.values()]
    if fields.get("prompt") or asked:
        parts: Iterable[str] = (fields.get("prompt", ""), fields.get("source") or "", *asked)
    else:
        parts = (fields["reference"],)
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()


def _check_keys(
    keys: Keys, origins: Sequence[str], config: PrepareConfig, columns: Columns
) -> None:
    """Refuse keys that stand twice; reads the rows once more to find them, if there are any.

    They are told by their places: a key may be somebody's address.
    """
    doubled = keys.doubled()
    if not doubled:
        return
    seen: dict[str, Row] = {}
    for row in islice(rows_of(origins, config), len(keys.hashes)):
        key = name_of(row, columns.of["key"])
        if hash_of(key) not in doubled:
            continue
        if key in seen:
            there = seen[key]
            raise row.error(
                columns.of["key"],
                f"the key is that of {there.path}, {there.place} too; change one",
            )
        seen[key] = row
