"""Turns a random generator into the plan of one story: facts that do not contradict one another."""

from __future__ import annotations

import random

from lab.world.pack import Pack, english

MOST = 12
"""Largest number drawn for a fact that is part of no sum."""


def draw_facts(rng: random.Random, pack: Pack | None = None) -> dict[str, str]:
    """Draw the plan of one story.

    Args:
        rng: where all randomness comes from; the same state gives the same plan.
        pack: the language; English by default.

    Returns:
        Fact → value, in the order of the fact card: the event first, the ending last. Two facts
        of one kind never share a value, and the event's sum, where it has one, adds up.
    """
    pack = pack or english()
    event = rng.choice(list(pack.data["events"]))
    plan = pack.data["events"][event]
    numbers = _sum(rng, plan["sum"], pack) if "sum" in plan else {}
    facts = {"event": event}
    for role, kind in pack.data["roles"].items():
        if role not in _common(pack) and role not in plan["facts"]:
            continue
        facts[role] = numbers.get(role) or _draw(rng, kind, set(facts.values()), pack)
    return facts | {"ending": rng.choice(pack.data["words"]["ending"])}


def roles_of(facts: dict[str, str], kind: str, pack: Pack) -> list[str]:
    """List the facts of a plan that take words of a kind."""
    return [
        role for role, its_kind in pack.data["roles"].items() if its_kind == kind and role in facts
    ]


def _common(pack: Pack) -> set[str]:
    extra = {role for plan in pack.data["events"].values() for role in plan["facts"]}
    return set(pack.data["roles"]) - extra


def _draw(rng: random.Random, kind: str, taken: set[str], pack: Pack) -> str:
    values = pack.values(kind)
    if kind == "number":
        values = values[: MOST - 1]
    value = rng.choice(values)
    while value in taken:
        value = rng.choice(values)
    return value


def _sum(rng: random.Random, names: dict[str, str], pack: Pack) -> dict[str, str]:
    """Draw whole = part + rest, all three different."""
    words = pack.values("number")
    whole = rng.randrange(5, len(words) + 2)
    part = rng.choice([n for n in range(2, whole - 1) if 2 * n != whole])
    spelled = (words[whole - 2], words[part - 2], words[whole - part - 2])
    return dict(zip((names["whole"], names["part"], names["rest"]), spelled, strict=True))
