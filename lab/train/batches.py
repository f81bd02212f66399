"""Turns rows into padded batches of like length, in an order fixed by a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from lab.train.rows import Row

# Rows of this many batches are sorted by length together: little padding, still well mixed.
BATCHES_PER_POOL = 32
IGNORED = -100


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows as tensors, padded behind."""

    ids: Tensor
    """(rows, tokens), the model's input."""

    targets: Tensor
    """(rows, tokens), the next token at each place; IGNORED at prompts and padding."""

    n_tokens: int
    """Tokens without padding."""


def make_batch(rows: Sequence[Row], pad: int) -> Batch:
    """Pad rows behind to one length.

    Args:
        rows: the rows.
        pad: id of the padding token; causal models never look at it from a real token.

    Returns:
        The batch; its inputs lack each row's last token, its targets each row's first.
    """
    n_places = max(len(row.ids) for row in rows) - 1
    ids = torch.full((len(rows), n_places), pad, dtype=torch.long)
    targets = torch.full((len(rows), n_places), IGNORED, dtype=torch.long)
    for place, row in enumerate(rows):
        tokens = torch.tensor(row.ids, dtype=torch.long)
        ids[place, : len(tokens) - 1] = tokens[:-1]
        targets[place, row.n_prompt - 1 : len(tokens) - 1] = tokens[row.n_prompt :]
    return Batch(ids, targets, sum(len(row.ids) for row in rows))


def training_batches(rows: Sequence[Row], batch_rows: int, pad: int, seed: int) -> Iterator[Batch]:
    """Yield batches without end, every row once per epoch.

    Args:
        rows: the training rows.
        batch_rows: rows per batch; an epoch's last batch may be smaller.
        pad: id of the padding token.
        seed: fixes the order.

    Yields:
        Batches of rows of like length, in random order.
    """
    rng = random.Random(seed)
    while True:
        for group in _epoch(rows, batch_rows, rng):
            yield make_batch(group, pad)


def sorted_batches(rows: Sequence[Row], batch_rows: int, pad: int) -> Iterator[Batch]:
    """Yield every row once, sorted by length; for validation.

    Args:
        rows: the rows.
        batch_rows: rows per batch.
        pad: id of the padding token.

    Yields:
        Batches.
    """
    ordered = sorted(rows, key=lambda row: len(row.ids))
    for start in range(0, len(ordered), batch_rows):
        yield make_batch(ordered[start : start + batch_rows], pad)


def _epoch(rows: Sequence[Row], batch_rows: int, rng: random.Random) -> list[list[Row]]:
    order = list(rows)
    rng.shuffle(order)
    groups: list[list[Row]] = []
    for start in range(0, len(order), batch_rows * BATCHES_PER_POOL):
        pool = order[start : start + batch_rows * BATCHES_PER_POOL]
        pool.sort(key=lambda row: len(row.ids))
        groups += [pool[at : at + batch_rows] for at in range(0, len(pool), batch_rows)]
    rng.shuffle(groups)
    return groups
