"""After a crash the book is made anew from the stored facts; it must be the one that was kept."""

from __future__ import annotations

from collections import Counter
from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st

from lab import records as r
from lab.errors import ReviewError
from storage.assignments.adjudicating import is_disputed
from storage.assignments.book import Book
from tests.storage.desks import Study, Table, design, picture

N_REVIEWERS = 4
RARE = {"suppress_health_check": [hypothesis.HealthCheck.function_scoped_fixture]}

step = st.one_of(
    st.tuples(st.just("work"), st.integers(0, N_REVIEWERS - 1), st.integers(1, 5)),
    st.tuples(st.just("hold"), st.integers(0, N_REVIEWERS - 1), st.integers(1, 3)),
    st.tuples(st.just("renew"), st.integers(0, N_REVIEWERS - 1), st.just(0)),
    st.tuples(st.just("skip"), st.integers(0, N_REVIEWERS - 1), st.just(0)),
    st.tuples(st.just("again"), st.integers(0, N_REVIEWERS - 1), st.integers(1, 5)),
    st.tuples(st.just("undo"), st.integers(0, N_REVIEWERS - 1), st.just(0)),
    st.tuples(st.just("release"), st.integers(0, N_REVIEWERS - 1), st.just(0)),
    st.tuples(st.just("wait"), st.just(0), st.integers(1, 16)),
    st.tuples(st.just("weigh"), st.integers(0, N_REVIEWERS - 1), st.integers(0, 3)),
)


def everything(seed: int, order: str) -> Study:
    """Make a study with all that a queue knows: two reviewers per item, the last one settles."""
    controls = [
        {"at": 0, "kind": r.ControlKind.TRAINING, "expected": {"ratings": {"fluency": 5}}},
        {"at": 3, "kind": r.ControlKind.GOLD, "expected": {"ratings": {"fluency": 5}}},
        {"at": 0, "of": 4, "kind": r.ControlKind.REPEAT},
        {"at": 0, "of": 5, "kind": r.ControlKind.REPEAT},
    ]
    given = {"seed": seed, "controls": controls, "suggests": True}
    kinds = ("rate", "spans", "ab")
    given["names"] = ("base", "cand", "third") if order == "active" else ("base", "cand")
    plan = {"reviewers_per_item": 2, "order": order, "adjudicate_at": 1}
    settling = design(kinds, 3, N_REVIEWERS, **given).reviewers[-1].name
    return design(kinds, 3, N_REVIEWERS, **given, **plan, adjudicator=settling)


def content(points: int) -> dict[str, Any]:
    span = {"start": 0, "end": points, "category": "other", "severity": "minor", "note": ""}
    return {
        "ratings": {"coherence": 3, "fluency": points},
        "winners": {"overall": ["left", "right", "tie", "both_bad", "left"][points - 1]},
        "spans": [span] * (points % 2),
    }


def act(table: Table, study: Study, name: str, who: int, number: int) -> None:
    reviewer = study.reviewers[who]
    tasks = table.next(study, reviewer, number) if name == "hold" else []
    mine = [place for place in table.book(study.id).own(reviewer.id) if place.is_pending]
    if name in ("work", "skip"):
        tasks = table.next(study, reviewer)
    if name == "work" and tasks:
        table.submit(tasks[0], reviewer, **content(number))
    elif name == "skip" and tasks:
        table.submit(tasks[0], reviewer, "skip")
    elif name == "undo":
        table.undo(study, reviewer)
    elif name == "release":
        table.do("release", study_id=study.id, reviewer_id=reviewer.id)
    elif name == "weigh":
        pairs = sorted({entry.checkpoint_ids for entry in table.book(study.id).entries.values()
                        if entry.kind == r.ItemKind.AB})  # fmt: skip
        weights = [(*pair, float((number + who + place) % 3)) for place, pair in enumerate(pairs)]
        table.do("set_weights", study_id=study.id, weights=weights)
    elif name == "wait":
        table.wait(minutes=number)
    elif name in ("renew", "again") and mine:
        # A place that may be lost by now.
        given = {"assignment_id": mine[0].id, "reviewer_id": reviewer.id}
        if name == "renew":
            table.do("renew", **given)
        else:
            task = given | {"kind": mine[0].entry.kind, "step": mine[0].step}
            table.submit(task, reviewer, **content(number))


def expected_total(book: Book, reviewer_id: str) -> int:
    """Count what a reviewer has and may still get by looking at every item."""
    mine = book.own(reviewer_id)
    total = sum(
        not one.entry.is_training
        and ((one.is_pending and one.holds) or (one.kind in ANSWERED and not one.awaits_judging))
        for one in mine
    )
    total += sum(
        (place := entry.places.get(reviewer_id)) is None or not place.holds
        for entry in book.unsettled.values()
    ) * (reviewer_id == book.plan.adjudicator_id)
    for entry in book.entries.values():
        if entry.is_training or not entry.is_free_for(reviewer_id):
            continue
        if entry.repeats_id is None:
            total += 1
        else:
            original = book.entries[entry.repeats_id]
            place = original.places.get(reviewer_id)
            had = place is not None and place.counts and not place.adjudicates
            total += (
                had
                or original.is_free_for(reviewer_id)
                or (place is not None and place.is_open and place.holds and not place.adjudicates)
            )
    return total


ANSWERED = ("rate", "vote", "spans", "judge")


@pytest.mark.parametrize("order", ["balanced", "fixed", "active"])
@hypothesis.settings(max_examples=40, **RARE)
@hypothesis.given(steps=st.lists(step, min_size=5, max_size=50), seed=st.integers(0, 10**9))
def test_the_book_made_anew_is_the_one_that_was_kept(
    table: Table, order: str, steps: list[tuple[str, int, int]], seed: int
) -> None:
    study = everything(seed, order)
    table.connection.execute("BEGIN")
    try:
        table.add(study.records)
        for name, who, number in steps:
            try:
                act(table, study, name, who, number)
            except ReviewError:
                assert table.desk.new == []
        kept = table.book(study.id)
        assert picture(kept) == picture(table.read_again(study.id))
        check_counts(table, study, kept)
    finally:
        table.connection.execute("ROLLBACK")


def check_counts(table: Table, study: Study, book: Book) -> None:
    for entry in book.entries.values():
        ordinary = [one for one in entry.places.values() if not one.adjudicates]
        if not entry.is_training:
            assert entry.n_held == sum(one.holds for one in ordinary) <= 2
        assert all(one.reviewer_id == who for who, one in entry.places.items())
    counted = table.connection.execute("SELECT assignment_id::VARCHAR FROM counted_answers")
    assert Counter(id for (id,) in counted.fetchall()) == Counter(
        one.id for one in book.places.values() if one.counts
    )
    assert book.n_counted == sum(
        one.counts and not one.adjudicates and not one.entry.is_training
        for one in book.places.values()
    )
    settling = book.plan.adjudicator_id
    for entry in book.entries.values():
        mine = entry.places.get(settling)
        waits = mine is None or (mine.adjudicates and mine.is_open)
        assert (entry.id in book.unsettled) == (waits and is_disputed(entry, book.plan))
    for reviewer in study.reviewers:
        total = table.progress(study, reviewer)["n_total_for_me"]
        assert total == expected_total(table.book(study.id), reviewer.id)


def test_after_a_crash_work_goes_on_where_it_was(table: Table) -> None:
    study = everything(1, "balanced")
    table.add(study.records)
    reviewer = study.reviewers[0]
    table.work(study, reviewer, 4)
    held = table.next(study, reviewer, 2)
    before = picture(table.book(study.id))
    table.desk.clear()
    assert picture(table.book(study.id)) == before
    assert table.next(study, reviewer, 2) == held
