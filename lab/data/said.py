"""What one person said of one task of another annotation program, before it is mapped to ours."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from lab.data.rows import Row
from lab.errors import InputError


@dataclass(frozen=True, slots=True)
class Mark:
    """A marked piece of a text."""

    start: int
    """First code point, 0-based."""

    end: int
    """One past the last code point."""

    label: str
    """What the person called it."""


@dataclass(frozen=True, slots=True)
class Given:
    """The value of one field."""

    kind: Literal["point", "choice", "winner", "marks", "words", "unknown"]
    """A number; a word out of a list; one of two texts; marks; free words; or none of these."""

    value: Any
    """The number, the word, the winner's side or field, a list of Mark, the words, or what the
    file holds."""

    of: tuple[str, ...] = ()
    """For a winner: names of the left and the right text, where the file tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One person's answers to one task."""

    row: Row
    """The task: its texts by field, and where it stands."""

    reviewer: str
    """The person, as in the file."""

    given: dict[str, Given] = field(default_factory=dict)
    """Field → value; fields that were left empty are not in it."""

    seconds: float | None = None
    """The time that it took, in seconds; None where it is not known."""

    silent_is_clean: bool = False
    """Whether a person who marked nothing has said that nothing is faulty."""


def unmappable(row: Row, field: str | None, problem: str) -> InputError:
    """Build the error for a value that has no place in a lab: file, task, field, what to do."""
    named = f", field {field!r}" if field is not None else ""
    return InputError(f"{row.path}, {row.place}{named}: {problem}")
