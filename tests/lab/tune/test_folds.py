from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.errors import InputError
from lab.tune.folds import folds


@given(st.lists(st.integers(0, 30), min_size=1), st.integers(2, 5), st.integers(0, 3))
def test_each_row_is_measured_once_and_no_text_is_on_both_sides(groups, n_folds, seed) -> None:
    rows = [(number, str(group)) for number, group in enumerate(groups)]
    names = [group for _, group in rows]
    if len(set(groups)) < n_folds:
        with pytest.raises(InputError, match="different prompts"):
            folds(rows, names, n_folds, seed)
        return
    made = folds(rows, names, n_folds, seed)
    assert sorted(row for _, held_out in made for row in held_out) == rows
    for learn, held_out in made:
        assert held_out
        assert sorted([*learn, *held_out]) == rows
        assert not {group for _, group in learn} & {group for _, group in held_out}


def test_folds_are_even_and_seeded() -> None:
    rows = list(range(103))
    names = [str(row) for row in rows]
    made = folds(rows, names, 5, 1)
    assert sorted(len(held_out) for _, held_out in made) == [20, 20, 21, 21, 21]
    assert [list(part) for _, part in made] == [list(part) for _, part in folds(rows, names, 5, 1)]
    assert [list(part) for _, part in made] != [list(part) for _, part in folds(rows, names, 5, 2)]


def test_rows_are_read_only_when_asked_for() -> None:
    class Rows(list):
        read = 0

        def __getitem__(self, place):
            Rows.read += 1
            return super().__getitem__(place)

    rows = Rows(range(10))
    learn, held_out = folds(rows, map(str, range(10)), 2, 0)[0]
    assert Rows.read == 0
    assert held_out[1] == list(held_out)[1]
    assert list(learn[1:3]) == list(learn)[1:3]
