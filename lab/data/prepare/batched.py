"""Turns the rows of a set into new rows on disk, a slice at a time, in this process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from lab.data.prepare.rows import Fields
from lab.data.prepare.slices import map_slices

if TYPE_CHECKING:
    from datasets import Dataset


def rewrite(rows: Dataset, change: Callable[[list[Fields]], list[Fields]], path: Path) -> Dataset:
    """Rewrite rows with a function that is too heavy to send to other processes.

    Args:
        rows: the rows.
        change: turns some rows into new ones, fewer or more.
        path: a file that does not exist yet, for the new rows.

    Returns:
        The new rows, in the old order, memory-mapped from the file.
    """
    return map_slices(rows, change, path)
