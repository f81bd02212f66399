"""Turns chosen texts for one prompt into further items of a study that is still a draft."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from lab.errors import ConfigError
from lab.records import Generation, Item
from lab.study.blocks import new_item, pairs_of
from lab.study.drawing import draw_for
from lab.study.protocol import Protocol


def more_items(
    protocol: Protocol, study_id: str, texts: Mapping[str, Generation], there: Sequence[Item]
) -> list[Item]:
    """Make the items of texts that somebody chose, behind those that a study has.

    Args:
        protocol: the plan of the study; it says what is asked about each text and which pairs are
            compared.
        study_id: the study.
        texts: system → its text; all are for one prompt.
        there: the items that the study has.

    Returns:
        Ratings, then spans, then pairs, numbered on; those that the study has already are left
        out. Which text of a pair is item's a is drawn.

    Raises:
        ConfigError: a system takes no part in the study, or nothing is asked about so few texts.
    """
    if strange := [name for name in texts if name not in protocol.systems]:
        raise ConfigError(
            f"study {protocol.name!r} does not judge {strange[0]!r}; it judges "
            f"{', '.join(protocol.systems)}"
        )
    items = [
        new_item(study_id, kind, text)
        for kind in protocol.kinds
        if kind != "ab"
        for text in texts.values()
    ]
    draw = draw_for(protocol, f"order within pairs, item {len(there)} on")
    for pair in pairs_of(protocol):
        if all(name in texts for name in pair):
            a, b = draw.sample(pair, 2)
            items.append(new_item(study_id, "ab", texts[a], texts[b]))
    if not items:
        raise ConfigError(
            f"study {protocol.name!r} compares texts in pairs; send texts of two checkpoints that "
            "it compares"
        )
    known = {_content(item) for item in there}
    new = [item for item in items if _content(item) not in known]
    first = 1 + max((item.position for item in there), default=-1)
    return [replace(item, position=first + number) for number, item in enumerate(new)]


def _content(item: Item) -> tuple[str, frozenset[str | None]]:
    return item.kind, frozenset({item.generation_a_id, item.generation_b_id})
