"""A text's sentences, judged by a model of entailment against the source, into an outcome.

Knows no model: `lab.checks.entailment` loads one.
"""

from __future__ import annotations

from lab.checks.aids import Aids
from lab.checks.support import Sentence, Source, nearest, read_source, support
from lab.checks.types import CheckOutcome, Finding, not_applicable, outcome
from lab.records import Generation, Prompt, SpanType

CHECKER = "nli"
VERSION = "1"

MAX_CODE_POINTS = 50_000
"""A longer text or source is read up to here: each sentence goes through the model."""
_NEAREST = 3


def check_nli(generation: Generation, prompt: Prompt, aids: Aids) -> CheckOutcome:
    """Ask whether each sentence follows from the source.

    The premises are the three source sentences nearest to the sentence by words, each alone and
    all in a row; the best counts, and the mean over sentences (SummaC-ZS, Laban et al. 2022).

    Args:
        generation: the generation.
        prompt: its prompt.
        aids: with a model of entailment.

    Returns:
        A score in [0, 1], 1 minus the mean chance of entailment, and a span for each sentence that
        rather does not follow. Not applicable without a source or a model.
    """
    version = VERSION if aids.entailment is None else f"{VERSION}|{aids.entailment.name}"
    if prompt.source is None or not prompt.source.strip():
        reason = "the prompt has no source to check against"
        return not_applicable(generation, CHECKER, version, reason)
    if aids.entailment is None:
        return not_applicable(generation, CHECKER, version, "no model of entailment is given")
    text, given = generation.text[:MAX_CODE_POINTS], prompt.source[:MAX_CODE_POINTS]
    source = read_source(given)
    sentences = support(text, source, aids.rarity).sentences
    asked = [_pairs(text, given, one, source) for one in sentences]
    said = iter(aids.entailment.judge([pair for pairs in asked for pair in pairs]))
    judged = [max(next(said) for _ in pairs) for pairs in asked]
    score = 1.0 - sum(chance for chance, _ in judged) / len(judged) if judged else 0.0
    findings = [
        _finding(one, chances, source)
        for one, chances in zip(sentences, judged, strict=True)
        if chances[0] < 0.5
    ]
    return outcome(generation, CHECKER, version, min(1.0, max(0.0, score)), findings)


def _pairs(text: str, given: str, sentence: Sentence, source: Source) -> list[tuple[str, str]]:
    places = [source.range_of(n) for n in nearest(sentence.units, source, _NEAREST)]
    alone = [given[start:end] for start, end in places] or [given[:1_000]]
    premises = dict.fromkeys([*alone, " ".join(f"{one}." for one in alone)])
    said = text[sentence.units[0].start : sentence.units[-1].end]
    return [(premise, said) for premise in premises]


def _finding(sentence: Sentence, chances: tuple[float, float], source: Source) -> Finding:
    entailed, contradicted = chances
    against = contradicted > max(0.5, entailed)
    place = None if sentence.best is None else source.range_of(sentence.best)
    return Finding(
        start=sentence.units[0].start,
        end=sentence.units[-1].end,
        type=SpanType.CONTRADICTION if against else SpanType.LOW_SUPPORT,
        score=1.0 - entailed,
        evidence=f"by the model it follows from the source with a chance of {entailed:.0%} and "
        f"contradicts it with {contradicted:.0%}",
        evidence_start=place[0] if place else None,
        evidence_end=place[1] if place else None,
    )
