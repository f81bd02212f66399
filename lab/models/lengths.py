"""Turns the lengths of rows into batches of like ones, so that little is padded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def by_length(lengths: Sequence[int], n_tokens: int) -> Iterator[list[int]]:
    """Put rows into batches.

    Args:
        lengths: of each row, in tokens.
        n_tokens: most tokens of a batch, padding with them; a longer row is a batch of its own.

    Yields:
        Numbers of rows, the shortest first.
    """
    batch: list[int] = []
    for number in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) + 1) * lengths[number] > n_tokens:
            yield batch
            batch = []
        batch.append(number)
    if batch:
        yield batch
