"""Passes over rows: counts per step, whatever the processes, and how far they are."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from datasets import Dataset

from lab.data.prepare import passes
from lab.data.prepare.passes import BATCH, run_row_steps
from lab.data.prepare.rows import features, new_row
from lab.data.prepare.steps import Outcome, RowStep


def even(row: dict[str, Any]) -> Outcome:
    number = int(row["reference"])
    return Outcome((row,)) if number % 2 == 0 else Outcome((), "odd", {"seen": 1})


def doubled(row: dict[str, Any]) -> Outcome:
    return Outcome((row | {"key": row["key"] + "a"}, row), counts={"copies": 1})


def rows(n: int) -> Dataset:
    made = [new_row(key=f"k{number}", place="", reference=str(number)) for number in range(n)]
    return Dataset.from_list(made, features=features())


@pytest.mark.parametrize("workers", [1, 2])
def test_each_step_counts_what_it_got_and_gave(tmp_path: Path, workers: int) -> None:
    steps = [RowStep("even", {}, even), RowStep("double", {"by": 2}, doubled)]
    made, reports = run_row_steps(rows(600), steps, tmp_path / "out", workers)
    assert made["key"][:4] == ["k0a", "k0", "k2a", "k2"]
    first, second = reports
    assert (first.n_in, first.n_out, first.n_changed) == (600, 300, 0)
    assert (first.dropped, first.counts) == ({"odd": 300}, {"seen": 300})
    assert (second.n_in, second.n_out, second.n_changed) == (300, 600, 300)
    assert (second.settings, second.counts) == ({"by": 2}, {"copies": 300})
    assert first.seconds > 0


def test_it_tells_how_far_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passes, "_NOTED_SECONDS", 0.001)
    half = threading.Event()

    def note(share: float) -> None:
        if share == 0.5:
            half.set()

    def wait(row: dict[str, Any]) -> Outcome:
        if row["key"] == f"k{BATCH}":  # the first row of the second of two batches
            assert half.wait(30)
        return Outcome((row,))

    run_row_steps(rows(2 * BATCH), [RowStep("wait", {}, wait)], tmp_path / "out", 1, note)
    assert half.is_set()
