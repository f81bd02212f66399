"""Turns the rows of a set into new rows on disk, a batch at a time, in this process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.data.prepare.rows import Fields, features

if TYPE_CHECKING:
    from datasets import Dataset

BATCH = 256
"""Rows in memory at once."""


def rewrite(rows: Dataset, change: Callable[[list[Fields]], list[Fields]], path: Path) -> Dataset:
    """Rewrite rows with a function that is too heavy to send to other processes.

    Args:
        rows: the rows.
        change: turns a batch of rows into new ones, fewer or more.
        path: a file that does not exist yet, for the new rows.

    Returns:
        The new rows, in the old order, memory-mapped from the file.
    """

    def apply(batch: dict[str, list[Any]]) -> dict[str, list[Any]]:
        given = [
            dict(zip(batch, values, strict=True)) for values in zip(*batch.values(), strict=True)
        ]
        made = change(given)
        return {name: [row[name] for row in made] for name in batch}

    return rows.map(
        apply,
        batched=True,
        batch_size=BATCH,
        writer_batch_size=BATCH,
        features=features(),
        cache_file_name=str(path),
        load_from_cache_file=False,
        new_fingerprint=f"{path.parent.name}-{path.stem}",
    )
