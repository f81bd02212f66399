"""A writer's desk over a database in memory, and designed studies to work on: the clock is ours.

Ids are drawn by a seed, and all draws of the queue are made of ids, so that every run is the same.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any

import duckdb

from lab import records as r
from storage.assignments.book import Book
from storage.assignments.shelf import read_book
from storage.desk import Desk
from storage.insert import insert_records
from storage.migrate import migrate, read_migrations
from storage.operations import OPERATIONS

CRITERIA = ("coherence", "fluency")
TEXT = "Zoë 😀 sat by a well."


@dataclass(kw_only=True)
class Study:
    """A designed study in parts."""

    study: r.Study
    items: list[r.Item]
    reviewers: list[r.Account]
    records: list[Any]
    checkpoint_of: dict[str, str] = field(default_factory=dict)
    """Generation's id → name of its checkpoint."""

    @property
    def id(self) -> str:
        return self.study.id

    def item(self, id: str) -> r.Item:
        return next(item for item in self.items if item.id == id)


def design(
    kinds: Sequence[str] = ("rate", "ab"),
    n_prompts: int = 4,
    n_reviewers: int = 3,
    *,
    seed: int = 0,
    suggests: bool = False,
    names: Sequence[str] = ("base", "cand"),
    controls: Sequence[dict[str, Any]] = (),
    **protocol: Any,
) -> Study:
    """Make an open study.

    Args:
        kinds: the items of each prompt, in order.
        n_prompts: number of prompts.
        n_reviewers: number of accounts.
        seed: draws the ids.
        suggests: whether items with marks have two steps.
        names: the checkpoints; every pair of them is an item, ratings and marks are of one.
        controls: fields of a control each, with `at`, the position of its item; for a repeat `of`,
            the position of the original.
        protocol: fields that differ from a balanced study with one reviewer per item.
    """
    draw = random.Random(seed)

    def id() -> str:
        return str(uuid.UUID(int=draw.getrandbits(128)))

    dataset = r.Dataset(
        id=id(), name=id(), origin="t", content_sha256="0", n_prompts=n_prompts, config={}
    )
    checkpoints = [
        r.Checkpoint(id=id(), name=name, kind=r.CheckpointKind.EXTERNAL) for name in names
    ]
    plan = {
        "reviewers_per_item": 1,
        "criteria": [{"name": n, "question": "?", "anchors": ["a"] * 5} for n in CRITERIA],
        "order": "balanced",
    }
    study = r.Study(id=id(), name=id(), protocol=plan | protocol, protocol_sha256="0")
    made = Study(study=study, items=[], reviewers=[], records=[])
    for number in range(n_prompts):
        prompt = r.Prompt(
            id=id(), dataset_id=dataset.id, key=str(number), split=r.Split.TEST, text="p"
        )
        pair = [
            r.Generation(id=id(), prompt_id=prompt.id, checkpoint_id=c.id, text=TEXT, decoding={})
            for c in checkpoints
        ]
        made.checkpoint_of |= {g.id: c.name for g, c in zip(pair, checkpoints, strict=True)}
        made.records += [prompt, *pair]
        for kind in kinds:
            if draw.random() < 0.5:
                pair.reverse()
            for a, b in combinations(pair, 2) if kind == "ab" else [(pair[0], None)]:
                item = r.Item(
                    id=id(), study_id=study.id, kind=r.ItemKind(kind), position=len(made.items),
                    prompt_id=prompt.id, generation_a_id=a.id, generation_b_id=b.id if b else None,
                    suggests=suggests and kind == "spans",
                )  # fmt: skip
                made.items.append(item)
    known = []
    for given in controls:
        fields = dict(given)
        position, original = fields.pop("at"), fields.pop("of", None)
        if original is not None:
            fields["of_item_id"] = made.items[original].id
            copied = replace(made.items[original], id=id(), position=len(made.items))
            made.items.append(copied)
            position = copied.position
        known.append(r.Control(item_id=made.items[position].id, **fields))
    made.reviewers = [
        r.Account(id=id(), name=f"{i}-{seed}-{id()}", role=r.Role.REVIEWER, pseudonym=f"R{i}")
        for i in range(n_reviewers)
    ]
    event = r.StudyEvent(study_id=study.id, status=r.StudyStatus.OPEN)
    made.records += [
        dataset, *checkpoints, study, event, *made.items, *known, *made.reviewers
    ]  # fmt: skip
    return made


class Table:
    """A desk, its database, and a clock that goes on only when told."""

    def __init__(self) -> None:
        self.connection = duckdb.connect(":memory:")
        migrate(self.connection, read_migrations())
        self.desk = Desk(self.connection)
        self.moment = datetime(2026, 1, 1, tzinfo=UTC)

    def add(self, records: Sequence[Any]) -> None:
        insert_records(self.connection, records)
        self.desk.clear()

    def wait(self, **time: float) -> None:
        self.moment += timedelta(**time)

    def do(self, operation: str, **given: Any) -> Any:
        """Run an operation, and store what it made."""
        self.wait(milliseconds=1)
        outcome = OPERATIONS[operation](self.desk, self.moment, **given)
        insert_records(self.connection, self.desk.new)
        self.desk.new.clear()
        return outcome

    def book(self, study_id: str) -> Book:
        return self.desk.book(study_id, self.moment)

    def read_again(self, study_id: str) -> Book:
        """Make the book anew from what is stored, as after a crash."""
        book = read_book(self.connection, study_id)
        book.advance(self.moment)
        return book

    def next(self, study: Study, reviewer: r.Account, count: int = 1) -> list[dict[str, Any]]:
        return self.do("next_tasks", study_id=study.id, reviewer_id=reviewer.id, count=count)

    def progress(self, study: Study, reviewer: r.Account) -> dict[str, Any]:
        return self.do("progress", study_id=study.id, reviewer_id=reviewer.id)

    def undo(self, study: Study, reviewer: r.Account) -> dict[str, Any] | None:
        return self.do("undo", answer_id=r.new_id(), study_id=study.id, reviewer_id=reviewer.id)

    def submit(
        self, task: dict[str, Any], reviewer: r.Account, kind: str = "", **given: Any
    ) -> dict[str, Any]:
        """Answer a task as its kind and step ask, with the same content unless told."""
        fitting = {"rate": "rate", "ab": "vote", "spans": "spans"}[task["kind"]]
        said = {
            "ratings": dict.fromkeys(CRITERIA, 3),
            "winners": {"overall": "left"},
            "spans": [],
            "judgements": {},
        }
        answer = {"answer_id": r.new_id(), "comment": "", "reason": "", "flag": "", "seconds": 1.0}
        return self.do(
            "submit",
            assignment_id=task["assignment_id"],
            reviewer_id=reviewer.id,
            kind=kind or ("judge" if task["step"] == "suggestions" else fitting),
            said=said | {name: value for name, value in given.items() if name in said},
            **answer | {name: value for name, value in given.items() if name not in said},
        )

    def work(self, study: Study, reviewer: r.Account, n_answers: int = 10**9) -> list[str]:
        """Answer one task after the other; return the items in their order."""
        done: list[str] = []
        while len(done) < n_answers and (tasks := self.next(study, reviewer)):
            self.submit(tasks[0], reviewer)
            done.append(tasks[0]["item_id"])
        return done


def picture(book: Book) -> dict[str, Any]:
    """Write a book down so that two can be compared."""
    fields = [
        "id", "swapped", "adjudicates", "expires_at", "holds", "kind", "late", "answered_at",
        "seconds", "given_answer_id", "own_answer_id", "content",
    ]  # fmt: skip
    places = {
        id: {name: getattr(place, name) for name in fields} | {"item": place.entry.id}
        for id, place in book.places.items()
    }
    entries = {
        id: (entry.n_held, entry.lean, {who: one.id for who, one in entry.places.items()})
        for id, entry in book.entries.items()
    }
    reviewers = {place.reviewer_id for place in book.places.values()}
    blocks = {
        (block.prompt_id, block.pair, block.entries[0].id): (
            pair,
            n_rounds,
            block.n_rounds,
            block.n_held,
            block.n_roomy,
        )
        for pair, rounds in book.room.rounds.items()
        for n_rounds, bag in rounds.items()
        for block in bag.blocks()
    }
    return {
        "status": book.status,
        "plan": book.plan,
        "places": places,
        "entries": entries,
        "own": {who: [place.id for place in book.own(who)] for who in reviewers},
        "leans": {
            (who, entry.id): book.lean(entry, who)
            for who in reviewers
            for entry in book.entries.values()
            if entry.kind == r.ItemKind.AB
        },
        "positions": book.room.positions,
        "n_pairs": book.room.n_pairs,
        "blocks": blocks,
        "n_coming_repeats": book.n_coming_repeats,
        "n_counted": book.n_counted,
        "unsettled": set(book.unsettled),
        "answers": book.answers,
    }
