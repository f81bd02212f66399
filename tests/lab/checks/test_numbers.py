from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.checks.mentions import canonical, is_number, read_units
from lab.checks.numbers import SMALL, find_numbers, say
from lab.checks.tokens import tokenise


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("twenty-one", [21]),
        ("Twenty one", [21]),
        ("a dozen eggs", [12]),
        ("two dozen", [24]),
        ("two hundred and five", [205]),
        ("three thousand two hundred", [3200]),
        ("twenty-five hundred", [2500]),
        ("1,234.5 km", [1234.5]),
        ("3,5 km", [3.5]),
        ("the 1980s and the 21st", [1980, 21]),
        ("two, three or four", [2, 3, 4]),
        ("Nineteen. Eighty", [19, 80]),
        ("one day at first", []),
        ("one hundred", [100]),
        ("dozens of hundreds", []),
        ("version 1.2.3", []),
        ("9" * 5000, [float("inf")]),
    ],
)
def test_numbers(text, expected):
    assert [number.value for number in find_numbers(tokenise(text))] == expected


@given(st.sampled_from(sorted(SMALL.items())), st.integers(min_value=1, max_value=9))
def test_words_and_digits_are_one_value(small, unit):
    word, value = small
    assert canonical(word) == canonical(str(value)) == say(value)
    assert is_number(word)
    if value >= 20:
        units = {number: name for name, number in SMALL.items()}
        assert canonical(f"{word}-{units[unit]}") == canonical(f"{word} {units[unit]}")
        assert canonical(f"{word}-{units[unit]}") == say(value + unit)


@given(st.text())
def test_units_stand_where_they_say(text):
    units = read_units(text)
    assert all(0 <= unit.start < unit.end <= len(text) for unit in units)
    assert all(a.end <= b.start for a, b in pairwise(units))
    assert all(text[unit.start : unit.end] == unit.word for unit in units)


def test_words_are_no_numbers():
    assert not is_number("painter")
    assert not is_number("ten apples")
    assert not is_number("")
    assert canonical("inf") == "inf"
    assert not is_number("inf")
