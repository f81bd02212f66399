from __future__ import annotations

import json
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.data.prepare.config import PrepareConfig
from lab.data.prepare.folder import FolderPrompts
from lab.data.prepare.run import prepare
from lab.errors import InputError
from lab.records import Split
from lab.tune.folds import Joined, Part, folds


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


def test_slices_and_iteration_read_many_rows_at_once() -> None:
    class Rows(list):
        reads: ClassVar[list[int]] = []

        def read_at(self, places):
            Rows.reads.append(len(places))
            return [self[place] for place in places]

    first, second = Rows(range(100)), Rows(range(100, 130))
    joined = Joined(first, second)
    assert joined[95:105] == [*range(95, 105)]
    assert Rows.reads == [5, 5]
    assert joined[104:94:-1] == [*range(104, 94, -1)]
    part = Part(joined, np.arange(129, -1, -3))
    Rows.reads.clear()
    assert list(part) == [*range(129, -1, -3)] == part[:]
    assert len(Rows.reads) == 4  # 44 rows are one block; twice, of both
    assert Part(part, np.array([2, 0]))[:] == [123, 129]


def test_altered_copies_that_were_prepared_stay_with_their_originals(tmp_path) -> None:
    texts = [
        f"The cat number {n} sat there. Nobody saw the dog {n}. It was late." for n in range(30)
    ]
    lines = [{"prompt": text, "reference": "Yes.", "key": f"k{n}"} for n, text in enumerate(texts)]
    origin = tmp_path / "rows.jsonl"
    origin.write_text("".join(json.dumps(line) + "\n" for line in lines))
    config = PrepareConfig(
        name="x", shuffle_sentences=1.0, drop_words=0.2, near="off", quality=False, workers=1
    )
    prepared = prepare([str(origin)], config, tmp_path / "data", lambda share, note: None)
    found = FolderPrompts("d", prepared.dataset.path, Split.TRAIN).rows
    assert found is not None
    copies = np.array([altered is not None for altered in found["altered"]])
    assert copies.sum() >= 40
    assert None not in found["group"]
    for learn, held_out in folds(found, found["group"], 4, 0, copies):
        tested = {row["key"] for row in held_out}
        assert not any("~" in key for key in tested)
        assert not {row["key"].split("~")[0] for row in learn} & tested
        assert len(learn) + len(tested) == len(found) - sum(
            key.split("~")[0] in tested and "~" in key for key in found["key"]
        )
