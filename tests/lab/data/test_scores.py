from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lab.data.scores import TAKEN, ScoresConfig, StoredText, import_scores
from lab.errors import ConfigError, InputError
from storage import frames
from storage.client import Store

TEXTS = [
    StoredText(generation_id=f"g{n}", dataset="d", key=f"k{n % 2}", prompt=f"p{n % 2}",
               checkpoint="x" if n < 2 else "y", text=f"t{n}")
    for n in range(4)
]  # fmt: skip


def _file(folder: Path, *rows: dict[str, Any]) -> str:
    path = folder / "scores.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


def _read(folder: Path, *rows: dict[str, Any], **settings: Any) -> list[tuple[str, str, float]]:
    found = import_scores(_file(folder, *rows), ScoresConfig(**settings), TEXTS, ["rouge_l"])
    assert {one.version for one in found} <= {settings.get("version", "outside")}
    return [(one.generation_id, one.metric, one.value) for one in found]


def test_rows_find_their_texts_by_prompt_key_or_id(tmp_path: Path) -> None:
    comet = {"comet": 0.5}
    expected = [("g3", "comet", 0.5)]
    assert _read(tmp_path, {"prompt": "p1", "checkpoint": "y", **comet}) == expected
    assert _read(tmp_path, {"key": "k1", "system": "y", **comet}) == expected
    assert _read(tmp_path, {"key": "k1", **comet}, checkpoint="y") == expected
    assert _read(tmp_path, {"generation_id": "G3", **comet}) == expected
    row = {"Prompt": "p1", "Model": "why", **comet}
    named = {"prompt_column": "Prompt", "checkpoint_column": "Model", "rename": {"why": "y"}}
    assert _read(tmp_path, row, version="comet-22", **named) == expected


def test_columns_of_numbers_are_metrics_unless_some_are_named(tmp_path: Path) -> None:
    rows = [
        {"key": "k0", "system": "x", "a": "1.5", "b": None, "c": "words"},
        {"key": "k1", "system": "x", "a": 2, "b": 3, "c": "1"},
    ]
    every = [("g0", "a", 1.5), ("g1", "a", 2.0), ("g1", "b", 3.0)]
    assert _read(tmp_path, *rows) == every
    assert _read(tmp_path, *rows, metrics={"mine": "b"}) == [("g1", "mine", 3.0)]


@pytest.mark.parametrize(
    ("rows", "settings", "message"),
    [
        ([{"system": "x", "a": 1}], {}, "has no column prompt .or key, or generation_id."),
        ([{"key": "k0", "a": 1}], {}, "has no column checkpoint .or one name"),
        ([{"key": "k0", "system": "z", "a": 1}], {}, "named 'z' has texts; there is: x, y; call"),
        ([{"prompt": "p9", "system": "x", "a": 1}], {}, "x has no text for the prompt 'p9'"),
        ([{"prompt": "", "system": "x", "a": 1}], {}, "line 1, column 'prompt': is empty"),
        ([{"generation_id": "nope", "a": 1}], {}, "no stored text has the id 'nope'"),
        ([{"key": "k0", "system": "x", "a": 1}] * 2, {}, "line 2: is of the same text as line 1"),
        ([{"key": "k0", "system": "x", "a": "?"}], {}, "no column holds numbers only"),
        ([{"key": "k0", "system": "x", "a": "?"}], {"metrics": {"a": "a"}}, "'.' is not a finite"),
        ([{"key": "k0", "system": "x", "a": 1e999}], {}, "inf is not a finite number"),
        ([{"key": "k0", "system": "x", "a": 1}], {"metrics": {"b": "b"}}, "has no column 'b'"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_in_is_named(tmp_path: Path, rows, settings, message) -> None:
    with pytest.raises(InputError, match=message):
        _read(tmp_path, *rows, **settings)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Rouge_L", "one of the lab's own metrics.*--metric OTHER=Rouge_L"),
        ("value", "cannot be a metric's name"),
        (" a", "has space around it"),
    ],
)
def test_names_that_would_mislead_are_refused(tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        _read(tmp_path, {"key": "k0", "system": "x", name: 1})


def test_several_texts_of_a_system_for_a_prompt_need_the_text(tmp_path: Path) -> None:
    twice = [*TEXTS, StoredText(generation_id="g4", dataset="e", key="k0", prompt="p0",
                                checkpoint="x", text="t4")]  # fmt: skip
    row = {"key": "k0", "system": "x", "a": 1}

    def read(row: dict[str, Any], texts: list[StoredText], **settings: Any) -> str:
        found = import_scores(_file(tmp_path, row), ScoresConfig(**settings), texts)
        return found[0].generation_id

    assert read({**row, "text": "t4"}, twice) == "g4"
    assert read(row, twice, dataset="e") == "g4"
    with pytest.raises(InputError, match="with --dataset: d, e"):
        read(row, twice)
    with pytest.raises(InputError, match="give the texts too"):
        read(row, [*TEXTS, TEXTS[0]])
    with pytest.raises(InputError, match="none of the texts stored"):
        read({**row, "text": "t9"}, twice)


def test_no_frame_has_a_column_that_a_metric_may_be_called(store: Store) -> None:
    columns = {*frames.joined(store).columns, *frames.generations(store).columns}
    assert columns <= TAKEN
