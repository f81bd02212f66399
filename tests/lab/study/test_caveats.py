"""Checks that each doubt about a plan is raised where it holds, and only there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lab.records import Account, Role
from lab.study.caveats import about_coverage, about_texts, caveats
from lab.study.design import design
from lab.study.gold import Gold
from lab.study.material import gather

SOUND = {
    "repeats": 0.1, "degraded": 0.5, "stopping_rule": "When all is done.",
    "exclude_below_gold": 0.6, "adjudicator": "lea", "adjudicate_at": 2,
}  # fmt: skip
PEOPLE = [
    *(Account(name=name, role=Role.REVIEWER, pseudonym=name) for name in ("ada", "bea", "cyd")),
    Account(name="lea", role=Role.LEAD, pseudonym="lea"),
]


@pytest.fixture
def doubts(make_protocol, make_material):
    def find(people: list[Account] = PEOPLE, **changes: Any) -> list[str]:
        protocol = make_protocol(**(SOUND | changes))
        blind = replace(protocol, title="", question="Which one?")
        material = make_material(protocol, 8, n_samples=2)
        made = design(blind, "s", material)
        return caveats(protocol, made.items, made.controls, people)

    return find


def test_a_sound_plan_has_none(doubts) -> None:
    assert doubts() == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"people": PEOPLE[1:]}, "each item needs 3 different reviewers, and 2 can sign in"),
        ({"people": PEOPLE[:3]}, "the adjudicator 'lea' cannot sign in"),
        (
            {"reviewers_per_item": 1, "adjudicator": None, "adjudicate_at": None},
            "one reviewer per item",
        ),
        ({"repeats": 0}, "no repeats: "),
        ({"repeats": 0.001}, "repeats is 0.001, which of so few makes none"),
        ({"degraded": 0, "exclude_below_gold": None, "exclusion_rule": "x"}, "no hidden controls"),
        ({"degraded": 0, "aa_pairs": 0.5}, "but no control has a right answer"),
        ({"design": "rate"}, "but no control has a right answer"),
        ({"stopping_rule": ""}, "no stopping rule"),
        ({"exclude_below_gold": None}, "no exclusion rule"),
        ({"max_answers": 9}, "max_answers is 9, and the items have"),
        ({"title": "old and fresh"}, "blindness: title holds 'old'"),
    ],
)
def test_each_doubt_alone(doubts, changes: dict[str, Any], message: str) -> None:
    (found,) = doubts(**changes)
    assert message in found


def test_gold_counts_as_a_control_with_a_right_answer(doubts) -> None:
    gold = (Gold(prompt="key-1", checkpoint="old", ratings={"fluency": 1}),)
    assert doubts(degraded=0, gold=gold) == []


def test_doubts_about_texts(make_protocol, make_prompts, make_texts, checkpoints) -> None:
    protocol = make_protocol(design="spans", checkpoints=("old", "new"), suggestions=0.5)
    texts = [*make_texts("id-1", 6), *make_texts("id-2", 4)]
    material = gather(protocol, make_prompts(6), texts, checkpoints)
    items = design(protocol, "s", material).items
    shown = {text.id: text for each in material.coverage.texts.values() for text in each.values()}
    arm = [item.generation_a_id for item in items if item.suggests]
    assert about_coverage(material.coverage.left_out) == [
        "2 prompts are left out, since not every checkpoint has a text for them (new lacks 2)"
    ]
    assert about_coverage({}) == []
    assert about_texts(protocol, items, shown, arm[:1]) == [
        "3 of 4 texts in the arm with suggestions have not been checked; run `lab check` before "
        "the start, or nothing is suggested for them",
    ]
    telling = {id: replace(text, text="The New model says:") for id, text in shown.items()}
    (found,) = about_texts(protocol, items, telling, arm)
    assert found.startswith("8 of 8 texts hold the name of a checkpoint")
