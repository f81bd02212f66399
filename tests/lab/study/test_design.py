"""Checks the order, the balance and the counts of the items that are a study itself."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.errors import ConfigError
from lab.records import Item, ItemKind
from lab.study.design import Design, design
from lab.study.material import gather


@pytest.fixture(scope="session")
def make_design(make_protocol, make_material):
    def make(n_prompts: int = 6, **changes: Any) -> Design:
        protocol = make_protocol(**changes)
        return design(protocol, "study", make_material(protocol, n_prompts))

    return make


def content(made: Design) -> list[tuple[object, ...]]:
    """All about a design but its ids."""
    kinds = {control.item_id: control for control in made.controls}
    numbers = {item.id: item.position for item in made.items}
    texts = {text.id: text.text for text in made.generations}
    rows: list[tuple[object, ...]] = []
    for item in made.items:
        control = kinds.get(item.id)
        about = control and (
            control.kind, control.criterion, numbers.get(control.of_item_id), control.expected
        )  # fmt: skip
        a, b = (texts.get(id, id) for id in (item.generation_a_id, item.generation_b_id))
        rows.append((item.kind, item.position, item.prompt_id, a, b, item.suggests, about))
    return rows


def systems(item: Item) -> tuple[str, str]:
    second = item.generation_b_id or "|"
    return item.generation_a_id.split("|")[0], second.split("|")[0]


@pytest.mark.parametrize(
    ("changes", "per_prompt"),
    [
        ({"design": "rate"}, 3),
        ({"design": "ab"}, 3),
        ({"design": "spans"}, 3),
        ({"design": "mixed"}, 6),
        ({"design": "mixed", "mixed_of": ("ab", "spans", "rate")}, 9),
        ({"design": "ab", "pairs": "baseline", "baseline": "new"}, 2),
        ({"design": "ab", "checkpoints": ("old", "new")}, 1),
    ],
)
def test_number_of_items(make_design, changes: dict[str, Any], per_prompt: int) -> None:
    made = make_design(**changes)
    assert Counter(Counter(item.prompt_id for item in made.items).values()) == {per_prompt: 6}
    assert [item.position for item in made.items] == list(range(len(made.items)))
    assert len({item.id for item in made.items}) == len(made.items)
    assert (made.controls, made.generations, made.checkpoints) == ((), (), ())


def test_every_generation_of_an_item_answers_its_prompt(make_design) -> None:
    for item in make_design().items:
        number = item.prompt_id.removeprefix("prompt-").lstrip("0") or "0"
        for generation_id in filter(None, (item.generation_a_id, item.generation_b_id)):
            assert generation_id.split("|")[1] == number


def test_blocks_stand_together_and_go_from_ratings_over_spans_to_pairs(make_design) -> None:
    items = make_design(n_prompts=8, mixed_of=("ab", "rate", "spans")).items
    blocks = [items[start : start + 9] for start in range(0, len(items), 9)]
    order = [ItemKind.RATE] * 3 + [ItemKind.SPANS] * 3 + [ItemKind.AB] * 3
    for block in blocks:
        assert len({item.prompt_id for item in block}) == 1
        assert [item.kind for item in block] == order
    assert len({tuple(systems(item) for item in block[:3]) for block in blocks}) > 1
    firsts = [block[0].prompt_id for block in blocks]
    assert firsts != sorted(firsts)


def test_baseline_is_in_every_pair(make_design) -> None:
    made = make_design(design="ab", pairs="baseline", baseline="new")
    assert all("id-2" in systems(item) for item in made.items)


@settings(max_examples=40)
@given(seed=st.integers(), n_prompts=st.integers(1, 25))
def test_each_of_a_pair_is_first_equally_often(make_design, seed: int, n_prompts: int) -> None:
    items = make_design(n_prompts=n_prompts, design="ab", seed=seed).items
    firsts = Counter(systems(item) for item in items)
    for a, b in (("id-1", "id-2"), ("id-1", "id-3"), ("id-2", "id-3")):
        assert abs(firsts[a, b] - firsts[b, a]) == n_prompts % 2
        assert firsts[a, b] + firsts[b, a] == n_prompts


ALL_CONTROLS = {
    "mixed_of": ("rate", "spans", "ab"), "repeats": 0.2, "degraded": 0.5, "aa_pairs": 0.5,
    "n_training": 3, "suggestions": 0.5, "reference": True,
}  # fmt: skip


@settings(max_examples=10)
@given(seed=st.integers())
def test_same_seed_same_study_whatever_the_order_of_the_texts(
    make_protocol, make_texts, make_prompts, checkpoints, seed: int
) -> None:
    texts = [
        text
        for one in checkpoints
        for sample in range(2)
        for text in make_texts(one.id, 10, sample_index=sample)
    ]
    prompts = make_prompts(10, references=True)
    protocol = make_protocol(seed=seed, n_prompts=6, **ALL_CONTROLS)
    one = design(protocol, "s", gather(protocol, prompts, texts, checkpoints))
    two = design(protocol, "s", gather(protocol, prompts[::-1], texts[::-1], checkpoints[::-1]))
    assert len(one.controls) > 10
    shown = [(row[0], row[2], row[6]) for row in content(one)]
    assert shown == [(row[0], row[2], row[6]) for row in content(two)]
    assert content(one) == content(two)


def test_another_seed_gives_another_order(make_design) -> None:
    assert content(make_design(seed=1)) != content(make_design(seed=2))


def test_a_control_more_leaves_the_other_draws_alone(make_design) -> None:
    plain = [row[2:5] for row in content(make_design(n_prompts=9))]
    more = make_design(n_prompts=9, degraded=0.5, repeats=0.1)
    controlled = {control.item_id for control in more.controls}
    ordinary = [
        (item.prompt_id, item.generation_a_id, item.generation_b_id)
        for item in more.items
        if item.id not in controlled
    ]
    assert set(ordinary) == set(plain)
    assert list(dict.fromkeys(row[0] for row in ordinary)) == list(
        dict.fromkeys(row[0] for row in plain)
    )


def test_n_prompts_draws_that_many_and_more_than_there_are_is_refused(
    make_protocol, make_material
) -> None:
    protocol = make_protocol(n_prompts=5)
    items = design(protocol, "s", make_material(protocol, 9)).items
    assert len({item.prompt_id for item in items}) == 5
    with pytest.raises(ConfigError, match=r"n_prompts is 5, but only 4 .* set n_prompts = 4"):
        design(protocol, "s", make_material(protocol, 4))


def test_the_reference_is_one_more_system_with_texts_of_its_own(
    make_protocol, make_material
) -> None:
    protocol = make_protocol(design="ab", checkpoints=("old",), reference=True)
    material = make_material(protocol, 5, references=True)
    made = design(protocol, "s", material)
    assert len(made.items) == 5
    assert [(one.name, one.kind) for one in made.checkpoints] == [("reference", "external")]
    texts = {text.id: text for text in made.generations}
    for item in made.items:
        pair = {item.generation_a_id, item.generation_b_id}
        (human,) = pair & set(texts)
        assert texts[human].text == material.prompts[item.prompt_id].reference
        assert (pair - {human}).pop().startswith("id-1|")


def test_stored_references_are_used_again(
    make_protocol, make_prompts, make_texts, checkpoints
) -> None:
    protocol = make_protocol(design="rate", checkpoints=("old",), reference=True)
    prompts, texts = make_prompts(3, references=True), make_texts("id-1", 3)
    first = design(protocol, "s", gather(protocol, prompts, texts, checkpoints))
    assert len(first.generations) == 3
    again = gather(
        protocol, prompts, [*texts, *first.generations], [*checkpoints, *first.checkpoints]
    )
    second = design(protocol, "t", again)
    assert (second.generations, second.checkpoints) == ((), ())
    assert {item.generation_a_id for item in second.items} == {
        item.generation_a_id for item in first.items
    }


def test_a_prompt_without_a_reference_is_left_out(
    make_protocol, make_prompts, make_texts, checkpoints
) -> None:
    protocol = make_protocol(design="rate", checkpoints=("old",), reference=True)
    prompts = [*make_prompts(1, references=True), *make_prompts(3)[1:]]
    material = gather(protocol, prompts, make_texts("id-1", 3), checkpoints)
    assert list(material.coverage.texts) == ["prompt-000"]
    assert material.coverage.left_out["prompt-001"] == ("reference",)


def test_the_arm_with_suggestions_has_its_share_of_each_checkpoint(make_design) -> None:
    made = make_design(n_prompts=10, design="spans", suggestions=0.5)
    arm = [item for item in made.items if item.suggests]
    assert Counter(systems(item)[0] for item in arm) == {"id-1": 5, "id-2": 5, "id-3": 5}
    assert not any(item.suggests for item in make_design(design="spans").items)


@pytest.mark.parametrize(
    ("changes", "keys"),
    [
        ({"prompt_keys": ("key-1", "key-[45]")}, {1, 4, 5}),
        ({"prompt_pattern": r"number [02]\."}, {0, 2}),
        ({"prompt_keys": ("*",), "prompt_pattern": "3"}, {3}),
    ],
)
def test_the_filter_lets_only_its_prompts_through(
    make_design, changes: dict[str, Any], keys: set[int]
) -> None:
    found = {int(item.prompt_id[-3:]) for item in make_design(**changes).items}
    assert found == keys


def test_a_filter_that_nothing_fits_is_refused(make_design) -> None:
    with pytest.raises(ConfigError, match=r"none of the 6 prompts .* fits prompt_keys \['k'\]"):
        make_design(prompt_keys=("k",))


def test_a_checkpoint_called_control_cannot_take_part(make_design) -> None:
    with pytest.raises(ConfigError, match="'control' cannot take part"):
        make_design(checkpoints=("control", "old"))
