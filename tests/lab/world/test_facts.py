import random

import pytest

from lab.world.facts import draw_facts
from lab.world.pack import english

PLANS = [draw_facts(random.Random(seed)) for seed in range(2000)]


def number(word):
    return english().values("number").index(word) + 2


def test_the_same_seed_gives_the_same_plan():
    assert draw_facts(random.Random(7)) == draw_facts(random.Random(7))
    assert draw_facts(random.Random(7)) != draw_facts(random.Random(8))


def test_every_event_and_ending_comes_up():
    assert len({(plan["event"], plan["ending"]) for plan in PLANS}) == 36


def test_sums_add_up_and_their_numbers_differ():
    shares = [plan for plan in PLANS if plan["event"] == "share"]
    buys = [plan for plan in PLANS if plan["event"] == "buy"]
    assert shares
    assert buys
    for plan in shares:
        assert number(plan["give"]) + number(plan["left"]) == number(plan["have"])
        assert plan["give"] != plan["left"]
    for plan in buys:
        assert number(plan["price"]) + number(plan["left"]) == number(plan["have"])


@pytest.mark.parametrize("kind", ["person", "thing", "number"])
def test_no_two_facts_of_a_kind_share_a_value(kind):
    roles = english().data["roles"]
    for plan in PLANS:
        values = [value for name, value in plan.items() if roles.get(name) == kind]
        assert len(values) == len(set(values))


def test_every_value_is_a_word_of_its_kind():
    pack = english()
    for plan in PLANS:
        for name, value in plan.items():
            if name in pack.data["roles"]:
                assert value in pack.values(pack.data["roles"][name])


def test_the_plan_begins_with_the_event_and_ends_with_the_ending():
    assert all(next(iter(plan)) == "event" and list(plan)[-1] == "ending" for plan in PLANS)


def test_plans_hardly_ever_repeat():
    assert len({tuple(plan.items()) for plan in PLANS}) == len(PLANS)
