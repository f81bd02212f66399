"""Turns the cells of a row into texts, names and points of a scale, or says why they are none."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

from lab.data.rows import Row
from lab.errors import InputError


def find_column(rows: Sequence[Row], given: str | None, usual: str) -> str | None:
    """Find the column that holds something.

    Args:
        rows: the rows of a file.
        given: the column that the user named, if any.
        usual: the name to look for otherwise.

    Returns:
        The column's name; None if the user named none and the usual one is not there.

    Raises:
        InputError: the user named a column that no row has.
    """
    names = columns(rows)
    if given is None:
        return usual if usual in names else None
    if given not in names:
        raise _no_column(rows, given)
    return given


def need_column(rows: Sequence[Row], given: str | None, usual: str) -> str:
    """Find the column that holds something that must be there.

    Raises:
        InputError: there is no such column; lists those that exist.
    """
    found = find_column(rows, given, usual)
    if found is None:
        raise _no_column(rows, usual)
    return found


def columns(rows: Sequence[Row]) -> list[str]:
    """List all columns of the rows, in the order of their first appearance."""
    return list(dict.fromkeys(name for row in rows for name in row.values))


def text_of(row: Row, column: str) -> str:
    """Take a text that must be there.

    Raises:
        InputError: it is lacking, empty, or no text.
    """
    text = optional_text(row, column)
    if text is None:
        raise row.error(column, "is empty; give a text or leave the row out")
    return text


def optional_text(row: Row, column: str | None) -> str | None:
    """Take a text that may be lacking; None for null, an empty text and a lacking column.

    Raises:
        InputError: there is something else than a text, or a text that UTF-8 cannot hold.
    """
    value = row.values.get(column) if column is not None else None
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if not isinstance(value, str):
        simple = isinstance(value, int | float)
        hint = "put it in quotes" if simple else "write it as one, or name another column"
        raise row.error(column, f"{shown(value)} is not a text; {hint}")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise row.error(
            column, f"half a surrogate pair at character {error.start}; remove it"
        ) from error
    return value if value.strip() else None


def name_of(row: Row, column: str) -> str:
    """Take a name that may be written as a number; 1, 1.0, true and "1" are "1", "1", "true", "1".

    Raises:
        InputError: it is lacking, empty, a list or an object.
    """
    value = row.values.get(column)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int | float) and not (isinstance(value, float) and math.isnan(value)):
        return str(value)
    return text_of(row, column).strip()


def points_of(row: Row, column: str, lowest: int, highest: int) -> int | list[int | None] | None:
    """Take a point of a scale, or a list of them.

    Args:
        row: the row.
        column: the column.
        lowest: the lowest point.
        highest: the highest point.

    Returns:
        The point, or a list with one per rater; None = not rated (null, NaN, an empty cell).

    Raises:
        InputError: there is something else than whole numbers from the scale.
    """
    value = row.values.get(column)
    if isinstance(value, str) and value.strip().startswith("["):
        value = _list_of(row, column, value)
    if isinstance(value, list):
        return [_point(row, column, one, lowest, highest) for one in value]
    return _point(row, column, value, lowest, highest)


def seconds_of(row: Row, column: str | None) -> float | None:
    """Take a time in seconds; None where it is not known.

    Raises:
        InputError: it is negative, endless or no number.
    """
    value = row.values.get(column) if column is not None else None
    if value is None or value == "" or value != value:
        return None
    number = _number(value)
    if number is None or not 0 <= number < math.inf:
        raise row.error(column, f"{shown(value)} is not a time in seconds; give 0 or more")
    return number


def _point(row: Row, column: str, value: Any, lowest: int, highest: int) -> int | None:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    number = _number(value)
    if number is not None and math.isnan(number):
        return None
    if number is None or not number.is_integer() or not lowest <= number <= highest:
        raise row.error(
            column,
            f"{shown(value)} is not a whole number from {lowest} to {highest}; "
            "mend it, set another scale, or leave the cell empty if it was not rated",
        )
    return int(number)


def _number(value: Any) -> float | None:
    """Read a number; None for anything else, truth values among them."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None


def _list_of(row: Row, column: str, text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise row.error(
            column, f"{shown(text)} is not a list of numbers; write it like [4, 3, 5]"
        ) from error


def _no_column(rows: Sequence[Row], name: str) -> InputError:
    there = listed(columns(rows))
    return InputError(
        f"{rows[0].path}: has no column {shown(name)}; there is: {there}; say which of them it is"
    )


def listed(names: Sequence[str]) -> str:
    """List names for a message, shortened."""
    found = ", ".join(map(shown, names[:100])) or "none"
    return found if len(found) <= 300 else found[:299] + "…"


def shown(value: Any) -> str:
    """Write a value for a message, shortened."""
    shown = repr(value)
    return shown if len(shown) <= 60 else shown[:57] + "…"
