from __future__ import annotations

import math
import random
from collections import Counter
from itertools import groupby, pairwise

import pytest

from lab import records as r
from tests.storage.desks import Study, Table, design


def blocks_of(study: Study, done: list[str]) -> list[str]:
    return [study.item(id).prompt_id for id in done]


def test_fixed_order_is_that_of_the_numbers(table: Table) -> None:
    study = design(("rate", "rate", "ab"), 5, order="fixed")
    table.add(study.records)
    assert table.work(study, study.reviewers[0]) == [item.id for item in study.items]


def test_a_protocol_of_an_earlier_version_keeps_its_fixed_order(table: Table) -> None:
    study = design(("rate", "ab"), 5)
    del study.study.protocol["order"]
    table.add(study.records)
    assert table.work(study, study.reviewers[0]) == [item.id for item in study.items]


def test_blocks_stay_together_with_ratings_before_marks_before_pairs(table: Table) -> None:
    study = design(("ab", "rate", "spans", "rate", "ab"), 12, reviewers_per_item=2)
    table.add(study.records)
    for reviewer in study.reviewers[:2]:
        done = table.work(study, reviewer)
        assert sorted(done) == sorted(item.id for item in study.items)
        blocks = [list(block) for _, block in groupby(done, lambda id: study.item(id).prompt_id)]
        assert [len(block) for block in blocks] == [5] * 12
        for block in blocks:
            kinds = [study.item(id).kind.value for id in block]
            assert kinds == ["rate", "rate", "spans", "ab", "ab"]
    firsts = {
        study.item(next(id for id in done if study.item(id).prompt_id == prompt)).position % 5
        for prompt in dict.fromkeys(blocks_of(study, done))
    }
    assert firsts == {1, 3}


def test_reviewers_get_orders_of_their_own(table: Table) -> None:
    study = design(("rate",), 30, 2, reviewers_per_item=2)
    table.add(study.records)
    one, two = (table.work(study, reviewer) for reviewer in study.reviewers)
    assert one != two
    assert one != [item.id for item in study.items]


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_items_passes_a_runs_test(table: Table, seed: int) -> None:
    """Wald and Wolfowitz (1940): runs above and below the median number of the item."""
    study = design(("rate",), 120, 3, seed=seed, reviewers_per_item=3)
    table.add(study.records)
    for reviewer in study.reviewers:
        numbers = [study.item(id).position for id in table.work(study, reviewer)]
        above = [number >= 60 for number in numbers]
        assert sum(above) == 60
        n_runs = 1 + sum(one != other for one, other in pairwise(above))
        mean = 2 * 60 * 60 / 120 + 1
        variance = (mean - 1) * (mean - 2) / (120 - 1)
        # Two-sided, one in 1,000: 15 sequences are looked at, the same ones on every run.
        assert abs(n_runs - mean) / math.sqrt(variance) < 3.29


@pytest.mark.parametrize("seed", range(3))
def test_the_least_judged_blocks_come_first(table: Table, seed: int) -> None:
    study = design(("rate", "rate"), 8, 4, seed=seed, reviewers_per_item=3)
    table.add(study.records)
    one, two, three, _ = study.reviewers
    first = set(blocks_of(study, table.work(study, one, 8)))
    second = set(blocks_of(study, table.work(study, two, 6)))
    assert (len(first), len(second), first & second) == (4, 3, set())
    third = blocks_of(study, table.work(study, three, 2))
    assert not set(third) & (first | second)


def test_what_is_held_comes_first_and_in_the_same_order(table: Table) -> None:
    study = design(("rate", "ab"), 6)
    table.add(study.records)
    reviewer = study.reviewers[0]
    first = table.next(study, reviewer, 3)
    assert table.next(study, reviewer, 3) == first
    table.submit(first[0], reviewer)
    later = table.next(study, reviewer, 3)
    assert [one["item_id"] for one in later[:2]] == [one["item_id"] for one in first[1:]]
    table.desk.clear()
    assert table.next(study, reviewer, 3) == later


def test_a_lost_lease_goes_to_another_reviewer_after_15_minutes(table: Table) -> None:
    study = design(("rate",), 1)
    table.add(study.records)
    one, two, _ = study.reviewers
    task = table.next(study, one)[0]
    table.wait(minutes=14)
    assert table.next(study, two) == []
    assert table.progress(study, two)["n_total_for_me"] == 0
    table.wait(minutes=1)
    assert table.progress(study, two)["n_total_for_me"] == 1
    assert table.next(study, two)[0]["item_id"] == task["item_id"]
    assert table.next(study, one) == []


def test_every_item_gets_k_different_reviewers_though_leases_are_lost(table: Table) -> None:
    study = design(("rate", "ab"), 10, 6, reviewers_per_item=3)
    table.add(study.records)
    draw = random.Random(0)
    held: dict[str, list[dict[str, object]]] = {}
    n_late = 0
    for _ in range(400):
        reviewer, other = draw.choices(study.reviewers, k=2)
        held[reviewer.id] = table.next(study, reviewer, 2)
        table.wait(minutes=draw.choice([0, 3, 20]))
        if waiting := held.get(other.id):
            n_late += table.submit(waiting.pop(), other)["late"]
    n_of = Counter(p.entry.id for p in table.book(study.id).places.values() if p.counts)
    assert n_of == {item.id: 3 for item in study.items}
    assert all(table.next(study, reviewer) == [] for reviewer in study.reviewers)
    assert n_late > 0


def test_no_new_items_once_there_are_enough_answers(table: Table) -> None:
    study = design(("rate",), 10, max_answers=4)
    table.add(study.records)
    one, two, _ = study.reviewers
    assert table.progress(study, one)["n_total_for_me"] == 4
    table.work(study, one, 3)
    held = table.next(study, two)
    assert table.progress(study, one)["n_total_for_me"] == 4
    table.work(study, one, 1)
    assert table.next(study, one) == []
    assert table.next(study, two) == held
    table.undo(study, one)
    assert len(table.next(study, one, 5)) == 5


def repeated(n_prompts: int, *originals: int) -> list[dict[str, object]]:
    return [{"at": 0, "of": one, "kind": r.ControlKind.REPEAT} for one in originals]


@pytest.mark.parametrize("order", ["balanced", "fixed"])
def test_a_repeat_comes_only_to_who_had_its_original_and_after_ten_answers(
    table: Table, order: str
) -> None:
    controls = repeated(60, *range(0, 60, 6))
    study = design(("rate", "rate"), 30, 2, controls=controls, order=order)
    table.add(study.records)
    original = {c.item_id: c.of_item_id for c in study.records if isinstance(c, r.Control)}
    done: dict[str, list[str]] = {one.id: [] for one in study.reviewers}
    for number in range(50):
        reviewer = study.reviewers[number % 2]
        done[reviewer.id] += table.work(study, reviewer, 1)
    n_repeats = 0
    for items in done.values():
        for index, id in enumerate(items):
            if id in original:
                n_repeats += 1
                assert index - items.index(original[id]) - 1 >= 10
                assert items[index - 1] not in original
                before, after = items[index - 1], items[index + 1] if index + 1 < 25 else None
                assert after is None or (
                    study.item(before).prompt_id != study.item(after).prompt_id
                )
    assert n_repeats >= 2


def test_when_nothing_else_is_left_repeats_come_at_once(table: Table) -> None:
    study = design(("rate",), 3, 2, controls=repeated(3, 0, 1))
    table.add(study.records)
    one, two = study.reviewers
    assert table.progress(study, one)["n_total_for_me"] == 5
    done = table.work(study, one)
    assert len(done) == 5
    assert {study.item(id).position for id in done[3:]} == {3, 4}
    assert table.next(study, two) == []
    assert table.progress(study, two)["n_total_for_me"] == 0


def test_a_repeat_of_what_was_skipped_does_not_come(table: Table) -> None:
    study = design(("rate",), 2, 1, controls=repeated(2, 0))
    table.add(study.records)
    reviewer = study.reviewers[0]
    while tasks := table.next(study, reviewer):
        table.submit(tasks[0], reviewer, "skip" if study.items[0].id == tasks[0]["item_id"] else "")
    assert table.progress(study, reviewer)["n_total_for_me"] == 1
    assert len(table.book(study.id).places) == 2
