"""Texts with their references into values, or why a text has none."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lab.metrics.types import ScoreInput, Value

Compare = Callable[[Sequence[str], Sequence[Sequence[str]]], Sequence[float | None]]
"""Texts and, for each, its references into one number per text, None where text or reference has
nothing to compare."""


def against_references(
    inputs: Sequence[ScoreInput], compare: Compare, without: str = ""
) -> list[Value]:
    """Compare where there is a reference, and say why not elsewhere.

    Args:
        inputs: the texts with their prompts.
        compare: the metric; it sees only texts that have a reference.
        without: why a text has no value where `compare` gives None.

    Returns:
        One value per text, in order.
    """
    reasons = [_missing(given) for given in inputs]
    usable = [given for given, reason in zip(inputs, reasons, strict=True) if reason is None]
    if not usable:
        return [Value(None, reason) for reason in reasons]
    found = iter(
        compare(
            [given.generation.text for given in usable],
            [[given.prompt.reference or ""] for given in usable],
        )
    )
    return [Value(None, reason) if reason else _value(next(found), without) for reason in reasons]


def _value(number: float | None, reason: str) -> Value:
    return Value(None, reason) if number is None else Value(float(number))


def _missing(given: ScoreInput) -> str | None:
    if given.prompt.reference is None:
        return "the prompt has no reference"
    return None if given.prompt.reference.strip() else "the reference is empty"


def best(
    texts: Sequence[str],
    references: Sequence[Sequence[str]],
    read: Callable[[str], object],
    compare: Callable[..., float | None],
) -> list[float | None]:
    """Compare each text with each of its references and keep the highest value.

    Args:
        texts: what was written.
        references: one or more per text.
        read: a text into what is compared; a reference of many texts is read once.
        compare: what was read of text and reference, into a number or None.

    Returns:
        One number per text; None where no reference gave one.
    """
    kept: dict[str, object] = {}
    found: list[float | None] = []
    for text, others in zip(texts, references, strict=True):
        for other in others:
            if other not in kept:
                kept[other] = read(other)
        one = read(text)
        values = [value for other in others if (value := compare(one, kept[other])) is not None]
        found.append(max(values, default=None))
    return found
