"""What a verdict is about: criteria, the pair, the noise floor."""

from __future__ import annotations

import pandas as pd

from lab.analysis.preferences.choosing import compared, most_compared, noise_floor, voted_criteria

NAMES = ["old", "mid", "new"]
ROWS = [
    ("old", "new", "r1", "p1", "a"),
    ("new", "old", "r2", "p1", "both_bad"),
    ("old", "mid", "r1", "p1", "a"),
    ("mid", "old", "r2", "p2", "tie"),
    ("mid", "mid", "r2", "p2", "a"),
]


def test_overall_comes_first(make_votes) -> None:
    votes = pd.concat([make_votes(ROWS).assign(criterion=name) for name in ("wit", "overall", "a")])
    assert voted_criteria(votes) == ("overall", "a", "wit")
    assert voted_criteria(votes[:0]) == ()


def test_the_pair_is_chosen_by_votes_then_age_and_never_by_result(make_votes) -> None:
    votes = make_votes(ROWS)
    assert most_compared(votes, "overall", NAMES) == ("new", "old")
    more = make_votes([*ROWS, ("old", "mid", "r3", "p3", "b")])
    assert most_compared(more, "overall", NAMES) == ("mid", "old")
    assert most_compared(more, "overall", NAMES, "old") == ("old", "mid")
    assert most_compared(more, "overall", NAMES, "new") == ("new", "old")
    turned = votes.assign(winner=votes["winner"].map({"a": "b", "b": "a"}).fillna("tie"))
    assert most_compared(turned, "overall", NAMES) == ("new", "old")


def test_where_nothing_was_compared_there_is_no_pair(make_votes) -> None:
    only_equals = make_votes([("mid", "mid", "r1", "p1", "a")])
    assert most_compared(only_equals, "overall", NAMES) is None
    assert compared(only_equals, "overall", NAMES) == ()
    assert most_compared(make_votes(ROWS), "wit", NAMES) is None
    assert compared(make_votes(ROWS[:2]), "overall", NAMES) == ("old", "new")


def aa(study: str, winner: str, criterion: str = "overall") -> dict[str, object]:
    empty = dict.fromkeys(
        ("control_criterion", "value", "spans", "original_answer_id", "original_value",
         "original_winner", "original_spans", "is_right")
    )  # fmt: skip
    said = {"study": study, "kind": "aa", "criterion": criterion, "winner": winner}
    person = {"reviewer_id": "r1", "reviewer": "R1", "swapped": False, "answer_id": study + winner}
    return {**empty, **said, **person}


def test_the_noise_floor_is_of_all_studies_in_view() -> None:
    rows = [aa("one", "a"), aa("one", "tie"), aa("two", "b"), aa("two", "tie", "wit")]
    floor = noise_floor(pd.DataFrame(rows), "overall")
    assert floor is not None
    assert (floor.n, floor.n_decided, floor.left_share) == (3, 2, 0.5)
    assert floor.study == "one and two"
    assert noise_floor(pd.DataFrame(rows), "tone") is None
    assert noise_floor(pd.DataFrame(rows)[:0], "overall") is None
