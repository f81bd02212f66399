"""Turns a text and the facts it should tell into what it keeps, leaves out, contradicts, invents.

This is the truth that checks are measured against: a fact is *contradicted* where the text
states that very fact with another value, and something is *invented* where a name, a number or
another thing of the world stands that the facts do not hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from lab.world.coherence import Problem, find_problems
from lab.world.matching import Match, match
from lab.world.pack import ENDING_RANK, PRONOUN, Pack, english
from lab.world.words import Token, is_word, sentences

Status = Literal["supported", "missing", "contradicted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FactReading:
    """What a text says about one fact."""

    name: str
    """The fact, e.g. "hero"."""

    status: Status
    """Stated as it is, not stated, or stated otherwise."""

    expected: str
    """The fact's value."""

    span: tuple[int, int] | None
    """Where it is stated (the first place if supported), in code points; None if missing."""

    found: str
    """What stands there; empty if missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invention:
    """Something in a text that the facts do not hold."""

    kind: str
    """ "person", "number", "thing", "animal", … as in the language pack."""

    span: tuple[int, int]
    """Where it stands, in code points."""

    found: str
    """What stands there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A text read back against the facts of its story."""

    facts: tuple[FactReading, ...]
    """In the order of the facts: one per fact, but one per place where a fact is contradicted."""

    invented: tuple[Invention, ...]
    """In the order of the text; no span overlaps another or a contradicted value."""

    problems: tuple[Problem, ...]
    """What is wrong with the story as a story, in the order of the text."""

    def names(self, status: Status) -> list[str]:
        """List the facts of a status, each once, in the order of the facts."""
        return list(dict.fromkeys(fact.name for fact in self.facts if fact.status == status))

    @property
    def faithful(self) -> bool:
        """Whether nothing is contradicted and nothing invented; facts may be missing."""
        return not self.invented and not self.names("contradicted")


@dataclass(frozen=True, slots=True)
class _Mention:
    """One place of a text that states a fact."""

    name: str
    right: bool
    span: tuple[int, int]
    found: str


def read_back(facts: Mapping[str, str], text: str, pack: Pack | None = None) -> Reading:
    """Read a text against the facts of the story that it should tell.

    Args:
        facts: the plan, from `lab.world.facts.draw_facts`.
        text: any text, e.g. what a model wrote; it may be broken or empty.
        pack: the language; English by default.

    Returns:
        Facts, inventions and problems with their spans in code points.
    """
    pack = pack or english()
    matches = [match(sentence, facts, pack) for sentence in sentences(text)]
    mentions = [mention for one in matches for mention in _mentions(one, facts, pack)]
    return Reading(
        facts=tuple(reading for name in facts for reading in _read(name, facts, mentions)),
        invented=tuple(invention for one in matches for invention in _inventions(one, facts, pack)),
        problems=find_problems(matches, facts, text, pack),
    )


def _read(name: str, facts: Mapping[str, str], mentions: list[_Mention]) -> Iterator[FactReading]:
    """Say what the text says about one fact, from its places."""
    own = [mention for mention in mentions if mention.name == name]
    wrong = [mention for mention in own if not mention.right]
    status: Status = "contradicted" if wrong else "supported"
    for mention in wrong or own[:1]:
        yield FactReading(
            name=name,
            status=status,
            expected=facts[name],
            span=mention.span,
            found=mention.found,
        )
    if not own:
        yield FactReading(name=name, status="missing", expected=facts[name], span=None, found="")


def _mentions(one: Match, facts: Mapping[str, str], pack: Pack) -> Iterator[_Mention]:
    """List what a sentence states about the facts."""
    for part, token in one.slots:
        if part.kind != PRONOUN and part.value in facts:
            yield _mention(part.value, _value(token, pack) == facts[part.value], token)
    for token in one.rest:
        found = pack.look_up(token.text)
        name = _only_name(found, facts, pack) if found else None
        if name:
            yield _mention(name, True, token)
    yield from _plot(one, facts)


def _mention(name: str, right: bool, token: Token) -> _Mention:
    return _Mention(name, right, (token.start, token.end), token.text)


def _plot(one: Match, facts: Mapping[str, str]) -> Iterator[_Mention]:
    """List what a sentence states about the event and the ending as a whole."""
    pattern, span = one.pattern, (one.sentence.start, one.sentence.end)
    if pattern is None:
        return
    if pattern.event:
        yield _Mention("event", pattern.event == facts["event"], span, one.sentence.text)
    if pattern.ending and pattern.ending != facts["ending"]:
        yield _Mention("ending", False, span, one.sentence.text)
    elif pattern.rank == ENDING_RANK and pattern.event == facts["event"]:
        yield _Mention("ending", True, span, one.sentence.text)


def _only_name(found: tuple[str, str], facts: Mapping[str, str], pack: Pack) -> str | None:
    """Name the fact that a word of a broken sentence states; a bare number states none."""
    kind, value = found
    if kind == "number":
        return None
    roles = pack.data["roles"]
    return next((name for name in facts if roles.get(name) == kind and facts[name] == value), None)


def _value(token: Token, pack: Pack) -> str:
    found = pack.look_up(token.text)
    return found[1] if found else token.text


def _inventions(one: Match, facts: Mapping[str, str], pack: Pack) -> Iterator[Invention]:
    """List what a sentence brings in from outside the facts, in the order of the text."""
    foreign = [
        token for part, token in one.slots if part.kind != PRONOUN and part.value not in facts
    ]
    tokens = sorted((*foreign, *one.rest), key=lambda token: token.start)
    for token in tokens:
        kind = _foreign_kind(token, one, facts, pack)
        if kind:
            yield Invention(kind=kind, span=(token.start, token.end), found=token.text)


def _foreign_kind(token: Token, one: Match, facts: Mapping[str, str], pack: Pack) -> str | None:
    """Say what kind of foreign thing a token names; None where it names none."""
    found = pack.look_up(token.text)
    if found is None:
        return "person" if _is_name(token, pack) else None
    kind, value = found
    roles = pack.data["roles"]
    own = {facts[name] for name in facts if roles.get(name) == kind}
    return None if kind == PRONOUN or value in own else kind


def _is_name(token: Token, pack: Pack) -> bool:
    """Tell an unknown name by its capital; a word that a story may use is none."""
    text = token.text
    return (
        is_word(text)
        and text[0].isupper()
        and len(text) > 1
        and text.lower() not in pack.vocabulary
    )
