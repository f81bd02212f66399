"""A generation for a prompt of the embedded world into the truth about its hallucinations."""

from __future__ import annotations

from lab.checks.types import CheckOutcome, Finding, not_applicable, outcome
from lab.records import Generation, Prompt, SpanType
from lab.world.reading import FactReading, Invention, read_back

CHECKER = "world"
VERSION = "1"

MAX_CODE_POINTS = 20_000
"""A longer text is read up to here: no story of the world is a tenth as long."""

_TYPES = {"person": SpanType.NAME, "number": SpanType.NUMBER}


def check_world(generation: Generation, prompt: Prompt) -> CheckOutcome:
    """Read a generation back against the facts that its prompt was made from.

    Args:
        generation: the generation.
        prompt: the prompt that it answers.

    Returns:
        A span for each place that contradicts a fact and each thing that no fact holds, with the
        score 1 (0.9 for a sentence as a whole, which gives way to a value in it); the result's
        score is 1 with any span and 0 without. Not applicable to prompts that are not the world's.
    """
    if prompt.facts is None:
        reason = "the prompt is not of the embedded world, so the facts are not known"
        return not_applicable(generation, CHECKER, VERSION, reason)
    reading = read_back(prompt.facts, generation.text[:MAX_CODE_POINTS])
    findings = [
        _contradicted(fact, fact.span)
        for fact in reading.facts
        if fact.status == "contradicted" and fact.span is not None
    ]
    findings += [_invented(one) for one in reading.invented]
    score = 1.0 if findings else 0.0
    return outcome(generation, CHECKER, VERSION, score, findings)


def _contradicted(fact: FactReading, span: tuple[int, int]) -> Finding:
    return Finding(
        start=span[0],
        end=span[1],
        type=SpanType.CONTRADICTION,
        score=1.0 if " " not in fact.found else 0.9,
        evidence=f"{fact.name} is {fact.expected!r}; the text says {fact.found!r}",
    )


def _invented(one: Invention) -> Finding:
    return Finding(
        start=one.span[0],
        end=one.span[1],
        type=_TYPES.get(one.kind, SpanType.UNSUPPORTED),
        score=1.0,
        evidence=f"no fact holds the {one.kind} {one.found!r}",
    )
