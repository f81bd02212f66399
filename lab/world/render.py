"""Turns the facts of a story into its fact card, its natural prompt and its reference story."""

from __future__ import annotations

import random
from itertools import pairwise

from lab.world.pack import Pack, english, may_use_pronoun, with_pronoun

DETAIL_SHARE = 0.8
"""Probability that a natural prompt keeps one of its details."""
FILLER_SHARE = 0.15
"""Probability of a sentence without facts after a beat of the event but the last."""
CLOSER_SHARE = 0.35
"""Probability of a general last sentence after the event's own ending."""
PRONOUN_SHARE = 0.6
"""Probability of a pronoun for the hero where it cannot be misunderstood."""


def fact_card(facts: dict[str, str]) -> str:
    """Write the facts as a card: "event: share; hero: Rosa; job: painter; …"."""
    return "; ".join(f"{name}: {value}" for name, value in facts.items())


def natural_prompt(facts: dict[str, str], rng: random.Random, pack: Pack | None = None) -> str:
    """Ask for the story in natural sentences, with a few facts left out at random.

    Args:
        facts: the plan, from `draw_facts`.
        rng: chooses the phrasings and what is left out.
        pack: the language; English by default.

    Returns:
        A few sentences; the hero, job, trait and what happens are always among them.
    """
    pack = pack or english()
    prompt = pack.data["prompt"]
    chosen = [rng.choice(prompt["openings"])]
    chosen += [rng.choice(detail) for detail in prompt["details"] if rng.random() < DETAIL_SHARE]
    chosen.insert(
        rng.randrange(1, len(chosen) + 1),
        rng.choice(pack.data["events"][facts["event"]]["prompts"]),
    )
    return " ".join(chosen).format_map(facts)


def story(facts: dict[str, str], rng: random.Random, pack: Pack | None = None) -> str:
    """Write a story that states every fact and contradicts none.

    Args:
        facts: the plan, from `draw_facts`.
        rng: chooses the arrangement and the phrasings.
        pack: the language; English by default.

    Returns:
        One paragraph of 6 to 12 sentences.
    """
    pack = pack or english()
    forms = pack.forms_of(facts["hero"])
    slots = facts | forms | {name.capitalize(): form.capitalize() for name, form in forms.items()}
    chosen = _with_pronouns(_choose(facts, rng, pack), facts, rng, pack)
    return " ".join(text.format_map(slots) for text in chosen)


def _choose(facts: dict[str, str], rng: random.Random, pack: Pack) -> list[str]:
    """Choose the sentences, slots unfilled, in order."""
    parts, event = pack.data["story"], pack.data["events"][facts["event"]]
    chosen = [rng.choice(parts["opening"][beat]) for beat in rng.choice(parts["arrangements"])]
    fillers = iter(rng.sample(parts["fillers"]["any"], len(event["beats"])))
    for position, phrasings in enumerate(event["beats"], start=1):
        chosen.append(rng.choice(phrasings))
        if position < len(event["beats"]) and rng.random() < FILLER_SHARE:
            chosen.append(next(fillers))
    chosen.append(rng.choice(event["endings"][facts["ending"]]))
    if rng.random() < CLOSER_SHARE:
        chosen.append(rng.choice(parts["closers"][facts["ending"]]))
    return chosen


def _with_pronouns(
    chosen: list[str], facts: dict[str, str], rng: random.Random, pack: Pack
) -> list[str]:
    """Let some sentences begin with a pronoun, where the sentence before names only the hero."""
    alike = pack.people[facts["hero"]] == pack.people[facts["friend"]]
    told = chosen[:1]
    for before, text in pairwise(chosen):
        clear = "{hero}" in before and not (alike and "{friend}" in before)
        introduces = "{trait}" in text or "{relation}" in text
        usable = clear and not introduces and may_use_pronoun(text, None)
        told.append(with_pronoun(text) if usable and rng.random() < PRONOUN_SHARE else text)
    return told
