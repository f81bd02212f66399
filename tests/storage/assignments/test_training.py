from __future__ import annotations

from typing import Any

import pytest

from lab import records as r
from lab.errors import ReviewError
from storage import queue
from storage.client import Store
from tests.storage.desks import Study, Table, design

RIGHT = {"ratings": {"coherence": 1, "fluency": 2}}


def training(at: int, expected: dict[str, Any], **given: Any) -> dict[str, Any]:
    given = {"explanation": f"because {at}"} | given
    return {"at": at, "kind": r.ControlKind.TRAINING, "expected": expected} | given


def trained(qualification: float = 0.0, kinds: tuple[str, ...] = ("rate",), **plan: Any) -> Study:
    """Make a study whose first two prompts are its training round."""
    known = {
        "rate": {"ratings": {"coherence": 1}, "tolerance": 0},
        "ab": {"winners": {"overall": ["a"]}},
        "spans": {"spans": [{"start": 4, "end": 5}]},
    }
    controls = [training(at, known[kinds[at % len(kinds)]]) for at in range(2 * len(kinds))]
    return design(kinds, 6, controls=controls, qualification=qualification, **plan)


def test_training_comes_first_alone_and_for_everyone(table: Table) -> None:
    study = trained()
    table.add(study.records)
    for reviewer in study.reviewers:
        tasks = table.next(study, reviewer, 3)
        assert [one["item_id"] for one in tasks] == [item.id for item in study.items[:2]]
        assert all(one["is_training"] and one["waits"] for one in tasks)
        assert table.progress(study, reviewer)["n_training_left"] == 2
        table.submit(tasks[0], reviewer, **RIGHT)
        assert table.next(study, reviewer, 3) == tasks[1:]
        table.submit(tasks[1], reviewer, **RIGHT)
        assert table.progress(study, reviewer)["n_training_left"] == 0
    assert not any(one["is_training"] for one in table.next(study, study.reviewers[0], 3))


def test_training_counts_in_no_number_of_answers(table: Table) -> None:
    study = trained(max_answers=2)
    table.add(study.records)
    reviewer = study.reviewers[0]
    assert table.progress(study, reviewer)["n_total_for_me"] == 2
    table.work(study, reviewer, 2)
    found = table.progress(study, reviewer)
    assert (found["n_answered"], found["n_total_for_me"]) == (0, 2)
    assert found["median_seconds"] is None
    assert found["last_saved_at"] is not None
    assert len(table.work(study, reviewer)) == 2
    found = table.progress(study, reviewer)
    assert (found["n_answered"], found["n_total_for_me"]) == (2, 2)


@pytest.mark.parametrize(
    ("qualification", "n_right", "qualified"),
    [(0.5, 1, True), (0.6, 1, False), (1.0, 2, True), (0.01, 0, False), (0.0, 0, True)],
)
def test_qualification(table: Table, qualification: float, n_right: int, qualified: bool) -> None:
    study = trained(qualification)
    table.add(study.records)
    reviewer = study.reviewers[0]
    for number in range(2):
        assert table.progress(study, reviewer)["qualified"] is None
        given = RIGHT if number < n_right else {}
        table.submit(table.next(study, reviewer)[0], reviewer, **given)
    found = table.progress(study, reviewer)
    assert found["qualified"] is qualified
    assert found["n_total_for_me"] == (4 if qualified else 0)
    assert bool(table.next(study, reviewer)) is qualified
    assert len(table.next(study, study.reviewers[1], 2)) == 2


def test_a_skipped_training_item_is_not_right_even_where_nothing_is_faulty(table: Table) -> None:
    study = design(
        ("spans",), 3, controls=[training(0, {"spans": []})], qualification=1.0
    )  # fmt: skip
    table.add(study.records)
    one, two, _ = study.reviewers
    assert table.submit(table.next(study, one)[0], one)["feedback"]["right"]
    assert not table.submit(table.next(study, two)[0], two, "skip")["feedback"]["right"]
    assert table.progress(study, one)["qualified"]
    assert table.next(study, two) == []


def test_feedback_is_as_on_the_screen_and_the_same_when_sent_again(table: Table) -> None:
    study = trained(kinds=("rate", "spans", "ab"))
    table.add(study.records)
    for reviewer in study.reviewers:
        for number in range(6):
            task = table.next(study, reviewer)[0]
            id = r.new_id()
            reply = table.submit(task, reviewer, answer_id=id, **RIGHT)
            left = "right" if task["swapped"] else "left"
            assert reply["feedback"] == [
                {"right": True, "expected": {"ratings": {"coherence": 1}}},
                {"right": False, "expected": {"spans": [{"start": 4, "end": 5}]}},
                {"right": left == "left", "expected": {"winners": {"overall": [left]}}},
            ][number % 3] | {"explanation": f"because {number}"}
            table.desk.clear()
            again = table.submit(task, reviewer, answer_id=id, **RIGHT)
            assert again == reply | {"repeated": True}
    assert {place.swapped for place in table.book(study.id).places.values()} == {True, False}
    assert table.submit(table.next(study, reviewer)[0], reviewer)["feedback"] is None


def test_an_answer_whose_right_one_was_seen_cannot_be_changed(table: Table) -> None:
    study = trained()
    table.add(study.records)
    reviewer = study.reviewers[0]
    first, second = table.next(study, reviewer, 2)
    table.submit(first, reviewer)
    assert table.undo(study, reviewer) is None
    with pytest.raises(ReviewError, match="seen its right answer"):
        table.submit(first, reviewer, **RIGHT)
    table.submit(second, reviewer)
    ordinary = table.next(study, reviewer)[0]
    table.submit(ordinary, reviewer)
    opened = table.undo(study, reviewer)
    assert opened is not None
    assert opened["item_id"] == ordinary["item_id"]
    assert table.undo(study, reviewer) is None


def test_training_leaves_no_place_short_and_the_study_complete(store: Store) -> None:
    study = trained()
    store.add(study.records)
    one, two, _ = study.reviewers
    for reviewer in (one, two):
        while tasks := queue.next_tasks(store, study.id, reviewer.id, 1):
            task = tasks[0]
            reply = queue.submit(
                store,
                answer_id=r.new_id(),
                assignment_id=task.assignment_id,
                reviewer_id=reviewer.id,
                kind="rate",
                **RIGHT,
            )
            assert (reply.feedback is not None) == task.is_training == task.waits
            assert not reply.late
    found = queue.study_progress(store, study.id)
    assert found.slots == {r.ItemKind.RATE: (4, 4)}
    assert found.is_complete
    assert [one.n_answered for one in found.reviewers] == [4, 0]
    assert len(store.rows("SELECT * FROM counted_answers")) == 8
    assert len(store.rows("SELECT * FROM result_answers")) == 4
