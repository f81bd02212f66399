"""Turns prepared rows into the files of a data set's folder, and those back into prompts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from lab.data.prepare.rows import Fields
from lab.data.prepare.slices import in_slices, rows_in, write_set
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
        write_set(rows, folder / ROWS / split)
        for row in _in_order(rows.select_columns(list(HASHED))):
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


_SHOWN = ("key", "prompt", "source", "reference", "messages")


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
        self._shown = None if self.rows is None else self.rows.select_columns(list(_SHOWN))

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
            return self.read_at(range(*index.indices(len(self))))
        if self._shown is None or not -len(self) <= index < len(self):
            raise IndexError(f"prompt {index} of {len(self)}")
        return self._prompt(self._shown[index])

    def read_at(self, places: Sequence[int]) -> list[Prompt]:
        """Read the prompts at some places, in one go."""
        if self._shown is None or not len(places):
            return []
        return [self._prompt(row) for row in rows_in(self._shown[places])]

    def __iter__(self) -> Iterator[Prompt]:
        """Read all prompts in order."""
        for row in () if self._shown is None else _in_order(self._shown):
            yield self._prompt(row)

    def _prompt(self, row: Fields) -> Prompt:
        return prompt_of(row, self.dataset_id, self.split)


def _in_order(rows: Dataset) -> Iterator[Fields]:
    for batch in in_slices(rows):
        yield from rows_in(batch)


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
