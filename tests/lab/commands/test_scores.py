from __future__ import annotations

from pathlib import Path

import pytest

from lab.cli import main
from storage import frames
from storage.client import Store


@pytest.fixture
def texts(store: Store, tmp_path: Path) -> Store:
    path = tmp_path / "texts.csv"
    path.write_text("prompt,system,text\nWhy?,x,So.\nWhy?,y,Thus.\nHow?,x,Well.\n")
    assert main(["generations", "import", str(path), "--name", "d", *home(store)]) == 0
    return store


def home(store: Store) -> list[str]:
    return ["--home", str(store.home.path)]


def run(store: Store, folder: Path, content: str, *words: str) -> int:
    path = folder / "scores.csv"
    path.write_text(content)
    return main(["scores", "import", str(path), *home(store), *words])


ROWS = "prompt,system,comet,note\nWhy?,x,.5,a\nWhy?,y,.7,b\n"


def test_scores_become_a_metric_once(texts: Store, tmp_path: Path, capsys) -> None:
    assert run(texts, tmp_path, ROWS, "--version", "comet-22") == 0
    assert "2 scores of 2 texts on 1 metrics: comet" in capsys.readouterr().out
    assert frames.generations(texts)["comet"].tolist()[:2] == [0.5, 0.7]
    assert run(texts, tmp_path, ROWS, "--version", "comet-22") == 0
    assert "2 scores were there already" in capsys.readouterr().out
    assert run(texts, tmp_path, ROWS.replace(".7", ".9"), "--version", "comet-22") == 0
    assert "1 scores of" in capsys.readouterr().out
    assert frames.generations(texts)["comet"].tolist()[:2] == [0.5, 0.9]
    assert main(["scores", "list", *home(texts)]) == 0
    assert "comet-22" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--metric", "rouge_l=comet"], "lab's own metrics"),
        (["--metric", "note"], "'a' is not a finite number"),
        (["--metric", "comet", "--metric", "comet=note"], "given twice"),
        (["--rename", "x=z"], "no checkpoint named 'z' has texts"),
        (["--dataset", "e"], "has texts; there is: none yet"),
    ],
)
def test_what_cannot_be_leaves_nothing(
    texts: Store, tmp_path: Path, capsys, words, message
) -> None:
    assert run(texts, tmp_path, ROWS, *words) == 2
    assert message in capsys.readouterr().err
    assert frames.scores(texts).empty


def test_a_name_in_other_capitals_is_refused(texts: Store, tmp_path: Path, capsys) -> None:
    assert run(texts, tmp_path, ROWS) == 0
    assert run(texts, tmp_path, ROWS, "--metric", "Comet=comet") == 2
    assert "differs from 'Comet' only in capitals" in capsys.readouterr().err


def test_nothing_yet(store: Store, capsys) -> None:
    assert main(["scores", "list", *home(store)]) == 0
    assert "no scores yet" in capsys.readouterr().out
