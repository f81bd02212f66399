"""Splits: shares, groups, strata, given splits, and no dependence on the order of the rows."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest
from datasets import Dataset
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.data.prepare.config import PrepareConfig
from lab.data.prepare.rows import features, new_row
from lab.data.prepare.splits import DROPPED, LEAKED, UNDRAWN, draw, split_step
from lab.data.prepare.steps import SetOutcome


def outcome(rows: list[dict], tmp_path: Path, **config: object) -> SetOutcome:
    made = [
        new_row(key=f"k{number}", place="", **{"group": f"g{number}"} | row)
        for number, row in enumerate(rows)
    ]
    step = split_step(PrepareConfig(name="x", **config))  # type: ignore[arg-type]
    return step.apply(Dataset.from_list(made, features=features()), tmp_path, 1)


def test_the_account_says_what_stays_together() -> None:
    told = split_step(PrepareConfig(name="x")).settings["together"]
    assert told == "equal prompts and sources, or texts"
    assert split_step(PrepareConfig(name="x", group_column="by")).settings["together"] == "by"


def test_shares_hold_to_the_row(tmp_path: Path) -> None:
    done = outcome([{}] * 100, tmp_path)
    assert done.counts == {"train": 80, "validation": 10, "test": 10, "groups": 100}
    assert Counter(done.rows["split"]) == {"train": 80, "validation": 10, "test": 10}
    assert done.n_changed == 100
    assert done.rows.features == features()
    two = outcome([{}] * 10, tmp_path, train_share=0.5, validation_share=0.5, test_share=0.0)
    assert two.counts == {"train": 5, "validation": 5, "test": 0, "groups": 10}


def test_shares_count_rows_where_groups_differ_in_size(tmp_path: Path) -> None:
    rows = [{"group": f"g{group}"} for group in range(300) for _ in range(1 + group % 7)]
    done = outcome(rows, tmp_path)
    assert done.counts["train"] == pytest.approx(0.8 * len(rows), abs=7)
    assert done.counts["test"] == pytest.approx(0.1 * len(rows), abs=7)


def test_the_seed_decides_and_the_order_of_rows_does_not(tmp_path: Path) -> None:
    rows = [{"group": f"g{number % 40}", "stratum": str(number % 3)} for number in range(100)]

    def drawn(rows: list[dict], seed: int) -> dict[str, str]:
        found = outcome(rows, tmp_path, seed=seed, stratify_column="stratum").rows
        return dict(zip(found["group"], found["split"], strict=True))

    assert drawn(rows, 3) == drawn(rows[::-1], 3) != drawn(rows, 4)


def test_every_stratum_has_its_shares_however_small(tmp_path: Path) -> None:
    rows = [{"stratum": f"s{number % 4}"} for number in range(400)]
    found = outcome(rows, tmp_path, stratify_column="genre").rows
    counts = Counter(zip(found["stratum"], found["split"], strict=True))
    for stratum in range(4):
        assert abs(counts[f"s{stratum}", "train"] - 80) <= 1
        assert abs(counts[f"s{stratum}", "test"] - 10) <= 1
    # Strata of two rows each: cut one by one, every one of them would be training only.
    small = outcome([{"stratum": f"s{number // 2}"} for number in range(400)], tmp_path)
    assert small.counts == {"train": 320, "validation": 40, "test": 40, "groups": 400}


def test_given_splits_are_kept_and_draw_their_group(tmp_path: Path) -> None:
    rows = [
        {"group": "a", "split": "test"},
        {"group": "a", "split": "train"},
        {"group": "a"},
        {"group": "b", "split": "validation"},
        {"group": "c", "split": "train"},
        {"group": "c"},
    ]
    done = outcome(rows, tmp_path)
    assert dict(zip(done.rows["key"], done.rows["split"], strict=True)) == {
        "k0": "test",
        "k2": "test",
        "k3": "validation",
        "k4": "train",
        "k5": "train",
    }
    assert done.dropped == {LEAKED: 1}
    assert (done.n_changed, done.counts["groups"]) == (2, 3)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3), st.integers(-1, 2)), min_size=1),
    st.sampled_from([(0.8, 0.1, 0.1), (1.0, 0.0, 0.0), (0.0, 0.5, 0.5), (0.9, 0.0, 0.1)]),
)
def test_no_group_is_in_two_splits(rows: list, shares: tuple[float, ...]) -> None:
    groups, strata = (np.array([row[part] for row in rows], dtype=np.uint64) for part in (0, 1))
    had = np.array([row[2] for row in rows], dtype=np.int8)
    codes = draw(groups, strata, had, shares)
    of_group = defaultdict(set)
    for group, code in zip(groups, codes, strict=True):
        if code != DROPPED:
            of_group[group].add(int(code))
    assert all(len(found) == 1 for found in of_group.values())
    assert set(of_group) == set(groups)
    assert not set(codes) & {UNDRAWN}
    kept = (had != UNDRAWN) & (codes != DROPPED)
    assert (codes[kept] == had[kept]).all()
    unasked = [group for group in set(groups) if (had[groups == group] == UNDRAWN).all()]
    assert all(shares[code] > 0 for group in unasked for code in of_group[group])


def test_the_account_counts_the_splits_of_each_stratum(tmp_path: Path) -> None:
    rows = [{"stratum": "news"}] * 60 + [{"stratum": "poem"}] * 30 + [{"stratum": None}] * 10
    done = outcome(rows, tmp_path, stratify_column="by")
    assert {name: done.counts[name] for name in list(done.counts)[4:]} == {
        "'news' train": 48, "'news' validation": 6, "'news' test": 6,
        "'poem' train": 24, "'poem' validation": 3, "'poem' test": 3,
        "no value train": 8, "no value validation": 1, "no value test": 1,
    }  # fmt: skip
    assert outcome(rows, tmp_path).counts.keys() == {"train", "validation", "test", "groups"}


def test_the_account_counts_the_most_frequent_strata_alone(tmp_path: Path) -> None:
    rows = [{"stratum": f"{n}"} for n in range(13) for _ in range(n + 1)]
    counts = outcome(rows, tmp_path, stratify_column="by").counts
    assert counts["more values"] == 3
    assert {name.split("'")[1] for name in counts if "'" in name} == {f"{n}" for n in range(3, 13)}
    assert sum(counts[f"'12' {split}"] for split in ("train", "validation", "test")) == 13
