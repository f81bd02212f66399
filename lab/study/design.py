"""Turns a protocol and its material into the items of a study, in queue order, with controls."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from lab.errors import ConfigError
from lab.records import Checkpoint, Control, ControlKind, Generation, Item
from lab.study.blindness import refuse_unblind
from lab.study.blocks import balance, choose_arm, ordinary_items
from lab.study.controls import Made, aa_controls, degraded_controls
from lab.study.drawing import draw_for
from lab.study.golds import gold_items, gold_prompts
from lab.study.material import Material
from lab.study.protocol import Protocol
from lab.study.repeats import with_repeats
from lab.study.training import spare_prompts, training_items

_KINDS = ("rate", "spans", "ab")


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """What a study is made of, ready to be stored with it."""

    items: tuple[Item, ...]
    """All items, in the order of their positions."""

    controls: tuple[Control, ...]
    """What is known about the items that test the reviewers, in the order of the items."""

    generations: tuple[Generation, ...]
    """Texts that are not stored yet: references, and texts made worse on purpose."""

    checkpoints: tuple[Checkpoint, ...]
    """The checkpoints of these texts, also where they are stored already."""


def design(protocol: Protocol, study_id: str, material: Material) -> Design:
    """Make the items of a study and its controls.

    A prompt's items stand together (a block), so that a study which stops early leaves whole
    prompts judged. In a block ratings come first, then spans, then pairs, since a rating given
    after a comparison would be drawn towards it; within each the order is drawn. Over the prompts
    each system of a pair is first equally often (by at most one). Training items come before all
    blocks. Prompts of gold and training items are used for nothing else.

    Args:
        protocol: the plan.
        study_id: the study that the items belong to.
        material: what `lab.study.material.gather` found.

    Returns:
        The design; the same arguments give the same but for the ids.

    Raises:
        UnknownNameError: a checkpoint of a gold item does not exist.
        ConfigError: there are too few prompts or texts for what the protocol asks, or its words
            would tell reviewers whose texts they see.
        InputError: a gold item quotes what its text does not hold.
    """
    refuse_unblind(protocol)
    golds = gold_items(protocol, study_id, material)
    taken = set(gold_prompts(protocol, material).values())
    prompt_ids, spare = _divide_prompts(protocol, material, taken)
    used = {*prompt_ids, *taken}
    own = training_items(protocol, study_id, material, spare, used)
    training = [made for made in golds if _kind(made) is ControlKind.TRAINING] + own
    hidden = [made for made in golds if _kind(made) is not ControlKind.TRAINING]
    blocks = _blocks(protocol, study_id, material, prompt_ids) + _gold_blocks(hidden)
    draw_for(protocol, "blocks").shuffle(blocks)
    return _numbered(material, [*training, *with_repeats(protocol, blocks)])


def _kind(made: Made) -> ControlKind | None:
    return made[1].kind if made[1] else None


def _divide_prompts(
    protocol: Protocol, material: Material, taken: set[str]
) -> tuple[list[str], list[str]]:
    """Draw the prompts of the study, and those to make training items of."""
    outside, covered = spare_prompts(protocol, material, taken)
    reserved = max(0, protocol.n_training - len(outside))
    there = sorted(covered)
    n_free = max(0, len(there) - reserved)
    n_prompts = n_free if protocol.n_prompts is None else protocol.n_prompts
    if n_prompts > n_free or n_free == 0:
        raise ConfigError(_too_few(n_prompts, n_free, len(taken), reserved))
    chosen = draw_for(protocol, "prompts").sample(there, n_prompts)
    left = [prompt_id for prompt_id in covered if prompt_id not in set(chosen)]
    return chosen, outside + left


def _too_few(n_prompts: int, n_free: int, n_gold: int, n_reserved: int) -> str:
    kept = [f"{n} kept for {what}" for n, what in ((n_gold, "gold"), (n_reserved, "training")) if n]
    beside = f" ({', '.join(kept)})" if kept else ""
    if n_free == 0:
        return (
            f"no prompt with a text from every checkpoint is left{beside}; sample more with "
            "`lab sample`, or ask for fewer gold and training items"
        )
    return (
        f"n_prompts is {n_prompts}, but only {n_free} prompts have a text from every "
        f"checkpoint{beside}; sample more with `lab sample`, or set n_prompts = {n_free}"
    )


def _blocks(
    protocol: Protocol, study_id: str, material: Material, prompt_ids: list[str]
) -> list[list[Made]]:
    texts = material.coverage.texts
    firsts = balance(protocol, prompt_ids)
    items = [
        item
        for prompt_id in prompt_ids
        for item in ordinary_items(protocol, study_id, prompt_id, texts[prompt_id], firsts)
    ]
    owners = {text.id: text.checkpoint_id for each in texts.values() for text in each.values()}
    by_prompt: dict[str, list[Item]] = {prompt_id: [] for prompt_id in prompt_ids}
    for item in choose_arm(protocol, items, owners):
        by_prompt[item.prompt_id].append(item)
    degraded = degraded_controls(protocol, study_id, material, by_prompt)
    equal = aa_controls(protocol, study_id, material, prompt_ids)
    draw = draw_for(protocol, "order in blocks")
    blocks = []
    for prompt_id, own in by_prompt.items():
        block: list[Made] = [(item, None) for item in own]
        block += [found[prompt_id] for found in (degraded, equal) if prompt_id in found]
        blocks.append(_ordered(block, draw))
    return blocks


def _gold_blocks(golds: Sequence[Made]) -> list[list[Made]]:
    blocks: dict[str, list[Made]] = {}
    for made in golds:
        blocks.setdefault(made[0].prompt_id, []).append(made)
    return [_ordered(block, None) for block in blocks.values()]


def _ordered(block: list[Made], draw: random.Random | None) -> list[Made]:
    if draw is not None:
        draw.shuffle(block)
    return sorted(block, key=lambda made: _KINDS.index(made[0].kind))


def _numbered(material: Material, queue: Sequence[Made]) -> Design:
    items = tuple(replace(item, position=at) for at, (item, _) in enumerate(queue))
    shown = {item.generation_a_id for item in items} | {item.generation_b_id for item in items}
    made = tuple(text for text in material.made if text.id in shown)
    owners = {text.checkpoint_id for text in made}
    return Design(
        items=items,
        controls=tuple(control for _, control in queue if control is not None),
        generations=made,
        checkpoints=tuple(each for each in material.checkpoints.values() if each.id in owners),
    )
