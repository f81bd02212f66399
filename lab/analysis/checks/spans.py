"""Turns pieces marked by a check and by people into how far they overlap."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

import pandas as pd

from lab.analysis.agreement.estimates import Agreement, krippendorff_alpha
from lab.analysis.agreement.tally import tally_frame
from lab.analysis.checks.labels import own_marks
from lab.analysis.checks.ratios import Measured, ratio
from lab.analysis.frames import columns_of
from lab.analysis.intervals import check_level

_Ranges = list[tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanOverlap:
    """How far what a check marks is what people mark, over each text and each of its reviewers."""

    pieces_right: Measured
    """Share of the check's pieces that touch a piece that the reviewer marked."""

    pieces_found: Measured
    """Share of the reviewers' pieces that the check touches."""

    characters_right: Measured
    """Share of the code points marked by the check that the reviewer marked too: precision."""

    characters_found: Measured
    """Share of the code points marked by reviewers that the check marked too: recall."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkAgreement:
    """How far reviewers mark the same hallucinations."""

    texts: Agreement
    """Krippendorff's nominal alpha of "there is a hallucination in it" over texts."""

    characters: Measured
    """2 |A ∩ B| / (|A| + |B|) in code points over all pairs of reviewers of a text (Dice 1945)."""


def span_overlap(marks: pd.DataFrame, spans: pd.DataFrame, level: float = 0.95) -> SpanOverlap:
    """Compare a check's pieces with those of each reviewer of a text.

    Args:
        marks: see `own_marks`, of the texts that the check could say something about.
        spans: the check's spans of these texts: generation_id, start, end.
        level: confidence of the intervals, which are over other prompts.

    Raises:
        ValueError: a column is missing, or the level is out of range.
    """
    check_level(level)
    said = columns_of(spans, ["generation_id", "start", "end"], "span_overlap")
    by_text = {
        str(name): merged(zip(group["start"], group["end"], strict=True))
        for name, group in said.groupby("generation_id", observed=True)
    }
    rows = []
    for name, prompt, people in _by_reviewer(marks):
        check = by_text.get(name, [])
        shared = overlap(check, people)
        rows.append((prompt, *_hits(check, people), shared, _length(check), _length(people)))
    frame = pd.DataFrame(rows, columns=["prompt", "right", "n", "found", "m", "both", "c", "p"])
    prompts = pd.factorize(frame.pop("prompt"))[0]
    right, n, found, m, both, c, p = frame.to_numpy(dtype=float).reshape(-1, 7).T
    nothing = "the check marks nothing in the texts that people looked through"
    nobody = "nobody marked a hallucination in these texts"
    return SpanOverlap(
        pieces_right=ratio(right, n, prompts, level, nothing),
        pieces_found=ratio(found, m, prompts, level, nobody),
        characters_right=ratio(both, c, prompts, level, nothing),
        characters_found=ratio(both, p, prompts, level, nobody),
    )


def mark_agreement(marks: pd.DataFrame, level: float = 0.95) -> MarkAgreement:
    """Compute how far reviewers of the same texts mark the same hallucinations.

    Args:
        marks: see `own_marks`.
        level: confidence of the intervals, which are over other texts and prompts.

    Raises:
        ValueError: a column is missing, or the level is out of range.
    """
    check_level(level)
    alone = own_marks(marks)
    keys = ["generation_id", "reviewer_id"]
    said = alone.groupby(keys, observed=True)["hallucinated"].any().reset_index()
    tally = tally_frame(said, "generation_id", "hallucinated", domain=(0.0, 1.0))
    texts: dict[str, list[tuple[str, _Ranges]]] = {}
    for name, prompt, people in _by_reviewer(marks):
        texts.setdefault(name, []).append((prompt, people))
    rows = [
        (first[0], 2 * overlap(first[1], other[1]), _length(first[1]) + _length(other[1]))
        for said_of in texts.values()
        for first, other in combinations(said_of, 2)
    ]
    frame = pd.DataFrame(rows, columns=["prompt", "both", "all"])
    prompts = pd.factorize(frame["prompt"])[0]
    both, marked = frame[["both", "all"]].to_numpy(dtype=float).T
    nothing = "no text in which one of two reviewers marked a hallucination"
    return MarkAgreement(
        texts=krippendorff_alpha(tally, "nominal", level=level),
        characters=ratio(both, marked, prompts, level, nothing),
    )


def merged(ranges: Iterable[tuple[int, int]]) -> _Ranges:
    """Join half-open ranges that overlap or touch; in text order."""
    joined: _Ranges = []
    for start, end in sorted((int(start), int(end)) for start, end in ranges):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def overlap(first: _Ranges, other: _Ranges) -> int:
    """Count the code points in both of two lists of joined ranges."""
    return sum(
        max(0, min(end, until) - max(start, begin))
        for start, end in first
        for begin, until in other
    )


def _by_reviewer(marks: pd.DataFrame) -> Iterable[tuple[str, str, _Ranges]]:
    alone = own_marks(marks)
    keys = ["generation_id", "prompt_id", "reviewer_id"]
    for (name, prompt, _), group in alone.groupby(keys, observed=True):
        wrong = group[group["hallucinated"]]
        yield str(name), str(prompt), merged(zip(wrong["start"], wrong["end"], strict=True))


def _hits(check: _Ranges, people: _Ranges) -> tuple[int, int, int, int]:
    right = sum(overlap([one], people) > 0 for one in check)
    found = sum(overlap([one], check) > 0 for one in people)
    return right, len(check), found, len(people)


def _length(ranges: _Ranges) -> int:
    return sum(end - start for start, end in ranges)
