"""A generation and its source, of any kind, into what the source does not bear out.

Fact cards are compared key by key, the more closely the more is known of the data set; any other
text by its numbers, dates, names and words, sentence by sentence.
"""

from __future__ import annotations

import math
from collections import Counter

from lab.checks.aids import Aids
from lab.checks.background import Background
from lab.checks.card import parse_card
from lab.checks.prose import check_prose
from lab.checks.slots import check_slots
from lab.checks.support import Rarity, read_source, support
from lab.checks.types import CheckOutcome, any_of, not_applicable, outcome
from lab.records import Generation, Prompt, SpanType

CHECKER = "source"
VERSION = "2"

_CARD_TYPES = (SpanType.CONTRADICTION, SpanType.NAME, SpanType.NUMBER, SpanType.UNSUPPORTED)

MAX_CODE_POINTS = 200_000
"""A longer text or source is read up to here, so that a megabyte takes seconds."""


def check_source(
    generation: Generation,
    prompt: Prompt,
    background: Background | None = None,
    rarity: Rarity | None = None,
) -> CheckOutcome:
    """Check a generation against the source of its prompt.

    Args:
        generation: the generation.
        prompt: the prompt that it answers.
        background: what is usual in the prompt's data set, from `fit_background`; without it the
            words of a fact card are compared without knowing which could stand for which.
        rarity: how usual words are in the data set's sources, from `fit_rarity`; without it all
            content words count alike.

    Returns:
        Spans with their evidence, and a score in [0, 1]: for a card the chance that any span is
        right, were they independent; for prose the share of the text that the source does not
        have, see `lab.checks.support`. Not applicable where there is no source.
    """
    source = prompt.source
    if source is None or not source.strip():
        reason = "the prompt has no source to check against"
        return not_applicable(generation, CHECKER, VERSION, reason)
    text, source = generation.text[:MAX_CODE_POINTS], source[:MAX_CODE_POINTS]
    card = parse_card(source)
    if card is not None and background is not None:
        findings = check_slots(text, card, background)
        score = any_of([found.score for found in findings])
    else:
        findings, score = check_prose(text, source, is_card=card is not None, rarity=rarity)
    return outcome(generation, CHECKER, VERSION, score, findings)


def components(generation: Generation, prompt: Prompt, aids: Aids) -> tuple[float, ...] | None:
    """Return what the score of a text is made of, and what was found.

    Args:
        generation: the generation.
        prompt: the prompt that it answers.
        aids: what is usual in the data set.

    Returns:
        For a source in prose one share lacking per component of `support`, then ln(1 + number) of
        unsupported numbers and dates, and of names; for a fact card the score, then ln(1 + number)
        of findings per type. None where the source is missing, or a card of which too little is
        known.
    """
    if prompt.source is None or not prompt.source.strip():
        return None
    text, source = generation.text[:MAX_CODE_POINTS], prompt.source[:MAX_CODE_POINTS]
    card = parse_card(source)
    if card is not None:
        return None if aids.background is None else _of_card(text, card, aids.background)
    return _of_prose(text, source, aids.rarity)


def _of_card(text: str, card: dict[str, str], background: Background) -> tuple[float, ...]:
    findings = check_slots(text, card, background)
    counts = Counter(one.type for one in findings)
    score = any_of([one.score for one in findings])
    return (score, *(math.log1p(counts[one]) for one in _CARD_TYPES))


def _of_prose(text: str, source: str, rarity: Rarity | None) -> tuple[float, ...]:
    measured = support(text, read_source(source), rarity)
    lacks = [1.0 - share if share is not None else measured.lack for share in measured.shares]
    findings, _ = check_prose(text, source, is_card=True)
    n_names = sum(one.type == SpanType.NAME for one in findings)
    return (*lacks, math.log1p(len(findings) - n_names), math.log1p(n_names))
