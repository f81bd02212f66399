"""Turns record types into tables: names, columns, references, and rows in both directions."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from lab import records
from lab.errors import StoreError

Record = TypeVar("Record")

TABLES: dict[type, str] = {
    records.Dataset: "datasets",
    records.Prompt: "prompts",
    records.PromptTag: "prompt_tags",
    records.TrainingRun: "training_runs",
    records.TrainingStep: "training_steps",
    records.TrainingEnd: "training_ends",
    records.Trial: "trials",
    records.Checkpoint: "checkpoints",
    records.Generation: "generations",
    records.TokenScores: "token_scores",
    records.MetricScore: "metric_scores",
    records.CheckpointScore: "checkpoint_scores",
    records.Calibration: "calibrations",
    records.CheckResult: "check_results",
    records.HallucinationSpan: "hallucination_spans",
    records.Account: "accounts",
    records.Session: "sessions",
    records.Study: "studies",
    records.StudyEvent: "study_events",
    records.Item: "items",
    records.Control: "controls",
    records.Assignment: "assignments",
    records.Lease: "leases",
    records.Draft: "drafts",
    records.Answer: "answers",
    records.Rating: "ratings",
    records.Vote: "votes",
    records.ReviewerSpan: "reviewer_spans",
    records.SuggestionJudgement: "suggestion_judgements",
    records.Invitation: "invitations",
    records.InvitationUse: "invitation_uses",
    records.Message: "messages",
    records.MessageRead: "message_reads",
    records.Exclusion: "exclusions",
}

TARGETS = {
    "dataset_id": "datasets",
    "parent_checkpoint_id": "checkpoints",
    "training_run_id": "training_runs",
    "prompt_id": "prompts",
    "checkpoint_id": "checkpoints",
    "generation_id": "generations",
    "generation_a_id": "generations",
    "generation_b_id": "generations",
    "check_result_id": "check_results",
    "calibration_id": "calibrations",
    "sample_id": "generations",
    "account_id": "accounts",
    "reviewer_id": "accounts",
    "study_id": "studies",
    "item_id": "items",
    "assignment_id": "assignments",
    "answer_id": "answers",
    "of_item_id": "items",
    "span_id": "hallucination_spans",
    "inviter_id": "accounts",
    "sender_id": "accounts",
    "recipient_id": "accounts",
    "invitation_id": "invitations",
    "message_id": "messages",
    "decided_by_id": "accounts",
}
"""Which table a field that ends in `_id` points into."""

UNIQUE = {
    "accounts": ("name",),
    "studies": ("name", "version"),
    "items": ("study_id", "position"),
    "controls": ("item_id",),
    "invitation_uses": ("invitation_id",),
    "message_reads": ("message_id",),
    "prompt_tags": ("prompt_id", "tag"),
    "token_scores": ("generation_id",),
    "assignments": ("item_id", "reviewer_id"),
}
"""Fields that no two rows of a table may share; checked in the writer's transaction."""

_ID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

_SQL_TYPES = {
    str: "VARCHAR",
    int: "BIGINT",
    float: "DOUBLE",
    bool: "BOOLEAN",
    datetime: "TIMESTAMP WITH TIME ZONE",
    dict: "JSON",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One field of a record as a column of its table."""

    name: str
    """Name of the field and of the column."""

    python: type
    """The field's type, without `| None`."""

    sql: str
    """The column's type in DuckDB."""

    nullable: bool
    """Whether the field may be None."""


@cache
def columns(kind: type) -> tuple[Column, ...]:
    """List the columns of a record type, in the order of its fields."""
    return tuple(_column(name, hint) for name, hint in get_type_hints(kind).items())


@cache
def column_list(kind: type) -> str:
    """Write the columns of a record type for SQL; quoted, since `end` is a word of SQL's."""
    return ", ".join(f'"{column.name}"' for column in columns(kind))


@cache
def table_types() -> dict[str, type]:
    """Map each table's name to its record type."""
    return {table: kind for kind, table in TABLES.items()}


def _column(name: str, hint: Any) -> Column:
    parts = get_args(hint) if get_origin(hint) is UnionType else (hint,)
    python = next(get_origin(part) or part for part in parts if part is not NoneType)
    if name == "id" or name in TARGETS:
        return Column(name, python, "UUID", NoneType in parts)
    base = str if issubclass(python, StrEnum) else python
    return Column(name, python, _SQL_TYPES[base], NoneType in parts)


def encode(items: Sequence[Any], kind: type) -> list[list[Any]]:
    """Turn records of one type into columns of values that JSON and Arrow can carry.

    Args:
        items: the records.
        kind: their type.

    Returns:
        One list per column, in the order of `columns(kind)`; datetimes stay datetimes.

    Raises:
        StoreError: a value does not fit its field.
    """
    return [
        [_encode_value(getattr(item, column.name), column, kind) for item in items]
        for column in columns(kind)
    ]


def check_fits(items: Sequence[Any]) -> None:
    """Check that records of any types fit their fields.

    Raises:
        StoreError: a value does not.
    """
    for item in items:
        encode([item], type(item))


def _encode_value(value: Any, column: Column, kind: type) -> Any:
    if value is None:
        if column.nullable:
            return None
        raise _misfit(kind, column, value)
    if column.python is dict:
        return dump_json(value)
    if column.sql == "UUID":
        return _checked_id(value, column, kind)
    if issubclass(column.python, StrEnum):
        return _enum_text(value, column, kind)
    if column.python is float and type(value) is int:
        return float(value)
    if not isinstance(value, column.python) or (column.python is int and value is True):
        raise _misfit(kind, column, value)
    if isinstance(value, datetime) and value.tzinfo is None:
        raise _misfit(kind, column, value)
    return value


def _checked_id(value: Any, column: Column, kind: type) -> str:
    if isinstance(value, str) and _ID.fullmatch(value):
        return value
    raise StoreError(
        f"{kind.__name__}.{column.name} must be a UUID in small letters, not {value!r:.80}"
    )


def _enum_text(value: Any, column: Column, kind: type) -> str:
    try:
        return str(column.python(value))
    except ValueError:
        raise _misfit(kind, column, value) from None


def _misfit(kind: type, column: Column, value: Any) -> StoreError:
    wanted = f"{column.python.__name__}{' or None' if column.nullable else ''}"
    hint = ", in UTC" if column.python is datetime else ""
    return StoreError(f"{kind.__name__}.{column.name} must be {wanted}{hint}, not {value!r:.80}")


def dump_json(value: dict[str, Any]) -> str:
    """Write a dict as the store keeps it: compact, in its own order.

    Raises:
        StoreError: it holds something that JSON cannot, such as NaN.
    """
    try:
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise StoreError(f"settings cannot be stored as JSON: {error}: {value!r:.200}") from None


def decode(kind: Callable[..., Record], values: Iterable[Sequence[Any]]) -> list[Record]:
    """Turn columns of values, in the order of `columns(kind)`, into records.

    Args:
        kind: the record type.
        values: one sequence per column, all of one length.
    """
    parsed = [
        _decode_column(column, cells) for column, cells in zip(columns(kind), values, strict=True)
    ]
    names = [column.name for column in columns(kind)]
    return [kind(**dict(zip(names, row, strict=True))) for row in zip(*parsed, strict=True)]


def _decode_column(column: Column, cells: Sequence[Any]) -> Sequence[Any]:
    convert = _decoder(column)
    if convert is None:
        return cells
    return [None if cell is None else convert(cell) for cell in cells]


def _decoder(column: Column) -> Callable[[Any], Any] | None:
    if column.python is dict:
        return json.loads
    if column.python is datetime:
        return lambda cell: cell.astimezone(UTC)
    return column.python if issubclass(column.python, StrEnum) else None
