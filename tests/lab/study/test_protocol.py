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
from lab.study.gold import Gold
from lab.study.protocol import Protocol, from_dict, from_stored, read_protocol, sha256, to_dict

BASE: dict[str, Any] = {"name": "first", "checkpoints": ["old", "new"], "dataset": "world"}

OLD_FIELDS = (
    "name", "question", "design", "checkpoints", "dataset", "split", "n_prompts", "pairs",
    "baseline", "criteria", "reviewers_per_item", "seed", "seconds_per_item", "guidelines",
)  # fmt: skip
THREE = ["old", "new", "third"]
WIT = {"name": "wit", "question": "Funny?", "anchors": ["no", "yes"]}
RATED = {"prompt": "p", "checkpoint": "old", "ratings": {"fluency": 2}}
PAIR = {"prompt": "p", "checkpoints": ["old", "new"], "winner": "old"}
GOLD = {
    "rate": (Gold(prompt="p", checkpoint="x", ratings={"fluency": 2}),),
    "spans": (Gold(prompt="p", checkpoint="x", faulty=("a piece",), training=True),),
    "ab": (Gold(prompt="p", checkpoints=("x", "y"), winner="tie", explanation="Alike."),),
}

names = st.text(min_size=1, max_size=8).filter(str.strip)


@settings(deadline=None)
@given(
    name=names,
    checkpoints=st.lists(names, min_size=2, max_size=4, unique=True),
    n_prompts=st.none() | st.integers(1, 99),
    seed=st.integers(),
    seconds=st.floats(0.1, 1e4),
    design=st.sampled_from(["rate", "ab", "spans", "mixed"]),
    share=st.floats(0, 1),
)
def test_dict_and_back_is_the_same_protocol(
    name: str,
    checkpoints: list[str],
    n_prompts: int | None,
    seed: int,
    seconds: float,
    design: str,
    share: float,
) -> None:
    protocol = Protocol(
        name=name,
        checkpoints=tuple(checkpoints),
        dataset="world",
        n_prompts=n_prompts,
        seed=seed,
        seconds_per_item=seconds,
        design=design,  # type: ignore[arg-type]
        repeats=share,
        gold=GOLD.get(design, ()),
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
        {"title": "Tales"}, {"mixed_of": ["rate", "spans"]}, {"reference": True},
        {"prompt_keys": ["a*"]}, {"prompt_pattern": "a+"}, {"vote_criteria": ["fluency"]},
        {"order": "fixed"}, {"repeats": 0.2}, {"degraded": 0.1}, {"aa_pairs": 0.1},
        {"gold": [{"prompt": "p", "checkpoint": "old", "ratings": {"fluency": 1}}]},
        {"gold_tolerance": 0}, {"n_training": 2}, {"n_training": 2, "qualification": 0.5},
        {"mixed_of": ["rate", "spans"], "suggestions": 0.5},
        {"adjudicator": "ada", "adjudicate_at": 2}, {"max_answers": 9}, {"stopping_rule": "Soon."},
        {"exclude_below_gold": 0.5}, {"exclude_faster_than": 5}, {"exclusion_rule": "None."},
        {"break_minutes": 0}, {"checkpoints": THREE, "order": "active"},
        {"checkpoints": THREE, "order": "active", "seek": "ranking"},
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
        (
            {"colour": "red"},
            "unknown field 'colour'; the fields are: name, title, question, design",
        ),
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
        ({"design": "both"}, "design is 'both'; it must be one of: rate, ab, spans, mixed"),
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
        ({"reference": 1}, "field 'reference': expected true or false, got 1"),
        ({"mixed_of": ["rate"]}, "mixed_of is .'rate'.; name two or three of rate, ab, spans"),
        ({"mixed_of": ["rate", "votes"]}, "mixed_of is 'votes'; it must be one of: rate, ab"),
        ({"order": "random"}, "order is 'random'; it must be one of: fixed, balanced, active"),
        ({"order": "active"}, "order is 'active', but old and new make a single pair"),
        (
            {"order": "active", "design": "rate", "checkpoints": THREE},
            "order is 'active', but design 'rate' has no pairs to choose from",
        ),
        ({"seek": "ranking"}, "seek is 'ranking', but order is 'balanced', which chooses no pairs"),
        (
            {"order": "active", "checkpoints": THREE, "seek": "best"},
            "seek is 'best'; it must be one of: winner, ranking",
        ),
        ({"checkpoints": ["reference"], "reference": True}, "'reference' twice; .* reference = tr"),
        ({"prompt_pattern": "("}, r"prompt_pattern is '\(', which is no regular expression"),
        ({"repeats": 1.5}, r"repeats is 1.5; it is a share and must lie in \[0, 1\]"),
        ({"degraded": -0.1}, "degraded is -0.1; it is a share"),
        ({"qualification": float("nan")}, "qualification is nan; it is a share"),
        ({"break_minutes": -1}, "break_minutes is -1.0; it must be above 0, or 0 for no breaks"),
        ({"exclude_faster_than": 0}, "exclude_faster_than is 0.0; it must be above 0"),
        ({"max_answers": 0}, "max_answers is 0; it must be at least 1"),
        ({"vote_criteria": ["wit"]}, "vote_criteria names 'wit', which is not among the criteria"),
        ({"vote_criteria": ["fluency"] * 2}, "vote_criteria names 'fluency' twice"),
        ({"vote_criteria": ["fluency"], "design": "rate"}, "vote_criteria is .* no items of the k"),
        ({"degraded": 0.5, "design": "spans"}, "degraded is 0.5, but design 'spans' has no items"),
        ({"aa_pairs": 0.5, "design": "rate"}, "aa_pairs is 0.5, but design 'rate' has no items"),
        ({"suggestions": 0.5}, "suggestions is 0.5, but design 'mixed' has no items of the kind"),
        ({"degraded": 0.5, "criteria": [WIT]}, "cannot make a text worse on any of: wit; it can"),
        ({"qualification": 0.5}, "qualification is 0.5, but there is no training item"),
        ({"adjudicator": "ada"}, "adjudicator is 'ada', but nothing says when; set adjudicate_at"),
        ({"adjudicate_at": 2}, "adjudicate_at is 2, but there is no adjudicator"),
        (
            {"adjudicator": "ada", "adjudicate_at": 2, "reviewers_per_item": 1},
            "one reviewer per item cannot disagree",
        ),
        ({"gold": ["p"]}, r"field 'gold'\[0\]: expected a table, got 'p'"),
        ({"gold": [{}]}, r"field 'gold'\[0\]: field 'prompt' is missing"),
        ({"gold": [RATED | {"ratings": {"fluency": "2"}}]}, "'gold'.*'fluency': expected a whole"),
        ({"gold": [RATED | {"ratings": {}}]}, "gold for prompt 'p': ratings is empty"),
        ({"gold": [RATED | {"ratings": {"wit": 1}}]}, "no criterion named 'wit'; there is: coh"),
        ({"gold": [RATED | {"ratings": {"fluency": 6}}]}, "fluency is 6; it must be a point from"),
        ({"gold": [RATED | {"winner": "tie"}]}, "it has ratings and winner; give exactly one of"),
        ({"gold": [{"prompt": "p"}]}, "it has no right answer; give exactly one of"),
        ({"gold": [RATED | {"checkpoint": "o", "checkpoints": ["o"]}]}, "about one text; set che"),
        ({"gold": [RATED], "design": "ab"}, "it is of the kind 'rate', but the study asks only ab"),
        ({"gold": [PAIR | {"winner": "x"}]}, "winner is 'x'; it must be one of: old, new, tie, b"),
        ({"gold": [PAIR | {"checkpoints": ["old"]}]}, "a winner needs two different texts"),
        (
            {"gold": [{"prompt": "p", "checkpoint": "old", "faulty": [" "]}], "design": "spans"},
            "faulty holds an empty piece",
        ),
    ],
)
def test_bad_fields_are_named_with_what_was_given(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message) as error:
        from_dict(BASE | change, "study.toml")
    assert str(error.value).startswith("study.toml: ")


def test_a_reference_makes_a_second_system() -> None:
    protocol = from_dict(BASE | {"checkpoints": ["old"], "reference": True})
    assert protocol.systems == ("old", "reference")


def test_kinds_go_from_ratings_over_spans_to_pairs() -> None:
    protocol = from_dict(BASE | {"mixed_of": ["ab", "spans", "rate"]})
    assert protocol.kinds == ("rate", "spans", "ab")
    assert from_dict(BASE | {"design": "spans"}).kinds == ("spans",)


def test_a_stored_protocol_from_before_is_read_as_it_was_meant() -> None:
    before = {key: value for key, value in to_dict(from_dict(BASE)).items() if key in OLD_FIELDS}
    protocol = from_stored(before)
    assert (protocol.order, protocol.repeats, protocol.title) == ("fixed", 0.0, "")
    now = from_dict(BASE)
    assert (now.order, now.repeats) == ("balanced", 0.1)
    assert from_stored(to_dict(now)) == now


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
