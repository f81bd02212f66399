"""Prompts of a prepared data set, read from its folder like a list."""

from __future__ import annotations

from pathlib import Path

import pytest
from datasets import Dataset

from lab.data.prepare.folder import FolderPrompts, write_rows
from lab.data.prepare.rows import features, new_row
from lab.errors import InputError
from lab.records import Split

TURNS = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hello?"}]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = [new_row(key=f"k{n}", place="", prompt=f"p{n}", reference=f"r{n}") for n in range(600)]
    rows.append(new_row(key="chat", place="", messages=TURNS, reference="Hi."))
    write_rows({Split.TRAIN: Dataset.from_list(rows, features=features())}, tmp_path)
    return tmp_path


def test_it_is_a_sequence_of_prompts(folder: Path) -> None:
    prompts = FolderPrompts("d", folder, Split.TRAIN)
    keys = [*(f"k{n}" for n in range(600)), "chat"]
    assert len(prompts) == 601
    assert [prompt.key for prompt in prompts] == keys
    assert [prompt.key for prompt in prompts[590:]] == keys[590:]
    assert [prompt.key for prompt in prompts[5:1:-2]] == ["k5", "k3"]
    assert (prompts[7].text, prompts[7].reference, prompts[-2].key) == ("p7", "r7", "k599")
    assert {(prompt.dataset_id, prompt.split) for prompt in prompts[:3]} == {("d", Split.TRAIN)}
    with pytest.raises(IndexError):
        prompts[601]


def test_a_chat_keeps_its_turns_and_shows_the_last_one(folder: Path) -> None:
    chat = FolderPrompts("d", folder, Split.TRAIN)[-1]
    assert (chat.text, chat.reference) == ("Hello?", "Hi.")
    assert chat.conversation == {"messages": TURNS}


def test_a_split_without_rows_is_empty_and_a_broken_one_is_said(folder: Path) -> None:
    assert list(FolderPrompts("d", folder, Split.TEST)) == []
    assert FolderPrompts("d", folder, Split.TEST)[:3] == []
    for path in (folder / "rows" / "train").glob("*.arrow"):
        path.write_bytes(b"broken")
    with pytest.raises(InputError, match="prepare the data once more"):
        FolderPrompts("d", folder, Split.TRAIN)
