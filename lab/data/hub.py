"""Turns a data set of the Hugging Face hub into rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

from lab.data.rows import Row
from lab.data.splitting import SPLIT_NAMES
from lab.errors import InputError

_NAME = re.compile(r"[\w.-]+/[\w.-]+")


def is_hub_name(origin: str) -> bool:
    """Tell "org/name" from a file's path: one slash and no suffix of a file that we can read."""
    suffixes = (".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".parquet", ".txt")
    return bool(_NAME.fullmatch(origin)) and not origin.lower().endswith(suffixes)


def read_hub(name: str, subset: str | None, limit: int | None) -> list[Row]:
    """Read all splits of a hub data set.

    Args:
        name: e.g. "roneneldan/TinyStories".
        subset: the subset ("config"), if it has several.
        limit: take only so many rows of all, from the first split's first on.

    Returns:
        The rows, keyed "train-0", "train-1", …; with their split in the column "split" where
        there are several and all go by names that we know.

    Raises:
        InputError: there is neither a file nor a data set of that name, or no way to the hub.
    """
    import datasets

    try:
        with _no_retries_without_network(name):
            splits = datasets.load_dataset(name, subset)
    except Exception as error:  # the library raises dozens of kinds, those of its parts included
        cause = (str(error) or type(error).__name__).splitlines()[0]
        raise InputError(
            f"{name}: there is no such file, and the hub does not give it as a data set ({cause}); "
            "check the name, the subset and the network"
        ) from error
    named = len(splits) > 1 and all(str(split) in SPLIT_NAMES for split in splits)
    rows = (
        Row(
            {**values, "split": str(split)} if named else dict(values),
            name,
            f"{split} row {number}",
            f"{split}-{number}",
        )
        for split, table in splits.items()
        for number, values in enumerate(table)
    )
    found = list(islice(rows, limit))
    if not found:
        raise InputError(f"{name}: holds no rows; name another data set or subset")
    return found


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
