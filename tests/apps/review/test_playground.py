"""What leads do in the playground over the API, and that nobody else can."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from lab.packing import unpack
from lab.records import (
    Checkpoint,
    Generation,
    Item,
    ItemKind,
    Prompt,
    Role,
    StudyStatus,
    TokenScores,
    new_id,
)
from lab.sample.config import SampleConfig
from lab.sample.run import sample
from storage import datasets, studies
from storage.client import Store
from tests.apps.review.made import MARKER, Bench
from tests.apps.review.people import Person
from tests.apps.review.trained import store_trained, tiny_checkpoints

AT = "/api/lead/playground"
DATA = "things"


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> list[Checkpoint]:
    return tiny_checkpoints(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def stored(review_store: Store, tiny: list[Checkpoint]) -> list[Prompt]:
    return store_trained(review_store, tiny, DATA)


@pytest.fixture
def lea(app_client: TestClient, bench: Bench, stored: list[Prompt]) -> Person:
    return Person(app_client, bench.person("lea", Role.LEAD))


def asked(tiny: list[Checkpoint], **changes: Any) -> dict[str, Any]:
    settings = {"max_new_tokens": 8, "seed": 3}
    return {"checkpoint_ids": [one.id for one in tiny], "settings": settings} | changes


def written(lea: Person, body: dict[str, Any]) -> list[dict[str, Any]]:
    reply = lea.post(f"{AT}/runs", body)
    assert reply.status_code == 200, reply.text
    return [json.loads(line) for line in reply.text.splitlines()]


def whole(lea: Person, body: dict[str, Any]) -> list[str]:
    done = [one for one in written(lea, body) if one["event"] == "done"]
    return [one["id"] for one in sorted(done, key=lambda one: one["index"])]


CALLS = [
    ("GET", "", None),
    ("GET", "/prompts?dataset=things", None),
    ("GET", "/drafts", None),
    ("POST", "/runs", {"checkpoint_ids": ["{id}"], "text": "x"}),
    ("POST", "/runs/{id}/stop", {}),
    ("POST", "/keep", {"generation_ids": ["{id}"]}),
    ("POST", "/send", {"generation_ids": ["{id}"], "study_id": "{id}"}),
]


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
def test_only_leads_may(
    ada: Person, stored: list[Prompt], method: str, path: str, body: Any
) -> None:
    path = AT + path.replace("{id}", new_id())
    body = json.loads(json.dumps(body).replace("{id}", new_id()))
    reply = ada.get(path) if method == "GET" else ada.post(path, body)
    assert reply.status_code == 403
    assert reply.json()["error"] == "This page is for leads."
    assert "tiny" not in reply.text


def test_a_reviewer_is_led_away_and_a_write_needs_the_header(
    ada: Person, lea: Person, tiny: list[Checkpoint]
) -> None:
    page = ada.get("/playground")
    assert (page.status_code, page.headers["location"]) == (303, "/review/")
    assert lea.get("/playground").status_code == 200
    foreign = lea.post(f"{AT}/runs", asked(tiny, text="x"), **{"X-Lab": "other"})
    assert foreign.status_code == 403


def test_the_offer_names_what_has_weights_and_finds_prompts(
    lea: Person, tiny: list[Checkpoint]
) -> None:
    offer = lea.get(AT).json()
    names = [one["name"] for one in offer["checkpoints"]]
    assert [name for name in names if name.startswith("tiny")] == ["tiny two", "tiny one"]
    assert not any(MARKER in one["name"] for one in offer["checkpoints"])
    assert DATA in offer["datasets"]
    found = lea.get(f"{AT}/prompts?dataset={DATA}&find=LAMP").json()["prompts"]
    assert [one["text"] for one in found] == ["thing: lamp"]
    every = lea.get(f"{AT}/prompts?dataset={DATA}").json()["prompts"]
    assert [one["key"] for one in every] == ["kite", "lamp", "drum", "umbrella"]


def test_texts_stream_side_by_side_and_are_kept_as_sampling_keeps_them(
    lea: Person, tiny: list[Checkpoint], stored: list[Prompt], review_store: Store
) -> None:
    events = written(lea, asked(tiny, prompt_id=stored[1].id))
    assert (events[0]["event"], events[0]["dataset"], events[0]["split"]) == ("begin", DATA, "test")
    assert events[-1]["event"] == "end"
    assert [one["index"] for one in events if one["event"] == "token"][:4] == [0, 1, 0, 1]
    done = [one for one in events if one["event"] == "done"]
    assert all(len(one["alternatives"][0]) == 3 for one in done)
    ids = [one["id"] for one in sorted(done, key=lambda one: one["index"])]
    before = review_store.rows("SELECT count(*) AS n FROM generations")
    kept = lea.post(f"{AT}/keep", {"generation_ids": ids}).json()["kept"]
    assert kept == ids
    assert lea.post(f"{AT}/keep", {"generation_ids": ids}).json()["kept"] == ids
    after = review_store.rows("SELECT count(*) AS n FROM generations")
    assert after[0]["n"] == before[0]["n"] + 2
    for number, checkpoint in enumerate(tiny):
        config = SampleConfig(max_new_tokens=8, seed=3)
        ((made,),) = sample(checkpoint, [stored[1]], config)
        (text,) = review_store.select(Generation, "WHERE id = $1::UUID", [ids[number]])
        (scores,) = review_store.select(TokenScores, "WHERE generation_id = $1::UUID", [text.id])
        same = ("prompt_id", "checkpoint_id", "text", "decoding", "seed", "sample_index",
                "n_prompt_tokens", "n_tokens", "finish_reason")  # fmt: skip
        assert [getattr(text, name) for name in same] == [
            getattr(made.generation, name) for name in same
        ]
        assert scores.ends == made.tokens.ends
        for name in ("log_probabilities", "entropies"):
            told = unpack(getattr(scores, name), "float16")
            assert told == pytest.approx(unpack(getattr(made.tokens, name), "float16"), abs=4e-3)
    again = whole(lea, asked(tiny, prompt_id=stored[1].id))
    assert again != ids
    assert lea.post(f"{AT}/keep", {"generation_ids": again}).json()["kept"] == ids


def test_a_typed_prompt_is_stored_once_with_its_first_text(
    lea: Person, tiny: list[Checkpoint], review_store: Store
) -> None:
    typed = asked(tiny[:1], text="thing: 🪁 <b>", source="  ")
    first, second = whole(lea, typed), whole(lea, typed)
    greedy = whole(lea, typed | {"settings": {"max_new_tokens": 4, "temperature": 0}})
    assert [one.name for one in datasets.every(review_store)].count("playground") == 0
    for ids in (first, second, greedy):
        assert lea.post(f"{AT}/keep", {"generation_ids": ids}).status_code == 200
    prompts = review_store.select(Prompt, "WHERE text = $1", ["thing: 🪁 <b>"])
    assert [(one.source, one.split.value) for one in prompts] == [(None, "test")]
    (dataset,) = [one for one in datasets.every(review_store) if one.name == "playground"]
    assert (dataset.id, dataset.n_prompts) == (prompts[0].dataset_id, 1)
    other = {"generation_ids": whole(lea, asked(tiny[:1], text="thing: hat"))}
    assert lea.post(f"{AT}/keep", other).status_code == 200
    found = lea.get(f"{AT}/prompts?dataset=playground").json()["prompts"]
    assert [one["text"] for one in found] == ["thing: 🪁 <b>", "thing: hat"]
    texts = review_store.select(Generation, "WHERE prompt_id = $1::UUID", [prompts[0].id])
    assert [one.decoding["strategy"] for one in texts] == ["sample", "greedy"]


def test_texts_go_to_a_new_draft_and_to_a_draft_but_to_no_started_study(
    lea: Person, tiny: list[Checkpoint], stored: list[Prompt], review_store: Store
) -> None:
    name = f"pairs {new_id()[-6:]}"
    ids = whole(lea, asked(tiny, prompt_id=stored[0].id))
    new = {"generation_ids": ids, "new": {"name": name, "design": "mixed"}}
    assert lea.post(f"{AT}/send", new).json() == {"study": name, "n_items": 3}
    study = studies.named(review_store, name)
    assert study.protocol["dataset"] == DATA
    drafts = lea.get(f"{AT}/drafts").json()["drafts"]
    assert {"id": study.id, "name": name, "checkpoints": ["tiny one", "tiny two"],
            "dataset": DATA, "split": "test"} in drafts  # fmt: skip
    more = whole(lea, asked(tiny, prompt_id=stored[2].id))
    send = {"generation_ids": more, "study_id": study.id}
    assert lea.post(f"{AT}/send", send).json()["n_items"] == 3
    assert lea.post(f"{AT}/send", send).json()["n_items"] == 0
    items = studies.items(review_store, study.id)
    assert [one.position for one in items] == list(range(6))
    assert [one.kind for one in items] == [*[ItemKind.RATE] * 2, ItemKind.AB] * 2
    assert shown(items[5]) == set(more)
    assert lea.post(f"{AT}/send", new).json()["error"].startswith("There is a study of that name")
    typed = {"generation_ids": whole(lea, asked(tiny, text="thing: hat")), "study_id": study.id}
    assert "another data set" in lea.post(f"{AT}/send", typed).json()["error"]
    studies.change_status(review_store, study, StudyStatus.OPEN)
    refused = lea.post(f"{AT}/send", send)
    assert refused.status_code == 422
    assert "has been started" in refused.json()["error"]
    assert len(studies.items(review_store, study.id)) == 6
    studies.change_status(review_store, study, StudyStatus.CLOSED)


def shown(item: Item) -> set[str | None]:
    return {item.generation_a_id, item.generation_b_id}


def test_a_name_that_tells_a_checkpoint_makes_no_study(
    lea: Person, tiny: list[Checkpoint], stored: list[Prompt], review_store: Store
) -> None:
    ids = whole(lea, asked(tiny, prompt_id=stored[0].id))
    reply = lea.post(f"{AT}/send", {"generation_ids": ids, "new": {"name": "is tiny one good"}})
    assert reply.status_code == 400
    assert "'tiny one'" in reply.json()["error"]
    assert studies.versions(review_store, "is tiny one good") == []


BAD = [
    ({"text": " \n"}, 422, "the prompt is empty"),
    ({"text": "x", "settings": {"top_p": 0}}, 422, "settings.top_p"),
    ({"text": "x", "settings": {"warmth": 1}}, 422, "settings.warmth"),
    ({"text": "x", "checkpoint_ids": []}, 422, "checkpoint_ids"),
    ({"text": "x", "checkpoint_ids": [new_id()]}, 404, "load the page again"),
    ({"prompt_id": new_id()}, 404, "no such prompt"),
]


@pytest.mark.parametrize(("changes", "status", "words"), BAD)
def test_what_cannot_be_asked(
    lea: Person, tiny: list[Checkpoint], changes: dict[str, Any], status: int, words: str
) -> None:
    reply = lea.post(f"{AT}/runs", asked(tiny) | changes)
    assert reply.status_code == status
    assert words in reply.json()["error"]


def test_a_checkpoint_whose_folder_is_gone_says_so_beside_the_other(
    lea: Person, tiny: list[Checkpoint], review_store: Store, tmp_path: Path
) -> None:
    lost = Checkpoint(name=f"lost {new_id()[-6:]}", kind=tiny[0].kind, path=str(tmp_path / "none"))
    review_store.add([lost])
    events = written(lea, asked([lost, tiny[0]], text="thing: kite"))
    (failed,) = [one for one in events if one["event"] == "failed"]
    assert (failed["index"], "no such folder" in failed["error"]) == (0, True)
    assert [one["index"] for one in events if one["event"] == "done"] == [1]
    gone = lea.post(f"{AT}/keep", {"generation_ids": [new_id()]})
    assert gone.status_code == 404
    assert "no longer in the server's memory" in gone.json()["error"]
