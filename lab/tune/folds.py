"""Turns a sequence of rows into folds that share no text, without holding the rows."""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar, overload

import numpy as np

from lab.errors import InputError

Row = TypeVar("Row")


_BLOCK = 64
"""Rows that are read in one go."""


class Part(Sequence[Row]):
    """Some rows of a sequence, read when asked for."""

    def __init__(self, rows: Sequence[Row], places: np.ndarray):
        """Choose rows.

        Args:
            rows: all rows; where they have a method `read_at`, several are read by it in one go.
            places: 0-based places of the chosen ones, in the order to give them.
        """
        self.rows, self.places = rows, places

    def __len__(self) -> int:
        """Return the number of chosen rows."""
        return len(self.places)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        """Read one row, or a list of them."""
        if isinstance(index, slice):
            return _read_at(self.rows, self.places[index])
        return self.rows[int(self.places[index])]

    def __iter__(self) -> Iterator[Row]:
        """Read all chosen rows in order."""
        for start in range(0, len(self), _BLOCK):
            yield from self[start : start + _BLOCK]

    def read_at(self, places: Sequence[int]) -> list[Row]:
        """Read the rows at some places, in one go."""
        return _read_at(self.rows, self.places[places])


class Joined(Sequence[Row]):
    """Two sequences of rows, one after the other."""

    def __init__(self, first: Sequence[Row], second: Sequence[Row]):
        """Join them; none is read."""
        self.first, self.second = first, second

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.first) + len(self.second)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        """Read one row, or a list of them."""
        if isinstance(index, slice):
            return self.read_at(range(*index.indices(len(self))))
        place = index + len(self) if index < 0 else index
        if place < len(self.first):
            return self.first[place]
        return self.second[place - len(self.first)]

    def read_at(self, places: Sequence[int]) -> list[Row]:
        """Read the rows at some places, those of each sequence in one go."""
        wanted = np.asarray(places, np.int64)
        is_first = wanted < len(self.first)
        first = iter(_read_at(self.first, wanted[is_first]))
        second = iter(_read_at(self.second, wanted[~is_first] - len(self.first)))
        return [next(first if one else second) for one in is_first]


def _read_at(rows: Sequence[Row], places: np.ndarray) -> list[Row]:
    read_at = getattr(rows, "read_at", None)
    found: list[Row] = (
        [rows[place] for place in places.tolist()] if read_at is None else read_at(places)
    )
    return found


def folds(
    rows: Sequence[Row],
    groups: Iterable[str],
    n_folds: int,
    seed: int,
    learn_only: np.ndarray | None = None,
) -> list[tuple[Part[Row], Part[Row]]]:
    """Split rows into folds of like size; rows of one group stay together.

    Args:
        rows: all rows; read only when a fold is.
        groups: one text per row, such as its prompt: rows with the same text belong together.
        n_folds: how many, from 2.
        seed: of the order in which the groups are dealt out.
        learn_only: (rows,) True for rows that are never measured on; they too are learned from
            only where their group is.

    Returns:
        For each fold the rows to learn from and the rows to measure on; each row is measured on
        in exactly one fold.

    Raises:
        InputError: there are fewer groups than folds.
    """
    keys = np.fromiter((_hash(group) for group in groups), np.uint64, len(rows))
    _, of_row, sizes = np.unique(keys, return_inverse=True, return_counts=True)
    if len(sizes) < n_folds:
        raise InputError(
            f"{n_folds} folds need {n_folds} different prompts, and there are {len(sizes)}; "
            f"give --folds {len(sizes)} or fewer, or none"
            if len(sizes) > 1
            else f"{n_folds} folds need {n_folds} different prompts, and all rows have the same"
        )
    of_group = _dealt(sizes, n_folds, np.random.default_rng(seed))
    fold = of_group[of_row]
    measured = np.ones(len(rows), bool) if learn_only is None else ~learn_only
    return [
        (
            Part(rows, np.flatnonzero(fold != number)),
            Part(rows, np.flatnonzero((fold == number) & measured)),
        )
        for number in range(n_folds)
    ]


def _dealt(sizes: np.ndarray, n_folds: int, random: np.random.Generator) -> np.ndarray:
    """Give each group to the fold that is smallest so far, the largest groups first."""
    order = random.permutation(len(sizes))
    order = order[np.argsort(-sizes[order], kind="stable")]
    found = np.empty(len(sizes), np.int64)
    filled = [(0, fold) for fold in range(n_folds)]
    for group in order:
        size, fold = filled[0]
        found[group] = fold
        heapq.heapreplace(filled, (size + int(sizes[group]), fold))
    return found


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")
