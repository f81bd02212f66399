from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta
from types import ModuleType, SimpleNamespace

import pytest

from lab import records as r
from lab.errors import ReviewError
from storage import queue
from storage.client import Store

RATINGS = {"coherence": 3, "fluency": 5}


def rate(store: Store, task: queue.Task, reviewer: r.Account, **other: object) -> queue.Submitted:
    given = {"kind": "rate", "ratings": RATINGS, "seconds": 2.0} | other
    given = {"answer_id": r.new_id()} | given
    return queue.submit(store, assignment_id=task.assignment_id, reviewer_id=reviewer.id, **given)


def skip(store: Store, task: queue.Task, reviewer: r.Account) -> queue.Submitted:
    return rate(store, task, reviewer, kind="skip", reason="unreadable")


def expire(store: Store, task: queue.Task) -> None:
    """Add a newest lease that has run out."""
    store.add(
        [r.Lease(assignment_id=task.assignment_id, expires_at=r.now() - timedelta(seconds=1))]
    )


@pytest.fixture
def made_study(store: Store, made: ModuleType) -> SimpleNamespace:
    study = made.small_study(n_rate=2, n_ab=1, n_reviewers=3, reviewers_per_item=1)
    store.add(study.records)
    return study


def test_the_queue_goes_in_order_and_own_tasks_come_first(
    store: Store, made_study: SimpleNamespace
) -> None:
    study, (one, two, _) = made_study.study.id, made_study.reviewers
    first = queue.next_tasks(store, study, one.id, 2)
    assert [task.item_id for task in first] == [item.id for item in made_study.items[:2]]
    assert [task.item_id for task in queue.next_tasks(store, study, two.id, 2)] == [
        made_study.items[2].id
    ]
    assert queue.next_tasks(store, study, one.id, 2) == first
    assert queue.next_tasks(store, study, one.id, 1) == first[:1]


def test_a_task_shows_texts_and_no_names(store: Store, made_study: SimpleNamespace) -> None:
    tasks = queue.next_tasks(store, made_study.study.id, made_study.reviewers[0].id, 3)
    assert [(task.kind, task.prompt, task.source, len(task.texts)) for task in tasks] == [
        ("rate", "p0", "s0", 1),
        ("rate", "p1", "s1", 1),
        ("ab", "p0", "s0", 2),
    ]
    assert set(tasks[2].texts) == {"base 0", "cand 0"}
    shown = repr(tasks)
    hidden = [c.id for c in made_study.checkpoints]
    hidden += [g.id for pair in made_study.generations for g in pair]
    assert not any(id in shown for id in hidden)


def test_the_side_swap_is_undone(store: Store, made: ModuleType) -> None:
    made_study = made.small_study(n_rate=0, n_ab=12, n_reviewers=1, reviewers_per_item=1)
    store.add(made_study.records)
    reviewer = made_study.reviewers[0]
    tasks = queue.next_tasks(store, made_study.study.id, reviewer.id, 12)
    for task in tasks:
        side = "left" if task.texts[0].startswith("cand") else "right"
        rate(store, task, reviewer, kind="vote", winners={"overall": side})
    assert {vote.winner for vote in store.select(r.Vote)} == {r.Winner.B}
    assert {one.swapped for one in store.select(r.Assignment)} == {True, False}


def test_the_same_submit_twice_is_one_answer(store: Store, made_study: SimpleNamespace) -> None:
    reviewer = made_study.reviewers[0]
    task = queue.next_tasks(store, made_study.study.id, reviewer.id, 1)[0]
    id = r.new_id()
    first, again = (rate(store, task, reviewer, answer_id=id) for _ in range(2))
    assert (first.repeated, again.repeated) == (False, True)
    assert (first.answer_id, first.recorded_at) == (again.answer_id, again.recorded_at)
    assert len(store.select(r.Answer)) == 1
    assert {x.criterion: x.value for x in store.select(r.Rating)} == RATINGS
    assert len(store.select(r.Rating)) == 2


def test_one_submit_from_many_threads_is_one_answer(
    store: Store, made_study: SimpleNamespace
) -> None:
    reviewer = made_study.reviewers[0]
    task = queue.next_tasks(store, made_study.study.id, reviewer.id, 1)[0]
    id = r.new_id()
    found: list[queue.Submitted] = []
    threads = [
        threading.Thread(target=lambda: found.append(rate(store, task, reviewer, answer_id=id)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(one.repeated for one in found) == {True: 7, False: 1}
    assert len(store.select(r.Answer)) == 1


def test_the_last_place_goes_to_one(store: Store, made: ModuleType) -> None:
    n_items, n_reviewers, k = 40, 6, 2
    made_study = made.small_study(n_items, 0, n_reviewers, k)
    store.add(made_study.records)
    taken: Counter[str] = Counter()
    barrier = threading.Barrier(n_reviewers)

    def work(reviewer: r.Account) -> None:
        barrier.wait()
        while tasks := queue.next_tasks(store, made_study.study.id, reviewer.id, 1):
            assert not rate(store, tasks[0], reviewer).late
            taken[tasks[0].item_id] += 1

    threads = [threading.Thread(target=work, args=(one,)) for one in made_study.reviewers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert taken == {item.id: k for item in made_study.items}
    assert len(store.select(r.Assignment)) == n_items * k
    assert len(store.select(r.Answer)) == n_items * k


def test_an_expired_lease_goes_back_to_the_queue(store: Store, made_study: SimpleNamespace) -> None:
    study, (one, two, _) = made_study.study.id, made_study.reviewers
    task = queue.next_tasks(store, study, one.id, 1)[0]
    assert queue.next_tasks(store, study, two.id, 1)[0].item_id != task.item_id
    expire(store, task)
    again = queue.next_tasks(store, study, two.id, 3)
    assert task.item_id in {other.item_id for other in again}


def test_an_own_expired_lease_is_taken_again(store: Store, made_study: SimpleNamespace) -> None:
    study, one = made_study.study.id, made_study.reviewers[0]
    task = queue.next_tasks(store, study, one.id, 1)[0]
    expire(store, task)
    again = queue.next_tasks(store, study, one.id, 1)[0]
    assert again.assignment_id == task.assignment_id
    assert again.expires_at > r.now()


def test_a_late_answer_is_kept_and_not_counted(store: Store, made_study: SimpleNamespace) -> None:
    study, (one, two, _) = made_study.study.id, made_study.reviewers
    mine = queue.next_tasks(store, study, one.id, 1)[0]
    expire(store, mine)
    theirs = queue.next_tasks(store, study, two.id, 1)[0]
    assert theirs.item_id == mine.item_id
    assert rate(store, mine, one).late
    with pytest.raises(ReviewError, match="answered already"):
        queue.renew(store, mine.assignment_id, one.id)
    assert not rate(store, theirs, two).late
    assert len(store.select(r.Answer)) == 2
    counted = store.rows("SELECT assignment_id FROM counted_answers")
    assert counted == [{"assignment_id": theirs.assignment_id}]


def test_an_expired_lease_with_a_free_place_is_in_time(
    store: Store, made_study: SimpleNamespace
) -> None:
    one = made_study.reviewers[0]
    task = queue.next_tasks(store, made_study.study.id, one.id, 1)[0]
    expire(store, task)
    assert not rate(store, task, one).late


def test_renewing_holds_the_place(store: Store, made_study: SimpleNamespace) -> None:
    study, (one, two, _) = made_study.study.id, made_study.reviewers
    task = queue.next_tasks(store, study, one.id, 1)[0]
    assert queue.renew(store, task.assignment_id, one.id) > task.expires_at
    expire(store, task)
    queue.renew(store, task.assignment_id, one.id)
    assert queue.next_tasks(store, study, two.id, 1)[0].item_id != task.item_id
    expire(store, task)
    queue.next_tasks(store, study, two.id, 3)
    with pytest.raises(ReviewError, match="gone to another reviewer"):
        queue.renew(store, task.assignment_id, one.id)


def test_undo_opens_the_last_answer_and_it_can_be_sent_anew(
    store: Store, made_study: SimpleNamespace
) -> None:
    study, (one, two, _) = made_study.study.id, made_study.reviewers
    first, second = queue.next_tasks(store, study, one.id, 2)
    rate(store, first, one, comment="hm")
    rate(store, second, one)
    undo_id = r.new_id()
    opened = queue.undo(store, undo_id, study, one.id)
    assert opened is not None
    assert opened.assignment_id == second.assignment_id
    assert queue.undo(store, undo_id, study, one.id) == opened
    earlier = queue.undo(store, r.new_id(), study, one.id)
    assert earlier is not None
    assert earlier.answer == {
        "kind": "rate", "ratings": RATINGS, "winners": {}, "spans": [], "judgements": {},
        "comment": "hm", "reason": "", "flag": "",
    }  # fmt: skip
    assert queue.undo(store, r.new_id(), study, one.id) is None
    assert store.rows("SELECT * FROM counted_answers") == []
    assert [t.item_id for t in queue.next_tasks(store, study, two.id, 3)] == [
        made_study.items[2].id
    ]
    rate(store, earlier, one, ratings={"coherence": 1, "fluency": 1})
    assert len(store.rows("SELECT * FROM counted_answers")) == 1
    assert queue.progress(store, study, one.id).n_answered == 1


def test_a_second_answer_without_undo_supersedes(store: Store, made_study: SimpleNamespace) -> None:
    one = made_study.reviewers[0]
    task = queue.next_tasks(store, made_study.study.id, one.id, 1)[0]
    rate(store, task, one)
    newest = rate(store, task, one, ratings={"coherence": 1, "fluency": 1})
    assert [row["id"] for row in store.rows("SELECT id FROM counted_answers")] == [newest.answer_id]


def test_a_skip_gives_the_place_back(store: Store, made_study: SimpleNamespace) -> None:
    study, (one, two, _) = made_study.study.id, made_study.reviewers
    task = queue.next_tasks(store, study, one.id, 1)[0]
    skip(store, task, one)
    assert task.item_id not in {t.item_id for t in queue.next_tasks(store, study, one.id, 1)}
    assert queue.next_tasks(store, study, two.id, 1)[0].item_id == task.item_id
    assert store.rows("SELECT * FROM counted_answers") == []
    expire(store, queue.next_tasks(store, study, one.id, 1)[0])
    with pytest.raises(ReviewError, match="skipped"):
        queue.undo(store, r.new_id(), study, one.id)


def test_drafts_are_kept_until_the_answer(store: Store, made_study: SimpleNamespace) -> None:
    study, (one, two, _) = made_study.study.id, made_study.reviewers
    task = queue.next_tasks(store, study, one.id, 1)[0]
    draft = r.Draft(assignment_id=task.assignment_id, content={"comment": "so"})
    queue.save_draft(store, draft, one.id)
    queue.save_draft(store, draft, one.id)
    assert len(store.select(r.Draft)) == 1
    assert queue.next_tasks(store, study, one.id, 1)[0].draft == {"comment": "so"}
    with pytest.raises(ReviewError, match="not yours"):
        queue.save_draft(store, r.Draft(assignment_id=task.assignment_id, content={}), two.id)
    rate(store, task, one)
    opened = queue.undo(store, r.new_id(), study, one.id)
    assert opened is not None
    assert opened.draft is None


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"ratings": {"coherence": 3}}, "rate each criterion once: coherence, fluency"),
        ({"ratings": {"coherence": 3, "fluency": 6}}, "fluency must be a whole number from 1 to 5"),
        ({"ratings": {"coherence": 3, "fluency": 2.5}}, "not 2.5"),
        ({"ratings": {"coherence": 3, "fluency": True}}, "not True"),
        ({"kind": "vote", "winners": {"overall": "left"}}, "takes 'rate' or 'skip'"),
        ({"kind": "judge"}, "takes 'rate' or 'skip'"),
        ({"kind": "undo"}, "takes 'rate' or 'skip'"),
        ({"seconds": -1}, "seconds must be"),
    ],
)
def test_an_answer_that_the_study_does_not_allow(
    store: Store, made_study: SimpleNamespace, given: dict[str, object], message: str
) -> None:
    one = made_study.reviewers[0]
    task = queue.next_tasks(store, made_study.study.id, one.id, 1)[0]
    with pytest.raises(ReviewError, match=message):
        rate(store, task, one, **given)
    assert store.select(r.Answer) == []
    assert not rate(store, task, one).repeated


def test_answers_to_what_is_not_ones_own(store: Store, made_study: SimpleNamespace) -> None:
    one, two, _ = made_study.reviewers
    tasks = queue.next_tasks(store, made_study.study.id, one.id, 3)
    with pytest.raises(ReviewError, match="not yours"):
        rate(store, tasks[0], two)
    with pytest.raises(ReviewError, match="winner of overall must be one of left"):
        rate(store, tasks[2], one, kind="vote", winners={"overall": "a"})
    with pytest.raises(ReviewError, match="compare on each once: overall; got none"):
        rate(store, tasks[2], one, kind="vote")
    with pytest.raises(ReviewError, match="no assignment"):
        queue.submit(
            store, answer_id=r.new_id(), assignment_id=r.new_id(), reviewer_id=one.id, kind="skip"
        )
    with pytest.raises(ReviewError, match="no account"):
        queue.next_tasks(store, made_study.study.id, r.new_id())
    with pytest.raises(ReviewError, match="no study"):
        queue.next_tasks(store, r.new_id(), one.id)


def test_a_study_that_is_not_open_hands_out_nothing(
    store: Store, made_study: SimpleNamespace
) -> None:
    study, one = made_study.study, made_study.reviewers[0]
    task, other = queue.next_tasks(store, study.id, one.id, 2)
    store.add([r.StudyEvent(study_id=study.id, status=r.StudyStatus.PAUSED)])
    assert queue.next_tasks(store, study.id, one.id) == []
    assert not rate(store, task, one).late
    with pytest.raises(ReviewError, match="paused"):
        queue.undo(store, r.new_id(), study.id, one.id)
    store.add([r.StudyEvent(study_id=study.id, status=r.StudyStatus.CLOSED)])
    assert rate(store, other, one).late
    with pytest.raises(ReviewError, match="before stands"):
        rate(store, task, one)
    assert len(store.rows("SELECT * FROM counted_answers")) == 1
    store.add([r.StudyEvent(study_id=study.id, status=r.StudyStatus.OPEN)])
    assert len(queue.next_tasks(store, study.id, one.id)) == 1


def test_progress(store: Store, made_study: SimpleNamespace) -> None:
    study, (one, two, _) = made_study.study.id, made_study.reviewers
    assert queue.progress(store, study, one.id) == queue.Progress(
        n_answered=0,
        n_total_for_me=3,
        median_seconds=None,
        last_saved_at=None,
        active_seconds=0.0,
        n_training=0,
        n_training_left=0,
        qualified=None,
    )
    first, second = queue.next_tasks(store, study, one.id, 2)
    last = rate(store, first, one, flag="broken", comment="see")
    skip(store, second, one)
    rate(store, queue.next_tasks(store, study, two.id, 1)[0], two)
    assert queue.progress(store, study, one.id) == queue.Progress(
        n_answered=1,
        n_total_for_me=2,
        median_seconds=2.0,
        last_saved_at=last.recorded_at,
        active_seconds=2.0,
        n_training=0,
        n_training_left=0,
        qualified=None,
    )
    found = queue.study_progress(store, study)
    assert found.slots == {r.ItemKind.RATE: (2, 2), r.ItemKind.AB: (0, 1)}
    assert [(x.pseudonym, x.n_answered, x.n_skipped) for x in found.reviewers] == [
        ("R0", 1, 1),
        ("R1", 1, 0),
    ]
    assert [(x.position, x.flag, x.comment, x.pseudonym) for x in found.flags] == [
        (0, "broken", "see", "R0")
    ]
    assert not found.is_complete


def test_a_study_is_complete_when_each_item_has_its_answers(store: Store, made: ModuleType) -> None:
    made_study = made.small_study(n_rate=2, n_ab=0, n_reviewers=3, reviewers_per_item=2)
    store.add(made_study.records)
    study = made_study.study.id
    assert not queue.study_progress(store, study).is_complete
    for reviewer in made_study.reviewers[:2]:
        for task in queue.next_tasks(store, study, reviewer.id, 2):
            assert not queue.study_progress(store, study).is_complete
            rate(store, task, reviewer)
    assert queue.study_progress(store, study).is_complete
    queue.undo(store, r.new_id(), study, made_study.reviewers[0].id)
    assert not queue.study_progress(store, study).is_complete
    assert not queue.study_progress(store, r.new_id()).is_complete


def test_released_places_go_to_others_at_once(store: Store, made_study: SimpleNamespace) -> None:
    study, (one, two, _) = made_study.study.id, made_study.reviewers
    first, second, _ = queue.next_tasks(store, study, one.id, 3)
    rate(store, first, one)
    assert queue.next_tasks(store, study, two.id, 3) == []
    assert queue.release(store, study, one.id) == 2
    assert queue.release(store, study, one.id) == 0
    assert len(queue.next_tasks(store, study, two.id, 3)) == 2
    assert queue.next_tasks(store, study, one.id, 3) == []
    assert rate(store, second, one).late
