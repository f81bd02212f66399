"""The command `lab verdict`: the same sentences as on the dashboard."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lab.cli import main
from lab.home import Home, find_home
from storage.client import open_store, stop_owner
from tests.apps.dashboard.compared import CLEAR, ONE_SIDED, Compared


@pytest.fixture(scope="module")
def voted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    home = find_home(tmp_path_factory.mktemp("verdict"))
    with open_store(home) as store:
        store.add(list(Compared().records()))
    yield home
    stop_owner(home)


@pytest.fixture
def tell(voted: Home, capsys: pytest.CaptureFixture[str]):
    def run(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["verdict", *words, "--home", str(voted.path)])
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return run


def test_each_criterion_has_a_sentence_and_a_leaderboard(tell) -> None:
    code, said, _ = tell(CLEAR)
    assert code == 0
    assert "overall: candidate is better than baseline: " in said
    assert "You may stop" in said
    assert "In a single look candidate is better than baseline." in said
    assert "fluency: Not yet: candidate against baseline" in said
    assert "note: Ties are as frequent" in said
    assert said.index("overall:") < said.index("fluency:")


def test_one_criterion_and_a_chosen_pair(tell) -> None:
    _, said, _ = tell("--criterion", "overall", "--pair", "baseline", "candidate")
    assert "candidate is better than baseline" in said
    assert "fluency:" not in said
    assert "3 checkpoints make 3" in said
    _, said, _ = tell(CLEAR, "--pair", "baseline", "candidate", "--smallest", "30")
    assert "by less than 30 points" in said


def test_what_cannot_be_estimated_is_told_in_words(tell) -> None:
    _, said, _ = tell(ONE_SIDED)
    assert "lstm lost every vote to baseline" in said
    assert "Only 3 reviewers" in said
    assert "place" not in said


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nope"], "no study named 'nope'"),
        (["--criterion", "wit"], "no voted criterion named 'wit'; there is: overall, fluency"),
        (["--pair", "candidate", "x"], "'x'; there is: baseline, candidate, lstm"),
        (["--pair", "lstm", "lstm"], "both are 'lstm'"),
        (["--smallest", "0"], "must lie between 0 and 50"),
    ],
)
def test_what_does_not_exist_is_an_error_in_one_line(tell, words, told) -> None:
    code, said, error = tell(*words)
    assert code == 2
    assert said == ""
    assert told in error
    assert error.count("\n") == 1


def test_without_votes_it_says_what_to_do(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verdict", "--home", str(home.path)]) == 0
    assert "no votes yet" in capsys.readouterr().out
