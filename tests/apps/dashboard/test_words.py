import pytest

from apps.dashboard import words
from lab.analysis.intervals import Interval


def test_numbers_read_as_a_person_writes_them() -> None:
    assert words.percent(0.734) == "73 %"
    assert words.percent(float("nan")) == words.percent(None) == "–"
    assert words.number(1234.567) == "1,234.57"
    assert words.percent_range(Interval(0.61, 0.742, 0.95)) == "61–74 %"
    assert words.number_range(Interval(-0.1, 0.25, 0.95)) == "-0.10 to 0.25"
    assert words.number_range(None) == "–"


@pytest.mark.parametrize(
    ("seconds", "shown"), [(48.2, "48 s"), (119, "119 s"), (720, "12 min"), (12600, "3.5 h")]
)
def test_durations_take_the_unit_that_suits(seconds: float, shown: str) -> None:
    assert words.duration(seconds) == shown


def test_counts_and_lists() -> None:
    assert words.count(1, "vote") == "1 vote"
    assert words.count(1204, "vote") == "1,204 votes"
    assert words.listed([]) == ""
    assert words.listed(["a"]) == "a"
    assert words.listed(["a", "b", "c"]) == "a, b and c"


def test_names_with_numbers_stand_as_people_count() -> None:
    names = ["V10", "V2", "V1", "ann", "2", "10", "R-3b", "R-3a", "R"]
    assert sorted(names, key=words.in_order) == [
        *("2", "10", "R", "R-3a", "R-3b", "V1", "V2", "V10", "ann")
    ]
