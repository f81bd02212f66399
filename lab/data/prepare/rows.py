"""Says what a row of a data set in preparation is, and which of its fields are texts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datasets import Features

Fields = dict[str, Any]
"""One row: the columns of `features()`, by name."""

FIELDS = (
    *("key", "prompt", "source", "reference", "rejected", "messages"),
    *("group", "stratum", "licence", "tags", "split", "place", "altered"),
)
"""Columns of a row, in order."""

TEXTS = ("prompt", "source", "reference", "rejected")
"""Columns of one text each; a chat's texts are in "messages"."""


def features() -> Features:
    """Describe the columns of the rows.

    Returns:
        key: its name, unique in the set. prompt: the input, empty for plain text. source,
        reference (of preferences the chosen text, of plain text the text itself, of a chat the
        last answer), rejected. messages: a chat's turns but the last answer, else None. group:
        what must stay in one split. stratum: what the splits shall have equal shares of. licence,
        tags. split: None until it is drawn. place: file and line that it was read from. altered:
        what made it out of another row, None for a row as it was read.
    """
    from datasets import Features, List, Value

    text = Value("string")
    lists = {"messages": List({"role": text, "content": text}), "tags": List(text)}
    return Features({name: lists.get(name, text) for name in FIELDS})


def new_row(*, key: str, place: str, **fields: Any) -> Fields:
    """Make a row; fields not given are None, and the prompt is empty."""
    row: Fields = dict.fromkeys(FIELDS)
    unknown = [name for name in fields if name not in row]
    if unknown:
        raise ValueError(f"new_row: a row has no field {unknown[0]!r}")
    return row | {"prompt": ""} | fields | {"key": key, "place": place}


def map_texts(row: Fields, change: Callable[[str], str]) -> Fields:
    """Change every text of a row; the same row where nothing changed."""
    changed: Fields = {}
    for name in TEXTS:
        before = row[name]
        if before and (after := change(before)) != before:
            changed[name] = after
    if row["messages"]:
        turns = [turn | {"content": change(turn["content"])} for turn in row["messages"]]
        if turns != row["messages"]:
            changed["messages"] = turns
    return row | changed if changed else row


def written(row: Fields) -> str:
    """Return what a row teaches: its reference, or its prompt where it has none."""
    return row["reference"] or row["prompt"] or ""


def whole(row: Fields) -> str:
    """Return all of a row's texts in order, with line ends between; for looking for copies."""
    turns = [turn["content"] for turn in row["messages"] or ()]
    if turns:
        return "\n".join([*turns, row["reference"] or "", row["rejected"] or ""])
    return "\n".join(row[name] for name in TEXTS if row[name])
