"""Finds data sets by name, and their rows and tokenizer: in the store, or in a prepared folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lab.commands.console import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lab.records import Dataset, Prompt, Split
    from storage.client import Store


def prompts_of(
    store: Store, dataset: Dataset, split: Split, limit: int | None = None
) -> Sequence[Prompt]:
    """Return the rows of a split of a data set, to learn from or to measure on.

    Args:
        store: the store.
        dataset: the data set.
        split: the split.
        limit: only the first so many; all by default.

    Returns:
        The prompts in order. Those of a prepared data set are read from its folder when they are
        asked for, each time anew and with new ids, since there may be more than fit into memory.

    Raises:
        InputError: the folder of a prepared data set is gone or broken.
    """
    from storage import prompts

    if dataset.path is None:
        return prompts.read(store, dataset.id, split, limit)
    from lab.data.prepare.folder import FolderPrompts

    found = FolderPrompts(dataset.id, dataset.path, split)
    return found if limit is None else found[:limit]


def tokenizer_of(dataset: Dataset) -> str:
    """Return the folder of the tokenizer that was prepared with a data set; empty without one."""
    if dataset.path is None:
        return ""
    from lab.data.prepare.tokens import TOKENIZER

    folder = Path(dataset.path) / TOKENIZER
    return str(folder) if folder.is_dir() else ""


def checkpoint_folder(store: Store, name: str) -> str:
    """Return the folder of the newest checkpoint of a name; what is no such name, as it is."""
    from storage import checkpoints

    for checkpoint in reversed(checkpoints.every(store)):
        if checkpoint.name == name and checkpoint.path:
            return checkpoint.path
    return name


def older_of(store: Store, name: str) -> Dataset | None:
    """Return the newest data set of a name that is about to be given to another one, if any."""
    from storage import datasets

    return next((one for one in reversed(datasets.every(store)) if one.name == name), None)


def say_renewed(older: Dataset | None) -> None:
    """Tell that the name of a data set now means another one."""
    if older is not None:
        say(
            f"{older.name!r} was there ({older.created_at:%Y-%m-%d %H:%M} UTC, "
            f"{older.n_prompts:,} rows) and stays for what was made with it; the name now means "
            "the new one"
        )
