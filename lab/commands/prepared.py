"""Finds data sets by name, and their rows and tokenizer: in the store, or in a prepared folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lab.commands.console import say
from lab.errors import UnknownNameError

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
    """Return the folder of the newest checkpoint of a name; a folder or hub name, as it is.

    Raises:
        UnknownNameError: it is none of them; tells the checkpoints of like names.
    """
    from storage import checkpoints

    found = checkpoints.systems(store)
    for checkpoint in reversed(found):
        if checkpoint.name == name and checkpoint.path:
            return checkpoint.path
    if name and not name.startswith((".", "/", "~")) and not Path(name).is_dir():
        _check_on_hub(name, list(dict.fromkeys(one.name for one in found)))
    return name


def _check_on_hub(name: str, known: Sequence[str]) -> None:
    """Refuse a name that the hub does not have either, before anything is waited for."""
    from difflib import get_close_matches

    from lab.models.hub import why_not

    if reason := why_not(name):
        near = get_close_matches(name, known, n=3) or known[:8]
        there = f"there is: {', '.join(near)}" if near else "there is none yet"
        raise UnknownNameError(
            f"no checkpoint named {name!r} in this lab ({there}), no folder of this name, and "
            f"{reason}; check the spelling, or give a folder as ./{name.removeprefix('/')}"
        )


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
