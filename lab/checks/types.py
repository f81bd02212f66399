"""What a check finds: a span before it is recorded, and the records of one outcome."""

from __future__ import annotations

from dataclasses import dataclass

from lab.records import CheckResult, CheckStatus, Generation, HallucinationSpan, SpanType


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A piece of a text that the source does not bear out."""

    start: int
    """First code point, 0-based."""

    end: int
    """One past the last code point."""

    type: SpanType
    """What is wrong."""

    score: float
    """Strength of the evidence, in [0, 1]."""

    evidence: str
    """What the source says instead, or what it lacks, in words."""

    evidence_start: int | None = None
    """First code point of the piece of the source (or sample) that speaks of it; None for none."""

    evidence_end: int | None = None
    """One past the last code point of that piece."""

    sample_id: str | None = None
    """The other sample that the piece is in; None where it is in the source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOutcome:
    """What one check said of one generation: the records to store."""

    result: CheckResult
    """The generation as a whole."""

    spans: tuple[HallucinationSpan, ...] = ()
    """The marked pieces, in text order. None overlaps another, but pieces may stand inside a
    sentence that is marked as a whole."""


def not_applicable(generation: Generation, checker: str, version: str, reason: str) -> CheckOutcome:
    """Make the outcome of a check that has nothing to check against.

    Args:
        generation: the generation.
        checker: name of the check.
        version: its version.
        reason: why, in words.
    """
    return _without(generation, checker, version, CheckStatus.NOT_APPLICABLE, reason)


def failed(generation: Generation, checker: str, version: str, reason: str) -> CheckOutcome:
    """Make the outcome of a check that broke on a text.

    Args:
        generation: the generation.
        checker: name of the check.
        version: its version.
        reason: what went wrong, in words.
    """
    return _without(generation, checker, version, CheckStatus.ERROR, reason)


def _without(
    generation: Generation, checker: str, version: str, status: CheckStatus, reason: str
) -> CheckOutcome:
    result = CheckResult(
        generation_id=generation.id,
        checker=checker,
        version=version,
        status=status,
        reason=reason,
    )
    return CheckOutcome(result=result)


def outcome(
    generation: Generation, checker: str, version: str, score: float, findings: list[Finding]
) -> CheckOutcome:
    """Make the outcome of a check from what it found.

    Args:
        generation: the generation.
        checker: name of the check.
        version: its version.
        score: evidence of hallucination in the whole text, higher is worse.
        findings: the pieces; of overlapping ones the stronger is kept, then the earlier.
    """
    result = CheckResult(
        generation_id=generation.id,
        checker=checker,
        version=version,
        status=CheckStatus.OK,
        score=score,
    )
    spans = tuple(
        HallucinationSpan(
            check_result_id=result.id,
            generation_id=generation.id,
            checker=checker,
            start=found.start,
            end=found.end,
            type=found.type,
            score=found.score,
            evidence=found.evidence,
            evidence_start=found.evidence_start,
            evidence_end=found.evidence_end,
            sample_id=found.sample_id,
        )
        for found in _in_layers(findings)
    )
    return CheckOutcome(result=result, spans=spans)


def _in_layers(findings: list[Finding]) -> list[Finding]:
    """Keep sentences, and the pieces inside them, each without overlaps among themselves."""
    whole = [found for found in findings if found.type == SpanType.LOW_SUPPORT]
    pieces = [found for found in findings if found.type != SpanType.LOW_SUPPORT]
    both = [*_disjoint(whole), *_disjoint(pieces)]
    return sorted(both, key=lambda found: (found.start, -found.end))


def _disjoint(findings: list[Finding]) -> list[Finding]:
    """Keep, in text order, findings that do not overlap, the stronger of two that do."""
    kept: list[Finding] = []
    for found in sorted(findings, key=lambda one: (one.start, -one.score, one.end)):
        if kept and found.start < kept[-1].end:
            if found.score > kept[-1].score:
                kept[-1] = found
        else:
            kept.append(found)
    return kept


def any_of(scores: list[float]) -> float:
    """Chance that at least one finding is right, were they independent: 1 - Π(1 - score).

    Args:
        scores: scores of findings, in [0, 1].

    Returns:
        A number in [0, 1]; 0 for no findings.
    """
    left = 1.0
    for score in scores:
        left *= 1.0 - score
    return 1.0 - left
