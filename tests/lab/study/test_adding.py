"""Further items of a draft: what its plan asks about the texts, numbered on, nothing twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lab.errors import ConfigError
from lab.records import Generation, ItemKind
from lab.study.adding import more_items
from lab.study.protocol import Protocol

PROTOCOL = Protocol(name="s", checkpoints=("a", "b", "c"), dataset="d", design="mixed", repeats=0.0)


def texts(names: str) -> dict[str, Generation]:
    return {
        name: Generation(prompt_id="p", checkpoint_id=name, text=name, decoding={})
        for name in names
    }


def test_each_text_is_rated_and_each_pair_compared_behind_what_is_there() -> None:
    first = more_items(PROTOCOL, "s", texts("ab"), [])
    assert [one.kind for one in first] == [ItemKind.RATE, ItemKind.RATE, ItemKind.AB]
    assert [one.position for one in first] == [0, 1, 2]
    more = texts("abc")
    second = more_items(PROTOCOL, "s", more, first)
    assert [one.position for one in second] == list(range(3, 9))
    pairs = {frozenset({one.generation_a_id, one.generation_b_id}) for one in second[3:]}
    assert pairs == {
        frozenset({more[x].id, more[y].id}) for x, y in (("a", "b"), ("a", "c"), ("b", "c"))
    }
    assert {one.study_id for one in second} == {"s"}
    assert more_items(PROTOCOL, "s", more, [*first, *second]) == []


def test_only_pairs_with_the_baseline_are_made() -> None:
    protocol = replace(PROTOCOL, design="ab", pairs="baseline", baseline="b")
    chosen = texts("abc")
    items = more_items(protocol, "s", chosen, [])
    assert len(items) == 2
    assert all(chosen["b"].id in (one.generation_a_id, one.generation_b_id) for one in items)


def test_which_text_is_first_is_drawn() -> None:
    protocol = replace(PROTOCOL, design="ab")
    firsts, there = [], []
    for _ in range(40):
        chosen = texts("ab")
        there += more_items(protocol, "s", chosen, there)
        firsts.append(there[-1].generation_a_id == chosen["a"].id)
    assert 10 < sum(firsts) < 30


def test_a_strange_system_and_too_few_texts_are_refused() -> None:
    with pytest.raises(ConfigError, match="does not judge 'x'; it judges a, b, c"):
        more_items(PROTOCOL, "s", texts("ax"), [])
    with pytest.raises(ConfigError, match="send texts of two checkpoints"):
        more_items(replace(PROTOCOL, design="ab"), "s", texts("a"), [])
