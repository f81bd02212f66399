"""Turns rows on disk and steps into new rows on disk, slice by slice, with counts."""

from __future__ import annotations

import json
import os
import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from lab.data.prepare.rows import Fields
from lab.data.prepare.slices import BATCH as BATCH
from lab.data.prepare.slices import map_slices, slices_of
from lab.data.prepare.steps import Outcome, RowStep, SetStep, StepReport

if TYPE_CHECKING:
    from datasets import Dataset

_NOTED_SECONDS = 0.5


def run_row_steps(
    rows: Dataset,
    steps: Sequence[RowStep],
    out: Path,
    workers: int,
    note: Callable[[float], None] = lambda share: None,
) -> tuple[Dataset, list[StepReport]]:
    """Run steps that look at one row at a time, all in one pass.

    Args:
        rows: the rows.
        steps: the steps, in order.
        out: a folder that does not exist yet, for the new rows.
        workers: processes.
        note: told now and then, from another thread, which share of the rows is done.

    Returns:
        The new rows, in the old order, memory-mapped from `out`; one report per step.
    """
    out.mkdir(parents=True)
    notes = out / "counts"
    notes.mkdir()
    n_slices = len(slices_of(rows))
    processes = min(workers, n_slices)
    with _watched(notes, n_slices, note):
        made = map_slices(rows, _Applied(tuple(steps), str(notes)), out / "rows.arrow", processes)
    counted = _counted(notes, len(steps))
    shutil.rmtree(notes)
    reports = [_report(step, one, processes) for step, one in zip(steps, counted, strict=True)]
    return made, reports


def run_set_step(
    rows: Dataset, step: SetStep, scratch: Path, workers: int
) -> tuple[Dataset, StepReport]:
    """Run a step that must see all rows.

    Args:
        rows: the rows.
        step: the step.
        scratch: a folder that does not exist yet, which must stay as long as the rows are used.
        workers: processes.

    Returns:
        The new rows and the report.
    """
    scratch.mkdir(parents=True)
    started = time.perf_counter()
    outcome = step.apply(rows, scratch, workers)
    report = StepReport(
        name=step.name,
        settings=step.settings,
        n_in=len(rows),
        n_changed=outcome.n_changed,
        dropped=dict(outcome.dropped),
        n_out=len(outcome.rows),
        counts=dict(outcome.counts),
        seconds=time.perf_counter() - started,
    )
    return outcome.rows, report


@contextmanager
def _watched(notes: Path, n_slices: int, note: Callable[[float], None]) -> Iterator[None]:
    """Tell how far the processes are, by the lines of their notes, of which a slice writes one."""
    done = threading.Event()

    def watch() -> None:
        while not done.wait(_NOTED_SECONDS):
            n = sum(path.read_bytes().count(b"\n") for path in notes.iterdir())
            note(n / n_slices)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


class _Applied:
    """The steps as a function of a slice; notes its counts in a file of its own process."""

    def __init__(self, steps: tuple[RowStep, ...], notes: str):
        self.steps, self.notes = steps, notes

    def __call__(self, rows: list[Fields]) -> list[Fields]:
        noted = []
        for step in self.steps:
            tally: Counter[str] = Counter({"in": len(rows)})
            started = time.perf_counter_ns()
            rows = [one for row in rows for one in _one(step, row, tally)]
            took = time.perf_counter_ns() - started
            noted.append(tally | {"out": len(rows), "nanoseconds": took})
        with (Path(self.notes) / f"{os.getpid()}.jsonl").open("a") as file:
            file.write(json.dumps(noted) + "\n")
        return rows


def _one(step: RowStep, row: Fields, tally: Counter[str]) -> tuple[Fields, ...]:
    outcome: Outcome = step.apply(row)
    if not outcome.rows:
        tally[f"dropped {outcome.reason}"] += 1
    elif outcome.rows[0] is not row:
        tally["changed"] += 1
    for what, n in outcome.counts.items():
        tally[f"counted {what}"] += n
    return outcome.rows


def _counted(notes: Path, n_steps: int) -> list[Counter[str]]:
    totals: list[Counter[str]] = [Counter() for _ in range(n_steps)]
    for path in notes.iterdir():
        for line in path.read_text().splitlines():
            for total, noted in zip(totals, json.loads(line), strict=True):
                total.update(noted)
    return totals


def _report(step: RowStep, total: Counter[str], processes: int) -> StepReport:
    def begun(word: str) -> dict[str, int]:
        return {name[len(word) :]: n for name, n in sorted(total.items()) if name.startswith(word)}

    return StepReport(
        name=step.name,
        settings=step.settings,
        n_in=total["in"],
        n_changed=total["changed"],
        dropped=begun("dropped "),
        n_out=total["out"],
        counts=dict[str, int | float](begun("counted ")),
        seconds=total["nanoseconds"] / 1e9 / processes,
    )
