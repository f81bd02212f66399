"""Turns texts that the study itself does not use into training items with explanations."""

from __future__ import annotations

import random
from collections.abc import Iterable

from lab.errors import ConfigError
from lab.records import Control, ControlKind, Generation
from lab.study.blocks import new_item
from lab.study.controls import Made, degradable, worse_pair, worsen
from lab.study.degrade import WHAT_WAS_DONE
from lab.study.drawing import draw_for
from lab.study.material import Material
from lab.study.protocol import REFERENCE, Protocol


def spare_prompts(
    protocol: Protocol, material: Material, taken: Iterable[str]
) -> tuple[list[str], list[str]]:
    """Find prompts for self-made training items.

    Args:
        protocol: the plan.
        material: the texts.
        taken: ids of prompts that serve for something else, such as gold.

    Returns:
        Ids of prompts of the population that no checkpoint needs (they have a reference, but not
        a text from every checkpoint), then ids that the study itself could use, both shuffled.
    """
    draw = draw_for(protocol, "training prompts")
    left = sorted(set(material.population) - set(taken))
    covered = [prompt_id for prompt_id in left if prompt_id in material.coverage.texts]
    outside = [
        prompt_id
        for prompt_id in left
        if prompt_id not in material.coverage.texts
        and (material.prompts[prompt_id].reference or "").strip()
    ]
    draw.shuffle(outside)
    draw.shuffle(covered)
    return outside, covered


def training_items(
    protocol: Protocol, study_id: str, material: Material, prompt_ids: list[str], used: set[str]
) -> list[Made]:
    """Make the protocol's number of training items.

    The original is the prompt's reference where it has one, since it is known to be good. Pairs
    and ratings take turns where the study has both. A worse text is right where its rating is
    at most the middle of the scale.

    Args:
        protocol: the plan.
        study_id: the study.
        material: the texts.
        prompt_ids: prompts to make them of, the first ones first.
        used: ids of the prompts that reviewers see elsewhere in the study.

    Returns:
        The items with their right answers and explanations.

    Raises:
        ConfigError: too few texts can be made worse.
    """
    draw = draw_for(protocol, "training")
    kinds = [kind for kind in ("ab", "rate") if kind in protocol.kinds]
    found: list[Made] = []
    for prompt_id in prompt_ids:
        if len(found) == protocol.n_training:
            break
        original = _original(protocol, material, prompt_id, len(found))
        worse = _worse(protocol, material, original, len(found) // len(kinds), used)
        if worse is not None:
            kind = kinds[len(found) % len(kinds)]
            found.append(_made(protocol, study_id, kind, original, worse, draw))
    if len(found) < protocol.n_training:
        raise ConfigError(
            f"n_training is {protocol.n_training}, but only {len(found)} training items can be "
            "made of prompts that the study does not use itself; set a smaller n_prompts or "
            "n_training, or write gold items with training = true"
        )
    return found


def _original(protocol: Protocol, material: Material, prompt_id: str, turn: int) -> Generation:
    if (material.prompts[prompt_id].reference or "").strip():
        reference = material.text_of(REFERENCE, prompt_id)
        if reference is not None:
            return reference
    names = protocol.checkpoints
    return material.coverage.texts[prompt_id][names[turn % len(names)]]


def _worse(
    protocol: Protocol, material: Material, original: Generation, turn: int, used: set[str]
) -> Generation | None:
    criteria = degradable(protocol)
    at = turn % len(criteria)
    for criterion in criteria[at:] + criteria[:at]:
        worse = worsen(protocol, material, criterion, original, used)
        if worse is not None:
            return worse
    return None


def _made(
    protocol: Protocol,
    study_id: str,
    kind: str,
    original: Generation,
    worse: Generation,
    draw: random.Random,
) -> Made:
    criterion = str(worse.decoding["degraded"])
    if kind == "ab":
        item, expected = worse_pair(protocol, study_id, original, worse, draw)
        which = "the worse text"
    else:
        item = new_item(study_id, "rate", worse)
        n_points = next(len(c.anchors) for c in protocol.criteria if c.name == criterion)
        expected = {"ratings": {criterion: 1}, "tolerance": (n_points - 1) // 2}
        which = "this text"
    return item, Control(
        item_id=item.id,
        kind=ControlKind.TRAINING,
        criterion=criterion,
        expected=expected,
        explanation=f"In {which}, {WHAT_WAS_DONE[criterion]}.",
    )
