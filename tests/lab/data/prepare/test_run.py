"""Preparing from end to end: the folder, the record, the prompts for the store, the card."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.data.prepare.config import PrepareConfig
from lab.data.prepare.folder import FolderPrompts, read_rows
from lab.data.prepare.run import Prepared, prepare
from lab.errors import InputError
from lab.records import Split

WORDS = [
    "amber",
    "birch",
    "cedar",
    "dune",
    "ember",
    "fjord",
    "grove",
    "heath",
    "islet",
    "jetty",
    "kelp",
    "loam",
    "moor",
]


def story(number: int) -> str:
    """Write a text that is like no other."""
    n = len(WORDS)
    picked = [WORDS[(number * 7 + step * (number % 11 + 1)) % n] for step in range(12)]
    return f"Story {number}. The {' '.join(picked)} was seen by {number} people."


def pairs(n: int) -> list[dict[str, str]]:
    return [
        {"key": f"k{number}", "prompt": f"Write about {number}.", "reference": story(number)}
        for number in range(n)
    ]


def run(origin: str, data: Path, **settings: object) -> Prepared:
    config = PrepareConfig(name="tales", **settings)  # type: ignore[arg-type]
    return prepare([origin], config, data, lambda share, text: None)


def test_every_row_is_in_one_split_of_the_folder(write, tmp_path: Path) -> None:
    prepared = run(write("rows.jsonl", pairs(50)), tmp_path / "data")
    dataset = prepared.dataset
    assert prepared.n_by_split == {Split.TRAIN: 40, Split.VALIDATION: 5, Split.TEST: 5}
    assert dataset.n_prompts == 50
    found = [
        prompt for split in Split for prompt in FolderPrompts(dataset.id, dataset.path or "", split)
    ]
    assert sorted(prompt.text for prompt in found) == sorted(row["prompt"] for row in pairs(50))
    assert {prompt.text: prompt.reference for prompt in found} == {
        row["prompt"]: row["reference"] for row in pairs(50)
    }
    assert [path.name for path in (tmp_path / "data").iterdir()] == [Path(dataset.path or "").name]
    assert sorted(path.name for path in Path(dataset.path or "").iterdir()) == ["README.md", "rows"]


def test_held_out_prompts_are_for_the_store_and_training_stays_in_the_folder(
    write, tmp_path: Path
) -> None:
    prepared = run(write("rows.jsonl", pairs(60)), tmp_path / "data", review_rows=4)
    splits = [prompt.split for prompt in prepared.prompts]
    assert splits == [Split.VALIDATION] * 4 + [Split.TEST] * 4
    assert {prompt.dataset_id for prompt in prepared.prompts} == {prepared.dataset.id}


def test_equal_runs_have_equal_hashes(write, tmp_path: Path) -> None:
    origin = write("rows.jsonl", pairs(30))
    hashes = [
        run(origin, tmp_path / f"{number}", **settings).dataset.content_sha256
        for number, settings in enumerate(({}, {"workers": 2}, {"seed": 1}))
    ]
    assert hashes[0] == hashes[1] != hashes[2]


def test_the_card_tells_origin_consent_and_steps(write, tmp_path: Path) -> None:
    origin = write("rows.jsonl", pairs(20))
    dataset = run(origin, tmp_path / "data", licence="CC-BY-4.0", consent="a | b").dataset
    card = (Path(dataset.path or "") / "README.md").read_text()
    for told in (origin, "CC-BY-4.0", "a \\| b", dataset.content_sha256, "| train | 16 |"):
        assert told in card
    for step in (dataset.steps or {})["steps"]:
        assert f"| {step['name']} |" in card


def test_nothing_is_left_when_reading_fails(write, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        run(write("rows.jsonl", '{"prompt": "a", "reference": "b"}\n{"broken'), tmp_path / "data")
    assert list((tmp_path / "data").iterdir()) == []


def test_a_lost_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="prepare the data once more"):
        read_rows(tmp_path / "gone", Split.TRAIN)
