"""Turns a JSON export of Label Studio into what each annotator said; predictions are left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lab.data.rows import Row, read_rows
from lab.data.said import Given, Mark, Said, unmappable

_NUMBERS = {"rating": "rating", "number": "number"}


def read_label_studio(path: str | Path, text_column: str, limit: int | None) -> list[Said]:
    """Read the annotations of an export in the form "JSON".

    Cancelled annotations, drafts and predictions are passed over.

    Args:
        path: the file.
        text_column: the field of a task's data whose text labels mark.
        limit: take only so many tasks, from the first on.

    Returns:
        One per annotation, in the order of the file.

    Raises:
        InputError: the file is no such export, or a mark does not fit its text.
    """
    return [said for row in read_rows(path, limit=limit) for said in _of_task(row, text_column)]


def _of_task(task: Row, text_column: str) -> Iterator[Said]:
    id = task.values.get("id", task.key)
    data = task.values.get("data")
    place = f"task {id}"
    row = Row(data if isinstance(data, dict) else {}, task.path, place, str(id))
    if not isinstance(data, dict) or not isinstance(task.values.get("annotations"), list):
        raise unmappable(
            row, None, "has no 'data' with 'annotations'; export the project as JSON, not JSON-MIN"
        )
    for annotation in task.values["annotations"]:
        if not isinstance(annotation, dict) or not isinstance(annotation.get("result"), list):
            raise unmappable(row, "annotations", "an annotation without a list 'result'")
        if annotation.get("was_cancelled"):
            continue
        yield Said(
            row=row,
            reviewer=_annotator(row, annotation.get("completed_by")),
            given=_given(row, annotation["result"], text_column),
            seconds=_seconds(row, annotation.get("lead_time")),
            silent_is_clean=True,
        )


def _annotator(row: Row, who: Any) -> str:
    """Name an annotator by the address where there is one, else by the number."""
    if isinstance(who, dict):
        who = who.get("email") or who.get("id")
    if who is None or isinstance(who, bool | list | dict) or who == "":
        raise unmappable(row, "completed_by", f"{who!r} does not tell who annotated")
    return str(who)


def _seconds(row: Row, value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise unmappable(row, "lead_time", f"{value!r} is not a time in seconds")
    return float(value)


def _given(row: Row, results: list[Any], text_column: str) -> dict[str, Given]:
    found: dict[str, Given] = {}
    for result in results:
        if not isinstance(result, dict) or not isinstance(result.get("value"), dict):
            raise unmappable(row, "result", f"{result!r:.80} is no result of a control")
        field = str(result.get("from_name"))
        one = _one(row, field, result, text_column)
        before = found.get(field)
        if before is not None and (before.kind, one.kind) != ("marks", "marks"):
            raise unmappable(row, field, "holds two values in one annotation; keep one")
        found[field] = one if before is None else Given("marks", before.value + one.value)
    return found


def _one(row: Row, field: str, result: Mapping[str, Any], text_column: str) -> Given:
    kind, value = result.get("type"), result["value"]
    if kind in _NUMBERS:
        return Given("point", value.get(_NUMBERS[kind]))
    if kind == "choices":
        chosen = value.get("choices")
        if isinstance(chosen, list) and len(chosen) == 1:
            return Given("choice", chosen[0])
        return Given("unknown", chosen)
    if kind == "pairwise":
        return Given("winner", value.get("selected"), tuple(_names(result.get("to_name"))))
    if kind == "labels":
        return Given("marks", [_mark(row, field, result, text_column)])
    if kind == "textarea":
        words = value.get("text")
        return Given("words", "\n".join(words) if isinstance(words, list) else words)
    return Given("unknown", value)


def _names(to_name: Any) -> list[str]:
    return [name.strip() for name in to_name.split(",")] if isinstance(to_name, str) else []


def _mark(row: Row, field: str, result: Mapping[str, Any], text_column: str) -> Mark:
    value = result["value"]
    start, end, labels = value.get("start"), value.get("end"), value.get("labels")
    if type(start) is not int or type(end) is not int:
        raise unmappable(row, field, f"the mark from {start!r} to {end!r} is not one in plain text")
    if not isinstance(labels, list) or len(labels) != 1:
        raise unmappable(row, field, f"the mark has the labels {labels!r}; one is needed")
    marked = str(result.get("to_name"))
    if marked in row.values and marked != text_column:
        raise unmappable(row, field, f"marks {marked!r}, not the text in {text_column!r}")
    text = row.values.get(text_column)
    if not isinstance(text, str):
        raise unmappable(row, text_column, "holds no text; name the text with --text-column")
    places = _code_points(text, start, end, value.get("text"))
    if places is None:
        raise unmappable(row, field, f"the mark from {start} to {end} does not fit the text")
    return Mark(*places, str(labels[0]))


def _code_points(text: str, start: int, end: int, quote: Any) -> tuple[int, int] | None:
    """Turn places of a browser's text, counted in UTF-16 units, into places in code points.

    Exports of scripts count code points instead; what was marked tells which of the two it is.
    """
    counted = _from_units(text, start, end)
    if not isinstance(quote, str):
        return counted
    fitting = (one for one in (counted, (start, end)) if one and text[slice(*one)] == quote)
    return next(fitting, None)


def _from_units(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Count in code points what is counted in UTF-16 units; None for places outside."""
    units = text.encode("utf-16-le", "surrogatepass")
    if not 0 <= 2 * start < 2 * end <= len(units):
        return None
    try:
        before = units[: 2 * start].decode("utf-16-le")
        return len(before), len(before) + len(units[2 * start : 2 * end].decode("utf-16-le"))
    except UnicodeDecodeError:  # one end lies within a surrogate pair
        return None
