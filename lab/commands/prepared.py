"""Finds the rows of a data set where they are: in the store, or in the folder of a prepared one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lab.records import Dataset, Prompt, Split
    from storage.client import Store


def prompts_of(store: Store, dataset: Dataset, split: Split) -> Sequence[Prompt]:
    """Return all rows of a split of a data set, to learn from or to measure on.

    Args:
        store: the store.
        dataset: the data set.
        split: the split.

    Returns:
        The prompts in order. Those of a prepared data set are read from its folder when they are
        asked for, each time anew and with new ids, since there may be more than fit into memory.

    Raises:
        InputError: the folder of a prepared data set is gone or broken.
    """
    from lab.data.prepare.folder import FolderPrompts
    from storage import prompts

    if dataset.path is None:
        return prompts.read(store, dataset.id, split)
    return FolderPrompts(dataset.id, dataset.path, split)


def tokenizer_of(dataset: Dataset) -> Path | None:
    """Return the folder of the tokenizer that was prepared with a data set; None without one."""
    from lab.data.prepare.tokens import TOKENIZER

    folder = None if dataset.path is None else Path(dataset.path) / TOKENIZER
    return folder if folder is not None and folder.is_dir() else None
