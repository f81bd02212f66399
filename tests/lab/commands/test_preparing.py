"""Prepared data sets by the command line: shown, trained on, and looked up in scores."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.cli import main
from lab.commands.preparing import show_provenance
from lab.home import find_home
from lab.models.tokenizer import load_tokenizer
from lab.records import Dataset
from storage import checkpoints, datasets, prompts
from storage.client import open_store, stop_owner

COLOURS = ("red", "blue", "green", "grey")


def text(number: int) -> str:
    rest = [COLOURS[number // 4**place % 4] for place in range(5)]
    return f"The {' and the '.join(rest)} bird met {number} others near the old mill."


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    rows = [{"prompt": f"Bird {n}.", "reference": text(n), "tags": "bird"} for n in range(60)]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    yield tmp_path / "lab"
    stop_owner(find_home(tmp_path / "lab"))


def lab(home: Path, *words: str) -> None:
    assert main([*words, "--home", str(home)]) == 0


def test_a_prepared_data_set_is_shown_and_trained_on(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--name", "birds", "--vocabulary", "300", "--near", "off", "--consent", "own words"]
    lab(home, "data", "prepare", str(tmp_path / "rows.jsonl"), *words)
    said = capsys.readouterr().out
    assert "data set 'birds': 60 rows (48 train, 6 validation, 6 test)" in said
    lab(home, "data", "show", "birds")
    shown = capsys.readouterr().out
    rows = "60 (48 train, 6 validation, 6 test), 12 of them in the lab"
    for told in (r"own words", r"SHA-256\)  [0-9a-f]{64}", r"data card .*README\.md", r"bird +12"):
        assert re.search(told, shown), told
    assert rows in shown
    assert re.search(r"split +train 0\.8, .* train 48, validation 6,\s+test 6", shown, re.DOTALL)

    sizes = ["--layers", "1", "--width", "16", "--heads", "1", "--steps", "2"]
    lab(home, "train", "--dataset", "birds", "--name", "tiny", *sizes)
    with open_store(find_home(home)) as store:
        dataset = datasets.named(store, "birds")
        assert len(prompts.read(store, dataset.id)) == 12
        checkpoint = checkpoints.named(store, "tiny")
    made, used = (
        load_tokenizer(folder) for folder in (f"{dataset.path}/tokenizer", checkpoint.path or "")
    )
    assert made.get_vocab() == used.get_vocab()

    lab(home, "sample", "tiny", "--dataset", "birds", "--max-new-tokens", "4")
    capsys.readouterr()
    lab(home, "score", "--metric", "longest_copy", "--training", "birds")
    assert re.search(r"longest_copy\W+6", capsys.readouterr().out)


def test_the_settings_of_the_data_card_make_the_same_data_set_again(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows, consent = str(tmp_path / "rows.jsonl"), 'said "yes"\nby mail: C:\\post'
    words = ["--near", "off", "--no-html", "--scrub-types", "email", "ip", "--consent", consent]
    lab(home, "data", "prepare", rows, "--name", "birds", "--drop-words", "0.125", *words)
    with open_store(find_home(home)) as store:
        first = datasets.named(store, "birds")
    card = Path(first.path or "", "README.md").read_text()
    (tmp_path / "again.toml").write_text(card.partition("```toml")[2].partition("```")[0])
    capsys.readouterr()
    lab(home, "data", "prepare", rows, "--config", str(tmp_path / "again.toml"))
    told = r"'birds' was there \(.* UTC, 108 rows\) and stays for what was made with it"
    assert re.search(told, capsys.readouterr().out)
    with open_store(find_home(home)) as store:
        again = datasets.named(store, "birds")
    assert again.id != first.id
    assert (again.config, again.content_sha256) == (first.config, first.content_sha256)
    usual = ("train_share", "quality", "seed", "vocabulary")
    assert not [name for name in usual if f"\n{name} = " in card]


def test_settings_and_counts_stand_below_the_steps_in_a_narrow_terminal(
    home: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("lab.commands.preparing.width", lambda: 80)
    lab(home, "data", "prepare", str(tmp_path / "rows.jsonl"), "--name", "birds", "--near", "off")
    said = capsys.readouterr().out
    head = next(line for line in said.splitlines() if "changed" in line)
    assert head.split() == ["step", "in", "changed", "dropped", "out"]
    told = r"\nsplit: train 0\.8, .*; train 48, validation 6, test 6, groups 60\n"
    assert re.search(told, said.replace("\n  ", " "))
    assert "html:" not in said


@pytest.mark.parametrize(
    ("row", "flags"),
    [
        ({"prompt": "Bird {n}.", "reference": "{text}"}, ""),
        (
            {"prompt": "Bird {n}.", "source": "Seen: {n}", "reference": "{text}"},
            ' --template "{source} {prompt}"',
        ),
        (
            {
                "messages": [
                    {"role": "user", "content": "Bird {n}."},
                    {"role": "assistant", "content": "{text}"},
                ]
            },
            "",
        ),
    ],
)
def test_the_next_command_makes_a_model_read_all_that_is_asked(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], row: object, flags: str
) -> None:
    form = json.dumps(row) + "\n"
    rows = (form.replace("{n}", str(n)).replace("{text}", text(n)) for n in range(10))
    (tmp_path / "rows.jsonl").write_text("".join(rows))
    shares = ["--train-share", "0.89", "--validation-share", "0.1", "--test-share", "0.01"]
    words = ["--name", "few", "--near", "off", "--no-quality", "--no-scrub", *shares]
    lab(home, "data", "prepare", str(tmp_path / "rows.jsonl"), *words)
    said = capsys.readouterr().out
    assert said.endswith(f"\nnext: `lab train --dataset few --name NAME{flags}`\n")
    assert "\nnote: no row is in test: too few rows or groups" in said
    assert "no row is in validation" not in said


def test_every_step_is_in_the_help_with_examples(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["data", "prepare", "--help"])
    shown = capsys.readouterr().out
    assert shown.count("lab data prepare ") >= 4
    for flag in ("--no-html", "--segment-tokens", "--stratify-column", "--scrub-types"):
        assert flag in shown


def test_the_columns_that_an_import_left_out_are_shown_shortened(
    capsys: pytest.CaptureFixture[str],
) -> None:
    dataset = Dataset(
        name="wide",
        origin="wide.csv",
        content_sha256="0",
        n_prompts=1,
        config={"left_out": [f"column {number}" for number in range(100_000)]},
    )
    show_provenance(dataset, 1)
    assert re.search(r"left out +'column 0', 'column 1', .*…", said := capsys.readouterr().out)
    assert len(said) < 1000
