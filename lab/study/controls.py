"""Turns the texts of a study into controls that lie among its items: worse texts, equal pairs."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from lab.errors import ConfigError
from lab.records import Control, ControlKind, Generation, Item, ItemKind, Winner
from lab.study.blocks import new_item
from lab.study.degrade import DEGRADATIONS, degrade
from lab.study.drawing import draw_for, share_of
from lab.study.material import Material, decoding_of
from lab.study.protocol import Protocol

Made = tuple[Item, Control | None]
"""An item with what is known about it."""


def degradable(protocol: Protocol) -> list[str]:
    """List the criteria of a study on which the lab can make a text worse."""
    return [each.name for each in protocol.criteria if each.name in DEGRADATIONS]


def worsen(
    protocol: Protocol, material: Material, criterion: str, text: Generation, used: set[str]
) -> Generation | None:
    """Make a worse version of a text; None where this one cannot be made worse so.

    Args:
        protocol: the plan.
        material: where an answer to another prompt is looked for.
        criterion: what it shall be worse on.
        text: the original.
        used: ids of the prompts that reviewers see; others are preferred for such an answer.
    """
    draw = draw_for(protocol, f"degraded {criterion} {text.prompt_id} {text.text}")
    other = _other_answer(material, text, used, draw) if criterion == "relevance" else ""
    worse = degrade(criterion, text.text, other, draw)
    if worse is None:
        return None
    return material.keep(text.prompt_id, worse, decoding_of(criterion, text), protocol.seed)


def _other_answer(material: Material, text: Generation, used: set[str], draw: random.Random) -> str:
    others = {
        prompt_id: other.text
        for prompt_id, texts in material.texts.items()
        for other in texts
        if other.checkpoint_id == text.checkpoint_id and prompt_id != text.prompt_id
    }
    unseen = sorted(set(others) - used)
    return others[draw.choice(unseen or sorted(others))] if others else ""


def worse_pair(
    protocol: Protocol, study_id: str, original: Generation, worse: Generation, draw: random.Random
) -> tuple[Item, dict[str, Any]]:
    """Pair a text with its worse version, in an order that is drawn.

    Returns:
        The item, and the right answer to it: the original, overall and on the criterion that it
        was made worse on where pairs are compared on it.
    """
    first = draw.random() < 0.5
    a, b = (original, worse) if first else (worse, original)
    right = [str(Winner.A if first else Winner.B)]
    asked = [name for name in protocol.compared_on if name in ("overall", criterion_of(worse))]
    return new_item(study_id, "ab", a, b), {"winners": dict.fromkeys(asked, right)}


def criterion_of(worse: Generation) -> str:
    """Say on which criterion a text was made worse."""
    return str(worse.decoding["degraded"])


def degraded_controls(
    protocol: Protocol, study_id: str, material: Material, items: Mapping[str, Sequence[Item]]
) -> dict[str, Made]:
    """Make one worse text for a share of the prompts.

    Criteria and systems take turns, so that each meets each. In a study with pairs the control is
    a pair of original and worse text; otherwise the worse text is rated beside its original.

    Args:
        protocol: the plan.
        study_id: the study.
        material: the texts.
        items: prompt id → its ordinary items.

    Returns:
        Prompt id → its control.

    Raises:
        ConfigError: not enough texts can be made worse.
    """
    draw = draw_for(protocol, "degraded")
    wanted = share_of(protocol.degraded, len(items))

    def one(left: Sequence[str], turn: int) -> Made | None:
        return _next_degraded(protocol, study_id, material, items, left, turn, draw)

    found = _one_each(draw, items, wanted, one)
    if len(found) < wanted:
        raise ConfigError(
            f"degraded is {protocol.degraded}, which asks for {wanted} worse texts, but only "
            f"{len(found)} can be made on {', '.join(degradable(protocol))}: the other texts "
            f"are too short; set degraded = {len(found) / len(items):.2f} or less"
        )
    return found


def _one_each(
    draw: random.Random,
    prompt_ids: Collection[str],
    wanted: int,
    make: Callable[[Sequence[str], int], Made | None],
) -> dict[str, Made]:
    """Make one control for each of so many prompts, or for fewer if no more can be made."""
    left = list(prompt_ids)
    draw.shuffle(left)
    found: dict[str, Made] = {}
    while len(found) < wanted and (made := make(left, len(found))) is not None:
        left.remove(made[0].prompt_id)
        found[made[0].prompt_id] = made
    return found


def _next_degraded(
    protocol: Protocol,
    study_id: str,
    material: Material,
    items: Mapping[str, Sequence[Item]],
    left: Sequence[str],
    turn: int,
    draw: random.Random,
) -> Made | None:
    criteria = degradable(protocol)
    names = protocol.systems
    name = names[(turn + turn // len(criteria)) % len(names)]
    for step in range(len(criteria)):
        criterion = criteria[(turn + step) % len(criteria)]
        for prompt_id in left:
            original = material.coverage.texts[prompt_id][name]
            worse = worsen(protocol, material, criterion, original, set(items))
            if worse is not None:
                return _as_control(protocol, study_id, original, worse, items[prompt_id], draw)
    return None


def _as_control(
    protocol: Protocol,
    study_id: str,
    original: Generation,
    worse: Generation,
    items: Sequence[Item],
    draw: random.Random,
) -> Made:
    expected, of_item_id = None, None
    if "ab" in protocol.kinds:
        item, expected = worse_pair(protocol, study_id, original, worse, draw)
    else:
        item = new_item(study_id, "rate", worse)
        of_item_id = next(
            each.id
            for each in items
            if each.kind is ItemKind.RATE and each.generation_a_id == original.id
        )
    return item, Control(
        item_id=item.id,
        kind=ControlKind.DEGRADED,
        criterion=criterion_of(worse),
        of_item_id=of_item_id,
        expected=expected,
    )


def aa_controls(
    protocol: Protocol, study_id: str, material: Material, prompt_ids: Sequence[str]
) -> dict[str, Made]:
    """Make, for a share of the prompts, a pair of two samples of one checkpoint.

    Both were made under one setting, with another seed or as another of several samples, so
    neither should win more often than the other.

    Args:
        protocol: the plan.
        study_id: the study.
        material: the texts.
        prompt_ids: the prompts of the study.

    Returns:
        Prompt id → its control.

    Raises:
        ConfigError: not enough prompts have a second sample.
    """
    draw = draw_for(protocol, "A/A")
    wanted = share_of(protocol.aa_pairs, len(prompt_ids))

    def one(left: Sequence[str], turn: int) -> Made | None:
        pair = _next_pair(protocol, material, left, turn, draw)
        if pair is None:
            return None
        item = new_item(study_id, "ab", *pair)
        return item, Control(item_id=item.id, kind=ControlKind.AA)

    found = _one_each(draw, prompt_ids, wanted, one)
    if len(found) < wanted:
        raise ConfigError(
            f"aa_pairs is {protocol.aa_pairs}, which asks for {wanted} pairs, but only "
            f"{len(found)} prompts have a second, different text of one checkpoint under one "
            "setting; sample again with `lab sample … --n-samples 2`, or set aa_pairs = "
            f"{len(found) / len(prompt_ids):.2f} or less"
        )
    return found


def _next_pair(
    protocol: Protocol,
    material: Material,
    left: Sequence[str],
    turn: int,
    draw: random.Random,
) -> list[Generation] | None:
    n_names = len(protocol.checkpoints)
    for step in range(n_names):
        name = protocol.checkpoints[(turn + step) % n_names]
        for prompt_id in left:
            text = material.coverage.texts[prompt_id][name]
            if others := material.siblings(text):
                pair = [text, others[0]]
                draw.shuffle(pair)
                return pair
    return None
