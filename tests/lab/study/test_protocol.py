"""Checks that a protocol survives its stored form and that every bad field is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.errors import ConfigError, InputError
from lab.study.criteria import Criterion
from lab.study.protocol import Protocol, from_dict, read_protocol, sha256, to_dict

BASE: dict[str, Any] = {"name": "first", "checkpoints": ["old", "new"], "dataset": "world"}

names = st.text(min_size=1, max_size=8).filter(str.strip)


@settings(deadline=None)
@given(
    name=names,
    checkpoints=st.lists(names, min_size=2, max_size=4, unique=True),
    n_prompts=st.none() | st.integers(1, 99),
    seed=st.integers(),
    seconds=st.floats(0.1, 1e4),
    design=st.sampled_from(["rate", "ab", "mixed"]),
)
def test_dict_and_back_is_the_same_protocol(
    name: str, checkpoints: list[str], n_prompts: int | None, seed: int, seconds: float, design: str
) -> None:
    protocol = Protocol(
        name=name,
        checkpoints=tuple(checkpoints),
        dataset="world",
        n_prompts=n_prompts,
        seed=seed,
        seconds_per_item=seconds,
        design=design,  # type: ignore[arg-type]
    )
    stored = json.loads(json.dumps(to_dict(protocol)))
    assert from_dict(stored) == protocol
    assert sha256(from_dict(stored)) == sha256(protocol)


def test_hash_changes_with_every_field_and_not_with_their_order() -> None:
    protocol = from_dict(BASE)
    changed = [
        {"name": "second"}, {"question": "Which?"}, {"design": "ab"}, {"dataset": "mine"},
        {"checkpoints": ["new", "old"]}, {"split": "validation"}, {"n_prompts": 3},
        {"pairs": "baseline", "baseline": "old"}, {"criteria": ["fluency"]},
        {"reviewers_per_item": 2}, {"seed": 1}, {"seconds_per_item": 9}, {"guidelines": "Read."},
    ]  # fmt: skip
    hashes = {sha256(from_dict(BASE | change)) for change in changed}
    assert len(hashes | {sha256(protocol)}) == len(changed) + 1
    assert set().union(*changed) == set(to_dict(protocol))
    assert sha256(from_dict(dict(reversed(to_dict(protocol).items())))) == sha256(protocol)


def test_toml_with_names_and_tables_of_criteria(tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    path.write_text(
        'name = "first"\ncheckpoints = ["old", "new"]\ndataset = "world"\ndesign = "rate"\n'
        "seconds_per_item = 45\n"
        'criteria = ["fluency", {name = "wit", question = "Funny?", anchors = ["no", "yes"]}]\n'
    )
    protocol = read_protocol(path)
    assert protocol.seconds_per_item == 45.0
    assert [each.name for each in protocol.criteria] == ["fluency", "wit"]
    assert protocol.criteria[1] == Criterion(name="wit", question="Funny?", anchors=("no", "yes"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"reviewer_per_item": 2},
            "unknown field 'reviewer_per_item'; did you mean 'reviewers_per",
        ),
        ({"colour": "red"}, "unknown field 'colour'; the fields are: name, question, design"),
        ({"seed": "seven"}, "field 'seed': expected a whole number, got 'seven'"),
        ({"seed": True}, "field 'seed': expected a whole number, got True"),
        ({"seed": 1.5}, "field 'seed': expected a whole number, got 1.5"),
        ({"seconds_per_item": "long"}, "field 'seconds_per_item': expected a number, got 'long'"),
        ({"name": 3}, "field 'name': expected text in quotes, got 3"),
        ({"checkpoints": "old"}, "field 'checkpoints': expected a list, got 'old'"),
        ({"checkpoints": ["old", 2]}, r"field 'checkpoints'\[1\]: expected text in quotes, got 2"),
        ({"criteria": ["beauty"]}, "no criterion named 'beauty'; there is: coherence, fluency"),
        ({"criteria": [3]}, r"field 'criteria'\[0\]: expected a criterion's name, or a table"),
        ({"criteria": [{"name": "wit"}]}, r"'criteria'\[0\]: field 'question' is missing"),
        ({"criteria": ["fluency", "fluency"]}, "criteria names 'fluency' twice"),
        ({"criteria": []}, "design 'mixed' rates texts, but criteria is empty"),
        ({"design": "both"}, "design is 'both'; it must be one of: rate, ab, mixed"),
        ({"split": "dev"}, "split is 'dev'; it must be one of: train, validation, test"),
        ({"n_prompts": 0}, "n_prompts is 0; it must be at least 1"),
        ({"reviewers_per_item": 0}, "reviewers_per_item is 0; it must be at least 1"),
        ({"seconds_per_item": 0}, "seconds_per_item is 0.0; it must be above 0"),
        ({"seconds_per_item": float("nan")}, "seconds_per_item is nan"),
        ({"name": "  "}, "name is empty"),
        ({"checkpoints": []}, "checkpoints is empty"),
        ({"checkpoints": ["old", "old"]}, "checkpoints names 'old' twice"),
        ({"checkpoints": ["old"]}, "compares checkpoints, but there is only 'old'"),
        ({"pairs": "baseline"}, "needs a baseline among the checkpoints, got None"),
        ({"pairs": "baseline", "baseline": "x"}, "got 'x'; set baseline to one of: old, new"),
        ({"baseline": "old"}, "pairs = 'all' compares every pair"),
    ],
)
def test_bad_fields_are_named_with_what_was_given(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message) as error:
        from_dict(BASE | change, "study.toml")
    assert str(error.value).startswith("study.toml: ")


def test_missing_field_is_named() -> None:
    with pytest.raises(ConfigError, match="field 'dataset' is missing"):
        from_dict({"name": "first", "checkpoints": ["old", "new"]})


def test_one_checkpoint_may_be_rated() -> None:
    assert from_dict(BASE | {"checkpoints": ["old"], "design": "rate"}).checkpoints == ("old",)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'name = "first"\nseed = seven\n', r"study.toml: not valid TOML: .*line 2"),
        (b'name = "\xff"', "study.toml: not UTF-8 at byte 8"),
    ],
)
def test_broken_files_are_named(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "study.toml"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_protocol(path)


def test_missing_file_and_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nothing.toml: there is no such file"):
        read_protocol(tmp_path / "nothing.toml")
    with pytest.raises(InputError, match="cannot be read"):
        read_protocol(tmp_path)
