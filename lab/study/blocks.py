"""Turns one prompt and its texts into the items that are the study itself, no controls."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace

from lab.records import Generation, Item, ItemKind
from lab.study.drawing import draw_for, share_of, spread
from lab.study.protocol import Protocol

Pair = tuple[str, str]


def pairs_of(protocol: Protocol) -> list[Pair]:
    """List the pairs of systems that a study compares."""
    if "ab" not in protocol.kinds:
        return []
    if protocol.pairs == "all":
        return list(itertools.combinations(protocol.systems, 2))
    baseline = protocol.baseline or ""
    return [(baseline, name) for name in protocol.systems if name != baseline]


def balance(protocol: Protocol, prompt_ids: Sequence[str]) -> dict[Pair, set[str]]:
    """Draw, for each pair, the half of the prompts on which its first system is item's a."""
    draw = draw_for(protocol, "order within pairs")
    halves = {}
    for pair in pairs_of(protocol):
        half = len(prompt_ids) // 2
        if len(prompt_ids) % 2:
            half += draw.randrange(2)
        halves[pair] = set(draw.sample(list(prompt_ids), half))
    return halves


def new_item(study_id: str, kind: str, a: Generation, b: Generation | None = None) -> Item:
    """Make an item of one text or two; its place in the queue is given later."""
    return Item(
        study_id=study_id,
        kind=ItemKind(kind),
        position=0,
        prompt_id=a.prompt_id,
        generation_a_id=a.id,
        generation_b_id=None if b is None else b.id,
    )


def ordinary_items(
    protocol: Protocol,
    study_id: str,
    prompt_id: str,
    texts: Mapping[str, Generation],
    firsts: Mapping[Pair, set[str]],
) -> list[Item]:
    """Make the items of one prompt.

    Args:
        protocol: the plan.
        study_id: the study.
        prompt_id: the prompt.
        texts: system → its text for this prompt.
        firsts: what `balance` drew.

    Returns:
        Ratings, then spans, then pairs; within each in the protocol's order.
    """
    items = [
        new_item(study_id, kind, texts[name])
        for kind in protocol.kinds
        if kind != "ab"
        for name in protocol.systems
    ]
    for pair in pairs_of(protocol):
        a, b = pair if prompt_id in firsts[pair] else pair[::-1]
        items.append(new_item(study_id, "ab", texts[a], texts[b]))
    return items


def choose_arm(
    protocol: Protocol, items: Sequence[Item], checkpoint_ids: Mapping[str, str]
) -> list[Item]:
    """Put the protocol's share of the span items into the arm with the checker's suggestions.

    Args:
        protocol: the plan.
        items: all ordinary items.
        checkpoint_ids: generation id → checkpoint id; each checkpoint has the same share, by at
            most one item.

    Returns:
        The items in the order given, those of the arm marked.
    """
    draw = draw_for(protocol, "suggestions")
    marked = [item for item in items if item.kind is ItemKind.SPANS]
    draw.shuffle(marked)
    marked.sort(key=lambda item: checkpoint_ids[item.generation_a_id])
    n = share_of(protocol.suggestions, len(marked))
    arm = {marked[at].id for at in spread(len(marked), n)}
    return [replace(item, suggests=item.id in arm) for item in items]
