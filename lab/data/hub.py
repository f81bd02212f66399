"""Turns a data set of the Hugging Face hub into rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from lab.data.rows import SUFFIXES, Row
from lab.data.splitting import SPLIT_NAMES
from lab.errors import InputError

_NAME = re.compile(r"[\w.-]+/[\w.-]+")


def is_hub_name(origin: str) -> bool:
    """Tell "org/name" from a file's path: one slash and no suffix of a file that we can read."""
    name = origin.lower().removesuffix(".gz")
    return bool(_NAME.fullmatch(origin)) and not name.endswith(SUFFIXES)


def read_hub(name: str, subset: str | None, limit: int | None) -> list[Row]:
    """Read all splits of a hub data set.

    Args:
        name: e.g. "roneneldan/TinyStories".
        subset: the subset ("config"), if it has several.
        limit: take only so many rows of all, from the first split's first on.

    Returns:
        The rows, as of `iterate_hub`.

    Raises:
        InputError: there is neither a file nor a data set of that name, or no way to the hub.
    """
    return list(islice(iterate_hub(name, subset), limit))


def iterate_hub(name: str, subset: str | None) -> Iterator[Row]:
    """Read all splits of a hub data set one row at a time, without keeping it on disk.

    Args:
        name: e.g. "roneneldan/TinyStories".
        subset: the subset ("config"), if it has several.

    Yields:
        The rows, keyed "train-0", "train-1", …; with their split in the column "split" where
        there are several and all go by names that we know. Without a network they come from the
        local cache, if they are there.

    Raises:
        InputError: there is neither a file nor a data set of that name, no way to the hub, or the
            way is lost before the end.
    """
    import datasets

    try:
        with _no_retries_without_network(name):
            offline = bool(datasets.config.HF_HUB_OFFLINE)
            splits = datasets.load_dataset(name, subset, streaming=not offline)
    except Exception as error:  # the library raises dozens of kinds, those of its parts included
        raise InputError(
            f"{name}: there is no such file, and the hub does not give it as a data set "
            f"({_cause(error)}); check the name, the subset and the network"
        ) from error
    yield from _rows_of(splits, name)


def is_saved(path: Path) -> bool:
    """Tell a folder that the `datasets` library saved from other folders."""
    return (path / "dataset_dict.json").is_file() or (path / "state.json").is_file()


def iterate_saved(path: Path) -> Iterator[Row]:
    """Read a folder that the `datasets` library saved.

    Args:
        path: the folder.

    Yields:
        The rows, as of `iterate_hub`.

    Raises:
        InputError: the folder is broken or empty.
    """
    import datasets

    try:
        found = datasets.load_from_disk(str(path))
    except Exception as error:  # here too
        raise InputError(
            f"{path}: a data set of the `datasets` library that cannot be read "
            f"({_cause(error)}); save it anew"
        ) from error
    splits = found if isinstance(found, dict) else {str(found.split or "train"): found}
    yield from _rows_of(splits, str(path))


def _rows_of(splits: Mapping[Any, Iterable[Mapping[str, Any]]], name: str) -> Iterator[Row]:
    named = len(splits) > 1 and all(str(split) in SPLIT_NAMES for split in splits)
    empty = True
    for split, table in splits.items():
        for number, values in enumerate(_read(table, name, str(split))):
            empty = False
            yield Row(
                {**values, "split": str(split)} if named else dict(values),
                name,
                f"{split} row {number}",
                f"{split}-{number}",
            )
    if empty:
        raise InputError(f"{name}: holds no rows; name another data set or subset")


def _read(table: Iterable[Mapping[str, Any]], name: str, split: str) -> Iterator[Mapping[str, Any]]:
    try:
        yield from table
    except Exception as error:  # a network that fails has as many kinds of error
        raise InputError(
            f"{name}: the split {split!r} cannot be read to its end ({_cause(error)}); try again"
        ) from error


def _cause(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]


@contextmanager
def _no_retries_without_network(name: str) -> Iterator[None]:
    """Let only the local cache be asked where the hub cannot be reached.

    The library would else try six times over half a minute before it says so.
    """
    import datasets
    from huggingface_hub import HfApi, constants
    from huggingface_hub.errors import HfHubHTTPError

    before = constants.HF_HUB_OFFLINE, datasets.config.HF_HUB_OFFLINE
    try:
        if not constants.HF_HUB_OFFLINE:
            HfApi().dataset_info(name, timeout=10)
    except HfHubHTTPError:
        pass  # it answers, but not with this data set: the library says why
    except Exception:  # no answer: each release has its own kinds of error for that
        constants.HF_HUB_OFFLINE = datasets.config.HF_HUB_OFFLINE = True
    try:
        yield
    finally:
        constants.HF_HUB_OFFLINE, datasets.config.HF_HUB_OFFLINE = before
