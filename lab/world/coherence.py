"""Turns what the sentences of a text say into what is wrong with them as one story."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from lab.world.matching import Match
from lab.world.pack import ENDING_RANK, PRONOUN, Pack

ProblemKind = Literal["order", "repeat", "pronoun", "broken", "gap", "ending", "unfinished"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong with a text as a story."""

    kind: ProblemKind
    """What is wrong.

    order: a beat after one that should follow it; repeat: a beat or sentence told before;
    pronoun: not the hero's; broken: a sentence that says nothing, or not rightly; gap: a beat of
    the event that nobody tells; ending: there is none; unfinished: the last sentence has no end.
    """

    span: tuple[int, int]
    """Where, in code points; empty, at the place where something is lacking."""

    note: str
    """What is wrong, in words."""


def find_problems(
    matches: list[Match], facts: Mapping[str, str], text: str, pack: Pack
) -> tuple[Problem, ...]:
    """Find what is wrong with a text as a story.

    Args:
        matches: what its sentences say, in order.
        facts: the plan.
        text: the text.
        pack: the language.

    Returns:
        The problems in the order of the text.
    """
    found = [*_sequence(matches), *_lacking(matches, facts, text, pack)]
    for one in matches:
        found += _pronouns(one, facts, pack)
        if not one.exact:
            found.append(_problem("broken", one, "not a sentence of this world"))
    return tuple(sorted(found, key=lambda problem: problem.span))


def _sequence(matches: list[Match]) -> Iterator[Problem]:
    """Find what is told twice or too late."""
    told: set[str] = set()
    reached = 0
    for one in matches:
        name = one.pattern.beat if one.pattern else one.sentence.text.casefold()
        rank = one.pattern.rank if one.pattern else None
        if name in told:
            yield _problem("repeat", one, "told before")
        elif rank is not None and rank < reached:
            yield _problem("order", one, "should come earlier")
        told.add(name)
        reached = max(reached, rank or 0)


def _lacking(
    matches: list[Match], facts: Mapping[str, str], text: str, pack: Pack
) -> Iterator[Problem]:
    """Find what is not told at all."""
    event, told = facts["event"], {one.pattern.beat for one in matches if one.pattern}
    end = (len(text), len(text))
    for rank in range(1, len(pack.data["events"][event]["beats"]) + 1):
        if f"{event}/{rank}" not in told:
            place = _end_before(rank, event, matches)
            yield Problem(kind="gap", span=(place, place), note=f"step {rank} is not told")
    if not any(one.pattern and one.pattern.rank == ENDING_RANK for one in matches):
        yield Problem(kind="ending", span=end, note="there is no ending")
    if matches and not text.rstrip(" \n\"”'’)").endswith((".", "!", "?")):
        yield Problem(kind="unfinished", span=end, note="the last sentence does not end")


def _end_before(rank: int, event: str, matches: list[Match]) -> int:
    """Find the end of the last sentence that should come before a beat of the event."""
    before = [
        one.sentence.end
        for one in matches
        if one.pattern
        and one.pattern.event in (None, event)
        and one.pattern.rank is not None
        and one.pattern.rank < rank
    ]
    return max(before, default=0)


def _pronouns(one: Match, facts: Mapping[str, str], pack: Pack) -> Iterator[Problem]:
    """Find pronouns that are not the hero's, where the sentence asks for the hero's."""
    forms = pack.forms_of(facts["hero"])
    for part, token in one.slots:
        if part.kind == PRONOUN and token.text.lower() != forms[part.value]:
            note = f"{facts['hero']} is “{forms[part.value]}” here"
            yield Problem(kind="pronoun", span=(token.start, token.end), note=note)


def _problem(kind: ProblemKind, one: Match, note: str) -> Problem:
    return Problem(kind=kind, span=(one.sentence.start, one.sentence.end), note=note)
