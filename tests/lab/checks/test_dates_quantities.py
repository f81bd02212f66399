import pytest

from lab.checks.dates import agrees, find_dates
from lab.checks.prose import check_prose
from lab.records import SpanType


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("on May 29, 1943, he", (1943, 5, 29)),
        ("the 29th of May 1943", (1943, 5, 29)),
        ("1943-05-29", (1943, 5, 29)),
        ("29 Sept. 1943", (1943, 9, 29)),
        ("in May 1943", (1943, 5, None)),
        ("on 3 May", (None, 5, 3)),
    ],
)
def test_dates(text, expected):
    [date] = find_dates(text)
    assert (date.year, date.month, date.day) == expected


@pytest.mark.parametrize("text", ["in 1943", "May 45, 19", "2021-13-01", "3/4/2021", "🙂", ""])
def test_what_is_no_date(text):
    assert find_dates(text) == []


def test_a_date_without_year_agrees_with_one_of_any_year():
    [said] = find_dates("on 3 May")
    assert agrees(said, find_dates("May 3, 1999"))
    assert not agrees(said, find_dates("May 4, 1999"))


def found(text, source):
    return [
        (text[one.start : one.end], one.type) for one in check_prose(text, source, is_card=True)[0]
    ]


@pytest.mark.parametrize(
    ("text", "source", "expected"),
    [
        ("He died on 29 May 1943.", "He died on May 29, 1943.", []),
        ("He died on 30 May 1943.", "He died on May 29, 1943.", [("30 May 1943", SpanType.DATE)]),
        ("It is 1.5 km long.", "It is 1500 metres long.", []),
        ("It is 1500 feet long.", "It is 1500 metres long.", [("1500", SpanType.NUMBER)]),
        ("It costs 5 dollars.", "It costs $5.", []),
        ("It is 12% more.", "It is a dozen percent more.", []),
        ("It took 90 minutes.", "It took one and 1.5 hours.", []),
        ("It has twenty-one.", "It has 21.", []),
    ],
)
def test_dates_and_quantities_are_compared_however_they_are_written(text, source, expected):
    assert found(text, source) == expected


def test_evidence_stands_where_the_source_says_otherwise():
    source = "It was opened long ago. It has 21 rooms."
    [one] = check_prose("It has 33 rooms.", source, is_card=True)[0]
    assert one.type == SpanType.CONTRADICTION
    assert source[one.evidence_start : one.evidence_end] == "21"
