"""How far studies are, for their lead, beside what the queue itself says."""

from __future__ import annotations

import pytest

from lab.records import ItemKind, new_id
from storage import overview, queue
from storage.conduct import ratings, votes
from tests.apps.review.made import HOSTILE, make_bench


def judge(bench, name, n=None, **changes):
    """Let somebody answer up to n tasks, the given fields changed; returns the tasks."""
    bench.person(name)
    reviewer, done = bench.accounts[name].id, []
    criteria = [one["name"] for one in bench.study.protocol["criteria"]]
    while n is None or len(done) < n:
        tasks = queue.next_tasks(bench.store, bench.study.id, reviewer, 1)
        if not tasks:
            break
        task = tasks[0]
        said = {
            ItemKind.RATE: {"kind": "rate", "ratings": dict.fromkeys(criteria, 3)},
            ItemKind.AB: {"kind": "vote", "winners": {"overall": "left"}},
            ItemKind.SPANS: {"kind": "spans", "spans": []},
        }[task.kind]
        queue.submit(
            bench.store,
            **{
                "answer_id": new_id(),
                "assignment_id": task.assignment_id,
                "reviewer_id": reviewer,
                "seconds": 10.0 + len(done),
                **said,
                **changes,
            },
        )
        done.append(task)
    return done


def see(bench):
    return overview.overviews(bench.store, [bench.study.id])[bench.study.id]


def test_a_study_is_complete_when_each_item_but_training_has_all_its_answers(shared_store):
    bench = make_bench(shared_store, "trrvsg", reviewers_per_item=2)
    seen = see(bench)
    assert (seen.n_training, seen.workers, seen.flags, seen.is_complete) == (1, [], [], False)
    assert [(one.kind, one.is_control, one.n_answered, one.n_wanted) for one in seen.parts] == [
        ("rate", False, 0, 4),
        ("ab", False, 0, 2),
        ("spans", False, 0, 2),
        ("rate", True, 0, 2),
    ]
    judge(bench, "ada")
    halfway = see(bench)
    assert [one.n_answered for one in halfway.parts] == [2, 1, 1, 1]
    assert not halfway.is_complete
    judge(bench, "ben")
    done = see(bench)
    assert done.is_complete
    assert done.is_complete == queue.study_progress(shared_store, bench.study.id).is_complete
    assert all(one.n_answered == one.n_wanted for one in done.parts)


def test_a_study_is_complete_with_as_many_answers_as_there_are_to_be(shared_store):
    bench = make_bench(shared_store, "rrrr", max_answers=2)
    judge(bench, "ada", 1)
    assert not see(bench).is_complete
    assert len(judge(bench, "ada")) == 1
    assert see(bench).is_complete
    assert queue.study_progress(shared_store, bench.study.id).is_complete


def test_reviewers_with_what_they_did_and_hold(shared_store):
    bench = make_bench(shared_store, "trrrrv", reviewers_per_item=2)
    judge(bench, "ada", 3)
    judge(bench, "ben", 1, kind="skip", reason="cannot_judge", ratings={}, flag="broken")
    bench.person("cleo")
    queue.next_tasks(shared_store, bench.study.id, bench.accounts["cleo"].id, 2)
    workers = {one.reviewer_id: one for one in see(bench).workers}
    ada, ben, cleo = (workers[bench.accounts[name].id] for name in ("ada", "ben", "cleo"))
    assert (ada.n_answered, ada.n_trained, ada.n_recent, ada.n_late) == (2, 1, 2, 0)
    assert ada.median_seconds == 11.5
    assert ada.first_at < ada.last_at
    assert ada.reviewer == bench.accounts["ada"].pseudonym
    assert (ben.n_answered, ben.first_at, ben.median_seconds) == (0, None, None)
    assert (cleo.n_answered, cleo.n_held, cleo.last_at) == (0, 1, None)
    assert queue.release(shared_store, bench.study.id, cleo.reviewer_id) == 1
    assert see(bench).workers[-1].n_held == 0


def test_flags_name_the_item_whose_texts_can_be_read(shared_store):
    bench = make_bench(shared_store, "rv", reviewers_per_item=2)
    judge(bench, "ada", flag="offensive", comment="<b>so</b>")
    newest, oldest = see(bench).flags
    assert (newest.kind, newest.position, newest.flag) == (ItemKind.AB, 1, "offensive")
    assert (oldest.item_id, oldest.comment) == (bench.items[0].id, "<b>so</b>")
    pair = overview.item_texts(shared_store, newest.item_id)
    assert (len(pair.texts), pair.source) == (2, None)
    assert pair.texts == tuple(one.text for one in bench.generations[2:])
    assert HOSTILE[0] in overview.item_texts(shared_store, oldest.item_id).prompt
    assert overview.item_texts(shared_store, new_id()) is None


def test_several_studies_do_not_mix_and_cost_no_further_questions(shared_store, monkeypatch):
    first, second = (make_bench(shared_store, "rr", reviewers_per_item=1) for _ in range(2))
    judge(first, "ada", flag="broken")
    asked = []
    read = shared_store.read
    monkeypatch.setattr(shared_store, "read", lambda *one: asked.append(one) or read(*one))
    found = overview.overviews(shared_store, [first.study.id, second.study.id])
    assert len(asked) == 3
    assert [one.is_complete for one in found.values()] == [True, False]
    assert [len(one.workers) for one in found.values()] == [1, 0]
    assert [len(one.flags) for one in found.values()] == [2, 0]


def test_what_waits_for_the_adjudicator(shared_store):
    bench = make_bench(shared_store, "rr", reviewers_per_item=2, adjudicate_at=2)
    judge(bench, "ada")
    names = [one["name"] for one in bench.study.protocol["criteria"]]
    judge(bench, "ben", 1, ratings=dict.fromkeys(names, 1))
    judge(bench, "ben")
    ids = [bench.study.id]
    (waiting,) = shared_store.do("unsettled", study_ids=ids)[bench.study.id]
    assert waiting == {"item_id": bench.items[0].id, "position": 0, "kind": "rate"}
    judge(bench, "judy")
    assert shared_store.do("unsettled", study_ids=ids) == {bench.study.id: []}
    settled = {one.reviewer_id: one.n_settled for one in see(bench).workers}
    assert settled[bench.accounts["judy"].id] == 1


@pytest.mark.parametrize("frame", [ratings, votes])
def test_the_frames_of_conduct_hold_one_study_and_no_control(shared_store, frame):
    bench, other = (make_bench(shared_store, "rvgG", reviewers_per_item=1) for _ in range(2))
    for one in (bench, other):
        judge(one, "ada")
    rows = frame(shared_store, bench.study.id)
    assert set(rows["reviewer_id"]) == {bench.accounts["ada"].id}
    assert set(rows["item_id"]) == {bench.items[0 if frame is ratings else 1].id}
