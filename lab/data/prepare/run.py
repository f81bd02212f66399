"""Turns files, a folder or a hub data set into a prepared data set in a folder of its own."""

from __future__ import annotations

import dataclasses
import json
import random
import shutil
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from lab.data.prepare.card import write_card
from lab.data.prepare.config import PrepareConfig
from lab.data.prepare.folder import prompt_of, write_rows
from lab.data.prepare.kinds import Columns
from lab.data.prepare.meter import Meter
from lab.data.prepare.passes import run_row_steps, run_set_step
from lab.data.prepare.place import Place, new_place
from lab.data.prepare.plan import steps_of
from lab.data.prepare.read import read
from lab.data.prepare.rows import Fields
from lab.data.prepare.slices import write_stream
from lab.data.prepare.splits import places_of
from lab.data.prepare.steps import RowStep, Step, StepReport
from lab.errors import InputError
from lab.records import Dataset, Prompt, PromptTag, Split, new_id

if TYPE_CHECKING:
    from datasets import Dataset as Rows

Advance = Callable[[float, str], None]

_READING, _STEPS = 0.1, 0.8
"""Shares of the whole, for the progress bar."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What preparing came to."""

    dataset: Dataset
    """The data set, whose folder is complete."""

    prompts: list[Prompt]
    """Held-out prompts for the store."""

    tags: list[PromptTag]
    """The words on them."""

    n_by_split: dict[Split, int]
    """Rows per split."""


def prepare(
    origins: Sequence[str],
    config: PrepareConfig,
    data_folder: Path,
    advance: Advance,
    *,
    stored: Collection[str] = (),
    keep: Callable[[Prepared], None] = lambda prepared: None,
) -> Prepared:
    """Prepare a data set; memory use does not grow with the amount of text.

    Args:
        origins: files, folders, or one hub name.
        config: which steps, and their settings.
        data_folder: the folder in which the data set gets a folder of its own; nothing is left
            there if anything fails, and what a killed run of this name left is deleted.
        advance: told the share done and what is being done.
        stored: folders that data sets in the store have.
        keep: puts what was prepared into the store; if it fails, the folder is deleted.

    Returns:
        The data set and what belongs into the store.

    Raises:
        InputError: something cannot be read, no row is left, or the disk is full.
    """
    dataset_id = new_id()
    with new_place(data_folder, config.name, dataset_id, stored) as place, _quiet():
        prepared = _prepare(origins, config, place, dataset_id, advance)
        place.finish()
        keep(prepared)
    return prepared


def _prepare(
    origins: Sequence[str], config: PrepareConfig, place: Place, dataset_id: str, advance: Advance
) -> Prepared:
    work = place.part / "work"
    advance(0.0, "reading")
    # Made first: a wrong setting is told before hours of reading, not after.
    steps = steps_of(config, place.part)
    rows, reading = _read(
        origins,
        config,
        work / "read",
        lambda share, n: advance(_READING * share, f"{n:,} rows read"),
    )
    rows, reports = _run(rows, steps, work, config.workers, advance)
    splits = {split: rows.select(places_of(rows, split)) for split in Split}
    advance(_READING + _STEPS, "writing")
    sha256 = write_rows(splits, place.part)
    counts = {split: len(found) for split, found in splits.items()}
    dataset = Dataset(
        id=dataset_id,
        name=config.name,
        origin=", ".join(origins),
        licence=config.licence,
        consent=config.consent,
        content_sha256=sha256,
        n_prompts=len(rows),
        config=json.loads(json.dumps(dataclasses.asdict(config))),
        path=str(place.folder),
        steps=account_of([reading, *reports], counts),
    )
    write_card(dataset, place.part)
    prompts, tags = _to_review(splits, config, dataset_id)
    shutil.rmtree(work)
    return Prepared(dataset=dataset, prompts=prompts, tags=tags, n_by_split=counts)


def account_of(reports: Iterable[StepReport], counts: Mapping[Split, int]) -> dict[str, object]:
    """Build what a data set remembers of its steps, with the versions that they depend on."""
    libraries = ("datasets", "tokenizers", "ftfy", "selectolax", "datasketch", "phonenumbers")
    names = ("review-lab", *libraries)
    return {
        "rows": {str(split): n for split, n in counts.items()},
        "steps": [dataclasses.asdict(report) for report in reports],
        "versions": {name: version(name) for name in names},
    }


def _read(
    origins: Sequence[str], config: PrepareConfig, out: Path, note: Callable[[float, int], None]
) -> tuple[Rows, StepReport]:
    """Write the rows to disk; the report tells what they were taken as."""
    from datasets import Dataset as Rows

    out.mkdir(parents=True)
    path = out / "rows.arrow"
    started, n, meter = time.perf_counter(), 0, Meter()
    taken: list[Columns] = []

    def counted() -> Iterator[Fields]:
        nonlocal n
        for row in read(origins, config, taken.append, meter):
            yield row
            n += 1
            if n % 1000 == 0:
                note(meter.share, n)

    write_stream(counted(), path)
    report = StepReport(
        name="read",
        settings={"kind": taken[0].kind, **_renamed(taken[0])},
        n_in=n,
        n_changed=0,
        dropped={},
        n_out=n,
        counts={},
        seconds=time.perf_counter() - started,
    )
    return Rows.from_file(str(path)), report


def _renamed(columns: Columns) -> dict[str, str]:
    """Return what the first row holds in columns of other names."""
    return {what: column for what, column in columns.first.items() if column != what}


def _run(
    rows: Rows, steps: Sequence[Step], work: Path, workers: int, advance: Advance
) -> tuple[Rows, list[StepReport]]:
    reports: list[StepReport] = []

    def note(n_steps: float, of: str) -> None:
        advance(_READING + _STEPS * n_steps / len(steps), of)

    for of_rows, several in groupby(steps, key=lambda step: isinstance(step, RowStep)):
        group = list(several)
        before = list(work.iterdir())
        if of_rows:
            in_pass = [step for step in group if isinstance(step, RowStep)]
            names, n = ", ".join(step.name for step in group), len(reports)
            note(n, names)
            rows, new = run_row_steps(
                rows,
                in_pass,
                work / f"{n}",
                workers,
                partial(_note_part, note, n, len(in_pass), names),
            )
            reports += new
            _check_left(rows, reports)
            # A pass writes every row anew, so that nothing refers to the files before it.
            for path in before:
                shutil.rmtree(path)
            continue
        for step in group:
            if not isinstance(step, RowStep):
                note(len(reports), step.name)
                rows, report = run_set_step(rows, step, work / f"{len(reports)}", workers)
                reports.append(report)
                _check_left(rows, reports)
    return rows, reports


def _note_part(
    note: Callable[[float, str], None], n_done: int, n_steps: int, names: str, share: float
) -> None:
    note(n_done + share * n_steps, names)


def _check_left(rows: Rows, reports: Sequence[StepReport]) -> None:
    if len(rows):
        return
    reasons = "; ".join(
        f"{n:,} by {report.name} ({reason})"
        for report in reports
        for reason, n in report.dropped.items()
    )
    raise InputError(f"no row is left: {reasons}; switch a step off or loosen its settings")


def _to_review(
    splits: Mapping[Split, Rows], config: PrepareConfig, dataset_id: str
) -> tuple[list[Prompt], list[PromptTag]]:
    prompts, tags = [], []
    for split in (Split.VALIDATION, Split.TEST):
        places = list(range(len(splits[split])))
        if len(places) > config.review_rows:
            chosen = random.Random(f"{config.seed} {split}").sample(places, config.review_rows)
            places = sorted(chosen)
        for place in places:
            row = splits[split][place]
            prompts.append(prompt_of(row, dataset_id, split))
            words = dict.fromkeys(row["tags"] or ())
            tags += [PromptTag(prompt_id=prompts[-1].id, tag=tag) for tag in words]
    return prompts, tags


class _quiet:
    """Keep the progress bars of the library to itself: the lab shows its own."""

    def __enter__(self) -> None:
        import datasets

        self.shown = datasets.is_progress_bar_enabled()
        datasets.disable_progress_bars()

    def __exit__(self, *_: object) -> None:
        import datasets

        if self.shown:
            datasets.enable_progress_bars()
