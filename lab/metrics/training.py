"""The training texts of a data set into an index that finds what a text has copied."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingIndex:
    """The texts of a data set's training rows, as words."""

    name: str
    """The data set's name."""

    precision: str
    """How many texts it is of and their hash, which belongs to a version."""
