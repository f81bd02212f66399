"""A generation and the other samples of its prompt into what they do not bear out.

After SelfCheckGPT (Manakul, Liusie and Gales 2023): what a model makes up differs from sample to
sample. Where they are all wrong together it sees nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lab.checks.aids import Aids
from lab.checks.mentions import counts, read_units
from lab.checks.prose import names_of
from lab.checks.support import Sentence, Source, read_source, stem, support
from lab.checks.tokens import Token
from lab.checks.types import CheckOutcome, Finding, not_applicable, outcome
from lab.records import Generation, Prompt, SpanType

CHECKER = "selfcheck"
VERSION = "1"
NO_SAMPLES = "there is no other text of the same checkpoint for the same prompt"

MAX_CODE_POINTS = 50_000
"""A longer text is read up to here: it is compared with every other sample."""
MAX_SAMPLES = 20
"""Of more other samples the first so many are compared with."""
_COVERAGE = 2
"""Index of the coverage by rare words among the components of `support`."""


def check_selfcheck(generation: Generation, prompt: Prompt, aids: Aids) -> CheckOutcome:
    """Check a generation against the other samples of its prompt and checkpoint.

    Args:
        generation: the generation.
        prompt: its prompt, which is not looked at.
        aids: with the other samples.

    Returns:
        Spans for numbers and names that most other samples lack, each with the sample and the
        sentence that comes nearest; the score is the share of the content words, by weight, that
        another sample lacks, on average. Not applicable without another sample.
    """
    samples = [one for one in aids.samples if one.id != generation.id][:MAX_SAMPLES]
    if not samples:
        return not_applicable(generation, CHECKER, VERSION, NO_SAMPLES)
    text = generation.text[:MAX_CODE_POINTS]
    read = [read_source(one.text[:MAX_CODE_POINTS]) for one in samples]
    measured = [support(text, one, aids.rarity) for one in read]
    shares = [one.shares[_COVERAGE] for one in measured]
    lacks = [1.0 - share for share in shares if share is not None]
    names = frozenset(unit.start for unit in names_of(read_units(text)))
    findings: list[Finding] = []
    for number, sentence in enumerate(measured[0].sentences):
        seen = [one.sentences[number] for one in measured]
        findings += _sentence(names, sentence, seen, samples, read)
    score = sum(lacks) / len(lacks) if lacks else 0.0
    return outcome(generation, CHECKER, VERSION, score, findings)


def _sentence(
    names: frozenset[int],
    sentence: Sentence,
    seen: Sequence[Sentence],
    samples: Sequence[Generation],
    read: Sequence[Source],
) -> Iterator[Finding]:
    for unit in sentence.units:
        if not counts(unit) and unit.start not in names:
            continue
        without = [i for i, one in enumerate(read) if stem(unit.fold) not in one.stems]
        if 2 * len(without) > len(read):
            yield _finding(unit, without, seen, samples, read)


def _finding(
    unit: Token,
    without: Sequence[int],
    seen: Sequence[Sentence],
    samples: Sequence[Generation],
    read: Sequence[Source],
) -> Finding:
    told = max(without, key=lambda i: (seen[i].best is not None, seen[i].coverage))
    best = seen[told].best
    place = None if best is None else read[told].range_of(best)
    many = "the other sample does" if len(read) == 1 else f"{len(without)} of {len(read)} others do"
    return Finding(
        start=unit.start,
        end=unit.end,
        type=SpanType.INCONSISTENT,
        score=0.7 * len(without) / len(read),
        evidence=f"{many} not say {unit.word!r}",
        evidence_start=place[0] if place else None,
        evidence_end=place[1] if place else None,
        sample_id=samples[told].id,
    )
