"""Turns prompts' texts into their splits, so that equal texts never end up in two."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from lab.data.config import ImportConfig
from lab.data.fields import name_of, shown
from lab.data.rows import Row
from lab.records import Split

SPLIT_NAMES = {
    **dict.fromkeys(("train", "training"), Split.TRAIN),
    **dict.fromkeys(("validation", "valid", "val", "dev", "development"), Split.VALIDATION),
    **dict.fromkeys(("test", "testing", "eval", "evaluation"), Split.TEST),
}
"""What a split may be called → the split."""


def split_at_random(texts: Sequence[str], config: ImportConfig) -> list[Split]:
    """Draw a split for each text.

    Args:
        texts: what must not be shared between splits, one per row.
        config: the shares and the seed.

    Returns:
        One split per row. Distinct texts are put into the order of their seeded hashes, which
        does not depend on the order of the rows, and cut at the shares, rounded.
    """
    order = sorted(set(texts), key=lambda text: _hash(config.seed, text))
    n_train = round(config.train_share * len(order))
    n_not_test = round((config.train_share + config.validation_share) * len(order))
    drawn = dict.fromkeys(order[:n_train], Split.TRAIN)
    drawn |= dict.fromkeys(order[n_train:n_not_test], Split.VALIDATION)
    drawn |= dict.fromkeys(order[n_not_test:], Split.TEST)
    return [drawn[text] for text in texts]


def split_of(row: Row, column: str) -> Split:
    """Take the split that a row names.

    Raises:
        InputError: it names none that is known.
    """
    name = name_of(row, column)
    if name.lower() not in SPLIT_NAMES:
        raise row.error(column, f"{shown(name)} is not a split; use train, validation or test")
    return SPLIT_NAMES[name.lower()]


def _hash(seed: int, text: str) -> bytes:
    return hashlib.sha256(f"{seed}\0{text}".encode()).digest()
