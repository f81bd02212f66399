"""Turns prepared rows into the files of a data set's folder, and those back into prompts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from lab.data.prepare.passes import BATCH
from lab.data.prepare.rows import Fields
from lab.errors import InputError
from lab.records import Prompt, Split

if TYPE_CHECKING:
    from datasets import Dataset

ROWS = "rows"
"""Folder with one folder of Arrow files per split."""

HASHED = ("key", "prompt", "source", "reference", "rejected", "messages", "group", "altered")
"""Columns that tell data sets apart."""


def write_rows(splits: Mapping[Split, Dataset], folder: Path) -> str:
    """Write the rows of each split.

    Args:
        splits: the rows by split; a split without rows is left out.
        folder: the data set's folder, which exists.

    Returns:
        SHA-256 over all rows in the order of the splits, in hexadecimal: equal hashes mean equal
        data.
    """
    digest = hashlib.sha256()
    for split, rows in splits.items():
        if not len(rows):
            continue
        rows.save_to_disk(folder / ROWS / split)
        for row in in_order(rows.select_columns(list(HASHED))):
            told = [str(split), *(row[name] for name in HASHED)]
            digest.update(json.dumps(told, ensure_ascii=False, sort_keys=True).encode() + b"\n")
    return digest.hexdigest()


def read_rows(folder: str | Path, split: Split) -> Dataset | None:
    """Open the rows of a split, memory-mapped.

    Args:
        folder: the data set's folder.
        split: the split.

    Returns:
        The rows; None where the split has none.

    Raises:
        InputError: the folder is gone or broken.
    """
    from datasets import load_from_disk

    if not (Path(folder) / ROWS).is_dir():
        raise InputError(
            f"{folder}: the folder of the data set's rows is not there; put it back, or prepare "
            "the data once more with `lab data prepare`"
        )
    place = Path(folder) / ROWS / split
    if not place.is_dir():
        return None
    try:
        return load_from_disk(str(place))
    except Exception as error:  # the library raises several kinds, Arrow's among them
        cause = (str(error) or type(error).__name__).splitlines()[0]
        raise InputError(
            f"{place}: the rows cannot be read ({cause}); prepare the data once more with "
            "`lab data prepare`"
        ) from error


class FolderPrompts(Sequence[Prompt]):
    """The prompts of one split of a prepared data set, read from disk when asked for."""

    def __init__(self, dataset_id: str, folder: str | Path, split: Split):
        """Open a split.

        Args:
            dataset_id: the data set's id.
            folder: its folder.
            split: the split.

        Raises:
            InputError: the folder is gone or broken.
        """
        self.dataset_id, self.split = dataset_id, split
        self.rows = read_rows(folder, split)

    def __len__(self) -> int:
        """Return the number of rows."""
        return 0 if self.rows is None else len(self.rows)

    @overload
    def __getitem__(self, index: int) -> Prompt: ...
    @overload
    def __getitem__(self, index: slice) -> list[Prompt]: ...
    def __getitem__(self, index: int | slice) -> Prompt | list[Prompt]:
        """Read one prompt, or a list of them."""
        if isinstance(index, slice):
            return (
                [] if self.rows is None else [self._prompt(row) for row in _rows(self.rows[index])]
            )
        if self.rows is None or not -len(self) <= index < len(self):
            raise IndexError(f"prompt {index} of {len(self)}")
        return self._prompt(self.rows[index])

    def __iter__(self) -> Iterator[Prompt]:
        """Read all prompts in order."""
        for row in () if self.rows is None else in_order(self.rows):
            yield self._prompt(row)

    def _prompt(self, row: Fields) -> Prompt:
        return prompt_of(row, self.dataset_id, self.split)


def in_order(rows: Dataset) -> Iterator[Fields]:
    """Read rows in order, a batch at a time, which is faster than one by one."""
    for batch in rows.iter(BATCH):
        yield from _rows(batch)


def _rows(batch: Mapping[str, list[Any]]) -> Iterator[Fields]:
    for values in zip(*batch.values(), strict=True):
        yield dict(zip(batch, values, strict=True))


def prompt_of(row: Fields, dataset_id: str, split: Split) -> Prompt:
    """Turn a row into a prompt; a chat's text is its last turn."""
    turns: list[dict[str, Any]] | None = row["messages"]
    return Prompt(
        dataset_id=dataset_id,
        key=row["key"],
        split=split,
        text=turns[-1]["content"] if turns else row["prompt"],
        source=row["source"],
        reference=row["reference"],
        conversation={"messages": turns} if turns else None,
    )
