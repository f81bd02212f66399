"""Folds of prepared rows: groups stay together, altered copies are never measured on."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

from datasets import Dataset as Rows

from lab.commands.tuning import parts_of
from lab.data.prepare.folder import FolderPrompts, write_rows
from lab.data.prepare.rows import features, new_row
from lab.records import Dataset, Split
from lab.train.config import TrainConfig


def row(key: str, **fields) -> dict:
    return new_row(key=key, place="made", reference="text", **fields)


ROWS = [
    *(row(f"{group}{part}", group=group) for group in "abc" for part in range(3)),
    *(row(f"{group}-copy", group=group, altered="words left out") for group in "abc"),
    *(row(f"p{i}", prompt="the same") for i in range(2)),
    row("plain"),
    row("orphan", altered="words left out"),
]


def test_folds_of_prepared_rows(tmp_path, store) -> None:
    write_rows({Split.TRAIN: Rows.from_list(ROWS, features=features())}, tmp_path)
    dataset = Dataset(name="d", origin="made", content_sha256="0", n_prompts=0, config={})
    dataset = replace(dataset, path=str(tmp_path))
    learn = FolderPrompts(dataset.id, tmp_path, Split.TRAIN)
    job = SimpleNamespace(train_prompts=learn, validation_prompts=[], config=TrainConfig(name="x"))
    measured = []
    for known, held_out in parts_of(store, dataset, job, 3):
        learned, tested = {one.key for one in known}, {one.key for one in held_out}
        measured += sorted(tested)
        for group in "abc":
            whole = {f"{group}{part}" for part in range(3)}
            assert whole <= learned or whole <= tested
            assert (f"{group}-copy" in learned) == (whole <= learned)
        assert {"p0", "p1"} <= learned or {"p0", "p1"} <= tested
        assert "orphan" not in learned | tested
    assert sorted(measured) == sorted(one["key"] for one in ROWS if one["altered"] is None)
