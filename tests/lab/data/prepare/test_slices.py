"""Slices of rows: few rows at once, and few bytes, whatever the rows are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from datasets import Dataset, load_from_disk
from hypothesis import given
from hypothesis import strategies as st

from lab.data.prepare import slices
from lab.data.prepare.boilerplate import boilerplate_step
from lab.data.prepare.config import PrepareConfig
from lab.data.prepare.copies import copy_steps
from lab.data.prepare.harmful import _texts
from lab.data.prepare.rows import features, new_row
from lab.data.prepare.slices import (
    each_slice,
    in_slices,
    map_slices,
    slices_of,
    write_set,
    write_stream,
)
from lab.data.prepare.steps import SetStep

LENGTHS = [10, 90, 0, 300, 40, 40, 40, 5, *[1] * 50]
TURN = {"role": "user", "content": "x" * 40}


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "BYTES", 200)
    monkeypatch.setattr(slices, "BATCH", 16)


def rows(lengths: list[int] = LENGTHS) -> Dataset:
    made = [new_row(key="", place="", reference="x" * length) for length in lengths]
    return Dataset.from_list(made, features=features())


def fits(lengths: list[int]) -> bool:
    return len(lengths) == 1 or (sum(lengths) <= 200 and 0 < len(lengths) <= 16)


@given(st.lists(st.integers(0, 250), min_size=1, max_size=40))
def test_slices_are_as_long_as_may_be(lengths: list[int]) -> None:
    found = slices_of(rows(lengths))
    assert [place for start, stop in found for place in range(start, stop)] == [
        *range(len(lengths))
    ]
    assert all(fits(lengths[start:stop]) for start, stop in found)
    # None could have taken the next row too.
    assert not any(fits(lengths[start : stop + 1]) for start, stop in found[:-1])


def test_chosen_rows_and_chats_are_cut_by_their_own_lengths() -> None:
    chosen = rows().select([3, 0, 1, 4, 7, 3])
    assert slices_of(chosen) == [(0, 1), (1, 5), (5, 6)]
    turns = [1, 4, None, 2, 9]
    chats = [new_row(key="k", place="", messages=n and [TURN] * n, tags=["tag"] * 3) for n in turns]
    found = slices_of(Dataset.from_list(chats, features=features()))
    assert found == [(0, 1), (1, 3), (3, 4), (4, 5)]


@pytest.mark.parametrize("workers", [1, 2])
def test_no_process_gets_more_at_once(tmp_path: Path, workers: int) -> None:
    def checked(batch: list[dict[str, Any]]) -> list[dict[str, Any]]:
        assert fits([len(row["reference"]) for row in batch])
        return [row for row in batch if row["reference"]]

    made = map_slices(rows(), checked, tmp_path / "rows.arrow", workers)
    assert [len(text) for text in made["reference"]] == [one for one in LENGTHS if one]


def batches(path: Path) -> list[list[int]]:
    with pa.OSFile(str(path)) as file:
        found = list(pa.ipc.open_stream(file))
    return [[len(text) for text in one["reference"].to_pylist()] for one in found]


def test_rows_are_written_as_they_come(tmp_path: Path) -> None:
    left = [new_row(key="", place="", reference="x" * length) for length in LENGTHS]
    write_stream(iter(left), tmp_path / "rows.arrow")
    found = batches(tmp_path / "rows.arrow")
    assert [length for one in found for length in one] == LENGTHS
    # What is held is written once it is too much, so by one row more.
    assert all(fits(one[:-1] or one) for one in found)
    assert Dataset.from_file(str(tmp_path / "rows.arrow")).features == features()


def test_a_set_is_saved_in_slices_for_the_library_to_read(tmp_path: Path) -> None:
    chosen = rows().select([3, *range(len(LENGTHS))])
    write_set(chosen, tmp_path / "set")
    (path,) = (tmp_path / "set").glob("*.arrow")
    assert all(fits(one) for one in batches(path))
    assert load_from_disk(str(tmp_path / "set")).to_list() == chosen.to_list()
    assert [batch["reference"] for batch in in_slices(chosen)][:1] == [["x" * 300]]


@pytest.mark.parametrize("workers", [1, 2])
def test_no_process_looks_at_more_at_once(tmp_path: Path, workers: int) -> None:
    def noted(batch: list[dict[str, Any]], places: list[int]) -> None:
        lengths = [len(row["reference"]) for row in batch]
        assert fits(lengths)
        assert lengths == [LENGTHS[place] for place in places]
        with (tmp_path / "places").open("a") as file:
            file.write("".join(f"{place}\n" for place in places))

    each_slice(rows(), noted, workers)
    seen = [int(line) for line in (tmp_path / "places").read_text().split()]
    assert sorted(seen) == list(range(len(LENGTHS)))


def test_no_step_reads_texts_by_a_number_of_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(done: Any) -> Any:
        def checked(self: Dataset, *given: Any, **named: Any) -> Any:
            assert "reference" not in self.column_names
            return done(self, *given, **named)

        return checked

    monkeypatch.setattr(Dataset, "iter", refused(Dataset.iter))
    monkeypatch.setattr(Dataset, "map", refused(Dataset.map))
    config = PrepareConfig(name="x")
    steps = [*copy_steps(config), boilerplate_step(2, tidy=True)]
    for number, step in enumerate(steps):
        assert isinstance(step, SetStep)
        (tmp_path / f"{number}").mkdir()
        step.apply(rows([30, 40, 50]), tmp_path / f"{number}", 1)
    assert len(list(_texts(rows()))) == len(LENGTHS)
