"""Leaving a reviewer out of a study's results: who may, what is kept, what the views say."""

from __future__ import annotations

import pytest

from lab import records as r
from lab.cli import main
from lab.errors import ReviewError
from storage import conduct, exclusions, frames
from storage.client import Store
from tests.storage.answers import Answers


@pytest.fixture
def study(store: Store):
    """Store two reviewers, an analyst, and a study in which the first rated and marked a text."""
    people = {
        name: r.Account(name=name, role=role, pseudonym=name.upper())
        for name, role in (
            ("ada", r.Role.REVIEWER), ("ben", r.Role.REVIEWER), ("grace", r.Role.ANALYST),
        )
    }  # fmt: skip
    made = r.Study(name="first", protocol={"criteria": []}, protocol_sha256="1" * 64)
    dataset = r.Dataset(name="w", origin="t", content_sha256="0", n_prompts=1, config={})
    prompt = r.Prompt(dataset_id=dataset.id, key="1", text="Write.", split=r.Split.TEST)
    checkpoint = r.Checkpoint(name="new", kind=r.CheckpointKind.EXTERNAL)
    text = r.Generation(checkpoint_id=checkpoint.id, prompt_id=prompt.id, text="Once.", decoding={})
    answers = Answers()
    items = []
    for position, kind in enumerate((r.ItemKind.RATE, r.ItemKind.SPANS)):
        item = r.Item(
            study_id=made.id, kind=kind, position=position, prompt_id=prompt.id,
            generation_a_id=text.id,
        )  # fmt: skip
        items.append(item)
    answers.add(items[0], people["ada"], "rate", ratings={"fluency": 3})
    answers.add(items[1], people["ada"], "spans")
    store.add([*people.values(), made, dataset, prompt, checkpoint, text, *items])
    store.add(answers.records)
    return made, people


def test_a_decision_counts_until_the_next_one(store: Store, study) -> None:
    made, people = study
    ada, grace = people["ada"], people["grace"]
    assert not frames.ratings(store)["excluded"].any()
    exclusions.decide(store, made, ada, True, "  in a hurry ", grace)
    assert exclusions.is_excluded(store, made.id, ada.id)
    assert frames.ratings(store)["excluded"].all()
    assert conduct.marked(store)["excluded"].all()
    exclusions.decide(store, made, ada, False, "it was the display", grace)
    assert not frames.ratings(store)["excluded"].any()
    newest, first = exclusions.history(store)
    assert (newest.excluded, newest.counts, first.excluded, first.counts) == (
        False, True, True, False,
    )  # fmt: skip
    assert (first.study, first.reviewer, first.reason) == ("first", "ADA", "in a hurry")
    assert first.decided_by == "grace"
    assert exclusions.current(store) == []
    assert exclusions.history(store, made.id) == [newest, first]


REFUSED = [
    ("ada", True, "why", "ben", "'ben' is a reviewer; a lead or an analyst decides this"),
    ("ada", True, "  ", "grace", "say why 'ADA' in study 'first' is excluded"),
    ("ada", True, "x" * 1001, "grace", "the reason has 1,001 characters"),
    ("ada", False, "why", "grace", "'ADA' in study 'first' is included already"),
    ("ben", True, "why", "grace", "'BEN' in study 'first' has not answered anything"),
]


def test_a_decision_is_refused(store: Store, study) -> None:
    made, people = study
    for who, excluded, reason, by, words in REFUSED:
        with pytest.raises(ReviewError, match=words):
            exclusions.decide(store, made, people[who], excluded, reason, people[by])
    assert exclusions.history(store) == []


def test_the_command_decides_and_lists(store: Store, study, capsys) -> None:
    home = ["--home", str(store.home.path)]
    words = ["ADA", "--study", "first", "--by", "Grace", "--reason", "in a hurry", *home]
    assert main(["reviewers", "exclude", *words]) == 0
    assert "ADA is left out of the results of study 'first'" in capsys.readouterr().out
    assert main(["reviewers", "list", "--study", "first", *home]) == 0
    said = capsys.readouterr().out
    assert "in a hurry" in said
    assert "yes" in said
    assert main(["reviewers", "exclude", *words]) == 2
    assert "is excluded already" in capsys.readouterr().err
    assert main(["reviewers", "include", *words]) == 0
    assert main(["reviewers", "exclude", "EVA", *words[1:]]) == 2
    assert "no reviewer named 'EVA'; there is: ADA, BEN, GRACE" in capsys.readouterr().err
    assert [one.excluded for one in exclusions.history(store)] == [False, True]


def test_texts_read_for_marks_are_counted_without_marks_too(store: Store, study) -> None:
    made, _ = study
    (row,) = conduct.marked(store, made.id).to_dict("records")
    assert (row["study"], row["reviewer"], row["checkpoint"]) == ("first", "ADA", "new")
    assert row["criterion"] == "spans"
