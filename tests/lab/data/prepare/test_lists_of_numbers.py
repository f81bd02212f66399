"""Scrubbing long lists of numbers: none is left, and the time grows with the length only."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.data.prepare import personal
from lab.data.prepare.config import PERSONAL, PrepareConfig
from lab.data.prepare.personal import scrubbed
from lab.data.prepare.recognisers.findings import Finding

REGIONS = PrepareConfig(name="x").scrub_regions


def scrub(text: str) -> str:
    return scrubbed(text, PERSONAL, REGIONS, Counter())


LISTED = [
    "0049 30 9018{:02}",
    "004930 9018{:02}",
    "030 9018{:02}",
    "415 555 26{:02}",
    "415-555-26{:02}",
    "06 12 34 56 {:02}",
    "020 7946 09{:02}",
    "612 34 56 {:02}",
    "333 12345{:02}",
    "011 44 20 7946 09{:02}",
    "+49 30 9018{:02}",
    "536-90-4399",
    "4111 1111 1111 1111",
]


@pytest.mark.parametrize("form", LISTED)
def test_no_number_of_a_long_list_is_left(form: str) -> None:
    for gap in (" ", "  "):
        once = scrub(gap.join(form.format(10 + n % 90) for n in range(200)))
        assert re.fullmatch(r"(\[\w+\] *){200}", once)
        assert scrub(once) is once


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(LISTED), st.integers(10, 99)), max_size=30),
    st.sampled_from([" ", "  ", "/", "-", ", "]),
)
def test_scrubbing_a_list_twice_is_scrubbing_it_once(
    parts: list[tuple[str, int]], gap: str
) -> None:
    once = scrub(gap.join(form.format(n) for form, n in parts))
    assert scrub(once) is once


def test_what_is_found_one_after_another_takes_time_that_grows_with_the_length_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    n_searched = 0

    def last_ones(text: str, *given: Any) -> Iterator[Finding]:
        nonlocal n_searched
        n_searched += len(text)
        for found in re.finditer(r"#\d+(?=\s*(?:$|\[PHONE\]))", text):
            yield Finding(*found.span(), "phone")

    monkeypatch.setattr(personal, "_found", last_ones)
    tally: Counter[str] = Counter()
    text = "".join(f"#{n} " for n in range(3_000))
    made = scrubbed(f"{text}.\n{text}", PERSONAL, REGIONS, tally)
    assert (made.count("#"), tally["phone"]) == (3_000, 3_000)
    assert made.startswith(f"{text}.\n")
    assert n_searched < 200 * len(text)  # a search of the whole for each would be 6,000
