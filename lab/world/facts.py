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
    wanted = pack.common_roles.union(plan["facts"])
    for role, kind in pack.data["roles"].items():
        if role not in wanted:
            continue
        facts[role] = numbers.get(role) or _draw(rng, kind, set(facts.values()), pack)
    return facts | {"ending": rng.choice(pack.data["words"]["ending"])}


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
