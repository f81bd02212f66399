"""Turns gold items of a protocol into items of the study with their right answers."""

from __future__ import annotations

from typing import Any

from lab.errors import ConfigError, InputError
from lab.records import Control, ControlKind, Generation, Item, Winner
from lab.study.blocks import new_item
from lab.study.controls import Made
from lab.study.drawing import draw_for
from lab.study.gold import Gold
from lab.study.material import Material
from lab.study.protocol import Protocol


def gold_prompts(protocol: Protocol, material: Material) -> dict[str, str]:
    """Find the prompts of the gold items: key → prompt id.

    Raises:
        ConfigError: a key does not exist.
    """
    keys = {prompt.key: prompt.id for prompt in material.prompts.values()}
    for gold in protocol.gold:
        if gold.prompt not in keys:
            listed = ", ".join(sorted(keys)[:8]) + (", …" if len(keys) > 8 else "")
            raise ConfigError(
                f"gold for prompt {gold.prompt!r}: data set {protocol.dataset!r}, split "
                f"{protocol.split!r}, has no prompt with that key; there is: {listed}"
            )
    return {gold.prompt: keys[gold.prompt] for gold in protocol.gold}


def gold_items(protocol: Protocol, study_id: str, material: Material) -> list[Made]:
    """Make the gold items.

    Args:
        protocol: the plan.
        study_id: the study.
        material: the texts.

    Returns:
        One item with its control per gold entry, in the order of the protocol; those with
        `training` are controls of that kind.

    Raises:
        ConfigError: its prompt does not exist, or has no text from the checkpoint that it names.
        UnknownNameError: there is no such checkpoint.
        InputError: a quoted piece is not in the text, or more than once.
    """
    keys = gold_prompts(protocol, material)
    draw = draw_for(protocol, "gold")
    found: list[Made] = []
    for gold in protocol.gold:
        texts = [_text_of(gold, name, keys[gold.prompt], material) for name in gold.names]
        swapped = len(texts) == 2 and draw.random() < 0.5
        item = new_item(study_id, gold.kind, *(texts[::-1] if swapped else texts))
        found.append((item, _control(protocol, gold, item, texts)))
    return found


def _text_of(gold: Gold, name: str, prompt_id: str, material: Material) -> Generation:
    text = material.text_of(name, prompt_id)
    if text is None:
        raise ConfigError(
            f"gold for prompt {gold.prompt!r}: checkpoint {name!r} has no text for it; sample it, "
            "or import one with `lab generations import`"
        )
    return text


def _control(protocol: Protocol, gold: Gold, item: Item, texts: list[Generation]) -> Control:
    return Control(
        item_id=item.id,
        kind=ControlKind.TRAINING if gold.training else ControlKind.GOLD,
        expected=_expected(protocol, gold, item, texts),
        explanation=gold.explanation,
    )


def _expected(
    protocol: Protocol, gold: Gold, item: Item, texts: list[Generation]
) -> dict[str, Any]:
    if gold.ratings is not None:
        return {"ratings": dict(gold.ratings), "tolerance": protocol.gold_tolerance}
    if gold.winner is None:
        return {"spans": [_piece(gold, quoted, texts[0].text) for quoted in gold.faulty or ()]}
    if gold.winner in gold.checkpoints:
        better = texts[gold.checkpoints.index(gold.winner)]
        winner = Winner.A if item.generation_a_id == better.id else Winner.B
        return {"winners": {"overall": [str(winner)]}}
    return {"winners": {"overall": [str(Winner(gold.winner))]}}


def _piece(gold: Gold, quoted: str, text: str) -> dict[str, int]:
    where = f"gold for prompt {gold.prompt!r}, faulty piece {quoted!r}"
    start = text.find(quoted)
    if start < 0:
        raise InputError(
            f"{where}: the text of {gold.checkpoint!r} does not hold it; quote it letter by letter"
        )
    if text.find(quoted, start + 1) >= 0:
        raise InputError(
            f"{where}: the text of {gold.checkpoint!r} holds it more than once; quote more of it"
        )
    return {"start": start, "end": start + len(quoted)}
