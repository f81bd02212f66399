"""What one check found, held against the truth of another, into precision and recall."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lab.checks.types import CheckOutcome
from lab.records import CheckStatus, HallucinationSpan, SpanType


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Precision and recall with the counts that they come from."""

    n_truth: int
    """How many there are in truth."""

    n_found: int
    """How many were found."""

    n_truth_found: int
    """How many of those in truth were found."""

    n_found_true: int
    """How many of those found are true."""

    @property
    def precision(self) -> float | None:
        """Share of what was found that is true; None where nothing was found."""
        return self.n_found_true / self.n_found if self.n_found else None

    @property
    def recall(self) -> float | None:
        """Share of what is true that was found; None where there is nothing to find."""
        return self.n_truth_found / self.n_truth if self.n_truth else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How well a check agrees with the truth on the generations that both judged."""

    generations: Agreement
    """Generations with any span."""

    spans: Agreement
    """Spans: one counts as found where any span of the other side overlaps it by a code point."""

    by_type: Mapping[SpanType, Agreement]
    """Spans by their own type: recall over true spans of the type, precision over found ones."""

    n_compared: int
    """Generations that both checks judged."""

    n_left_out: int
    """Generations that one of them did not judge, or does not have."""


def compare(truth: Sequence[CheckOutcome], found: Sequence[CheckOutcome]) -> Comparison:
    """Compare a check's outcomes with the truth's, generation by generation.

    Args:
        truth: outcomes of the check that is taken for the truth.
        found: outcomes of the check to measure, in any order.

    Returns:
        Precision and recall of flagged generations and of spans.
    """
    right = {one.result.generation_id: one for one in truth if _judged(one)}
    tried = {one.result.generation_id: one for one in found if _judged(one)}
    both = [(right[key].spans, tried[key].spans) for key in right if key in tried]
    every = {one.result.generation_id for one in (*truth, *found)}
    n_both = sum(bool(a) and bool(b) for a, b in both)
    generations = Agreement(
        n_truth=sum(bool(a) for a, _ in both),
        n_found=sum(bool(b) for _, b in both),
        n_truth_found=n_both,
        n_found_true=n_both,
    )
    by_type = _count_spans(both)
    return Comparison(
        generations=generations,
        spans=_sum(by_type.values()),
        by_type=by_type,
        n_compared=len(both),
        n_left_out=len(every) - len(both),
    )


def _judged(one: CheckOutcome) -> bool:
    return one.result.status == CheckStatus.OK


Spans = Sequence[HallucinationSpan]


def _count_spans(both: Sequence[tuple[Spans, Spans]]) -> dict[SpanType, Agreement]:
    counts: Counter[tuple[str, SpanType]] = Counter()
    for truth, found in both:
        for span in truth:
            counts["truth", span.type] += 1
            counts["truth found", span.type] += _overlaps(span, found)
        for span in found:
            counts["found", span.type] += 1
            counts["found true", span.type] += _overlaps(span, truth)
    return {
        kind: Agreement(
            n_truth=counts["truth", kind],
            n_found=counts["found", kind],
            n_truth_found=counts["truth found", kind],
            n_found_true=counts["found true", kind],
        )
        for kind in SpanType
        if counts["truth", kind] or counts["found", kind]
    }


def _overlaps(span: HallucinationSpan, others: Spans) -> bool:
    return any(other.start < span.end and span.start < other.end for other in others)


def _sum(parts: Iterable[Agreement]) -> Agreement:
    every = list(parts)
    return Agreement(
        n_truth=sum(part.n_truth for part in every),
        n_found=sum(part.n_found for part in every),
        n_truth_found=sum(part.n_truth_found for part in every),
        n_found_true=sum(part.n_found_true for part in every),
    )
