"""Batches: every row once per epoch, targets one place ahead, the order fixed by the seed."""

from itertools import islice

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lab.train.arrays import Row
from lab.train.batches import (
    IGNORED,
    Batch,
    batches_per_epoch,
    make_batch,
    sorted_batches,
    training_batches,
)

ROWS = st.lists(
    st.integers(2, 12).flatmap(
        lambda n: st.builds(
            lambda first, n_prompt: Row((first, *range(1, n)), n_prompt),
            st.integers(100, 10_000),
            st.integers(1, n - 1),
        )
    ),
    min_size=1,
    max_size=40,
    unique_by=lambda row: row.ids[0],
)


def test_targets_are_the_next_tokens_of_the_reference_only() -> None:
    batch = make_batch([Row((7, 8, 9, 2), 2), Row((7, 5), 1)], pad=0)
    assert batch.ids.tolist() == [[7, 8, 9], [7, 0, 0]]
    assert batch.targets.tolist() == [[IGNORED, 9, 2], [5, IGNORED, IGNORED]]
    assert batch.n_tokens == 6


@given(rows=ROWS, batch_rows=st.integers(1, 7), seed=st.integers(0, 99))
def test_an_epoch_holds_every_row_once(rows: list[Row], batch_rows: int, seed: int) -> None:
    n_batches = -(-len(rows) // batch_rows)
    batches = islice(training_batches(rows, batch_rows, 0, seed), n_batches)
    seen = sorted(first for batch in batches for first in batch.ids[:, 0].tolist())
    assert seen == sorted(row.ids[0] for row in rows)


@given(rows=ROWS, batch_rows=st.integers(1, 7))
def test_validation_sees_every_row_once(rows: list[Row], batch_rows: int) -> None:
    seen = sorted(
        first for batch in sorted_batches(rows, batch_rows, 0) for first in batch.ids[:, 0].tolist()
    )
    assert seen == sorted(row.ids[0] for row in rows)


def test_the_seed_fixes_the_order() -> None:
    rows = [Row((1, token, 2), 1) for token in range(10, 60)]

    def first_epochs(seed: int) -> list[torch.Tensor]:
        return [batch.ids for batch in islice(training_batches(rows, 4, 0, seed), 30)]

    def equal(left: list[torch.Tensor], right: list[torch.Tensor]) -> bool:
        return all(torch.equal(one, other) for one, other in zip(left, right, strict=True))

    assert equal(first_epochs(3), first_epochs(3))
    assert not equal(first_epochs(3), first_epochs(4))


def test_rows_of_like_length_stand_together() -> None:
    rows = [Row(tuple(range(2 + number % 50)), 1) for number in range(400)]
    n_padded = n_real = 0
    for batch in islice(training_batches(rows, 8, 0, 0), 50):
        n_padded += batch.ids.numel()
        n_real += batch.n_tokens - len(batch.ids)
    assert n_padded < 1.1 * n_real


def same(left: list[Batch], right: list[Batch]) -> bool:
    return len(left) == len(right) and all(
        torch.equal(one.ids, other.ids)
        and torch.equal(one.targets, other.targets)
        and torch.equal(one.row_counts, other.row_counts)
        for one, other in zip(left, right, strict=True)
    )


@given(rows=ROWS, batch_rows=st.integers(1, 7), start=st.integers(0, 30), packing=st.booleans())
def test_the_batch_of_a_step_does_not_depend_on_where_one_began(
    rows: list[Row], batch_rows: int, start: int, packing: bool
) -> None:
    def batches(begin: int, end: int) -> list[Batch]:
        found = training_batches(rows, batch_rows, 0, 5, begin, packing, 16)
        return list(islice(found, end - begin))

    assert same(batches(start, start + 8), batches(0, start + 8)[start:])


@given(rows=ROWS, batch_rows=st.integers(1, 7), seed=st.integers(0, 99))
def test_a_packed_epoch_holds_every_text_once(rows: list[Row], batch_rows: int, seed: int) -> None:
    n_batches = batches_per_epoch(rows, batch_rows, True, 16)
    batches = list(islice(training_batches(rows, batch_rows, 0, seed, 0, True, 16), n_batches))
    firsts = [token for batch in batches for token in batch.ids.flatten().tolist() if token >= 100]
    assert sorted(firsts) == sorted(row.ids[0] for row in rows)
    assert sum(batch.n_texts for batch in batches) == len(rows)
    assert sum(batch.n_tokens for batch in batches) == sum(len(row.ids) for row in rows)
    assert {batch.ids.shape[1] for batch in batches} == {16}


def test_packing_asks_for_the_width_of_a_row() -> None:
    with pytest.raises(ValueError, match="context"):
        next(training_batches([Row((1, 2), 1)], 1, 0, 0, packing=True))


@given(rows=ROWS, n=st.integers(1, 9), packing=st.booleans())
def test_parts_hold_each_row_once(rows: list[Row], n: int, packing: bool) -> None:
    batch = next(training_batches(rows, 6, 0, 0, 0, packing, 16))
    parts = batch.parts(n)
    assert len(parts) == n
    for count in ("n_tokens", "n_texts", "n_targets", "n_bytes"):
        assert sum(getattr(part, count) for part in parts) == getattr(batch, count)
    busy = [part for part in parts if part.n_tokens]
    assert parts[: len(busy)] == busy
    assert len(busy) == min(n, batch.n_rows)
    assert max(part.n_rows for part in busy) - min(part.n_rows for part in busy) <= 1
    assert all(part.n_targets == 0 and part.n_rows == 1 for part in parts[len(busy) :])


def test_a_part_has_no_more_places_than_its_longest_row() -> None:
    batch = make_batch([Row((7, 8), 1), Row((7, 5, 9), 1), Row((1, 2, 3, 4, 5), 2)], pad=0)
    short, long = batch.parts(2)
    assert short.ids.tolist() == [[7]]
    assert long.ids.tolist() == [[7, 5, 0, 0], [1, 2, 3, 4]]


def test_several_turns_are_learned_where_the_row_says_so() -> None:
    learned = np.array([False, False, True, False, True, True])
    batch = make_batch([Row((1, 5, 6, 7, 8, 2), 2, learned=learned)], pad=0)
    assert batch.targets.tolist() == [[IGNORED, 6, IGNORED, 8, 2]]
