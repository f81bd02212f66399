"""Says what a step of preparation takes and gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.data.prepare.rows import Fields

if TYPE_CHECKING:
    from datasets import Dataset


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a step made of one row."""

    rows: tuple[Fields, ...]
    """The row, itself where nothing changed; several where it was cut or copied; none where it
    was dropped."""

    reason: str = ""
    """Why it was dropped, in few words that are the same for all rows of that reason."""

    counts: Mapping[str, int] = field(default_factory=dict)
    """What else is counted, such as placeholders by type; never a text."""


@dataclass(frozen=True, slots=True)
class RowStep:
    """A step that looks at one row at a time."""

    name: str
    """What the report calls it."""

    settings: dict[str, Any]
    """Its settings, for the report."""

    apply: Callable[[Fields], Outcome]
    """Does it; sent to other processes, so a function of a module or a small object."""


@dataclass(frozen=True, slots=True)
class SetOutcome:
    """What a step made of a whole set."""

    rows: Dataset
    """The rows that stay, with the same columns."""

    n_changed: int = 0
    """How many rows it changed."""

    dropped: Mapping[str, int] = field(default_factory=dict)
    """Reason → how many rows were dropped for it."""

    counts: Mapping[str, int | float] = field(default_factory=dict)
    """What else is counted or measured."""


@dataclass(frozen=True, slots=True)
class SetStep:
    """A step that must see all rows."""

    name: str
    """What the report calls it."""

    settings: dict[str, Any]
    """Its settings, for the report."""

    apply: Callable[[Dataset, Path, int], SetOutcome]
    """Does it; takes the rows, an empty folder to work in, and the number of processes."""


Step = RowStep | SetStep


@dataclass(frozen=True, slots=True, kw_only=True)
class StepReport:
    """What a step did."""

    name: str
    """What it is called."""

    settings: dict[str, Any]
    """Its settings."""

    n_in: int
    """Rows before it."""

    n_changed: int
    """Rows that it changed."""

    dropped: dict[str, int]
    """Reason → rows dropped."""

    n_out: int
    """Rows after it."""

    counts: dict[str, int | float]
    """What else it counted."""

    seconds: float
    """Time in the step alone, over the processes that shared it; reading and writing the rows of
    a pass is not in it."""
