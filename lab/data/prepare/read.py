"""Turns files, folders and hub data sets into rows, one at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lab.data.fields import optional_text
from lab.data.prepare.config import PrepareConfig
from lab.data.prepare.rows import Fields, new_row
from lab.data.rows import read_rows


def read(origins: Sequence[str], config: PrepareConfig) -> Iterator[Fields]:
    """Read rows.

    Args:
        origins: files, folders, or one hub name.
        config: columns and kind.

    Yields:
        The rows in order; every row has a group.

    Raises:
        InputError: something cannot be taken in; names file, line, column and value.
    """
    for origin in origins:
        for row in read_rows(origin, lines=config.lines, limit=config.limit):
            prompt = optional_text(row, config.prompt_column or "prompt") or ""
            text = optional_text(row, config.text_column or "text")
            yield new_row(
                key=f"{origin}:{row.key}",
                place=f"{row.path}, {row.place}",
                prompt=prompt,
                reference=optional_text(row, config.reference_column or "reference") or text,
                group=prompt or text,
            )
