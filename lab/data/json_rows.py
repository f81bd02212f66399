"""Turns JSON of any size into values, one at a time."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from lab.data.opening import LONGEST, opened, text_lines
from lab.errors import InputError

Found = tuple[Any, str, str]
"""A value, where it stands, and its name."""

_CHUNK = 1 << 16
_SPACE = re.compile(r"[ \t\n\r]*")
_NEAR_END = 16
"""How far before the end of a cut text its error can lie: longer than "-Infinity" or an escape."""


def json_lines(path: Path, encoding: str) -> Iterator[Found]:
    """Read one value per line; empty lines are passed over.

    Raises:
        InputError: a line is not JSON.
    """
    count = 0
    for number, line in text_lines(path, encoding, "\n"):
        if not line.isspace():
            count += 1
            yield _parse(line.rstrip(), path, number), f"line {number}", str(count)


def json_values(path: Path, encoding: str) -> Iterator[Found]:
    """Read the values of one list, or of one object, whose keys are then their names.

    Raises:
        InputError: the file holds something else, or is not JSON; values before the place are
            given nonetheless.
    """
    with opened(path, encoding) as file:
        source = _Source(file, path)
        opening = source.peek()
        if opening == "[":
            for number, value in enumerate(source.items("]"), start=1):
                yield value, f"row {number}", str(number)
        elif opening == "{":
            yield from _members(source)
        elif opening:
            kind = kind_of(source.value())
            raise InputError(f"{path}: holds {kind}; give a list or an object of objects")
        if source.peek():
            raise source.error("something stands after the end")


def kind_of(value: Any) -> str:
    """Say what a value is, in words."""
    names = {dict: "an object", list: "a list", str: "a text", bool: "a truth value"}
    return "null" if value is None else names.get(type(value), "a number")


def first_doubled(names: Iterable[str]) -> str | None:
    """Return the first name that was there before; None where all differ."""
    seen = set[str]()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None


def _members(source: _Source) -> Iterator[Found]:
    seen: dict[str, int] = {}
    for number, key in enumerate(source.items("}"), start=1):
        if not isinstance(key, str):
            raise source.error(f"{kind_of(key)} stands where a name should")
        try:
            key.encode()
        except UnicodeEncodeError as error:
            raise source.error(f"the name of row {number} has half a surrogate pair") from error
        if key in seen:
            raise source.error(f"row {number} has the name of row {seen[key]}")
        seen[key] = number
        source.take(":")
        yield source.value(), f"row {number}", key


class _Source:
    """A JSON text that is read on as far as the next value needs."""

    def __init__(self, file: TextIOWrapper, path: Path):
        self.file, self.path = file, path
        self.text, self.at = "", 0
        self.line, self.column = 1, 1  # of the first character of `text`

    def peek(self) -> str:
        """Return the next character that is no space; nothing at the end."""
        while True:
            space = _SPACE.match(self.text, self.at)
            self.at = space.end() if space else self.at
            if self.at < len(self.text) or not self._read_on():
                return self.text[self.at : self.at + 1]

    def take(self, character: str) -> None:
        """Go past a character that must be next."""
        if self.peek() != character:
            raise self.error(f"Expecting {character!r}")
        self.at += 1

    def items(self, closing: str) -> Iterator[Any]:
        """Read values with commas between them, up to the closing bracket."""
        self.at += 1
        if self.peek() == closing:
            self.at += 1
            return
        while True:
            yield self.value()
            if self.peek() == closing:
                self.at += 1
                return
            self.take(",")

    def value(self) -> Any:
        """Read the next value."""
        self.peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self.text, self.at)
            except json.JSONDecodeError as error:
                near_end = error.pos >= len(self.text) - _NEAR_END
                if (near_end or error.msg.startswith("Unterminated")) and self._read_on():
                    continue
                raise self.error(error.msg, error.pos) from error
            except (RecursionError, ValueError) as error:
                raise _unfit(self.path, self.place()[0], error) from error
            if end == len(self.text) and self._read_on():  # a number may go on
                continue
            self.at = end
            return value

    def place(self, at: int | None = None) -> tuple[int, int]:
        """Return line and column of a place in the text; of the present one by default."""
        before = self.text[: self.at if at is None else at]
        n = before.count("\n")
        column = len(before) - before.rfind("\n") if n else self.column + len(before)
        return self.line + n, column

    def error(self, problem: str, at: int | None = None) -> InputError:
        """Build the error for a place."""
        line, column = self.place(at)
        return InputError(
            f"{self.path}, line {line}, column {column}: not JSON: {problem}; mend that line"
        )

    def _read_on(self) -> bool:
        """Read as much again, so that a long value is tried few times only."""
        piece = self.file.read(max(_CHUNK, len(self.text) - self.at))
        if not piece:
            return False
        self.line, self.column = self.place()
        self.text, self.at = self.text[self.at :] + piece, 0
        if len(self.text) > LONGEST:
            raise InputError(
                f"{self.path}, line {self.line}: one value is longer than {LONGEST:,} characters; "
                "cut it, or check the quotes from there on"
            )
        return True


def _parse(text: str, path: Path, line: int) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_object)
    except json.JSONDecodeError as error:
        raise InputError(
            f"{path}, line {line}, column {error.colno}: not JSON: {error.msg}; mend that line"
        ) from error
    except (RecursionError, ValueError) as error:
        raise _unfit(path, line, error) from error


def _unfit(path: Path, line: int, error: Exception) -> InputError:
    problem = str(error)
    if isinstance(error, RecursionError):
        problem = "values stand in one another too deeply"
    elif problem.startswith("Exceeds the limit"):
        problem = "a number has thousands of digits"
    return InputError(f"{path}, line {line}: cannot be taken in as JSON: {problem}; mend it")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build an object, but let no field silently replace another."""
    values = dict(pairs)
    if len(values) < len(pairs):
        doubled = first_doubled(name for name, _ in pairs)
        raise ValueError(f"the field {doubled!r:.60} stands twice in one object")
    return values


_DECODER = json.JSONDecoder(object_pairs_hook=_object)
