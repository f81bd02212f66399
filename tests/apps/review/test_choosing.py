"""An active study through the real app: the votes so far decide which pair is shown next."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from itertools import combinations

import pytest
from starlette.testclient import TestClient

from apps.review import choosing
from lab.analysis.preferences.sampling import FLOOR
from lab.records import (
    Checkpoint,
    CheckpointKind,
    Dataset,
    Exclusion,
    Generation,
    Item,
    ItemKind,
    Prompt,
    Split,
    Study,
    StudyEvent,
    StudyStatus,
    new_id,
)
from lab.study.protocol import Protocol, sha256, to_dict
from storage import pairs
from storage.client import Store
from tests.apps.review.made import Bench
from tests.apps.review.people import Person, vote

N_PROMPTS = 40
NAMES = ("best", "good", "poor", "worst")
TOP = frozenset(("best", "good"))


def make_active(store: Store, **changes: object) -> Bench:
    """Make an open active study of four checkpoints, whose texts say who wrote them."""
    tag = new_id()
    systems = [Checkpoint(name=f"{name} {tag}", kind=CheckpointKind.EXTERNAL) for name in NAMES]
    dataset = Dataset(name=tag, origin="made", content_sha256=tag, n_prompts=N_PROMPTS, config={})
    given = {"design": "ab", "order": "active", "reviewers_per_item": 2, "repeats": 0.0} | changes
    checkpoints = tuple(one.name for one in systems)
    protocol = Protocol(name=tag, checkpoints=checkpoints, dataset=tag, **given)
    study = Study(name=tag, protocol=to_dict(protocol), protocol_sha256=sha256(protocol))
    bench = Bench(store=store, study=study, items=[], generations=[], checkpoints=systems)
    for number in range(N_PROMPTS):
        prompt = Prompt(dataset_id=dataset.id, key=str(number), split=Split.TEST, text="Tell.")
        texts = [
            Generation(prompt_id=prompt.id, checkpoint_id=one.id, text=name, decoding={})
            for one, name in zip(systems, NAMES, strict=True)
        ]
        bench.prompts.append(prompt)
        bench.generations += texts
        for a, b in combinations(texts, 2):
            item = Item(
                study_id=study.id,
                kind=ItemKind.AB,
                position=len(bench.items),
                prompt_id=prompt.id,
                generation_a_id=a.id,
                generation_b_id=b.id,
            )
            bench.items.append(item)
    store.add([dataset, *systems, *bench.prompts, *bench.generations, study, *bench.items])
    bench.set_status(StudyStatus.OPEN)
    return bench


@pytest.fixture
def active(review_store: Store) -> Iterator[Bench]:
    made = make_active(review_store)
    yield made
    made.store.add([StudyEvent(study_id=made.study.id, status=StudyStatus.CLOSED)])


def at_work(bench: Bench, person: Person, n: int, better: str = "".join(NAMES)) -> list[frozenset]:
    """Vote n times for whichever comes first in NAMES; returns the pairs that were shown."""
    seen = []
    for _ in range(n):
        task = person.get(f"/api/studies/{bench.study.id}/tasks").json()["tasks"][0]
        left, right = task["texts"]
        seen.append(frozenset((left, right)))
        first = "left" if NAMES.index(left) < NAMES.index(right) else "right"
        assert person.post("/api/answers", vote(bench, task, first)).status_code == 200
    return seen


def wait_until(is_so) -> None:
    until = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.fixture
def weighed(monkeypatch) -> list[dict]:
    """Note each time that weights are handed over."""
    handed: list[dict] = []
    hand_over = choosing.queue.set_weights

    def note(store, study_id, weights) -> None:
        hand_over(store, study_id, weights)
        handed.append(weights)

    monkeypatch.setattr(choosing.queue, "set_weights", note)
    return handed


def test_votes_shift_which_pairs_come_next(
    app_client: TestClient, active: Bench, weighed: list[dict]
) -> None:
    ada = Person(app_client, active.person("ada"))
    before = Counter(at_work(active, ada, 60))
    assert len(before) >= 5
    wait_until(lambda: len(weighed) >= 2)
    number = len(weighed)
    at_work(active, ada, choosing.N_ANSWERS)
    wait_until(lambda: len(weighed) > number)
    ids = {name: one.id for name, one in zip(NAMES, active.checkpoints, strict=True)}
    newest = weighed[-1]
    assert len(newest) == 6
    assert sum(newest.values()) == pytest.approx(1)
    top = newest.get((ids["best"], ids["good"])) or newest[ids["good"], ids["best"]]
    assert top > 0.35
    assert top == max(newest.values())
    assert min(newest.values()) == pytest.approx(FLOOR / 6, rel=0.5)
    ben = Person(app_client, active.person("ben"))
    after = Counter(at_work(active, ben, 30))
    # One in six, five, were they drawn alike.
    assert after[TOP] >= 9


def test_only_active_studies_are_weighed(
    app_client: TestClient, ada: Person, bench: Bench, weighed: list[dict]
) -> None:
    ada.get(f"/api/studies/{bench.study.id}/tasks")
    made = make_active(bench.store, order="balanced")
    at_work(made, Person(app_client, made.person("ada")), 12)
    made.set_status(StudyStatus.CLOSED)
    assert weighed == []


def test_votes_of_who_is_left_out_and_of_other_studies_do_not_weigh(
    app_client: TestClient, active: Bench
) -> None:
    ada, ben = (Person(app_client, active.person(name)) for name in ("ada", "ben"))
    at_work(active, ada, 3)
    at_work(active, ben, 2)
    assert len(pairs.votes_of(active.store, active.study.id)) == 5
    left_out = Exclusion(
        study_id=active.study.id,
        reviewer_id=active.accounts["ada"].id,
        excluded=True,
        reason="Too fast.",
        decided_by_id=active.accounts["ben"].id,
    )
    active.store.add([left_out])
    votes = pairs.votes_of(active.store, active.study.id)
    assert set(votes["reviewer_id"]) == {active.accounts["ben"].id}
    assert len(pairs.checkpoint_pairs(active.store, active.study.id)) == 6


def test_a_store_that_refuses_stops_nobody(
    app_client: TestClient, active: Bench, monkeypatch, caplog
) -> None:
    def refuse(store, study_id, weights) -> None:
        raise choosing.LabError("no")

    monkeypatch.setattr(choosing.queue, "set_weights", refuse)
    assert len(at_work(active, Person(app_client, active.person("ada")), 3)) == 3
    wait_until(lambda: "could not be weighed: no" in caplog.text)
