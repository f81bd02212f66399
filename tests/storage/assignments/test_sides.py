from __future__ import annotations

from itertools import pairwise

import pytest
from scipy.stats import binomtest

from lab import records as r
from storage.assignments import sides
from storage.assignments.entries import Entry
from tests.storage.desks import Study, Table, design


def base_left(table: Table, study: Study) -> dict[str, list[bool]]:
    """Say for each reviewer and comparison whether the checkpoint "base" stood on the left."""
    found: dict[str, list[bool]] = {}
    for place in table.book(study.id).places.values():
        left = place.entry.generation_ids[place.swapped]
        found.setdefault(place.reviewer_id, []).append(study.checkpoint_of[left] == "base")
    return found


@pytest.mark.parametrize("seed", range(4))
def test_sides_are_even_for_each_reviewer_and_for_the_pair(table: Table, seed: int) -> None:
    study = design(("ab",), 100, 5, seed=seed, reviewers_per_item=3)
    table.add(study.records)
    while sum(len(table.work(study, reviewer, 1)) for reviewer in study.reviewers):
        pass
    by_reviewer = base_left(table, study)
    together = [left for one in by_reviewer.values() for left in one]
    assert len(together) == 300
    for lefts in (*by_reviewer.values(), together):
        assert binomtest(sum(lefts), len(lefts)).pvalue > 0.01
        # A biased coin keeps closer to balance than a fair one: sd below 2 instead of 4 to 9.
        assert abs(2 * sum(lefts) - len(lefts)) <= 12
    for lefts in by_reviewer.values():
        n_changes = sum(one != other for one, other in pairwise(lefts))
        assert 0.35 < n_changes / (len(lefts) - 1) < 0.85


def test_the_sides_of_an_item_are_even_over_its_reviewers(table: Table) -> None:
    study = design(("ab",), 60, 4, reviewers_per_item=4)
    table.add(study.records)
    for reviewer in study.reviewers:
        table.work(study, reviewer)
    leans = [abs(entry.lean) for entry in table.book(study.id).entries.values()]
    # With fair coins 37.5 % of four reviewers would split evenly, and 12.5 % not at all.
    assert leans.count(0) / 60 > 0.45
    assert leans.count(4) / 60 < 0.1


def entry(id: str, checkpoints: tuple[str, str], lean: int) -> Entry:
    return Entry(
        id=id, kind=r.ItemKind.AB, position=0, prompt_id="p", generation_ids=("1", "2"),
        checkpoint_ids=checkpoints, n_places=1, lean=lean,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("reviewer_lean", "item_lean", "share_of_left"),
    [(0, 0, 0.5), (3, 0, 0.25), (-1, 0, 0.75), (0, 2, 0.25), (1, -1, 0.5), (-5, -1, 0.75)],
)
@pytest.mark.parametrize("checkpoints", [("a", "b"), ("b", "a"), ("a", "a")])
def test_the_coin_of_efron(
    checkpoints: tuple[str, str], reviewer_lean: int, item_lean: int, share_of_left: float
) -> None:
    n_left = 0
    for number in range(2000):
        one = entry(str(number), checkpoints, item_lean)
        swapped = sides.draw_swapped(one, "r", reviewer_lean)
        n_left += sides.lean(one, swapped) == 1
    assert abs(n_left / 2000 - share_of_left) < 0.035
