from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import datasets
import pandas as pd
import pytest

from lab import records as r
from lab.errors import ConfigError, InputError, UnknownNameError
from lab.home import find_home
from storage import exchange, frames
from storage.client import Store, open_store, stop_owner
from storage.preferences import preferences
from tests.storage.answers import Answers

WHAT = {
    "ratings": frames.ratings,
    "votes": frames.votes,
    "spans": frames.reviewer_spans,
    "joined": frames.joined,
}


@pytest.fixture(scope="module")
def answered(
    tmp_path_factory: pytest.TempPathFactory, made: ModuleType
) -> Iterator[SimpleNamespace]:
    """Open a store with ratings, votes and marks, some of them changed."""
    folder = tmp_path_factory.mktemp("exchanged")
    home = find_home(folder, str(folder / "lab.duckdb"))
    study = made.small_study(n_rate=2, n_ab=6, n_reviewers=3)
    versioned = dataclasses.replace(study.study, version=2, protocol_sha256="f" * 64)
    marked = r.Item(
        study_id=study.study.id, kind=r.ItemKind.SPANS, position=50,
        prompt_id=study.prompts[0].id, generation_a_id=study.generations[0][0].id,
    )  # fmt: skip
    answers = Answers()
    for n, reviewer in enumerate(study.reviewers):
        for item in study.items[:2]:
            answers.add(item, reviewer, "rate", ratings={"fluency": 1 + n, "coherence": 5})
        answers.add(marked, reviewer, "spans", spans=((0, 4),) * (n > 0))
    answers.add(study.items[1], study.reviewers[0], "rate", ratings={"fluency": 4})
    for pair, votes in zip(study.items[2:], VOTES, strict=True):
        for reviewer, winner in zip(study.reviewers, votes, strict=True):
            answers.add(pair, reviewer, "vote", winners={"overall": winner}, swapped=True)
    with open_store(home) as store:
        store.add([versioned if x is study.study else x for x in study.records])
        store.add([marked, *answers.records])
        yield SimpleNamespace(store=store, study=study)
    stop_owner(home)


VOTES = [
    ("a", "a", "b"),
    ("b", "b", "tie"),
    ("a", "b", "tie"),
    ("tie", "tie", "both_bad"),
    ("b", "b", "b"),
    ("a", "both_bad", "tie"),
]


def read_back(path: Path) -> pd.DataFrame:
    if path.suffix == ".csv":
        return pd.read_csv(path, dtype={"prompt_key": str}, keep_default_na=False, na_values=[""])
    if path.suffix == ".jsonl":
        return pd.DataFrame(map(json.loads, path.read_text().splitlines()))
    if path.suffix == ".parquet":
        return pd.read_parquet(path)
    return datasets.load_from_disk(path).to_pandas()


def as_told(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Make all formats alike: times to microseconds, nothing to None, whole floats to ints."""
    frame = frame.copy()
    frame["created_at"] = pd.to_datetime(frame["created_at"], utc=True).astype(
        "datetime64[us, UTC]"
    )
    rows = frame.astype(object).to_dict("records")
    return [
        {name: None if value == "" or pd.isna(value) else value for name, value in row.items()}
        for row in rows
    ]


@pytest.mark.parametrize("what", list(WHAT))
@pytest.mark.parametrize("name", ["out.csv", "out.jsonl", "out.parquet", "out"])
def test_export_comes_back(answered: SimpleNamespace, tmp_path: Path, what: str, name: str) -> None:
    path = tmp_path / "new" / name
    n = exchange.export(answered.store, what, path)
    expected = WHAT[what](answered.store).drop(columns="reviewer_id")
    back = read_back(path)
    assert n == len(back) == len(expected) > 0
    assert as_told(back[list(expected.columns)]) == as_told(expected)
    assert [file.name for file in path.parent.iterdir()] == [name]
    assert set(back["study"]) == {"study v2"}
    assert set(back["study_version"]) == {2}
    assert set(back["protocol_sha256"]) == {"f" * 64}
    assert {"rev0", "rev1"}.isdisjoint(str(back.to_dict()).split("'"))


def test_places_stay_whole_numbers_beside_answers_without_marks(
    answered: SimpleNamespace, tmp_path: Path
) -> None:
    exchange.export(answered.store, "spans", tmp_path / "s.csv")
    back = pd.read_csv(tmp_path / "s.csv", dtype=str, keep_default_na=False)
    assert set(zip(back["start"], back["end"], strict=True)) == {("", ""), ("0", "4")}


def test_export_tells_how_often_an_answer_was_changed(
    answered: SimpleNamespace, tmp_path: Path
) -> None:
    exchange.export(answered.store, "ratings", tmp_path / "r.parquet")
    back = pd.read_parquet(tmp_path / "r.parquet")
    changed = back[(back["reviewer"] == "R0") & (back["item_id"] == answered.study.items[1].id)]
    assert changed[["criterion", "value", "n_versions"]].values.tolist() == [["fluency", 4, 2]]
    assert set(back["n_versions"].drop(changed.index)) == {1}


def test_export_replaces_files_but_no_folders(answered: SimpleNamespace, tmp_path: Path) -> None:
    file, folder = tmp_path / "a.csv", tmp_path / "a"
    file.write_text("old")
    exchange.export(answered.store, "votes", file)
    assert "old" not in file.read_text()
    exchange.export(answered.store, "votes", folder)
    with pytest.raises(InputError, match="holds something"):
        exchange.export(answered.store, "votes", folder)
    assert len(datasets.load_from_disk(folder)) == 18


def test_export_says_what_it_cannot_do(shared_store: Store, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\.csv, \.jsonl, \.parquet"):
        exchange.export(shared_store, "ratings", tmp_path / "a.xlsx")
    with pytest.raises(UnknownNameError, match="'texts'"):
        exchange.export(shared_store, "texts", tmp_path / "a.csv")
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot write"):
        exchange.export(shared_store, "ratings", tmp_path / "file" / "a.csv")
    with pytest.raises(InputError, match="is a file"):
        exchange.export(shared_store, "ratings", tmp_path / "file")


def test_preferences_are_the_pairs_with_a_majority(answered: SimpleNamespace) -> None:
    found = preferences(answered.store, test_share=0.25)
    rows = {
        row.prompt: (row.chosen_checkpoint, row.n_votes, row.margin, row.n_ties, row.n_both_bad)
        for row in found.frame.itertuples()
    }
    assert rows == {
        "p0": ("base", 3, pytest.approx(1 / 3), 0, 0),
        "p1": ("cand", 2, 1.0, 1, 0),
        "p4": ("cand", 3, 1.0, 0, 0),
        "p5": ("base", 1, 1.0, 1, 1),
    }
    assert (found.n_even, found.n_undecided, found.n_same) == (1, 1, 0)
    first = found.frame.set_index("prompt").loc["p0"]
    assert (first["chosen"], first["rejected"]) == ("base 0", "cand 0")
    assert list(found.frame.columns[:6]) == [
        "prompt", "chosen", "rejected", "study", "n_votes", "margin",
    ]  # fmt: skip


def test_preferences_are_split_by_prompt_and_seed(answered: SimpleNamespace) -> None:
    def tested(seed: int) -> set[str]:
        frame = preferences(answered.store, test_share=0.5, seed=seed).frame
        assert frame.groupby("prompt")["split"].nunique().max() == 1
        assert (frame["split"] == "test").sum() == 2
        return set(frame["prompt"][frame["split"] == "test"])

    assert tested(0) == tested(0)
    assert len({frozenset(tested(seed)) for seed in range(8)}) > 1


def test_one_prompt_of_two_studies_stays_in_one_split(store: Store, made: ModuleType) -> None:
    study = made.small_study(n_rate=0, n_ab=6, n_reviewers=1)
    again = r.Study(name="again", protocol=made.protocol(), protocol_sha256="0")
    items = [
        dataclasses.replace(
            item, id=r.new_id(), study_id=again.id,
            generation_a_id=item.generation_b_id, generation_b_id=item.generation_a_id,
        )
        for item in study.items
    ]  # fmt: skip
    answers = Answers()
    for item in (*study.items, *items):
        answers.add(item, study.reviewers[0], "vote", winners={"overall": "a"})
    store.add([*study.records, again, *items, *answers.records])
    frame = preferences(store, test_share=0.5).frame
    assert len(frame) == 12
    assert (frame.groupby("prompt")["split"].nunique() == 1).all()
    assert set(frame["chosen_checkpoint"][frame["study"] == "again"]) == {"cand"}


def test_preferences_become_splits_that_datasets_loads(
    answered: SimpleNamespace, tmp_path: Path
) -> None:
    found = preferences(answered.store, test_share=0.25)
    exchange.write(found.frame, tmp_path / "pairs", split="split")
    back = datasets.load_from_disk(tmp_path / "pairs")
    assert {name: len(rows) for name, rows in back.items()} == {"train": 3, "test": 1}
    assert {"prompt", "chosen", "rejected"} <= set(back["train"].column_names)
    assert set(back["train"]["prompt"]).isdisjoint(back["test"]["prompt"])


def test_preferences_of_nothing(answered: SimpleNamespace, shared_store: Store) -> None:
    with pytest.raises(ConfigError, match="no votes on 'style'; voted on: overall"):
        preferences(answered.store, "style")
    with pytest.raises(ConfigError, match="no pair was voted on yet"):
        preferences(shared_store)
    with pytest.raises(ConfigError, match="from 0 to 1"):
        preferences(answered.store, test_share=1.5)
