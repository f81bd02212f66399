"""Words on prompts by the command line: at the import, later, and through an archive."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.cli import main
from lab.home import find_home
from storage.client import stop_owner

ROWS = [
    {"key": "a", "prompt": "The dragon sleeps.", "topics": "beast, sleep"},
    {"key": "b", "prompt": "A ship sails.", "topics": ["sea"]},
    {"key": "c", "prompt": "Two Dragons fly.", "topics": None},
]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "lab"
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    words = ["data", "import", str(tmp_path / "rows.jsonl"), "--name", "tales"]
    assert main([*words, "--tags-column", "topics", "--home", str(path)]) == 0
    yield path
    stop_owner(find_home(path))


def said(capsys: pytest.CaptureFixture[str], home: Path, *words: str) -> str:
    capsys.readouterr()
    assert main([*words, "--home", str(home)]) == 0
    return capsys.readouterr().out


def tags(capsys: pytest.CaptureFixture[str], home: Path) -> dict[str, int]:
    shown = said(capsys, home, "data", "show", "tales")
    return {name: int(n) for name, n in re.findall(r"^\W*(\w+)\W+(\d+)\W*$", shown, re.MULTILINE)}


def test_tags_are_imported_added_and_counted(capsys, home: Path) -> None:
    assert tags(capsys, home) == {"beast": 1, "sea": 1, "sleep": 1}
    words = ("data", "tag", "tales", "beast", "--pattern", "dragon")
    assert "put on 1 of 3 prompts of 'tales'; 1 had it already" in said(capsys, home, *words)
    said(capsys, home, "data", "tag", "tales", "short", "--keys", "a", "b")
    assert tags(capsys, home) == {"beast": 2, "sea": 1, "short": 2, "sleep": 1}


def test_an_import_says_what_it_took_and_left_out(capsys, tmp_path: Path) -> None:
    rows = tmp_path / "pairs.jsonl"
    rows.write_text('{"q": "Which?", "chosen": "This.", "rejected": "That."}\n')
    words = ("data", "import", str(rows), "--name", "pairs", "--prompt-column", "q")
    told = said(capsys, tmp_path / "lab", *words, "--consent", "asked them")
    assert "left out: 'chosen', 'rejected'; `lab data prepare` also reads" in told
    shown = said(capsys, tmp_path / "lab", "data", "show", "pairs")
    for line in (
        r"consent +asked them",
        r"columns +prompt 'q'",
        r"left out +'chosen', 'rejected'",
        r"split +train 0\.8, validation 0\.1, test 0\.1, seed 0",
    ):
        assert re.search(f"^{line}$", shown, re.MULTILINE), line
    assert "name now means the new one" in said(capsys, tmp_path / "lab", *words)
    stop_owner(find_home(tmp_path / "lab"))


def test_tags_travel_with_an_archive(capsys, home: Path, tmp_path: Path) -> None:
    said(capsys, home, "export", "all", str(tmp_path / "archive"))
    other = tmp_path / "other"
    said(capsys, other, "import", str(tmp_path / "archive"))
    assert tags(capsys, other) == {"beast": 1, "sea": 1, "sleep": 1}
    stop_owner(find_home(other))


def test_the_worlds_prompts_have_their_event_as_tag(capsys, tmp_path: Path) -> None:
    home = tmp_path / "world"
    sizes = ["--n-train", "30", "--n-validation", "0", "--n-test", "10"]
    said(capsys, home, "data", "world", *sizes)
    shown = said(capsys, home, "data", "show", "world")
    assert "share" in shown
    assert "no prompt has a tag" not in shown
    stop_owner(find_home(home))
