"""Checks `lab selftest`: what it prints, what it keeps, and what it refuses."""

from __future__ import annotations

import pytest

from lab.cli import main
from lab.selftest import recorded


def test_figures_are_printed_and_kept(tmp_path, capsys) -> None:
    words = ["selftest", "--home", str(tmp_path), "--topic", "agreement", "--runs", "2"]
    assert main([*words, "--seed", "3"]) == 0
    printed = capsys.readouterr().out
    (kept,) = recorded.read(tmp_path / "reports" / recorded.FILE_NAME)
    assert kept.topic == "agreement"
    assert kept.command == "lab selftest --topic agreement --runs 2 --seed 3"
    assert {(one.runs, one.seed) for one in kept.figures} == {(2, 3)}
    assert kept.figures[0].question in printed
    assert f"{len(kept.figures)} figures" in printed


@pytest.mark.parametrize(
    ("flag", "value", "said"),
    [("--runs", "1", "give 2 or more"), ("--seed", "-1", "give 0 or more")],
)
def test_settings_that_mean_nothing_are_refused(tmp_path, capsys, flag, value, said) -> None:
    assert main(["selftest", "--home", str(tmp_path), flag, value]) == 2
    assert said in capsys.readouterr().err


def test_a_broken_file_is_found_before_the_work(tmp_path, capsys) -> None:
    path = tmp_path / "reports" / recorded.FILE_NAME
    path.parent.mkdir()
    path.write_text("{")
    assert main(["selftest", "--home", str(tmp_path), "--topic", "agreement"]) == 2
    assert "is no recording of a self-test" in capsys.readouterr().err
