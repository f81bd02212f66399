from __future__ import annotations

import pytest

from lab import records as r
from lab.errors import ReviewError
from storage import queue
from storage.assignments.adjudicating import disagree
from storage.assignments.entries import Content
from storage.client import Store
from tests.storage.desks import Study, Table, design

FAR = {"ratings": {"coherence": 3, "fluency": 5}}


def settled_by_last(
    kinds: tuple[str, ...] = ("rate",), n_prompts: int = 1, **given: object
) -> Study:
    """Make a study of two reviewers per item, the last account settles from 2 points on."""
    named = design(kinds, n_prompts, **given).reviewers[-1].name
    plan = {"reviewers_per_item": 2, "adjudicator": named.upper(), "adjudicate_at": 2}
    return design(kinds, n_prompts, **given, **plan)


def test_an_item_goes_to_the_adjudicator_once_all_answers_are_in_and_disagree(
    table: Table,
) -> None:
    study = settled_by_last(n_reviewers=4, n_prompts=2)
    table.add(study.records)
    one, two, three, settling = study.reviewers
    tasks = table.next(study, one, 2)
    table.submit(tasks[0], one)
    table.submit(tasks[1], one)
    assert table.progress(study, settling)["n_total_for_me"] == 2
    theirs = {task["item_id"]: task for task in table.next(study, two, 2)}
    table.submit(theirs[tasks[0]["item_id"]], two, **FAR)
    table.submit(theirs[tasks[1]["item_id"]], two)
    assert table.next(study, three) == []
    assert table.progress(study, settling)["n_total_for_me"] == 1
    found = table.next(study, settling, 3)
    assert [one["item_id"] for one in found] == [tasks[0]["item_id"]]
    assert found[0]["adjudicates"]
    assert found[0]["waits"]
    assert table.next(study, settling, 3) == found
    assert table.book(study.id).entries[tasks[0]["item_id"]].n_held == 2
    table.wait(minutes=20)
    assert len(table.next(study, settling)) == 1
    table.submit(found[0], settling)
    assert table.next(study, settling) == []
    assert table.progress(study, settling)["n_answered"] == 1
    assert table.undo(study, settling) is not None
    assert len(table.next(study, settling)) == 1


def test_a_disagreement_that_is_taken_back_is_none(table: Table) -> None:
    study = settled_by_last(n_reviewers=3)
    table.add(study.records)
    one, two, settling = study.reviewers
    first, second = table.next(study, one)[0], table.next(study, two)[0]
    table.submit(first, one)
    table.submit(second, two, **FAR)
    assert table.progress(study, settling)["n_total_for_me"] == 1
    table.undo(study, two)
    assert table.next(study, settling) == []
    table.submit(second, two)
    assert table.next(study, settling) == []
    table.submit(second, two, **FAR)
    assert len(table.next(study, settling)) == 1


def test_who_answered_an_item_or_did_not_qualify_settles_the_others_only(table: Table) -> None:
    known = {"ratings": {"coherence": 5}}
    controls = [{"at": 0, "kind": r.ControlKind.TRAINING, "expected": known}]
    study = settled_by_last(n_reviewers=3, n_prompts=3)
    study.study.protocol["qualification"] = 1.0
    control = r.Control(
        item_id=study.items[0].id, **{k: v for k, v in controls[0].items() if k != "at"}
    )
    table.add([*study.records, control])
    right = {"ratings": {"coherence": 5, "fluency": 1}}
    one, two, settling = study.reviewers
    for reviewer in study.reviewers:
        table.submit(table.next(study, reviewer)[0], reviewer, **right)
    own = table.next(study, settling)[0]
    table.submit(own, settling)
    for reviewer in (one, two):
        for task in table.next(study, reviewer, 2):
            table.submit(task, reviewer, **(FAR if reviewer == two else {}))
    assert {place.entry.id for place in table.book(study.id).places.values() if place.counts} == {
        item.id for item in study.items
    }
    other = next(item for item in study.items[1:] if item.id != own["item_id"])
    assert [task["item_id"] for task in table.next(study, settling, 3)] == [other.id]


def test_controls_are_not_settled(table: Table) -> None:
    controls = [{"at": 0, "kind": r.ControlKind.GOLD, "expected": {"ratings": {"fluency": 5}}}]
    study = settled_by_last(n_reviewers=3, controls=controls)
    table.add(study.records)
    one, two, settling = study.reviewers
    table.submit(table.next(study, one)[0], one)
    table.submit(table.next(study, two)[0], two, **FAR)
    assert table.next(study, settling) == []


def test_the_others_answers_come_after_ones_own_and_count_as_before(store: Store) -> None:
    study = settled_by_last(("ab",), n_reviewers=3, n_prompts=6)
    store.add(study.records)
    *ordinary, settling = study.reviewers
    words = {}
    for reviewer, side in zip(ordinary, ("base", "cand"), strict=True):
        while tasks := queue.next_tasks(store, study.id, reviewer.id, 1):
            task = tasks[0]
            item = study.item(task.item_id)
            place = store.select(r.Assignment, "WHERE id = $1::UUID", [task.assignment_id])[0]
            left = item.generation_b_id if place.swapped else item.generation_a_id
            winner = "left" if study.checkpoint_of[left] == side else "right"
            words.setdefault(task.item_id, []).append(f"said {side}")
            vote(store, task, reviewer, winner, comment=f"said {side}")
    tasks = queue.next_tasks(store, study.id, settling.id, 6)
    assert len(tasks) == 6
    assert "said" not in repr(tasks)
    before = store.rows("SELECT * FROM result_answers ORDER BY id")
    for task in tasks:
        assert task.adjudicates
        assert task.waits
        skipped = vote(store, task, settling, kind="skip")
        assert skipped.others is None
        id = r.new_id()
        reply = vote(store, task, settling, "tie", answer_id=id)
        assert reply.others is not None
        assert sorted(one["comment"] for one in reply.others) == ["said base", "said cand"]
        for one in reply.others:
            assert one.keys() == {"ratings", "winners", "spans", "comment"}
            place = store.select(r.Assignment, "WHERE id = $1::UUID", [task.assignment_id])[0]
            item = study.item(task.item_id)
            pair = [item.generation_a_id, item.generation_b_id]
            sides = dict(zip(("left", "right"), pair[::-1] if place.swapped else pair, strict=True))
            shown = study.checkpoint_of[sides[one["winners"]["overall"]]]
            assert one["comment"] == f"said {shown}"
        again = vote(store, task, settling, "tie", answer_id=id)
        assert (again.repeated, again.others) == (True, reply.others)
    assert store.rows("SELECT * FROM result_answers ORDER BY id") == before
    found = queue.study_progress(store, study.id)
    assert found.slots == {r.ItemKind.AB: (12, 12)}
    assert found.is_complete


def vote(
    store: Store, task: queue.Task, reviewer: r.Account, winner: str = "tie", **given: object
) -> queue.Submitted:
    given = {"answer_id": r.new_id(), "kind": "vote"} | given
    return queue.submit(
        store,
        assignment_id=task.assignment_id,
        reviewer_id=reviewer.id,
        winners={"overall": winner},
        **given,
    )


def test_the_adjudicator_may_come_after_the_study(store: Store) -> None:
    plan = {"reviewers_per_item": 2, "adjudicator": "late.comer", "adjudicate_at": 1}
    study = design(("ab",), 1, 2, **plan)
    store.add(study.records)
    for reviewer in study.reviewers:
        task = queue.next_tasks(store, study.id, reviewer.id, 1)[0]
        left = task.texts
        assert len(left) == 2
        swapped = store.select(r.Assignment, "WHERE id = $1::UUID", [task.assignment_id])[0].swapped
        first = reviewer is study.reviewers[0]
        vote(store, task, reviewer, "left" if swapped == first else "right")
    store.do("add_account", name="late.comer", role="lead", password_hash=None)
    [account] = store.select(r.Account, "WHERE name = 'late.comer'")
    [task] = queue.next_tasks(store, study.id, account.id, 2)
    assert task.adjudicates
    with pytest.raises(ReviewError, match="takes 'vote'"):
        vote(store, task, account, kind="rate")


@pytest.mark.parametrize(
    ("kind", "contents", "expected"),
    [
        ("rate", [{"ratings": {"a": 1, "b": 5}}, {"ratings": {"a": 2, "b": 4}}], False),
        ("rate", [{"ratings": {"a": 1, "b": 5}}, {"ratings": {"a": 2, "b": 3}}], True),
        ("rate", [{"ratings": {"a": 1}}, {"ratings": {"b": 5}}], False),
        ("ab", [{"winners": {"overall": "a"}}, {"winners": {"overall": "tie"}}], False),
        ("ab", [{"winners": {"overall": "a"}}, {"winners": {"overall": "b"}}], True),
        ("ab", [{"winners": {"overall": "a", "f": "a"}}, {"winners": {"f": "b"}}], True),
        ("spans", [{"marks": ((0, 1),)}, {"marks": ((4, 5),)}], False),
        ("spans", [{"marks": ((0, 1),)}, {}], True),
        ("spans", [{}, {}], False),
        ("rate", [], False),
    ],
)
def test_disagreement_from_two_points_on(
    kind: str, contents: list[dict[str, object]], expected: bool
) -> None:
    found = disagree(r.ItemKind(kind), [Content(**one) for one in contents], 2)
    assert found is expected
