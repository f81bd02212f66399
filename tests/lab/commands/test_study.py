"""The command `lab study`: create, check, versions and status over a small lab's own store."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.cli import main
from lab.commands.study import change_status, create_study
from lab.errors import ReviewError, StoreError, UnknownNameError
from lab.home import Home, find_home
from lab.records import Control, ControlKind, StudyStatus
from lab.study.protocol import Protocol, sha256
from storage import checkpoints, frames, generations, studies
from storage.client import open_store, stop_owner

EXAMPLE = Path(__file__).parents[3] / "docs" / "example-study.toml"
WORDS = "the baker walked to market and sold ten loaves before her friend arrived with honey"
PLAN = ["--dataset", "world", "--checkpoints", "baseline", "candidate", "--n-prompts", "12"]


def story(*seed: object) -> str:
    draw = random.Random(str(seed))
    sentences = (" ".join(draw.sample(WORDS.split(), 9)).capitalize() + "." for _ in range(5))
    return " ".join(sentences)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """Make a lab with two systems, two samples of each, references, and one lonely text."""
    folder = tmp_path_factory.mktemp("study")
    keys = [f"p{number}" for number in range(40)] + ["g1", "g2", "g3"]
    with (folder / "texts.jsonl").open("w") as file:
        for key in keys:
            for name in ("baseline", "candidate"):
                for sample in range(2):
                    if (key, name) == ("p39", "candidate"):
                        continue
                    text = story(key, name, sample)
                    if (key, name, sample) == ("g3", "candidate", 0):
                        text = f"She gave nine apples. {text}"
                    row = {"prompt": f"Write story {key}.", "key": key, "checkpoint": name,
                           "text": text, "reference": story(key)}  # fmt: skip
                    file.write(json.dumps(row) + "\n")
    home = find_home(folder / "lab")
    assert run(home, "generations", "import", folder / "texts.jsonl", "--name", "world") == 0
    (folder / "password").write_text("a long enough password")
    for name, role in (("ada", "reviewer"), ("bea", "reviewer"), ("lead", "lead")):
        words = ("account", "add", name, "--role", role, "--password-file", folder / "password")
        assert run(home, *words) == 0
    yield home
    stop_owner(home)


def run(home: Home, *words: object) -> int:
    return main([*(str(word) for word in words), "--home", str(home.path)])


def counts(home: Home) -> dict[str, int]:
    with open_store(home) as store:
        return dict(frames.counts(store))


def status_of(home: Home, name: str, version: int) -> StudyStatus:
    with open_store(home) as store:
        return studies.status(store, studies.named(store, name, version).id)


def test_check_tells_all_and_makes_nothing(small: Home, capsys: pytest.CaptureFixture[str]) -> None:
    before = counts(small)
    capsys.readouterr()
    assert run(small, "study", "check", "plan", *PLAN, "--degraded", "0.5") == 0
    said = capsys.readouterr().out
    assert counts(small) == before
    # 24 ratings, 12 pairs and 4 repeats of them, 6 worse texts; 3 reviewers; a minute each.
    assert "138 answers at 60 s: 2.3 hours of reviewing, 0.8 hours for each of 3 rev" in said
    assert "on 12 prompts with 3 reviewers per item, 3 in all" in said
    assert "mean ratings that differ by 1." in said
    assert "assumed standard deviations: prompts 0.7" in said
    assert "win rates of " in said
    assert "each item needs 3 different reviewers, and 2 can sign in" in said
    assert "1 prompts are left out" in said
    assert "no repeats" not in said
    assert "blindness" not in said


def test_check_plans_with_other_people_and_spreads(
    small: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["study", "check", "plan", *PLAN, "--design", "rate", "--reviewers", "9"]
    assert run(small, *words, "--rating-spread", "0", "0", "0.1") == 0
    said = capsys.readouterr().out
    assert "hours for each of 9 reviewers" in said
    assert "mean ratings that differ by 0." in said
    assert "win rates" not in said
    assert run(small, *words[:-1], "2") == 2
    assert "each item needs 3 different reviewers" in capsys.readouterr().err
    assert run(small, *words, "--rating-spread", "0", "0", "0") == 2
    assert "the residual above 0" in capsys.readouterr().err


def test_a_study_of_marks_alone_has_no_power(
    small: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(small, "study", "check", "plan", *PLAN, "--design", "spans") == 0
    said = capsys.readouterr().out
    assert "no power is given: this study only marks spans" in said
    assert "found with" not in said


def test_the_example_of_the_documents_becomes_a_study(
    small: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(small, "study", "create", "--protocol", EXAMPLE) == 0
    said = capsys.readouterr().out
    assert "study 'honey-tales'" in said
    assert "run `lab check` before the start" in said
    notes = [line.removeprefix("note: ") for line in said.splitlines() if "note: " in line]
    with open_store(small) as store:
        study = studies.named(store, "honey-tales")
        items, controls = studies.items(store, study.id), studies.controls(store, study.id)
        names = {one.id: one.name for one in checkpoints.every(store)}
        shown = [id for item in items for id in (item.generation_a_id, item.generation_b_id) if id]
        texts = generations.by_ids(store, shown)
    assert set(shown) == set(texts)
    assert {names[text.checkpoint_id] for text in texts.values()} == {
        "baseline", "candidate", "reference", "control"
    }  # fmt: skip
    assert {control.kind for control in controls} == set(ControlKind)
    assert [item.position for item in items] == list(range(len(items)))
    assert study.protocol_sha256[:12] in said
    capsys.readouterr()
    assert run(small, "study", "check", "honey-tales") == 0
    said = capsys.readouterr().out
    assert f"protocol {study.protocol_sha256[:12]}: draft" in said
    assert set(notes) <= {line.removeprefix("- ") for line in said.splitlines()}
    assert "every reviewer gets the training items" in said


def test_what_cannot_be_made_whole_leaves_nothing(
    small: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    before = counts(small)
    for words, message in (
        (
            [*PLAN, "--n-training", "60"],
            "no prompt with a text from every checkpoint is left (59 kept",
        ),
        ([*PLAN, "--title", "Is the candidate better?"], "title holds 'candidate'"),
        ([*PLAN, "--prompt-keys", "q*"], "fits prompt_keys ['q*']; mend the filter"),
        ([*PLAN[:-1], "99"], "set n_prompts = 42"),
    ):
        assert run(small, "study", "create", "never", *words) == 2
        assert message in capsys.readouterr().err
    assert counts(small) == before


def test_a_new_version_takes_the_place_of_the_old_one(
    small: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    first = Protocol(
        name="twice", dataset="world", checkpoints=("baseline", "candidate"), n_prompts=4
    )
    second = Protocol(
        name="twice", dataset="world", checkpoints=("baseline", "candidate"), n_prompts=5
    )
    with pytest.raises(UnknownNameError, match="no study named 'twice'"):
        create_study(small, first, new_version=True)
    create_study(small, first)
    for protocol in (first, second):
        with pytest.raises(StoreError, match="choose another name, or make version 2 of it"):
            create_study(small, protocol)
    with pytest.raises(StoreError, match="'twice' has this very protocol"):
        create_study(small, first, new_version=True)
    assert change_status(small, "twice", "open").version == 1
    newer, _, _ = create_study(small, second, new_version=True)
    assert (newer.version, newer.protocol_sha256) == (2, sha256(second))
    # While the second is a draft, pausing means the one that is going on.
    assert change_status(small, "twice", "paused").version == 1
    assert change_status(small, "twice", "open", version=1).version == 1
    capsys.readouterr()
    assert change_status(small, "twice", "open").version == 2
    assert "study 'twice' is closed: a newer version takes its place" in capsys.readouterr().out
    assert status_of(small, "twice", 1) is StudyStatus.CLOSED
    assert status_of(small, "twice", 2) is StudyStatus.OPEN
    with pytest.raises(ReviewError, match="study 'twice' is closed for good"):
        change_status(small, "twice", "open", version=1)
    assert run(small, "study", "status", "twice") == 0
    said = capsys.readouterr().out
    assert "study 'twice': closed, not complete" in said
    assert f"study 'twice v2': open, not complete\nprotocol {sha256(second)}" in said


def test_an_older_version_does_not_start_beside_a_newer_one(small: Home) -> None:
    for n_prompts in (4, 5):
        protocol = Protocol(
            name="behind", dataset="world", checkpoints=("baseline", "candidate"),
            n_prompts=n_prompts,
        )  # fmt: skip
        create_study(small, protocol, new_version=n_prompts == 5)
    assert status_of(small, "behind", 1) is StudyStatus.DRAFT
    with pytest.raises(ReviewError, match="'behind v2' is a draft, so there is nothing to pause"):
        change_status(small, "behind", "paused")
    change_status(small, "behind", "open")
    assert status_of(small, "behind", 1) is StudyStatus.CLOSED
    change_status(small, "behind", "closed")
    assert status_of(small, "behind", 2) is StudyStatus.CLOSED


def test_status_lists_versions_with_hash_and_completeness(
    small: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    protocol = Protocol(name="listed", dataset="world", checkpoints=("baseline", "candidate"))
    study, n_items, _ = create_study(small, protocol)
    capsys.readouterr()
    assert run(small, "study", "status") == 0
    (row,) = [line for line in capsys.readouterr().out.splitlines() if " listed " in line]
    assert study.protocol_sha256[:12] in row
    assert row.split()[-3:] == ["no", "0", "0"]
    with open_store(small) as store:
        stored = store.select(Control, "WHERE kind = 'repeat'")
        items = {item.id for item in studies.items(store, study.id)}
    assert len(items) == n_items
    assert sum(control.item_id in items for control in stored) == round(42 * 3 * 0.1)


def test_nothing_to_check_is_said(small: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(small, "study", "check") == 2
    assert "give the name of a study, or --protocol FILE" in capsys.readouterr().err
    assert run(small, "study", "check", "nothing") == 2
    assert "no study named 'nothing'" in capsys.readouterr().err
    assert run(small, "study", "create", *PLAN) == 2
    assert "field 'name' is missing" in capsys.readouterr().err
