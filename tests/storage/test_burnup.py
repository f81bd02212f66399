"""What the page Progress reads, beside what the lead's overview counts."""

from __future__ import annotations

import pytest

from storage import burnup
from tests.apps.review.made import make_bench
from tests.storage.test_overview import judge, see


def test_items_and_answers_are_those_that_the_lead_counts(shared_store) -> None:
    bench = make_bench(shared_store, "trrvsg", reviewers_per_item=2)
    judge(bench, "ada")
    judge(bench, "ben", 2)
    items = burnup.items(shared_store, bench.study.id)
    answers = burnup.answers(shared_store, bench.study.id)
    parts = see(bench).parts
    assert items["n_answers"].sum() == len(answers) == sum(part.n_answered for part in parts)
    assert items["n_places"].sum() == sum(part.n_wanted for part in parts)
    assert set(items["control"]) == {"", "gold"}
    alone = items[items["kind"] != "ab"]
    assert (alone["checkpoint_a"] == alone["checkpoint_b"]).all()
    pair = items[items["kind"] == "ab"].iloc[0]
    assert pair["checkpoint_a"] != pair["checkpoint_b"]
    assert not answers["excluded"].any()
    assert answers["created_at"].is_monotonic_increasing
    assert answers["seconds"].tolist()[:2] == pytest.approx([11.0, 12.0])
