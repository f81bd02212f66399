"""Batches: every row once per epoch, targets one place ahead, the order fixed by the seed."""

from itertools import islice

import torch
from hypothesis import given
from hypothesis import strategies as st

from lab.train.arrays import Row
from lab.train.batches import IGNORED, make_batch, sorted_batches, training_batches

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
