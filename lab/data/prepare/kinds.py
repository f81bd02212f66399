"""Turns the columns of a first row into what every row must hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from lab.data.prepare.config import PrepareConfig
from lab.data.rows import Row
from lab.errors import ConfigError, InputError

RowKind = Literal["preferences", "chat", "pairs", "text"]

NEEDED: dict[RowKind, tuple[str, ...]] = {
    "preferences": ("chosen", "rejected"),
    "chat": ("messages",),
    "pairs": ("prompt",),
    "text": ("text",),
}
"""What a row of each kind must hold, the kind that is looked for first at the top."""

ALSO: dict[RowKind, tuple[str, ...]] = {
    "preferences": ("prompt", "source"),
    "chat": ("source",),
    "pairs": ("source", "reference"),
    "text": (),
}
"""What a row of each kind may hold."""

ANY = ("key", "split", "group", "stratum", "licence", "tags")
"""What a row of any kind may hold."""


@dataclass(frozen=True, slots=True)
class Columns:
    """What the rows are, and where they hold it."""

    kind: RowKind
    """The kind of all rows."""

    of: Mapping[str, str]
    """What is held → its column; also columns that may come with a later row."""

    first: Mapping[str, str]
    """What the first row holds → its column."""

    needed: frozenset[str]
    """Columns that every row must have."""

    def check(self, row: Row) -> None:
        """Refuse a row that lacks a column.

        Raises:
            InputError: names the column, and those that the row has.
        """
        for column in self.needed:
            if column not in row.values:
                raise row.error(
                    column, f"is not there as in the rows before; there is: {_listed(row)}; mend it"
                )


def columns_of(row: Row, config: PrepareConfig) -> Columns:
    """Tell by the first row and the settings what the rows hold.

    Args:
        row: the first row.
        config: the kind, and the columns that the user named.

    Returns:
        The columns. Named ones and those that the kind needs must be in every row, and so must
        keys and groups that the first row has; the others may be lacking in later rows.

    Raises:
        ConfigError: a column is named that the kind does not have.
        InputError: a column that must be there is not.
    """
    named = _named(config)
    for column in named.values():
        if column not in row.values:
            raise lacking(row, column)
    kind = _kind(row, config, named)
    usual = (*NEEDED[kind], *ALSO[kind], *ANY)
    found = {
        what: named.get(what, what)
        for what in usual
        if what in named or (what in row.values and what != "stratum")
    }
    # An optional column of a usual name may come with a later row.
    late = {what: what for what in (*ALSO[kind], "split", "licence", "tags")}
    must = {*named.values(), *NEEDED[kind], *({"key", "group"} & found.keys())}
    needed = {column for what, column in found.items() if column in must or what in must}
    return Columns(kind, late | found, found, frozenset(needed))


def lacking(row: Row, column: str) -> InputError:
    """Build the error for a column that is not there."""
    return row.error(column, f"is not there; there is: {_listed(row)}; say which of them it is")


def _named(config: PrepareConfig) -> dict[str, str]:
    given = {
        "prompt": config.prompt_column,
        "source": config.source_column,
        "reference": config.reference_column,
        "text": config.text_column,
        "messages": config.messages_column,
        "chosen": config.chosen_column,
        "rejected": config.rejected_column,
        "key": config.key_column,
        "split": config.split_column,
        "group": config.group_column,
        "stratum": config.stratify_column,
        "licence": config.licence_column,
        "tags": config.tags_column,
    }
    return {what: column for what, column in given.items() if column is not None}


def _kind(row: Row, config: PrepareConfig, named: Mapping[str, str]) -> RowKind:
    if config.kind != "auto":
        _check_named(config.kind, named)
        for what in NEEDED[config.kind]:
            if named.get(what, what) not in row.values:
                raise lacking(row, what)
        return config.kind
    allowed = [kind for kind in NEEDED if not _foreign(kind, named)]
    if not allowed:
        told = " and ".join(f"{what}_column" for what in named if what not in ANY)
        raise ConfigError(f"{told} are set, but no kind of row has all of them; leave some out")
    for kind in allowed:
        if all(named.get(what, what) in row.values for what in NEEDED[kind]):
            return kind
    looked_for = "; ".join(f"{kind}: {', '.join(NEEDED[kind])}" for kind in allowed)
    raise row.error(
        None,
        f"no known kind of row has these columns: {_listed(row)}; name the columns of one "
        f"({looked_for}), such as --text-column NAME",
    )


def _check_named(kind: RowKind, named: Mapping[str, str]) -> None:
    for what in _foreign(kind, named):
        has = ", ".join((*NEEDED[kind], *ALSO[kind]))
        raise ConfigError(
            f"{what}_column is {named[what]!r}, but rows of the kind {kind!r} have no {what}; "
            f"they have: {has}"
        )


def _foreign(kind: RowKind, named: Mapping[str, str]) -> list[str]:
    return [what for what in named if what not in (*NEEDED[kind], *ALSO[kind], *ANY)]


def _listed(row: Row) -> str:
    listed = ", ".join(f"{str(name)!r:.60}" for name in row.values) or "none"
    return listed if len(listed) <= 300 else listed[:299] + "…"
