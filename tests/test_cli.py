"""The command as a whole: help, imports, errors."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from lab.cli import COMMANDS, main

HEAVY = ("torch", "transformers", "gradio", "streamlit", "pandas", "numpy", "duckdb", "evaluate",
         "datasets", "pyarrow", "httpx", "rich", "scipy")  # fmt: skip

GROUPS = {
    "data": ("import", "world", "list"),
    "checkpoints": ("list", "add"),
    "generations": ("import", "show"),
    "ratings": ("import",),
    "study": ("create", "check", "start", "pause", "close", "status"),
    "account": ("add", "invite", "list"),
}

CALLS = [[name] for name in COMMANDS] + [
    [name, word] for name, words in GROUPS.items() for word in words
]


def loaded_by(*words: str) -> set[str]:
    """Run the command in a process of its own and return the heavy modules that it loaded."""
    code = (
        "import sys, contextlib\n"
        "from lab.cli import main\n"
        "with contextlib.suppress(SystemExit):\n"
        f"    main({list(words)!r})\n"
        "print(*sys.modules, sep='\\n', file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stderr.split()) & set(HEAVY)


def test_help_loads_nothing_heavy() -> None:
    assert loaded_by("--help") == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_each_command_loads_nothing_heavy(name: str) -> None:
    assert loaded_by(name, "--help") == set()


@pytest.mark.parametrize("call", CALLS, ids=" ".join)
def test_every_command_has_help(call: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main([*call, "--help"])
    assert left.value.code == 0
    shown = capsys.readouterr().out
    assert f"usage: lab {' '.join(call)}" in shown
    assert len(call) > 1 or "examples:" in shown


def test_unknown_command_is_an_error_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["trian"])
    assert left.value.code == 2
    assert capsys.readouterr().err.startswith("lab: error: ")


def test_without_words_the_overview_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main([])
    assert left.value.code == 0
    assert "lab demo" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("data", "whole or not at all"),
        ("sample", "what was finished is stored"),
        ("status", "interrupted\n"),
    ],
)
def test_what_is_left_of_an_interrupted_command_is_told(
    name: str, said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("lab.cli._run", stop)
    assert main([name]) == 130
    told = capsys.readouterr().err
    assert said in told
    assert ("is stored" in told) is (name in ("data", "sample"))


def test_an_error_about_a_name_with_a_line_end_is_one_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["data", "import", str(tmp_path / "two\nlines.csv"), "--name", "x"]) == 2
    assert re.fullmatch(
        r"lab: error: .*two\\nlines\.csv: there is no .*\n", capsys.readouterr().err
    )
