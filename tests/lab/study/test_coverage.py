"""Checks which texts a study takes, and that all that it leaves out is counted."""

from __future__ import annotations

import pytest

from lab.errors import ConfigError, UnknownNameError
from lab.study.coverage import cover
from lab.study.protocol import Protocol

NAMES = {"id-1": "old", "id-2": "new", "id-3": "other"}
PROTOCOL = Protocol(name="first", checkpoints=("old", "new"), dataset="world")


def test_only_prompts_of_every_checkpoint_are_used_and_the_rest_is_named(make_texts) -> None:
    texts = [*make_texts("id-1", 5), *make_texts("id-2", range(2, 7)), *make_texts("id-3", 9)]
    coverage = cover(PROTOCOL, texts, NAMES)
    assert sorted(coverage.texts) == ["prompt-002", "prompt-003", "prompt-004"]
    assert coverage.left_out == {
        "prompt-000": ("new",), "prompt-001": ("new",),
        "prompt-005": ("old",), "prompt-006": ("old",),
    }  # fmt: skip
    assert coverage.n_other_texts == 0


def test_settings_are_not_mixed_and_the_fuller_one_wins(make_texts) -> None:
    greedy = make_texts("id-1", 4, decoding={"strategy": "greedy"})
    newer_but_fewer = make_texts("id-1", 2, decoding={"strategy": "sample"}, minutes=5)
    coverage = cover(PROTOCOL, [*newer_but_fewer, *greedy, *make_texts("id-2", 4)], NAMES)
    assert {texts["old"].decoding["strategy"] for texts in coverage.texts.values()} == {"greedy"}
    assert coverage.n_other_texts == 2


def test_the_newer_of_equal_settings_and_the_first_sample_are_used(make_texts) -> None:
    older = make_texts("id-1", 3, seed=1)
    newer = make_texts("id-1", 3, seed=2, minutes=5)
    second = make_texts("id-1", 3, seed=2, sample_index=1, minutes=6)
    for texts in ([*older, *newer, *second], [*second, *newer, *older]):
        coverage = cover(PROTOCOL, [*texts, *make_texts("id-2", 3)], NAMES)
        chosen = [each["old"] for each in coverage.texts.values()]
        assert {(each.seed, each.sample_index) for each in chosen} == {(2, 0)}


def test_the_newest_id_of_a_name_is_used(make_texts) -> None:
    texts = [*make_texts("id-1"), *make_texts("id-2"), *make_texts("id-9")]
    coverage = cover(PROTOCOL, texts, NAMES | {"id-9": "old"})
    assert {each["old"].checkpoint_id for each in coverage.texts.values()} == {"id-9"}


def test_unknown_checkpoint_is_named_with_those_that_exist(make_texts) -> None:
    with pytest.raises(UnknownNameError, match="no checkpoint named 'new'; there is: old; train"):
        cover(PROTOCOL, make_texts("id-1"), {"id-1": "old"})


def test_no_common_prompt_says_what_each_checkpoint_has(make_texts) -> None:
    texts = [*make_texts("id-1", 3), *make_texts("id-2", range(3, 5))]
    with pytest.raises(ConfigError, match=r"\(prompts with a text: old 3, new 2\); sample all"):
        cover(PROTOCOL, texts, NAMES)
    with pytest.raises(ConfigError, match="old 0, new 0"):
        cover(PROTOCOL, [], NAMES)
