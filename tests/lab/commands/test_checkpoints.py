"""`lab checkpoints show`: how a checkpoint was made, and settings that make it again."""

import re
from pathlib import Path

import pytest

from lab.cli import main
from lab.records import Checkpoint, CheckpointKind
from storage import checkpoints
from storage.client import Store

TINY = (
    *("--layers", "1", "--width", "16", "--vocabulary", "270", "--context", "48"),
    *("--batch-rows", "4", "--steps", "6", "--validate-every", "2", "--learning-rate", "1e-5"),
    *("--precision", "fp32", "--threads", "1", "--device", "cpu", "--dropout", "0.1"),
    *("--template", 'He said "{prompt}"\n', "--cost-per-hour", "9"),
)


def call(store: Store, *words: str) -> int:
    return main([*words, "--home", str(store.home.path)])


def test_what_is_shown_makes_the_same_weights_again(
    lab: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(lab, "train", "--dataset", "d", "--name", "one", *TINY) == 0
    found = re.search(r"perplexity [\d.,]+, [\d.]+ bits per byte", capsys.readouterr().out)
    assert found, "the result tells perplexity and bits per byte"
    one = checkpoints.named(lab, "one")
    assert call(lab, "checkpoints", "show", "one") == 0
    shown = capsys.readouterr().out
    for told in (one.weights_sha256, "d, SHA-256 abc123", "torch 2", "cores", "review_lab", "seed"):
        assert str(told) in shown
    assert re.search(r"tokens +\d+ in 3 epochs", shown)
    assert re.search(r"time .* per epoch\n +cost .* per epoch", shown)
    assert call(lab, "checkpoints", "show", "one", "--settings") == 0
    settings = tmp_path / "one.toml"
    settings.write_text(capsys.readouterr().out, encoding="utf-8")
    assert call(lab, "train", "--dataset", "d", "--config", str(settings), "--name", "two") == 0
    assert checkpoints.named(lab, "two").weights_sha256 == one.weights_sha256


def test_of_others_nothing_is_known(lab: Store, capsys: pytest.CaptureFixture[str]) -> None:
    lab.add([Checkpoint(name="gpt-x", kind=CheckpointKind.EXTERNAL)])
    assert call(lab, "checkpoints", "show", "gpt-x") == 2
    assert "was not trained by this lab" in capsys.readouterr().err
    assert call(lab, "checkpoints", "show", "nobody") == 2
    assert "no checkpoint named 'nobody'; there is: gpt-x" in capsys.readouterr().err
