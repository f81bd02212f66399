"""Turns a protocol and the checkpoints' texts into the items of a study, in queue order."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace

from lab.errors import ConfigError
from lab.records import Generation, Item, ItemKind
from lab.study.coverage import cover
from lab.study.protocol import Protocol


def design(
    protocol: Protocol,
    study_id: str,
    generations: Sequence[Generation],
    checkpoint_names: Mapping[str, str],
) -> list[Item]:
    """Make the items of a study.

    A prompt's items stand together (a block), so that a study which stops early leaves whole
    prompts judged. Blocks, the items of one kind within a block, and the order within each pair
    are drawn by the seed; over the prompts each checkpoint of a pair is first equally often (by
    at most one). In a mixed design a block's ratings come before its pairs, since a rating given
    after the comparison would be drawn towards it.

    Args:
        protocol: the plan.
        study_id: the study that the items belong to.
        generations: the texts, for the prompts of the study's data set and split.
        checkpoint_names: checkpoint id → name.

    Returns:
        The items; the same arguments give the same items but for their ids.

    Raises:
        UnknownNameError: a checkpoint of the protocol is not in `checkpoint_names`.
        ConfigError: no prompt, or fewer than `n_prompts`, has a text from every checkpoint.
    """
    texts = cover(protocol, generations, checkpoint_names).texts
    draw = random.Random(protocol.seed)
    prompt_ids = _draw_prompts(protocol, sorted(texts), draw)
    firsts = _balance(_pairs(protocol), prompt_ids, draw)
    items: list[Item] = []
    for prompt_id in prompt_ids:
        rated = _rate_items(protocol, study_id, prompt_id, texts[prompt_id])
        compared = _pair_items(protocol, study_id, prompt_id, texts[prompt_id], firsts)
        draw.shuffle(rated)
        draw.shuffle(compared)
        items += rated + compared
    return [replace(item, position=position) for position, item in enumerate(items)]


def _draw_prompts(protocol: Protocol, prompt_ids: list[str], draw: random.Random) -> list[str]:
    n_prompts = len(prompt_ids) if protocol.n_prompts is None else protocol.n_prompts
    if n_prompts > len(prompt_ids):
        raise ConfigError(
            f"n_prompts is {n_prompts}, but only {len(prompt_ids)} prompts have a text from every "
            f"checkpoint; sample more with `lab sample`, or set n_prompts = {len(prompt_ids)}"
        )
    return draw.sample(prompt_ids, n_prompts)


def _pairs(protocol: Protocol) -> list[tuple[str, str]]:
    if protocol.design == "rate":
        return []
    if protocol.pairs == "all":
        return list(itertools.combinations(protocol.checkpoints, 2))
    baseline = protocol.baseline or ""
    return [(baseline, name) for name in protocol.checkpoints if name != baseline]


def _balance(
    pairs: list[tuple[str, str]], prompt_ids: list[str], draw: random.Random
) -> dict[tuple[str, str], set[str]]:
    """Draw, for each pair, the half of the prompts on which its first checkpoint is item's a."""
    halves = {}
    for pair in pairs:
        half = len(prompt_ids) // 2
        if len(prompt_ids) % 2:
            half += draw.randrange(2)
        halves[pair] = set(draw.sample(prompt_ids, half))
    return halves


def _rate_items(
    protocol: Protocol, study_id: str, prompt_id: str, texts: Mapping[str, Generation]
) -> list[Item]:
    if protocol.design == "ab":
        return []
    return [
        Item(
            study_id=study_id,
            kind=ItemKind.RATE,
            position=0,
            prompt_id=prompt_id,
            generation_a_id=texts[name].id,
        )
        for name in protocol.checkpoints
    ]


def _pair_items(
    protocol: Protocol,
    study_id: str,
    prompt_id: str,
    texts: Mapping[str, Generation],
    firsts: Mapping[tuple[str, str], set[str]],
) -> list[Item]:
    items = []
    for pair in _pairs(protocol):
        a, b = pair if prompt_id in firsts[pair] else pair[::-1]
        items.append(
            Item(
                study_id=study_id,
                kind=ItemKind.AB,
                position=0,
                prompt_id=prompt_id,
                generation_a_id=texts[a].id,
                generation_b_id=texts[b].id,
            )
        )
    return items
