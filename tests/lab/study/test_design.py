"""Checks the order, the balance and the counts of a study's items."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.errors import ConfigError
from lab.records import Item, ItemKind
from lab.study.cost import plan_cost
from lab.study.design import design
from lab.study.protocol import Protocol

NAMES = {"id-1": "old", "id-2": "new", "id-3": "other"}


def _protocol(**changes: Any) -> Protocol:
    return Protocol(
        **({"name": "x", "checkpoints": ("old", "new", "other"), "dataset": "d"} | changes)
    )


def _design(make_texts, n_prompts: int = 6, **changes: Any) -> list[Item]:
    texts = [text for checkpoint in NAMES for text in make_texts(checkpoint, n_prompts)]
    return design(_protocol(**changes), "study", texts, NAMES)


def _content(items: list[Item]) -> list[Item]:
    return [replace(item, id="") for item in items]


def _checkpoints(item: Item) -> tuple[str, str]:
    second = item.generation_b_id or "|"
    return item.generation_a_id.split("|")[0], second.split("|")[0]


@pytest.mark.parametrize(
    ("changes", "per_prompt"),
    [
        ({"design": "rate"}, 3),
        ({"design": "ab"}, 3),
        ({"design": "mixed"}, 6),
        ({"design": "ab", "pairs": "baseline", "baseline": "new"}, 2),
        ({"design": "ab", "checkpoints": ("old", "new")}, 1),
    ],
)
def test_number_of_items(make_texts, changes: dict[str, Any], per_prompt: int) -> None:
    items = _design(make_texts, **changes)
    assert Counter(Counter(item.prompt_id for item in items).values()) == {per_prompt: 6}
    assert [item.position for item in items] == list(range(len(items)))
    assert len({item.id for item in items}) == len(items)


def test_every_generation_of_an_item_answers_its_prompt(make_texts) -> None:
    for item in _design(make_texts):
        number = item.prompt_id.removeprefix("prompt-").lstrip("0") or "0"
        for generation_id in filter(None, (item.generation_a_id, item.generation_b_id)):
            assert generation_id.split("|")[1] == number


def test_blocks_stand_together_and_ratings_come_first(make_texts) -> None:
    items = _design(make_texts, n_prompts=8)
    blocks = [items[start : start + 6] for start in range(0, len(items), 6)]
    for block in blocks:
        assert len({item.prompt_id for item in block}) == 1
        assert [item.kind for item in block] == [ItemKind.RATE] * 3 + [ItemKind.AB] * 3
    assert len({tuple(_checkpoints(item) for item in block[:3]) for block in blocks}) > 1
    assert [block[0].prompt_id for block in blocks] != sorted(
        block[0].prompt_id for block in blocks
    )


def test_baseline_is_in_every_pair(make_texts) -> None:
    items = _design(make_texts, design="ab", pairs="baseline", baseline="new")
    assert all("id-2" in _checkpoints(item) for item in items)


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(), n_prompts=st.integers(1, 25))
def test_each_of_a_pair_is_first_equally_often(make_texts, seed: int, n_prompts: int) -> None:
    items = _design(make_texts, n_prompts=n_prompts, design="ab", seed=seed)
    firsts = Counter(_checkpoints(item) for item in items)
    for a, b in (("id-1", "id-2"), ("id-1", "id-3"), ("id-2", "id-3")):
        assert abs(firsts[a, b] - firsts[b, a]) == n_prompts % 2
        assert firsts[a, b] + firsts[b, a] == n_prompts


@settings(max_examples=50, deadline=None)
@given(seed=st.integers())
def test_same_seed_same_items_whatever_the_order_of_the_texts(make_texts, seed: int) -> None:
    texts = [text for checkpoint in NAMES for text in make_texts(checkpoint, 5)]
    protocol = _protocol(seed=seed, n_prompts=3)
    one = design(protocol, "study", texts, NAMES)
    two = design(protocol, "study", texts[::-1], dict(reversed(NAMES.items())))
    assert _content(one) == _content(two)


def test_another_seed_gives_another_order(make_texts) -> None:
    assert _content(_design(make_texts, seed=1)) != _content(_design(make_texts, seed=2))


def test_n_prompts_draws_that_many_and_more_than_there_are_is_refused(make_texts) -> None:
    assert len({item.prompt_id for item in _design(make_texts, n_prompts=2)}) == 2
    texts = [text for checkpoint in NAMES for text in make_texts(checkpoint, 4)]
    assert len(design(_protocol(n_prompts=2, design="rate"), "s", texts, NAMES)) == 6
    with pytest.raises(ConfigError, match=r"n_prompts is 9, but only 4 .* set n_prompts = 4"):
        design(_protocol(n_prompts=9), "s", texts, NAMES)


def test_cost_is_items_by_reviewers_by_seconds() -> None:
    cost = plan_cost(_protocol(reviewers_per_item=3, seconds_per_item=40.0), 50)
    assert (cost.n_answers, cost.seconds) == (150, 6000.0)
    with pytest.raises(ValueError, match="n_items is -1"):
        plan_cost(_protocol(), -1)
