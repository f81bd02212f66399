"""A text and a source in plain language into findings, and how far the source supports the text.

A sentence that the source hardly has is marked as a whole, and numbers, dates, names and words
inside are marked as what speaks against it. Of a fact card only numbers, dates and names are
compared, since a story around a card uses many words that are not on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from lab.checks.dates import Date, agrees, find_dates
from lab.checks.mentions import counts, read_units
from lab.checks.quantities import Quantity, equals, find_quantities
from lab.checks.support import Rarity, Sentence, Source, Support, read_source, stem, support
from lab.checks.tokens import Token
from lab.checks.types import Finding, any_of
from lab.records import SpanType
from lab.text import is_content

_LOW = 0.5
"""Least share of a sentence's content words, by weight, that two sentences of the source must
have, for the sentence not to be marked."""


class _Known(NamedTuple):
    """What the source says, as the comparison needs it."""

    source: Source
    heads: frozenset[str]
    """Beginnings of the stems, of four letters or more."""
    numbers: dict[str, Token]
    """Numbers by canonical value."""
    counted: dict[str, Token]
    """Numbers by the stem of the word that they count."""
    dates: list[Date]
    quantities: list[Quantity]
    """Numbers with a unit of measurement."""


def check_prose(
    text: str, source: str, *, is_card: bool, rarity: Rarity | None = None
) -> tuple[list[Finding], float]:
    """Compare a text with its source by numbers, dates, names and words.

    Args:
        text: the text.
        source: the source; its sentences may stand in any order.
        is_card: whether the source is a fact card: then other words are not compared.
        rarity: how usual words are in the data set's sources.

    Returns:
        The findings, and the evidence against the text, in [0, 1].
    """
    known = _read(source)
    units = read_units(text)
    dates = find_dates(text)
    findings = [
        *_dates(text, dates, known),
        *_numbers(text, _outside(units, dates), known),
        *_names(_outside(units, dates), known),
    ]
    if is_card:
        return findings, any_of([found.score for found in findings])
    measured = support(text, known.source, rarity)
    return [*findings, *_sentences(measured, known, _has_case(units))], measured.lack


def _read(text: str) -> _Known:
    source = read_source(text)
    counted = {
        stem(after.fold): unit
        for unit, after in pairwise(source.units)
        if counts(unit) and is_content(after.fold)
    }
    return _Known(
        source=source,
        heads=frozenset(
            word[:n] for word in source.stems for n in range(4, min(len(word), 20) + 1)
        ),
        numbers={unit.fold: unit for unit in source.units if counts(unit)},
        counted=counted,
        dates=find_dates(text),
        quantities=find_quantities(text, source.units),
    )


def _outside(units: Sequence[Token], dates: Sequence[Date]) -> list[Token]:
    """Leave out what stands within dates, in one pass over both."""
    kept, at = [], 0
    for unit in units:
        while at < len(dates) and dates[at].end <= unit.start:
            at += 1
        if at == len(dates) or unit.end <= dates[at].start:
            kept.append(unit)
    return kept


def _dates(text: str, dates: Sequence[Date], known: _Known) -> Iterator[Finding]:
    for date in dates:
        if agrees(date, known.dates) or (date.day is None and _year_known(date, known)):
            continue
        said = text[date.start : date.end]
        yield Finding(
            start=date.start,
            end=date.end,
            type=SpanType.DATE,
            score=0.8,
            evidence=f"the source has {'other dates' if known.dates else 'no date'}; "
            f"the text says {said!r}",
            evidence_start=known.dates[0].start if known.dates else None,
            evidence_end=known.dates[0].end if known.dates else None,
        )


def _year_known(date: Date, known: _Known) -> bool:
    """Tell whether a source without dates has the year, for a text with month and year."""
    return not known.dates and str(date.year) in known.numbers


def _numbers(text: str, units: Sequence[Token], known: _Known) -> Iterator[Finding]:
    """Find numbers that the source has not, and numbers of things of which it has another."""
    measured = {one.place: one for one in find_quantities(text, units)}
    for place, unit in enumerate(units):
        if not counts(unit) or _number_known(unit, measured.get(place), known):
            continue
        after = units[place + 1] if place + 1 < len(units) else None
        other = known.counted.get(stem(after.fold)) if after is not None else None
        if after is not None and other is not None and other.fold != unit.fold:
            evidence = f"the source says {f'{other.word} {after.word}'!r}; the text says "
            yield _finding(
                unit, unit, SpanType.CONTRADICTION, 0.9, evidence + repr(unit.word), other
            )
            continue
        has = ", ".join(one.word for one in list(known.numbers.values())[:5]) or "no number"
        evidence = f"the source has {has}; the text says {unit.word!r}"
        if unit.fold in known.numbers:
            evidence = f"the source has {unit.word!r} in another unit"
        near = known.numbers.get(unit.fold)
        yield _finding(unit, unit, SpanType.NUMBER, 0.7, evidence, near)


def _number_known(unit: Token, measured: Quantity | None, known: _Known) -> bool:
    if measured is not None:
        alike = [one for one in known.quantities if one.dimension == measured.dimension]
        if any(equals(measured, one) for one in alike):
            return True
        said = known.numbers.get(unit.fold)
        places = {known.source.units[one.place].start for one in known.quantities}
        # The bare number, or its unit left out: nothing speaks against it.
        return said is not None and (said.start not in places)
    return unit.fold in known.numbers


def _has_case(units: Sequence[Token]) -> bool:
    """Tell whether capitals tell names: some inner words have them, and not most."""
    inner = [unit for unit in units if not unit.initial and unit.word[0].isalpha()]
    n_upper = sum(unit.word[0].isupper() for unit in inner)
    return 0 < n_upper <= len(inner) / 2


def names_of(units: Sequence[Token]) -> list[Token]:
    """Return the capitalised words that are names; none in a text without a use of case.

    Args:
        units: a text's words and numbers.
    """
    if not _has_case(units):
        return []
    upper = {unit.fold for unit in units if not unit.initial and unit.word[0].isupper()}
    lower = {unit.fold for unit in units if unit.word[0].islower()}
    return [unit for unit in units if _is_name(unit, upper, lower)]


def _names(units: Sequence[Token], known: _Known) -> Iterator[Finding]:
    """Find names that the source has not, those side by side as one."""
    names = {unit.start for unit in names_of(units)}
    run: list[Token] = []
    for unit in [*units, None]:
        if unit is not None and unit.start in names and not _has(known, unit):
            run.append(unit)
            continue
        if run:
            said = " ".join(one.word for one in run)
            yield _finding(run[0], run[-1], SpanType.NAME, 0.7, f"the source has no {said!r}")
        run = []


def _is_name(unit: Token, upper: set[str], lower: set[str]) -> bool:
    if not unit.word[0].isupper() or not is_content(unit.fold) or len(unit.fold) < 2:
        return False
    return unit.fold in upper and unit.fold not in lower


def _has(known: _Known, unit: Token) -> bool:
    """Tell whether the source has a word or one of the same stem, such as France and French."""
    if stem(unit.fold) in known.source.stems:
        return True
    return len(unit.fold) > 4 and unit.fold[: max(4, len(unit.fold) - 3)] in known.heads


def _sentences(measured: Support, known: _Known, has_case: bool) -> Iterator[Finding]:
    """Find sentences that the source hardly has, and the words inside that it has not at all."""
    for sentence in measured.sentences:
        content = [unit for unit in sentence.units if is_content(unit.fold)]
        if not content or sentence.coverage >= _LOW:
            continue
        missing = [unit for unit in content if not _has(known, unit)]
        if 2 * len(missing) <= len(content):
            continue
        yield _low(sentence, missing, known)
        # Where capitals do not tell names, a single word may be one.
        yield from _words(content, known, sentence, 2 if has_case else 1)


def _low(sentence: Sentence, missing: Sequence[Token], known: _Known) -> Finding:
    share = f"{sentence.coverage:.0%} of the sentence's content words are in the nearest two"
    words = ", ".join(repr(one.word) for one in missing[:5])
    place = None if sentence.best is None else known.source.range_of(sentence.best)
    return Finding(
        start=sentence.units[0].start,
        end=sentence.units[-1].end,
        type=SpanType.LOW_SUPPORT,
        score=0.9 * (1.0 - sentence.coverage),
        evidence=f"{share} sentences of the source, by weight; the source has none of {words}",
        evidence_start=place[0] if place else None,
        evidence_end=place[1] if place else None,
    )


def _words(
    content: Sequence[Token], known: _Known, sentence: Sentence, least: int
) -> Iterator[Finding]:
    """Find runs of content words of which the source has none."""
    run: list[Token] = []
    for unit in [*content, None]:
        if unit is not None and not _has(known, unit):
            run.append(unit)
            continue
        if len(run) >= least:
            words = ", ".join(repr(one.word) for one in run[:5])
            score = 0.6 * (1.0 - sentence.coverage)
            evidence = f"the source has none of {words}"
            yield _finding(run[0], run[-1], SpanType.UNSUPPORTED, score, evidence)
        run = []


def _finding(
    first: Token,
    last: Token,
    kind: SpanType,
    score: float,
    evidence: str,
    said: Token | None = None,
) -> Finding:
    return Finding(
        start=first.start,
        end=last.end,
        type=kind,
        score=score,
        evidence=evidence,
        evidence_start=said.start if said else None,
        evidence_end=said.end if said else None,
    )
