"""Turns overlapping findings into those that count, and a text into one with placeholders."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

PLACEHOLDERS = {
    "email": "[EMAIL]",
    "phone": "[PHONE]",
    "card": "[CARD]",
    "ip": "[IP]",
    "iban": "[IBAN]",
    "national_id": "[NATIONAL_ID]",
    "name": "[NAME]",
}
"""Type → what stands in the text instead."""

_SUREST = ("email", "iban", "card", "national_id", "ip", "phone", "name")


@dataclass(frozen=True, slots=True)
class Finding:
    """Where personal data stands in a text."""

    start: int
    """First code point."""

    end: int
    """Behind the last code point."""

    type: str
    """A key of PLACEHOLDERS."""


def without_overlaps(findings: Iterable[Finding]) -> list[Finding]:
    """Choose among findings that overlap.

    Args:
        findings: in any order.

    Returns:
        Findings in the order of the text, none touching another's range: the longest of those
        that overlap; of equally long ones the type with the strictest test (check digits before
        form, form before a numbering plan).
    """
    chosen: list[Finding] = []
    for cluster in _clusters(findings):
        taken: list[Finding] = []
        for one in sorted(cluster, key=_rank):
            if all(one.end <= other.start or other.end <= one.start for other in taken):
                taken.append(one)
        chosen += sorted(taken, key=lambda one: one.start)
    return chosen


def _clusters(findings: Iterable[Finding]) -> Iterator[list[Finding]]:
    """Part findings into groups whose ranges do not touch, so that few are compared."""
    cluster: list[Finding] = []
    reached = -1
    for one in sorted(findings, key=lambda one: one.start):
        if cluster and one.start >= reached:
            yield cluster
            cluster = []
        cluster.append(one)
        reached = max(reached, one.end)
    if cluster:
        yield cluster


def _rank(one: Finding) -> tuple[int, int, int]:
    return one.start - one.end, _SUREST.index(one.type), one.start


def replaced(text: str, findings: Sequence[Finding], tally: Counter[str]) -> str:
    """Put placeholders in the place of findings.

    Args:
        text: the text.
        findings: in the order of the text, without overlaps.
        tally: type → how many; added to.

    Returns:
        The text with placeholders.
    """
    parts = []
    done = 0
    for one in findings:
        parts += [text[done : one.start], PLACEHOLDERS[one.type]]
        tally[one.type] += 1
        done = one.end
    return "".join([*parts, text[done:]])
