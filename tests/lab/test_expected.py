from __future__ import annotations

from typing import Any

import pytest

from lab.expected import is_right


def right(expected: dict[str, Any], **answer: Any) -> bool:
    return is_right(expected, **{"ratings": {}, "winners": {}, "spans": ()} | answer)


@pytest.mark.parametrize(
    ("given", "tolerance", "is_fine"),
    [({"a": 4}, 0, True), ({"a": 3}, 0, False), ({"a": 3}, 1, True), ({"b": 4}, 1, False)],
)
def test_ratings_may_be_off_by_the_tolerance(
    given: dict[str, int], tolerance: int, is_fine: bool
) -> None:
    expected = {"ratings": {"a": 4}, "tolerance": tolerance}
    assert right(expected, ratings=given | {"other": 1}) is is_fine


def test_any_of_the_right_winners_will_do() -> None:
    expected = {"winners": {"overall": ["a", "tie"], "fluency": ["a"]}}
    assert right(expected, winners={"overall": "tie", "fluency": "a", "relevance": "b"})
    assert not right(expected, winners={"overall": "b", "fluency": "a"})
    assert not right(expected, winners={"overall": "a"})


@pytest.mark.parametrize(
    ("marks", "is_fine"),
    [
        ([(3, 5), (19, 30)], True),
        ([(3, 5)], False),
        ([(0, 100)], True),
        ([(3, 5), (19, 30), (40, 41), (50, 51)], True),
        ([(3, 5), (19, 30), (40, 41), (50, 51), (60, 61)], False),
        ([(5, 10), (20, 21)], False),
        ([], False),
    ],
)
def test_every_faulty_piece_is_touched_and_few_others(
    marks: list[tuple[int, int]], is_fine: bool
) -> None:
    faulty = [{"start": 0, "end": 5}, {"start": 20, "end": 25}]
    assert right({"spans": faulty}, spans=marks) is is_fine


def test_a_clean_text_has_no_marks() -> None:
    assert right({"spans": []})
    assert not right({"spans": []}, spans=[(0, 1)])


@pytest.mark.parametrize("expected", [{}, {"ratings": {}, "winners": {}}])
def test_a_known_answer_is_of_one_kind(expected: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="one of ratings, winners, spans"):
        right(expected)
