"""A text's numbers into quantities: what a number counts or measures, in one unit per dimension."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from lab.checks.mentions import counts
from lab.checks.tokens import Token

_UNITS = {
    "length": {
        "mm millimetre millimetres millimeter millimeters": 0.001,
        "cm centimetre centimetres centimeter centimeters": 0.01,
        "m metre metres meter meters": 1.0,
        "km kilometre kilometres kilometer kilometers": 1000.0,
        "inch inches": 0.0254,
        "ft foot feet": 0.3048,
        "yard yards": 0.9144,
        "mile miles": 1609.344,
    },
    "mass": {
        "mg milligram milligrams": 1e-6,
        "g gram grams": 0.001,
        "kg kilogram kilograms kilo kilos": 1.0,
        "tonne tonnes": 1000.0,
        "lb lbs pound pounds": 0.45359237,
        "ounce ounces oz": 0.028349523125,
    },
    "time": {
        "second seconds": 1.0,
        "minute minutes": 60.0,
        "hour hours": 3600.0,
        "day days": 86_400.0,
        "week weeks": 604_800.0,
    },
    "years": {"month months": 1 / 12, "year years": 1.0, "decade decades": 10.0},
    "share": {"percent %": 1.0},
    "dollars": {"dollar dollars $": 1.0},
    "euros": {"euro euros €": 1.0},
    "sterling": {"£": 1.0},
}
_BY_WORD = {
    word: (dimension, factor)
    for dimension, units in _UNITS.items()
    for words, factor in units.items()
    for word in words.split()
}
_NEAR = 0.005
"""How far quantities in different units may differ, as a share: units are converted roundly."""


class Quantity(NamedTuple):
    """A number with a unit."""

    place: int
    """Place of the number among the units of the text."""
    dimension: str
    """What is measured."""
    amount: float
    """How much, in the dimension's base unit (metres, kilograms, seconds, years)."""


def find_quantities(text: str, units: Sequence[Token]) -> list[Quantity]:
    """Find numbers with a unit of measurement before or behind.

    Args:
        text: the text.
        units: its words and numbers.
    """
    found = []
    for place, unit in enumerate(units):
        known = _unit_at(text, units, place) if counts(unit) else None
        if known is not None:
            try:
                found.append(Quantity(place, known[0], float(unit.fold) * known[1]))
            except ValueError:  # "∞" or a version number
                continue
    return found


def equals(one: Quantity, other: Quantity) -> bool:
    """Tell whether two quantities are the same amount of the same, whatever their units.

    Args:
        one: a text's quantity.
        other: a source's.
    """
    near = abs(one.amount - other.amount) <= _NEAR * max(abs(one.amount), abs(other.amount))
    return one.dimension == other.dimension and near


def _unit_at(text: str, units: Sequence[Token], place: int) -> tuple[str, float] | None:
    unit = units[place]
    for sign in (text[unit.end : unit.end + 1], text[max(0, unit.start - 1) : unit.start]):
        if sign and sign in "%$€£":
            return _BY_WORD[sign]
    if place + 1 == len(units) or units[place + 1].initial:
        return None
    return _BY_WORD.get(units[place + 1].fold)
