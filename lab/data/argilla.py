"""Turns an export of Argilla into what each annotator said; suggestions are left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lab.data.rows import Row, read_rows
from lab.data.said import Given, Mark, Said, unmappable
from lab.errors import InputError

_RECORDS = "records.json"
_DONE = ("submitted", None)


def read_argilla(path: str | Path, limit: int | None) -> list[Said]:
    """Read the submitted responses; drafts and discarded ones are passed over.

    Args:
        path: a folder that `save_to_disk` of `datasets` or `to_disk` of Argilla wrote, or a file
            .json, .jsonl or .parquet with one record per row.
        limit: take only so many records, from the first on.

    Returns:
        One per record and annotator, in the order of the file.

    Raises:
        InputError: the place holds no such export.
    """
    return [said for row in _rows(Path(path), limit) for said in _of_record(row)]


def _rows(path: Path, limit: int | None) -> list[Row]:
    if not path.is_dir():
        return read_rows(path, limit=limit)
    if (path / _RECORDS).is_file():
        return read_rows(path / _RECORDS, limit=limit)
    import datasets

    try:
        found = datasets.load_from_disk(str(path))
    except (OSError, ValueError) as error:
        raise InputError(
            f"{path}: neither a folder of `datasets` nor one with {_RECORDS}: {error}"
        ) from error
    tables = found.values() if isinstance(found, datasets.DatasetDict) else [found]
    rows = [dict(values) for table in tables for values in table]
    return [
        Row(values, str(path), f"row {n}", str(n)) for n, values in enumerate(rows[:limit], start=1)
    ]


def _of_record(record: Row) -> Iterator[Said]:
    values = record.values
    id = values.get("id") or values.get("external_id") or record.key
    row = Row(_texts(values), record.path, f"record {id}", str(id))
    given: dict[str, dict[str, Given]] = {}
    for field, responses in _responses(values).items():
        for number, response in enumerate(responses, start=1):
            if response.get("status") in _DONE and response.get("value") is not None:
                who = str(response.get("user_id") or f"annotator-{number}")
                given.setdefault(who, {})[field] = _value(row, field, response["value"])
    for who, fields in given.items():
        yield Said(row=row, reviewer=who, given=fields)


def _texts(values: Mapping[str, Any]) -> dict[str, Any]:
    """Collect a record's fields and metadata, nested (records) or flat (`datasets`)."""
    nested = [values.get(name) for name in ("metadata", "fields")]
    found = dict(values)
    for part in nested:
        found |= part if isinstance(part, dict) else {}
    return found


def _responses(values: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Find the responses by question, in each of the forms that Argilla has written.

    Records hold {"responses": {question: [{"value", "user_id"}]}}; `datasets` of Argilla 2 hold
    columns "question.responses", ".responses.users" and ".responses.status"; those of Argilla 1
    hold a column per question with lists of user_id, value and status.
    """
    nested = values.get("responses")
    if isinstance(nested, dict):
        return {name: list(many or []) for name, many in nested.items()}
    found: dict[str, list[dict[str, Any]]] = {}
    for column, value in values.items():
        if column.endswith(".responses"):
            parts = (
                value,
                values.get(f"{column}.users"),
                values.get(f"{column}.status"),
            )
            found[column.removesuffix(".responses")] = _zipped(*parts)
        elif isinstance(value, dict) and {"user_id", "value", "status"} <= value.keys():
            found[column] = _zipped(value["value"], value["user_id"], value["status"])
        elif isinstance(value, list) and value and _is_response(value[0]):
            found[column] = value
    return found


def _is_response(value: Any) -> bool:
    return isinstance(value, dict) and {"user_id", "value", "status"} <= value.keys()


def _zipped(values: Any, users: Any, statuses: Any) -> list[dict[str, Any]]:
    values = values or []
    users, statuses = users or [None] * len(values), statuses or [None] * len(values)
    return [
        {"value": value, "user_id": user, "status": status}
        for value, user, status in zip(values, users, statuses, strict=True)
    ]


def _value(row: Row, field: str, value: Any) -> Given:
    if isinstance(value, bool):
        return Given("unknown", value)
    if isinstance(value, int | float):
        return Given("point", value)
    if isinstance(value, str):
        return Given("choice", value)
    if isinstance(value, list) and all(isinstance(one, dict) for one in value):
        if all({"start", "end"} <= one.keys() for one in value):
            return Given("marks", [_mark(row, field, one) for one in value])
        if len(value) == 2 and all({"rank", "value"} <= one.keys() for one in value):
            return _ranked(value)
    if isinstance(value, list) and len(value) == 2 and all(isinstance(one, str) for one in value):
        return Given("winner", value[0])
    return Given("unknown", value)


def _ranked(value: list[dict[str, Any]]) -> Given:
    first, second = sorted(value, key=lambda one: int(one["rank"]))
    tied = first["rank"] == second["rank"]
    return Given("winner", "tie" if tied else first["value"])


def _mark(row: Row, field: str, value: Mapping[str, Any]) -> Mark:
    start, end, label = value["start"], value["end"], value.get("label")
    if type(start) is not int or type(end) is not int or not isinstance(label, str):
        raise unmappable(row, field, f"{dict(value)!r} is no mark with start, end and label")
    return Mark(start, end, label)
