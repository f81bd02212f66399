"""An active study: which pair of checkpoints comes next follows from weights made elsewhere."""

from __future__ import annotations

from collections import Counter
from itertools import combinations, pairwise

import pytest

from lab import records as r
from lab.errors import ReviewError
from storage.desk import Desk
from tests.storage.desks import Study, Table, design

NAMES = ("base", "cand", "other", "worse")
ALL = {frozenset(pair) for pair in combinations(NAMES, 2)}
TOP = frozenset(("base", "cand"))


def active(kinds=("ab",), n_prompts: int = 30, **given) -> Study:
    return design(kinds, n_prompts, names=NAMES, order="active", seek="winner", **given)


def shown(study: Study, item_ids: list[str]) -> list[frozenset[str]]:
    items = [study.item(id) for id in item_ids]
    return [
        frozenset((study.checkpoint_of[one.generation_a_id], study.checkpoint_of[b]))
        for one in items
        if (b := one.generation_b_id)
    ]


def weigh(table: Table, study: Study, weights: dict[frozenset[str], float]) -> None:
    ids = {record.name: record.id for record in study.records if isinstance(record, r.Checkpoint)}
    listed = [(*(ids[name] for name in pair), weight) for pair, weight in weights.items()]
    table.do("set_weights", study_id=study.id, weights=listed)


def test_before_there_are_weights_all_pairs_come_alike(table: Table) -> None:
    study = active(n_prompts=60)
    table.add(study.records)
    counted = Counter(shown(study, table.work(study, study.reviewers[0], 120)))
    assert set(counted) == ALL
    assert min(counted.values()) >= 10


def test_weights_change_which_pairs_come(table: Table) -> None:
    study = active(n_prompts=60)
    table.add(study.records)
    weigh(table, study, {pair: 0.75 if pair == TOP else 0.05 for pair in ALL})
    counted = Counter(shown(study, table.work(study, study.reviewers[0], 40)))
    assert 22 <= counted[TOP] <= 38
    weigh(table, study, {pair: float(pair == frozenset(("other", "worse"))) for pair in ALL})
    later = shown(study, table.work(study, study.reviewers[0], 20))
    assert set(later) == {frozenset(("other", "worse"))}


def test_a_pair_that_is_used_up_leaves_its_weight_to_the_others(table: Table) -> None:
    study = active(n_prompts=5, reviewers_per_item=2)
    table.add(study.records)
    next_best = frozenset(("base", "other"))
    weigh(table, study, {TOP: 1000.0, next_best: 1.0})
    for reviewer in study.reviewers[:2]:
        done = table.work(study, reviewer)
        assert len(set(done)) == len(done) == 30
        pairs = shown(study, done)
        assert set(pairs[:5]) == {TOP}
        assert set(pairs[5:10]) == {next_best}
    assert table.work(study, study.reviewers[2]) == []


def test_a_reviewer_holds_what_was_given_whatever_the_weights_say_then(table: Table) -> None:
    study = active()
    table.add(study.records)
    reviewer = study.reviewers[0]
    held = table.next(study, reviewer, 2)
    weigh(table, study, {TOP: 1.0})
    assert [one["item_id"] for one in table.next(study, reviewer, 2)] == [
        one["item_id"] for one in held
    ]


def test_ratings_come_before_their_pairs_and_take_turns_with_them(table: Table) -> None:
    study = active(("rate", "spans", "ab"), n_prompts=8)
    table.add(study.records)
    weigh(table, study, {pair: 8.0 if pair == TOP else 1.0 for pair in ALL})
    done = [study.item(id) for id in table.work(study, study.reviewers[0])]
    assert len(done) == 8 * (2 + 6)
    alone = [item.prompt_id for item in done if item.kind != "ab"]
    for place, item in enumerate(done):
        if item.kind == "ab":
            earlier = [one.prompt_id for one in done[:place] if one.kind != "ab"]
            assert earlier.count(item.prompt_id) == alone.count(item.prompt_id) == 2
    # Four texts are connected by three pairs: so many come before the next prompt begins.
    kinds = ["pair" if item.kind == "ab" else "alone" for item in done]
    assert kinds[:40] == (["alone"] * 2 + ["pair"] * 3) * 8
    assert Counter(shown(study, [item.id for item in done[:40]]))[TOP] == 8


def test_controls_come_among_the_pairs(table: Table) -> None:
    controls = [{"at": 6 * n, "kind": r.ControlKind.GOLD, "expected": {"winners": {}}}
                for n in range(0, 30, 3)]  # fmt: skip
    study = active(controls=controls)
    table.add(study.records)
    gold = {study.items[one["at"]].id for one in controls}
    done = table.work(study, study.reviewers[0])
    assert len(done) == 180
    places = [place for place, id in enumerate(done) if id in gold]
    assert len(places) == 10
    assert places[0] > 0
    assert any(place > 90 for place in places)
    assert any(place < 90 for place in places)
    assert len({b - a for a, b in pairwise(places)}) > 3


def test_weights_outlive_the_book_but_not_the_owner(table: Table) -> None:
    study = active(n_prompts=60)
    table.add(study.records)
    weigh(table, study, {TOP: 1.0})
    table.desk.clear()
    assert set(shown(study, table.work(study, study.reviewers[0], 10))) == {TOP}
    table.desk = Desk(table.connection)
    assert len(set(shown(study, table.work(study, study.reviewers[1], 30)))) > 3


def test_weights_are_refused_where_they_have_no_place(table: Table) -> None:
    study, usual = active(n_prompts=2), design(n_prompts=2, seed=7)
    table.add([*study.records, *usual.records])
    with pytest.raises(ReviewError, match="does not choose its pairs"):
        weigh(table, usual, {TOP: 1.0})
    for wrong in (-1.0, float("nan"), float("inf"), "1"):
        with pytest.raises(ReviewError, match="must be 0 or more"):
            weigh(table, study, {TOP: wrong})
    with pytest.raises(ReviewError, match="there is no study"):
        table.do("set_weights", study_id=r.new_id(), weights=[])
