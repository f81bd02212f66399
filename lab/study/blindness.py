"""Turns a protocol into the places where its words would tell reviewers whose texts they see."""

from __future__ import annotations

import re

from lab.errors import ConfigError
from lab.study.criteria import default_criteria
from lab.study.guidelines import DEFAULT_GUIDELINES, DEFAULT_QUESTION
from lab.study.protocol import Protocol


def words_shown(protocol: Protocol) -> dict[str, str]:
    """Collect what the author of a study wrote for reviewers: where it stands → the words.

    The lab's own guidelines and criteria are left out: they are the same for every study, so a
    checkpoint whose name is a word of theirs is not told by it.
    """
    shown = {"title": protocol.title} if protocol.title else {"name": protocol.name}
    shown["question"] = protocol.question
    shown["guidelines"] = protocol.guidelines
    for criterion in protocol.criteria:
        if criterion not in default_criteria():
            text = "\n".join((criterion.name, criterion.question, *criterion.anchors))
            shown[f"criterion {criterion.name!r}"] = text
    for gold in protocol.gold:
        if gold.training:
            shown[f"explanation of the gold item for prompt {gold.prompt!r}"] = gold.explanation
    ours = {"question": DEFAULT_QUESTION, "guidelines": DEFAULT_GUIDELINES}
    return {where: text for where, text in shown.items() if ours.get(where) != text}


def unblind_words(protocol: Protocol) -> list[str]:
    """Say where the words shown to reviewers hold the name of a checkpoint.

    Args:
        protocol: the plan.

    Returns:
        One sentence per place and checkpoint, with what to do; empty where all is blind.
    """
    names = dict.fromkeys(
        [*protocol.systems, *(name for gold in protocol.gold for name in gold.names)]
    )
    return [
        f"{where} holds {name!r}, the name of a checkpoint, and reviewers are shown it; {cure}"
        for where, text in words_shown(protocol).items()
        for name in names
        if holds_word(text, name)
        for cure in [
            "set `title` to one that says nothing about checkpoints"
            if where == "name"
            else "say it in other words"
        ]
    ]


def holds_word(text: str, name: str) -> bool:
    """Tell whether a text holds a name as a word or words of its own, in any case."""
    return re.search(rf"(?<![^\W_]){re.escape(name)}(?![^\W_])", text, re.IGNORECASE) is not None


def refuse_unblind(protocol: Protocol) -> None:
    """Make sure that no word shown to reviewers tells whose texts they see.

    Raises:
        ConfigError: one does; names the place and the checkpoint.
    """
    if found := unblind_words(protocol):
        raise ConfigError(found[0])
