"""Turns a language pack's data file into the words, sentences and beats of the world."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from lab.world.words import literals

PRONOUN = "pronoun"
ENDING_RANK = 100
CLOSER_RANK = 101


@dataclass(frozen=True, slots=True)
class Part:
    """One token of a sentence pattern: a literal word or mark, or a slot for a fact."""

    kind: str
    """Kind of word that the slot takes ("person", "number", …, "pronoun"); empty for a literal."""

    value: str
    """Name of the slot's fact or pronoun form; for a literal the lower-case token itself."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One way of saying one beat of a story."""

    text: str
    """The sentence with slots in braces."""

    beat: str
    """Name of the beat, e.g. "share/2"; all phrasings of a beat state the same facts."""

    rank: int | None
    """Place of the beat in a story: 0 opening, 1… event, 100 ending; None for a filler."""

    event: str | None
    """The event that alone uses it; None for sentences of any story."""

    ending: str | None
    """The ending that alone uses it; None elsewhere."""

    parts: tuple[Part, ...]
    """The tokens in order."""

    @property
    def skeleton(self) -> tuple[str, ...]:
        """The tokens with every slot blanked to its kind."""
        return tuple(f"<{part.kind}>" if part.kind else part.value for part in self.parts)


@dataclass(frozen=True)
class Pack:
    """A language of the world, with look-up tables made on first use."""

    data: Mapping[str, Any]
    """The parsed file; `english.toml` shows the form."""

    @cached_property
    def people(self) -> dict[str, str]:
        """Name → "female" or "male"."""
        words = self.data["words"]
        return {name: gender for gender in self.data["pronouns"] for name in words[gender]}

    def values(self, kind: str) -> list[str]:
        """All words of a kind, in the file's order."""
        return list(self.people) if kind == "person" else self.data["words"][kind]

    @cached_property
    def common_roles(self) -> frozenset[str]:
        """The facts that every story has."""
        extra = {role for plan in self.data["events"].values() for role in plan["facts"]}
        return frozenset(set(self.data["roles"]) - extra)

    @cached_property
    def kinds(self) -> dict[str, tuple[str, str]]:
        """Lower-case form of a word → its kind and its usual form."""
        known = {
            value.lower(): (kind, value)
            for kind in dict.fromkeys(self.data["roles"].values())
            for value in self.values(kind)
        }
        known |= {form: known[value] for form, value in self.data["forms"].items()}
        return known | {word: ("number", word) for word in self.data["strange"]["number"]}

    @cached_property
    def pronouns(self) -> frozenset[str]:
        """Every lower-case form of every gender's pronouns."""
        return frozenset(
            form for forms in self.data["pronouns"].values() for form in forms.values()
        )

    @cached_property
    def patterns(self) -> tuple[Pattern, ...]:
        """Every sentence of the pack."""
        return tuple(self._patterns())

    @cached_property
    def by_skeleton(self) -> dict[tuple[str, ...], Pattern]:
        """Blanked tokens → the sentence."""
        return {pattern.skeleton: pattern for pattern in self.patterns}

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Every lower-case word that a sentence may hold without naming anybody new."""
        spelled = {p.value for pattern in self.patterns for p in pattern.parts if not p.kind}
        return frozenset(spelled | set(self.kinds) | self.pronouns | set(self.starters))

    @property
    def starters(self) -> list[str]:
        """Common words that may begin a sentence."""
        return self.data["story"]["starters"]

    def look_up(self, token: str) -> tuple[str, str] | None:
        """Find a token's kind and usual form.

        Args:
            token: a word as it stands in the text.

        Returns:
            ("pronoun", form) for a hero's pronoun, (kind, value) for a word of the world or any
            number in digits, None for all others; a name counts only with a capital.
        """
        word = token.lower()
        if word in self.pronouns:
            return PRONOUN, word
        found = self.kinds.get(word)
        if found is None:
            return ("number", word) if word.isdecimal() else None
        return None if found[0] == "person" and not token[0].isupper() else found

    def forms_of(self, name: str) -> dict[str, str]:
        """Return the pronouns that stand for a person: slot name → word."""
        return self.data["pronouns"][self.people[name]]

    def _patterns(self) -> Iterator[Pattern]:
        story = self.data["story"]
        for beat, texts in story["opening"].items():
            yield from self._beat(texts, beat, 0)
        for number, text in enumerate(story["fillers"]["any"]):
            yield from self._beat([text], f"filler/{number}", None)
        for ending, texts in story["closers"].items():
            yield from self._beat(texts, f"closer/{ending}", CLOSER_RANK, ending=ending)
        for event, plan in self.data["events"].items():
            for rank, texts in enumerate(plan["beats"], start=1):
                yield from self._beat(texts, f"{event}/{rank}", rank, event)
            for ending, texts in plan["endings"].items():
                yield from self._beat(texts, f"{event}/{ending}", ENDING_RANK, event, ending)

    def _beat(
        self,
        texts: list[str],
        beat: str,
        rank: int | None,
        event: str | None = None,
        ending: str | None = None,
    ) -> Iterator[Pattern]:
        for text in texts + [with_pronoun(text) for text in texts if may_use_pronoun(text, rank)]:
            yield Pattern(text, beat, rank, event, ending, tuple(self._parts(text)))

    def _parts(self, text: str) -> Iterator[Part]:
        roles, forms = self.data["roles"], next(iter(self.data["pronouns"].values()))
        for literal, slot in literals(text):
            if slot.lower() in forms:
                yield Part(PRONOUN, slot.lower())
            elif slot:
                yield Part(roles[slot], slot)
            else:
                yield Part("", literal.lower())


def may_use_pronoun(text: str, rank: int | None) -> bool:
    """Tell whether a sentence may begin with the hero's pronoun: never where it introduces."""
    return rank != 0 and text.startswith("{hero} ")


def with_pronoun(text: str) -> str:
    """Begin a sentence with the hero's pronoun instead of the name."""
    return text.replace("{hero} ", "{They} ", 1)


@lru_cache(maxsize=1)
def english() -> Pack:
    """Load the English pack, once."""
    path = Path(__file__).with_name("english.toml")
    return Pack(tomllib.loads(path.read_text(encoding="utf-8")))
