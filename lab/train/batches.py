"""Turns rows into batches of tensors, in an order fixed by a seed and the step alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lab.train.arrays import Row, TokenRows
from lab.train.packing import Packs, pack_rows

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

    row_counts: Tensor
    """(rows, 3), each row's tokens without padding, texts, and bytes of the learned text."""

    positions: Tensor | None = None
    """(rows, tokens), each token's place in its text, from 0 on anew in every text and in the
    padding; None where a row is one text."""

    @property
    def n_rows(self) -> int:
        """Rows, of which a packed one holds several texts."""
        return len(self.ids)

    @property
    def n_tokens(self) -> int:
        """Tokens without padding."""
        return int(self.row_counts[:, 0].sum())

    @property
    def n_texts(self) -> int:
        """Texts."""
        return int(self.row_counts[:, 1].sum())

    @property
    def n_bytes(self) -> int:
        """UTF-8 bytes of the texts that are learned."""
        return int(self.row_counts[:, 2].sum())

    @property
    def n_targets(self) -> int:
        """Tokens whose loss counts."""
        return int((self.targets != IGNORED).sum())

    def parts(self, n: int) -> list[Batch]:
        """Cut the batch into parts of like size, for accumulation or for several devices.

        Args:
            n: how many parts.

        Returns:
            Exactly `n` batches that together have this one's rows. Where there are fewer rows
            than parts, the last parts hold one row without targets and count as nothing.
        """
        edges = [self.n_rows * part // n for part in range(n + 1)]
        whole = [self._rows(start, end) for start, end in pairwise(edges)]
        return sorted(whole, key=lambda part: part.n_tokens == 0)

    def _rows(self, start: int, end: int) -> Batch:
        if start == end:
            idle = self._rows(0, 1)
            nothing = torch.full_like(idle.targets, IGNORED)
            return Batch(idle.ids, nothing, torch.zeros_like(idle.row_counts), idle.positions)
        counts = self.row_counts[start:end]
        longest = self.ids.shape[1]
        if self.positions is None:  # rows of one text each need no more places than the longest
            longest = int(counts[:, 0].max()) - 1
        return Batch(
            self.ids[start:end, :longest],
            self.targets[start:end, :longest],
            counts,
            None if self.positions is None else self.positions[start:end],
        )


def make_batch(rows: Sequence[Row], pad: int) -> Batch:
    """Pad rows behind to one length.

    Args:
        rows: the rows.
        pad: id of the padding token; causal models never look at it from a real token.

    Returns:
        The batch; its inputs lack each row's last token, its targets each row's first.
    """
    n_places = max(len(row.ids) for row in rows) - 1
    batch = _empty(len(rows), n_places, pad)
    for place, row in enumerate(rows):
        _put(batch, place, 0, row)
    return batch


def make_packed_batch(groups: Sequence[Sequence[Row]], width: int, pad: int) -> Batch:
    """Put several texts into each row, one behind another.

    Args:
        groups: the texts of each row.
        width: places of a row, enough for each group.
        pad: id of the padding token.

    Returns:
        The batch, with positions.
    """
    positions = torch.zeros((len(groups), width), dtype=torch.long)
    batch = _empty(len(groups), width, pad, positions)
    for place, group in enumerate(groups):
        start = 0
        for row in group:
            start = _put(batch, place, start, row)
    return batch


def training_batches(
    rows: Sequence[Row],
    batch_rows: int,
    pad: int,
    seed: int,
    start: int = 0,
    packing: bool = False,
    context: int | None = None,
) -> Iterator[Batch]:
    """Yield batches without end, every text once per epoch.

    Args:
        rows: the training rows, each one text.
        batch_rows: rows per batch; an epoch's last batch may be smaller.
        pad: id of the padding token.
        seed: fixes the order.
        start: the batch to begin with, counted from the first epoch's first; those before it are
            not made.
        packing: whether a batch's row holds as many texts as fit into the context.
        context: places of a packed row; needed with `packing` only.

    Yields:
        Batches in random order: of rows of like length, or of packed rows.
    """
    packs = _packs(rows, context, seed) if packing else None
    epoch, done = divmod(start, batches_per_epoch(rows, batch_rows, packing, context))
    while True:
        if packs is None:
            for group in islice(_like_lengths(rows, batch_rows, (seed, epoch)), done, None):
                yield make_batch([rows[place] for place in group.tolist()], pad)
        else:
            for group in islice(_mixed(len(packs), batch_rows, (seed, epoch)), done, None):
                texts = [[rows[place] for place in packs[pack]] for pack in group.tolist()]
                yield make_packed_batch(texts, packs.width, pad)
        epoch, done = epoch + 1, 0


def batches_per_epoch(
    rows: Sequence[Row], batch_rows: int, packing: bool = False, context: int | None = None
) -> int:
    """Count the batches in which `training_batches` yields every text once.

    Args:
        rows: the training rows.
        batch_rows: rows per batch.
        packing: as given to `training_batches`.
        context: likewise.

    Returns:
        The number, the same in each epoch.
    """
    n_rows = len(_packs(rows, context, 0)) if packing else len(rows)
    return -(-n_rows // batch_rows)


def sorted_batches(rows: Sequence[Row], batch_rows: int, pad: int) -> Iterator[Batch]:
    """Yield every row once, sorted by length; for validation.

    Args:
        rows: the rows.
        batch_rows: rows per batch.
        pad: id of the padding token.

    Yields:
        Batches.
    """
    order = np.argsort(row_lengths(rows), kind="stable")
    for start in range(0, len(order), batch_rows):
        yield make_batch([rows[place] for place in order[start : start + batch_rows].tolist()], pad)


def row_lengths(rows: Sequence[Row]) -> NDArray[np.int64]:
    """Return the number of ids of each row.

    Args:
        rows: the rows.

    Returns:
        One number per row.
    """
    if isinstance(rows, TokenRows):
        return rows.lengths
    return np.array([len(row.ids) for row in rows], np.int64)


def _packs(rows: Sequence[Row], context: int | None, seed: int) -> Packs:
    if context is None:
        raise ValueError("packing needs the context: how many places a row has")
    return pack_rows(row_lengths(rows) - 1, context, seed)


def _like_lengths(
    rows: Sequence[Row], batch_rows: int, seed: tuple[int, int]
) -> Iterator[NDArray[Any]]:
    """Yield the places of each batch's rows, for one epoch."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(rows))
    pools = np.arange(len(order)) // (batch_rows * BATCHES_PER_POOL)
    order = order[np.lexsort((row_lengths(rows)[order], pools))]
    for batch in rng.permutation(-(-len(order) // batch_rows)):
        yield order[batch * batch_rows : (batch + 1) * batch_rows]


def _mixed(n: int, batch_rows: int, seed: tuple[int, int]) -> Iterator[NDArray[Any]]:
    """Yield the places of each batch's packs, for one epoch."""
    order = np.random.default_rng(seed).permutation(n)
    for start in range(0, n, batch_rows):
        yield order[start : start + batch_rows]


def _empty(n_rows: int, width: int, pad: int, positions: Tensor | None = None) -> Batch:
    ids = torch.full((n_rows, width), pad, dtype=torch.long)
    targets = torch.full((n_rows, width), IGNORED, dtype=torch.long)
    return Batch(ids, targets, torch.zeros((n_rows, 3), dtype=torch.long), positions)


def _put(batch: Batch, place: int, start: int, row: Row) -> int:
    """Write a text into a row of a batch; return where the next may start."""
    ids = torch.from_numpy(np.asarray(row.ids, np.int64))
    end = start + len(ids) - 1
    batch.ids[place, start:end] = ids[:-1]
    targets = batch.targets[place, start:end]
    if row.learned is None:
        targets[row.n_prompt - 1 :] = ids[row.n_prompt :]
    else:
        learned = torch.from_numpy(row.learned[1:])
        targets[learned] = ids[1:][learned]
    if batch.positions is not None:
        batch.positions[place, start:end] = torch.arange(end - start)
    batch.row_counts[place] += torch.tensor((len(ids), 1, row.n_bytes))
    return end
