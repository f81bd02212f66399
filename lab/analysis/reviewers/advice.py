"""Turns what is known of a reviewer into words worth an analyst's second look.

It is advice: nobody is left out of a result by it.
"""

from __future__ import annotations

from dataclasses import dataclass

from lab.analysis.reviewers.conduct import Rule, StraightLines, falls_under
from lab.analysis.reviewers.copying import AlikePair
from lab.analysis.reviewers.sides import ReviewerSide
from lab.analysis.reviewers.summary import ReviewerSummary

LOW_AGREEMENT = 0.2
"""Upper end of the interval of agreement with the others below which it is worth a look."""

MANY_LINES = 0.5
"""Share of texts rated in a straight line from which it is worth a look."""

LEAST_LINES = 10
"""Texts rated on two criteria or more below which straight lines say nothing."""

RULES = (
    "Worth a second look: falling under the study's own exclusion rule; agreement with the others "
    f"whose whole interval is below {LOW_AGREEMENT}; one point throughout on half of ten texts or "
    "more; a leaning to one side, tested for all reviewers together (Benjamini–Hochberg, 5 %); "
    "answers that are the same as another's more often than all other pairs explain (Holm, 5 %). "
    "Nobody is left out by any of these."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class InStudy:
    """What the exclusion rule of a study needs to know of a reviewer."""

    study: str
    """Label of the study."""
    rule: Rule
    """Its rule, as far as it is in figures."""
    n_known: int
    """Items with a known answer that the reviewer answered, training left out."""
    n_right: int
    """Of these, the ones answered right."""
    median_seconds: float | None
    """Median time per answer in the study, in seconds."""


def advice(
    person: ReviewerSummary,
    side: ReviewerSide | None,
    lines: StraightLines | None,
    pairs: tuple[AlikePair, ...],
    studies: tuple[InStudy, ...],
) -> tuple[str, ...]:
    """Say what about a reviewer is worth a second look.

    Args:
        person: what the reviewer did.
        side: the leaning to a side, if anything was decided.
        lines: straight lines, if texts were rated on several criteria.
        pairs: all pairs that answer alike.
        studies: the reviewer's part in each study with an exclusion rule in figures.

    Returns:
        Short phrases, the study's own rule first; none where nothing stands out.
    """
    said = [words for one in studies for words in _under(one)]
    interval = person.rating_interval
    if interval is not None and interval.high < LOW_AGREEMENT:
        said.append(f"does not follow the others (r {person.rating_agreement:.2f})")
    if lines is not None and lines.n >= LEAST_LINES and lines.share >= MANY_LINES:
        said.append(f"one point throughout on {lines.n_straight} of {lines.n} texts")
    if side is not None and side.leans:
        which = "left" if side.share > 0.5 else "right"
        said.append(f"leans to the {which} ({max(side.share, 1 - side.share):.0%})")
    for pair in pairs:
        if person.reviewer_id in pair.reviewer_ids:
            other = pair.reviewers[pair.reviewer_ids[0] == person.reviewer_id]
            said.append(f"answers like {other} ({pair.same:.0%} the same)")
    return tuple(words.replace("%", "\u00a0%") for words in said)


def _under(one: InStudy) -> list[str]:
    words = {
        "gold": f"{one.n_right} of {one.n_known} known answers right",
        "speed": f"{one.median_seconds:.1f} s per answer" if one.median_seconds is not None else "",
    }
    reasons = falls_under(
        one.rule, n_known=one.n_known, n_right=one.n_right, median_seconds=one.median_seconds
    )
    return [f"{words[reason]}, under the rule of {one.study}" for reason in reasons]
