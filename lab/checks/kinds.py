"""Fact cards with their references into the kinds of values: what can stand for which key."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from lab.checks.mentions import NUMBER, is_number, read_pieces
from lab.checks.tokens import Token

_LITERAL = 0.5
"""Least share of references that state a key's value, for its values to be looked for in texts."""

_CLOSED = 0.5
"""Most different values per use of a key: above it, values are free texts that nothing repeats."""

_FEW = 0.1
"""Most different values per use of a key, for texts to show what its values look like."""

_ORDINARY = 0.25
"""Most uses of a value outside its card per use inside, for it not to be an ordinary word."""


class Row(NamedTuple):
    """A prompt's card and reference."""

    card: dict[str, str]
    """Canonical values by key."""

    written: dict[str, str]
    """Values by key as the card writes them."""

    units: list[Token]
    """The reference's words and numbers."""


@dataclass(frozen=True, slots=True)
class Kinds:
    """Which values there are, and for which keys they can stand."""

    of_value: Mapping[str, str]
    """Kind by canonical value; numbers left out."""

    of_key: Mapping[str, str]
    """Kind by key."""

    longest: int
    """Most words of a value."""

    names: frozenset[str]
    """Kinds whose values are written with capitals."""


def literal_keys(rows: Sequence[Row]) -> frozenset[str]:
    """Find the keys whose value most references contain, and whose values repeat.

    Args:
        rows: cards with their references.
    """
    said: Counter[str] = Counter()
    uses: Counter[str] = Counter()
    values: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        reference = f" {' '.join(unit.fold for unit in row.units)} "
        for key, value in row.card.items():
            uses[key] += 1
            values[key].add(value)
            said[key] += f" {value} " in reference
    return frozenset(
        key
        for key, n in uses.items()
        if said[key] >= _LITERAL * n
        and (len(values[key]) <= max(2.0, _CLOSED * n) or all(map(is_number, values[key])))
    )


def implied_keys(rows: Sequence[Row], literal: Collection[str]) -> frozenset[str]:
    """Find the keys that texts do not state but may show, such as a mood: few values, often used.

    Args:
        rows: cards with their references.
        literal: the keys whose values texts state.
    """
    uses = Counter(key for row in rows for key in row.card if key not in literal)
    values: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        for key in uses.keys() & row.card.keys():
            values[key].add(row.card[key])
    return frozenset(key for key, n in uses.items() if len(values[key]) <= _FEW * n)


def find_kinds(rows: Sequence[Row], literal: Collection[str]) -> Kinds:
    """Sort the values of keys into kinds: numbers, and keys that share values.

    Args:
        rows: cards with their references.
        literal: the keys whose values texts state.
    """
    of_key = _of_key(rows, literal)
    found: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        for key in row.card.keys() & of_key.keys():
            if of_key[key] != NUMBER:
                found[row.card[key]].add(of_key[key])
    of_value = {value: min(kinds) for value, kinds in found.items() if len(kinds) == 1}
    of_value = _without_ordinary(rows, of_value)
    longest = max((len(value.split()) for value in of_value), default=1)
    return Kinds(of_value, of_key, longest, _capitalised(rows, of_key))


def _of_key(rows: Sequence[Row], literal: Collection[str]) -> dict[str, str]:
    """Give keys one kind where half of the smaller set of values is in the larger."""
    values: dict[str, set[str]] = {}
    for row in rows:
        for key, value in row.card.items():
            if key in literal:
                values.setdefault(key, set()).add(value)
    kinds: dict[str, str] = {}
    for key, own in values.items():
        if all(map(is_number, own)):
            kinds[key] = NUMBER
            continue
        alike = (
            kinds[other]
            for other in kinds
            if kinds[other] != NUMBER
            and 2 * len(own & values[other]) >= min(len(own), len(values[other]))
        )
        kinds[key] = next(alike, key)
    return kinds


def _without_ordinary(rows: Sequence[Row], of_value: dict[str, str]) -> dict[str, str]:
    longest = max((len(value.split()) for value in of_value), default=1)
    inside: Counter[str] = Counter()
    outside: Counter[str] = Counter()
    for row in rows:
        stated = set(row.card.values())
        for piece in read_pieces(row.units, of_value, longest):
            if piece.mention:
                (inside if piece.value in stated else outside)[piece.value] += 1
    return {
        value: kind
        for value, kind in of_value.items()
        if outside[value] <= _ORDINARY * inside[value]
    }


def _capitalised(rows: Sequence[Row], of_key: Mapping[str, str]) -> frozenset[str]:
    upper: Counter[str] = Counter()
    every: Counter[str] = Counter()
    for row in rows:
        for key, kind in of_key.items():
            if key in row.written:
                every[kind] += 1
                upper[kind] += row.written[key][:1].isupper()
    return frozenset(kind for kind in every if upper[kind] >= 0.9 * every[kind])
