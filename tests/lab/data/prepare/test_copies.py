"""Copies: planted ones are found, nothing else is dropped, and held-out rows stay."""

from __future__ import annotations

import itertools
import random
import sys
import tracemalloc
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from datasets import Dataset
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.copies import planted, text_of
from lab.data.prepare import near, signing
from lab.data.prepare.alike import jaccard, shingles
from lab.data.prepare.buckets import Buckets
from lab.data.prepare.config import PrepareConfig
from lab.data.prepare.copies import content_hash, copy_steps, held_out_copy_steps, plain
from lab.data.prepare.passes import run_set_step
from lab.data.prepare.rows import features, new_row
from lab.data.prepare.steps import SetStep, Step, StepReport
from lab.world.corpus import write_corpus

DRAW = random.Random(5)


def run(
    rows: list[dict[str, Any]], steps: list[Step], place: Path, workers: int = 1
) -> tuple[list[str], list[StepReport]]:
    """Run steps over rows; return the keys of what stays, and the reports."""
    made = [new_row(**{"key": f"k{n}", "place": ""} | row) for n, row in enumerate(rows)]
    found: Dataset = Dataset.from_list(made, features=features())
    reports = []
    for number, step in enumerate(steps):
        assert isinstance(step, SetStep)
        found, report = run_set_step(found, step, place / f"{number}", workers)
        reports.append(report)
        assert {path.name for path in (place / f"{number}").iterdir()} <= {"left.arrow"}
    assert found.features == features()
    return list(found["key"]), reports


def within(rows: list[dict[str, Any]], place: Path, **config: Any) -> list[str]:
    return run(rows, copy_steps(PrepareConfig(name="x", **config)), place)[0]


def test_equal_but_for_case_punctuation_and_space(tmp_path: Path) -> None:
    rows = [
        {"reference": "Hello, world!"},
        {"reference": "hello   WORLD"},
        {"reference": "«Hello»\nworld…"},
        {"reference": "hello worlds"},
        {"reference": "hello world", "prompt": "say"},
        {"reference": "1 + 1"},
        {"reference": "1 - 1"},
        {"reference": "!!!"},
        {"reference": "???"},
        {"reference": "🙂"},
        {"reference": "🙁"},
    ]
    keys, [report] = run(rows, copy_steps(PrepareConfig(name="x", near="off")), tmp_path)
    assert keys == ["k0", "k3", "k4", "k5", "k6", "k7", "k8", "k9", "k10"]
    assert (report.name, report.dropped, report.n_changed) == ("exact copies", {"exact copy": 2}, 0)


def test_what_stands_in_another_field_is_another_row() -> None:
    rows = [
        new_row(key="1", place="", prompt="a", reference="b c"),
        new_row(key="2", place="", prompt="a b", reference="c"),
        new_row(key="3", place="", messages=[{"role": "user", "content": "a"}], reference="b c"),
        new_row(key="4", place="", messages=[{"role": "system", "content": "a"}], reference="b c"),
    ]
    assert len({content_hash(row) for row in rows}) == 4
    assert plain("Ｆｕｌｌ, “width”\u3000½") == "full width 1⁄2"


def test_every_kind_of_space_and_punctuation_is_one_space() -> None:
    def by_words(text: str) -> str:
        folded = unicodedata.normalize("NFKC", text).casefold()
        marks = {mark for mark in folded if unicodedata.category(mark)[0] == "P" or mark < " "}
        without = folded.translate(dict.fromkeys([*map(ord, marks), 0x7F], " "))
        return " ".join(without.split()) or " ".join(folded.split())

    every = "".join(map(chr, range(sys.maxunicode + 1)))
    for start in range(0, len(every), 1 << 16):
        text = " ".join(every[start : start + (1 << 16)])
        assert plain(text) == by_words(text)
    for text in ("", " \n", "…", " …\u2003?! ", "\x1f\x85", "a\u3000\t b", "!\x1c?", "a" + " " * 9):
        assert plain(text) == by_words(text)


def test_the_words_of_a_long_text_are_not_all_in_memory() -> None:
    text = "lorem ipsum, " * 80_000
    plain("a")
    tracemalloc.start()
    plain(text)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5 * len(text)


def test_of_copies_the_held_out_one_stays(tmp_path: Path) -> None:
    story = text_of(100, DRAW)
    near = story.replace(story.split()[50], "other", 1)
    for number, (same, config) in enumerate([(story, {}), (near, {"exact": False})]):
        rows = [
            {"reference": story, "split": "train"},
            {"reference": same},
            {"reference": same, "split": "validation"},
            {"reference": same, "split": "test", "key": "test"},
            {"reference": "of its own", "split": "test"},
            {"reference": same, "split": "test"},
        ]
        assert within(rows, tmp_path / f"{number}", **config) == ["test", "k4"]


@pytest.mark.parametrize("workers", [1, 2])
def test_planted_near_copies_are_found_and_nothing_else(tmp_path: Path, workers: int) -> None:
    rows, copies = [], []
    for similarity in (0.3, 0.6, 0.75, 0.79, 0.83, 0.9, 1.0):
        for _ in range(12):
            one, other, true = planted(similarity, 5, DRAW)
            rows += [{"reference": one}, {"reference": other}]
            copies += [f"k{len(rows) - 1}"] * (true >= 0.8)
    steps = copy_steps(PrepareConfig(name="x", exact=False))
    keys, [report] = run(rows, steps, tmp_path, workers)
    assert sorted({f"k{n}" for n in range(len(rows))} - set(keys)) == sorted(copies)
    assert keys == sorted(keys, key=lambda key: int(key[1:]))
    assert report.dropped == {"near copy": len(copies)}
    assert report.settings["bands"] == 21
    assert report.counts["pairs compared"] >= len(copies)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(alphabet="ab", min_size=4, max_size=12), min_size=1, max_size=12))
def test_what_goes_is_a_copy_of_what_stays_and_no_two_that_stay_are_copies(
    tmp_path_factory: pytest.TempPathFactory, found: list[str]
) -> None:
    texts = [" ".join(text) for text in found]
    config = {"exact": False, "near_threshold": 0.5, "near_shingle": 2, "near_permutations": 256}
    place = tmp_path_factory.mktemp("rows")
    kept = within([{"reference": text} for text in texts], place, **config)
    sets = {f"k{number}": shingles(text, 2) for number, text in enumerate(texts)}
    for one, other in itertools.combinations(kept, 2):
        assert jaccard(sets[one], sets[other]) < 0.5
    for gone in sets.keys() - set(kept):
        earlier = [key for key in kept if int(key[1:]) < int(gone[1:])]
        assert any(jaccard(sets[key], sets[gone]) >= 0.5 for key in earlier)


def test_rows_about_one_text_or_with_one_prompt_are_no_copies(tmp_path: Path) -> None:
    long = text_of(300, DRAW)
    stories = [text_of(60, DRAW) for _ in range(3)]
    rules = [{"role": "system", "content": long}]
    rows: list[dict[str, Any]] = [
        *(
            {"prompt": f"What of {story[:60]}?", "source": long, "reference": "yes"}
            for story in stories
        ),
        *({"prompt": long, "reference": story} for story in stories),
        *(
            {"messages": [*rules, {"role": "user", "content": story}], "reference": story[::-1]}
            for story in stories
        ),
        {"prompt": f"{long} indeed", "reference": stories[0]},
        {"prompt": "Another prompt.", "reference": f"{long} {stories[1]}"},
        {"prompt": "A prompt.", "reference": f"{long} {stories[1]}"},
        {"reference": ""},
        {"reference": "…"},
    ]
    assert within(rows, tmp_path) == [f"k{n}" for n in (*range(9), 10, 12, 13)]


def test_short_texts_are_copies_only_if_their_words_are_equal(tmp_path: Path) -> None:
    rows = [{"reference": text} for text in ("Yes, sir.", "yes sir", "yes, madam", "no", "No?")]
    assert within(rows, tmp_path, exact=False) == ["k0", "k2", "k3"]


def test_many_alike_rows_are_compared_with_few(tmp_path: Path) -> None:
    story = text_of(60, DRAW).split()
    rows = [{"reference": " ".join([*story, f"n{number}"])} for number in range(400)]
    keys, [report] = run(rows, copy_steps(PrepareConfig(name="x", exact=False)), tmp_path)
    assert keys == ["k0"]
    assert report.counts["pairs compared"] == 399


def test_texts_without_words_are_compared_with_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr(near._Comparer, "has_copy", lambda *given: asked.append(given))
    assert len(within([{"reference": "…"}] * 20, tmp_path, exact=False)) == 20
    assert asked == []


def test_only_training_rows_are_dropped_for_held_out_ones(tmp_path: Path) -> None:
    story, other = text_of(100, DRAW), text_of(100, DRAW)
    rows = [
        {"reference": f"{story} one", "split": "train"},
        {"reference": f"{story} two", "split": "train"},
        {"reference": f"{story} three", "split": "test"},
        {"reference": f"{story} four", "split": "validation"},
        {"reference": f"{other} one", "split": "train"},
        {"reference": f"{other} two", "split": "train"},
        {"reference": "SIR?", "split": "test"},
        {"reference": "sir", "split": "train"},
    ]
    config = PrepareConfig(name="x", near="across")
    keys, reports = run(rows, held_out_copy_steps(config), tmp_path)
    assert keys == ["k2", "k3", "k4", "k5", "k6"]
    assert [report.dropped for report in reports] == [
        {"exact copy of a held-out row": 1},
        {"near copy of a held-out row": 2},
    ]
    alone = [{"reference": story, "split": "train"}] * 2
    assert run(alone, held_out_copy_steps(config), tmp_path / "b")[0] == ["k0", "k1"]


def test_only_texts_that_changed_are_signed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config, kept = PrepareConfig(name="x", exact=False), tmp_path / "signed"
    story, others = text_of(30, DRAW), [text_of(30, DRAW) for _ in range(70)]
    before = [" ".join(f"{word} {split}{n}@b.org" for n, word in enumerate(story.split()))
              for split in ("train", "test")]  # fmt: skip
    after = [" ".join(f"{word} [EMAIL]" for word in story.split())] * 2
    splits = ["train", "test", *["train", "validation"] * 35]

    def made(texts: list[str]) -> list[dict[str, Any]]:
        pairs = zip([*texts, *others], splits, strict=True)
        return [{"reference": text, "split": split} for text, split in pairs]

    assert len(run(made(before), copy_steps(config, tmp_path), tmp_path / "a")[0]) == 72
    assert kept.is_dir()
    signed: list[str] = []
    monkeypatch.setattr(
        signing, "shingles", lambda text, n: (signed.append(text), shingles(text, n))[1]
    )
    steps = held_out_copy_steps(config, tmp_path)
    keys, reports = run(made(after), steps, tmp_path / "b")
    assert signed == after
    assert reports[0].dropped == {"near copy of a held-out row": 1}
    assert keys == run(made(after), held_out_copy_steps(config), tmp_path / "c")[0]
    assert not kept.exists()
    kept.mkdir()
    run([{"reference": story, "split": "train"}], steps, tmp_path / "d")
    assert not kept.exists()


def test_which_steps_the_settings_ask_for() -> None:
    def names(**config: Any) -> list[str]:
        made = PrepareConfig(name="x", **config)
        return [step.name for step in (*copy_steps(made), *held_out_copy_steps(made))]

    exact, alike = ["exact copies"], ["near copies"]
    exact_held, near_held = (f"{kind} of held-out rows" for kind in ("exact copies", "near copies"))
    assert names() == [*exact, *alike, exact_held, near_held]
    assert names(scrub=False) == [*exact, *alike]
    assert names(scrub=False, names="org/name") == names()
    assert names(near="across", scrub=False) == [*exact, near_held]
    assert names(near="off") == [*exact, exact_held]
    assert names(near="off", exact=False) == []


def test_no_story_of_the_world_is_taken_for_a_copy(tmp_path: Path) -> None:
    _, prompts = write_corpus(1, 400, 50, 50)
    rows = [
        {"prompt": one.text, "source": one.source, "reference": one.reference} for one in prompts
    ]
    assert len(within(rows, tmp_path)) == 500


@given(st.lists(st.lists(st.integers(0, 3), min_size=6, max_size=6), min_size=1, max_size=3))
@settings(max_examples=30, deadline=None)
def test_buckets_hold_the_kept_rows_that_share_a_key(
    tmp_path_factory: pytest.TempPathFactory, keys: list[list[int]]
) -> None:
    place = tmp_path_factory.mktemp("keys")
    np.save(place / "keys.npy", np.array(keys, np.int64) - 2)
    order = np.array([3, 1, 0, 2, 5, 4])
    buckets = Buckets(place / "keys.npy", order, place)
    by_rank = np.array(keys)[:, order]
    for rank in range(6):
        agree = (by_rank == by_rank[:, [rank]]).any(axis=0)
        assert bool(buckets.shared[rank]) == (
            max(Counter(band.tolist())[band[rank]] for band in by_rank) > 1
        )
        if buckets.shared[rank]:
            kept = [one for one in range(0, rank, 2) if agree[one] and buckets.shared[one]]
            assert buckets.kept_with(rank).tolist() == kept
            if rank % 2 == 0:
                buckets.keep(rank)
