"""Checks every control of a study: what it is made of, where it stands, what is right."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.errors import ConfigError, InputError, UnknownNameError
from lab.expected import is_right
from lab.records import Control, ControlKind, Generation, Item, ItemKind
from lab.study.degrade import DEGRADATIONS
from lab.study.design import Design, design
from lab.study.gold import Gold
from lab.study.material import Material, gather
from lab.study.repeats import GAP


def controls_of(made: Design, kind: ControlKind) -> list[tuple[Item, Control]]:
    by_item = {control.item_id: control for control in made.controls}
    return [
        (item, by_item[item.id])
        for item in made.items
        if item.id in by_item and by_item[item.id].kind is kind
    ]


def texts_of(material: Material, made: Design) -> dict[str, Generation]:
    known = {text.id: text for texts in material.texts.values() for text in texts}
    return known | {text.id: text for text in made.generations}


def answer(winner: str, *criteria: str) -> dict[str, Any]:
    return {"ratings": {}, "winners": dict.fromkeys(("overall", *criteria), winner), "spans": []}


# ---- texts made worse ------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_degraded_pairs_pit_a_text_against_its_worse_version(
    make_protocol, make_material, seed: int
) -> None:
    protocol = make_protocol(degraded=0.5, seed=seed, vote_criteria=("fluency",))
    material = make_material(protocol, 24)
    made = design(protocol, "s", material)
    found = controls_of(made, ControlKind.DEGRADED)
    texts = texts_of(material, made)
    assert len(found) == 12
    assert len({item.prompt_id for item, _ in found}) == 12
    assert Counter(control.criterion for _, control in found) == dict.fromkeys(DEGRADATIONS, 3)
    originals = Counter()
    for item, control in found:
        pair = {"a": texts[item.generation_a_id], "b": texts[item.generation_b_id]}
        (worse,) = [side for side in pair if "degraded" in pair[side].decoding]
        better = "b" if worse == "a" else "a"
        assert item.kind is ItemKind.AB
        assert pair[worse].text != pair[better].text
        assert pair[worse].decoding["degraded"] == control.criterion
        assert pair[worse].decoding["of_generation_id"] == pair[better].id
        assert pair[worse].prompt_id == pair[better].prompt_id == item.prompt_id
        asked = ["fluency"] if control.criterion == "fluency" else []
        assert set(control.expected["winners"]) == {"overall", *asked}
        assert is_right(control.expected, **answer(better, "fluency"))
        assert not is_right(control.expected, **answer(worse, "fluency"))
        assert not is_right(control.expected, **answer("tie", "fluency"))
        originals[pair[better].checkpoint_id] += 1
    assert originals == {"id-1": 4, "id-2": 4, "id-3": 4}
    assert [one.kind for one in made.checkpoints] == ["control"]
    assert len({item.generation_a_id.startswith("id-") for item, _ in found}) == 2


def test_degraded_texts_are_rated_beside_their_originals_where_there_are_no_pairs(
    make_protocol, make_material
) -> None:
    protocol = make_protocol(design="rate", degraded=1.0)
    material = make_material(protocol, 8)
    made = design(protocol, "s", material)
    items = {item.id: item for item in made.items}
    texts = texts_of(material, made)
    found = controls_of(made, ControlKind.DEGRADED)
    assert len(found) == 8
    for item, control in found:
        original = items[control.of_item_id]
        worse = texts[item.generation_a_id]
        assert (item.kind, item.generation_b_id) == (ItemKind.RATE, None)
        assert control.expected is None
        assert original.generation_a_id == worse.decoding["of_generation_id"]
        assert abs(original.position - item.position) < 4


def test_relevance_takes_the_answer_of_the_same_checkpoint_to_another_prompt(
    make_protocol, make_material
) -> None:
    relevance = [one for one in make_protocol().criteria if one.name == "relevance"]
    protocol = make_protocol(criteria=tuple(relevance), degraded=1.0, n_prompts=4)
    material = make_material(protocol, 9)
    made = design(protocol, "s", material)
    used = {item.prompt_id for item in made.items}
    for worse in made.generations:
        (source,) = [
            text for texts in material.texts.values() for text in texts if text.text == worse.text
        ]
        assert source.prompt_id not in used
        assert worse.decoding["of_generation_id"].startswith(source.checkpoint_id)


def test_worse_texts_of_an_earlier_study_are_used_again(
    make_protocol, make_material, make_prompts, checkpoints
) -> None:
    protocol = make_protocol(degraded=0.5)
    material = make_material(protocol, 6)
    first = design(protocol, "s", material)
    assert len(first.generations) == 3
    texts = [text for texts in material.texts.values() for text in texts]
    again = gather(
        protocol, make_prompts(6), [*texts, *first.generations], [*checkpoints, *first.checkpoints]
    )
    assert design(protocol, "t", again).generations == ()


def test_texts_too_short_to_be_made_worse_are_refused_with_what_there_is(
    make_protocol, make_prompts, make_texts, checkpoints
) -> None:
    coherence = [one for one in make_protocol().criteria if one.name == "coherence"]
    protocol = make_protocol(criteria=tuple(coherence), degraded=1.0)
    texts = [text for one in checkpoints for text in make_texts(one.id, 4)]
    short = [replace(text, text="Short.") if text.id[5] in "01" else text for text in texts]
    material = gather(protocol, make_prompts(4), short, checkpoints)
    with pytest.raises(ConfigError, match=r"asks for 4 worse texts, but only 2 .*degraded = 0.50"):
        design(protocol, "s", material)


# ---- A/A -------------------------------------------------------------------------------------


def test_aa_pairs_are_two_samples_of_one_checkpoint_and_setting(
    make_protocol, make_material
) -> None:
    protocol = make_protocol(aa_pairs=0.5)
    material = make_material(protocol, 12, n_samples=2)
    made = design(protocol, "s", material)
    texts = texts_of(material, made)
    found = controls_of(made, ControlKind.AA)
    assert len(found) == 6
    owners = Counter()
    for item, control in found:
        a, b = texts[item.generation_a_id], texts[item.generation_b_id]
        assert (a.checkpoint_id, a.prompt_id, a.decoding) == (
            b.checkpoint_id, b.prompt_id, b.decoding
        )  # fmt: skip
        assert {a.sample_index, b.sample_index} == {0, 1}
        assert a.text != b.text
        assert (control.expected, control.criterion, control.of_item_id) == (None, None, None)
        owners[a.checkpoint_id] += 1
    assert owners == {"id-1": 2, "id-2": 2, "id-3": 2}


def test_another_decoding_and_the_same_text_are_no_second_sample(
    make_protocol, make_prompts, make_texts, checkpoints
) -> None:
    protocol = make_protocol(aa_pairs=0.5, checkpoints=("old", "new"))
    first = [text for one in checkpoints for text in make_texts(one.id, 4)]
    same = [replace(text, id=f"{text.id}+", seed=7) for text in first]
    hotter = [text for one in checkpoints for text in make_texts(one.id, 4, decoding={"t": 2})]
    material = gather(protocol, make_prompts(4), [*hotter, *first, *same], checkpoints)
    with pytest.raises(ConfigError, match=r"asks for 2 pairs, but only 0 .* --n-samples 2"):
        design(protocol, "s", material)
    again = [replace(text, id=f"{text.id}+", text=f"{text.text} Amen.") for text in first]
    material = gather(protocol, make_prompts(4), [*again, *first], checkpoints)
    with pytest.raises(ConfigError, match="only 0"):
        design(protocol, "s", material)
    other_seed = make_texts("id-1", 4, seed=7, minutes=-1)
    material = gather(protocol, make_prompts(4), [*first, *other_seed], checkpoints)
    assert len(controls_of(design(protocol, "s", material), ControlKind.AA)) == 2


# ---- repeats ---------------------------------------------------------------------------------


@settings(max_examples=25)
@given(seed=st.integers(), share=st.floats(0, 1), n_prompts=st.integers(1, 12))
def test_repeats_come_after_their_originals(
    make_protocol, make_material, seed: int, share: float, n_prompts: int
) -> None:
    protocol = make_protocol(seed=seed, repeats=share)
    made = design(protocol, "s", make_material(protocol, n_prompts))
    items = {item.id: item for item in made.items}
    found = controls_of(made, ControlKind.REPEAT)
    n_ordinary = len(made.items) - len(found)
    assert len(found) == int(share * n_ordinary + 0.5)
    for item, control in found:
        original = items[control.of_item_id]
        assert original.position < item.position
        assert (original.kind, original.generation_a_id, original.generation_b_id) == (
            item.kind, item.generation_a_id, item.generation_b_id
        )  # fmt: skip
    assert len({control.of_item_id for _, control in found}) == len(found)


def test_repeats_keep_a_distance_lie_between_blocks_and_are_of_every_kind(
    make_protocol, make_material
) -> None:
    protocol = make_protocol(repeats=0.1, mixed_of=("rate", "spans", "ab"), suggestions=0.5)
    made = design(protocol, "s", make_material(protocol, 20))
    items = {item.id: item for item in made.items}
    found = controls_of(made, ControlKind.REPEAT)
    assert len(found) == 18
    repeated = {item.id for item, _ in found}
    for item, control in found:
        between = [
            each for each in made.items
            if items[control.of_item_id].position < each.position < item.position
        ]  # fmt: skip
        assert len(between) >= GAP
        assert not items[control.of_item_id].suggests
    assert set(Counter(item.kind for item, _ in found)) == set(ItemKind)
    blocks = [item.prompt_id for item in made.items if item.id not in repeated]
    changes = sum(one != other for one, other in itertools.pairwise(blocks))
    assert changes == 19


# ---- gold ------------------------------------------------------------------------------------

GOLD_DESIGN = {"mixed_of": ("rate", "spans", "ab")}


def gold_design(make_protocol, make_material, *gold: Gold, **changes: Any) -> Design:
    protocol = make_protocol(gold=gold, **GOLD_DESIGN, **changes)
    return design(protocol, "s", make_material(protocol, 6))


def test_gold_ratings_are_right_within_the_tolerance(make_protocol, make_material) -> None:
    gold = Gold(prompt="key-2", checkpoint="old", ratings={"fluency": 2})
    made = gold_design(make_protocol, make_material, gold, gold_tolerance=1)
    ((item, control),) = controls_of(made, ControlKind.GOLD)
    assert (item.kind, item.generation_a_id.split("|")[:2]) == (ItemKind.RATE, ["id-1", "2"])
    for value, right in ((1, True), (3, True), (4, False)):
        given_ = {"ratings": {"fluency": value}, "winners": {}, "spans": []}
        assert is_right(control.expected, **given_) is right


def test_the_order_of_a_gold_pair_is_drawn(make_protocol, make_material) -> None:
    gold = Gold(prompt="key-2", checkpoints=("old", "new"), winner="old")
    firsts = set()
    for seed in range(12):
        made = gold_design(make_protocol, make_material, gold, seed=seed)
        ((_, control),) = controls_of(made, ControlKind.GOLD)
        firsts.add(control.expected["winners"]["overall"][0])
    assert firsts == {"a", "b"}


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("winner", ["old", "new", "tie", "both_bad"])
def test_gold_winners_are_in_item_order(
    make_protocol, make_material, winner: str, seed: int
) -> None:
    gold = Gold(prompt="key-2", checkpoints=("old", "new"), winner=winner)
    made = gold_design(make_protocol, make_material, gold, seed=seed)
    ((item, control),) = controls_of(made, ControlKind.GOLD)
    sides = {"id-1": "old", "id-2": "new"}
    pair = {
        "a": sides[item.generation_a_id.split("|")[0]],
        "b": sides[str(item.generation_b_id).split("|")[0]],
    }
    right = next((side for side, name in pair.items() if name == winner), winner)
    for given_ in ("a", "b", "tie", "both_bad"):
        assert is_right(control.expected, **answer(given_)) is (given_ == right)


def test_gold_pieces_are_found_in_code_points(
    make_protocol, make_prompts, make_texts, checkpoints
) -> None:
    text = "👩‍👧 Rosa gave nine apples. She had ten."
    gold = Gold(prompt="key-1", checkpoint="old", faulty=("nine apples", "She"))
    clean = Gold(prompt="key-2", checkpoint="old", faulty=())
    protocol = make_protocol(gold=(gold, clean), **GOLD_DESIGN)
    texts = [each for one in checkpoints for each in make_texts(one.id, 4)]
    texts = [replace(each, text=text) if each.id.startswith("id-1|1") else each for each in texts]
    made = design(protocol, "s", gather(protocol, make_prompts(4), texts, checkpoints))
    found = {item.prompt_id: control for item, control in controls_of(made, ControlKind.GOLD)}
    spans = found["prompt-001"].expected["spans"]
    assert [text[one["start"] : one["end"]] for one in spans] == ["nine apples", "She"]
    assert found["prompt-002"].expected == {"spans": []}


@pytest.mark.parametrize(
    ("gold", "kind", "message"),
    [
        ({"prompt": "key-9"}, ConfigError, "has no prompt with that key; there is: key-0, key-1"),
        ({"checkpoint": "newest"}, UnknownNameError, "no checkpoint named 'newest'; there is"),
        ({"faulty": ("zebra",)}, InputError, "does not hold it; quote it letter by letter"),
        ({"faulty": (".",)}, InputError, "holds it more than once; quote more of it"),
    ],
)
def test_gold_that_does_not_fit_its_text_is_refused(
    make_protocol, make_material, gold: dict[str, Any], kind: type[Exception], message: str
) -> None:
    entry = Gold(**({"prompt": "key-1", "checkpoint": "old", "faulty": ()} | gold))
    with pytest.raises(kind, match=message):
        gold_design(make_protocol, make_material, entry)


def test_prompts_of_gold_items_are_used_for_nothing_else(make_protocol, make_material) -> None:
    gold = Gold(prompt="key-2", checkpoint="old", ratings={"fluency": 2})
    made = gold_design(make_protocol, make_material, gold)
    assert sum(item.prompt_id == "prompt-002" for item in made.items) == 1
    assert len({item.prompt_id for item in made.items}) == 6


# ---- training --------------------------------------------------------------------------------


def test_training_comes_first_with_answers_explanations_and_prompts_of_its_own(
    make_protocol, make_material
) -> None:
    gold = Gold(
        prompt="key-2", checkpoint="old", ratings={"fluency": 2}, training=True, explanation="So."
    )
    protocol = make_protocol(gold=(gold,), n_training=5, repeats=0.2)
    material = make_material(protocol, 12, references=True)
    made = design(protocol, "s", material)
    found = controls_of(made, ControlKind.TRAINING)
    assert [item.position for item, _ in found] == list(range(6))
    assert found[0][1].explanation == "So."
    prompts = {item.prompt_id for item, _ in found}
    assert len(prompts) == 6
    assert not prompts & {item.prompt_id for item in made.items[6:]}
    assert all(control.expected and control.explanation for _, control in found)
    assert [item.kind for item, _ in found[1:]] == ["ab", "rate", "ab", "rate", "ab"]
    texts = texts_of(material, made)
    for item, control in found[1:]:
        if item.kind is ItemKind.RATE:
            assert texts[item.generation_a_id].decoding["degraded"] == control.criterion
            low, high = ({control.criterion: value} for value in (2, 4))
            assert is_right(control.expected, ratings=low, winners={}, spans=[])
            assert not is_right(control.expected, ratings=high, winners={}, spans=[])
        else:
            human = material.prompts[item.prompt_id].reference
            sides = {"a": item.generation_a_id, "b": item.generation_b_id}
            (good,) = [side for side, id in sides.items() if texts[id].text == human]
            assert is_right(control.expected, **answer(good))


def test_training_takes_prompts_that_the_study_cannot_use_first(
    make_protocol, make_prompts, make_texts, checkpoints
) -> None:
    for n_prompts in (None, 2):
        protocol = make_protocol(
            n_training=3, design="rate", checkpoints=("old",), n_prompts=n_prompts
        )
        texts = make_texts("id-1", 5)
        material = gather(protocol, make_prompts(8, references=True), texts, checkpoints)
        made = design(protocol, "s", material)
        assert {item.prompt_id for item in made.items[:3]} == {f"prompt-00{n}" for n in (5, 6, 7)}
        assert len({item.prompt_id for item in made.items[3:]}) == (n_prompts or 5)


def test_too_few_prompts_for_training_are_named(make_protocol, make_material) -> None:
    protocol = make_protocol(n_training=4, n_prompts=3)
    with pytest.raises(ConfigError, match=r"n_prompts is 3, but only 2 .*4 kept for training"):
        design(protocol, "s", make_material(protocol, 6))
    protocol = make_protocol(n_training=6)
    with pytest.raises(ConfigError, match=r"no prompt .* is left .*6 kept for training"):
        design(protocol, "s", make_material(protocol, 6))
