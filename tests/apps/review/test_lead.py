"""What leads see and do over the API, and that nobody else can."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from apps.review.lead_quality import SECONDS, Quality
from apps.review.lead_views import pace_view
from apps.signin.sessions import fingerprint
from lab.records import ItemKind, Role, new_id, now
from storage import invitations, messages
from storage.overview import Overview, Part, Worker
from tests.apps.review.made import MARKER, METRIC, VALUE, Bench
from tests.apps.review.people import Person, any_answer, rating, tasks_of, vote


@pytest.fixture
def lea(app_client: TestClient, bench: Bench) -> Person:
    return Person(app_client, bench.person("lea", Role.LEAD))


@pytest.fixture
def ben(app_client: TestClient, bench: Bench) -> Person:
    return Person(app_client, bench.person("ben"))


def shown(lea: Person, bench: Bench) -> dict[str, Any]:
    listed = lea.get("/api/lead/studies").json()["studies"]
    return next(one for one in listed if one["id"] == bench.study.id)


def quality(lea: Person, bench: Bench) -> dict[str, Any]:
    return lea.get(f"/api/lead/studies/{bench.study.id}/quality").json()["reviewers"]


def answer_all(person: Person, bench: Bench, **changes: Any) -> int:
    n = 0
    while tasks := tasks_of(person, bench):
        reply = person.post("/api/answers", any_answer(bench, tasks[0], **changes))
        assert reply.status_code == 200, reply.text
        n += 1
    return n


CALLS = [
    ("GET", "/api/lead/studies", None),
    ("GET", "/api/lead/studies/{study}/quality", None),
    ("GET", "/api/lead/items/{item}", None),
    ("GET", "/api/lead/invitations", None),
    ("POST", "/api/lead/studies/{study}/status", {"status": "closed"}),
    ("POST", "/api/lead/studies/{study}/release", {"reviewer_id": "{ada}"}),
    ("POST", "/api/lead/messages", {"recipient_id": "{ada}", "study_id": "{study}", "text": "x"}),
    ("POST", "/api/lead/invitations", {"role": "lead", "note": "", "days": 7}),
    ("POST", "/api/lead/invitations/{item}/void", {}),
]


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
def test_only_leads_may(ada: Person, bench: Bench, method: str, path: str, body: Any) -> None:
    ids = {"study": bench.study.id, "item": bench.items[0].id, "ada": bench.accounts["ada"].id}
    path = path.format(**ids)
    filled = body and {name: str(value).format(**ids) for name, value in body.items()}
    reply = ada.get(path) if method == "GET" else ada.post(path, filled)
    assert reply.status_code == 403
    assert reply.json()["error"] == "This page is for leads."
    german = ada.get("/api/lead/studies", **{"X-Lab-Language": "de"})
    assert german.json()["error"] == "Diese Seite ist für die Studienleitung."


@pytest.mark.parametrize("bench", [{"kinds": "rvsgt", "reviewers_per_item": 1}], indirect=True)
def test_progress_by_kind_with_controls_apart(lea: Person, ada: Person, bench: Bench) -> None:
    before = shown(lea, bench)
    assert [(one["kind"], one["is_control"], one["n_wanted"]) for one in before["parts"]] == [
        ("rate", False, 1),
        ("ab", False, 1),
        ("spans", False, 1),
        ("rate", True, 1),
    ]
    assert (before["n_training"], before["is_complete"], before["title"]) == (
        1,
        False,
        "Stories about a baker",
    )
    assert before["pace"] == {"n_left": 4, "n_recent": 0, "seconds_left": None}
    tasks_of(ada, bench)
    (reviewer,) = shown(lea, bench)["reviewers"]
    assert (reviewer["n_held"], reviewer["n_answered"], reviewer["last_at"]) == (1, 0, None)
    answer_all(ada, bench)
    after = shown(lea, bench)
    assert after["is_complete"]
    assert after["pace"]["n_left"] == 0
    (reviewer,) = after["reviewers"]
    assert reviewer["reviewer"] == bench.accounts["ada"].pseudonym
    assert (reviewer["n_answered"], reviewer["n_trained"], reviewer["median_seconds"]) == (
        4,
        1,
        12.5,
    )


def part(n_answered: int, n_wanted: int) -> Part:
    return Part(
        kind=ItemKind.RATE,
        is_control=False,
        n_answered=n_answered,
        n_wanted=n_wanted,
        is_complete=n_answered == n_wanted,
    )


def worker(n_recent: int, minutes_ago: float) -> Worker:
    return Worker(
        reviewer_id=new_id(),
        reviewer="R",
        n_answered=n_recent,
        n_skipped=0,
        n_late=0,
        n_trained=0,
        n_settled=0,
        n_held=0,
        n_recent=n_recent,
        first_at=now() - timedelta(minutes=minutes_ago),
        last_at=now(),
        median_seconds=None,
    )


@pytest.mark.parametrize(
    ("n_recent", "minutes_ago", "most", "expected"),
    [
        (20, 600, None, (80, 4 * 3600)),
        (20, 30, None, (80, 2 * 3600)),
        (20, 600, 30, (10, 1800)),
        (20, 600, 10, (0, 0)),
        (0, 600, None, (80, None)),
        (1, 0, None, (80, 80 * 60)),
    ],
)
def test_the_time_left_at_the_present_pace(
    n_recent: int, minutes_ago: float, most: int | None, expected: tuple[int, float | None]
) -> None:
    seen = Overview(parts=[part(15, 90), part(5, 10)], workers=[worker(n_recent, minutes_ago)])
    found = pace_view(seen, most)
    assert (found["n_left"], found["n_recent"]) == (expected[0], n_recent)
    wanted = expected[1]
    assert found["seconds_left"] == (wanted and pytest.approx(wanted, rel=0.01))


@pytest.mark.parametrize(
    "bench",
    [
        {
            "kinds": "tgrrrvvp",
            "reviewers_per_item": 2,
            "exclude_below_gold": 0.7,
            "exclude_faster_than": 5.0,
            "exclusion_rule": "Careless ones.",
        }
    ],
    indirect=True,
)
def test_quality_says_who_is_careless_and_who_falls_under_the_rule(
    lea: Person, ada: Person, ben: Person, bench: Bench
) -> None:
    for task in iter(lambda: (tasks_of(ada, bench) or [None])[0], None):
        wanted = {"rate": lambda t: rating(bench, t, 2), "ab": lambda t: vote(bench, t, "left")}
        ada.post("/api/answers", wanted[task["kind"]](task))
    answer_all(ben, bench, seconds=1.0)
    found = quality(lea, bench)
    one, other = (found[bench.accounts[name].id] for name in ("ada", "ben"))
    assert one["known"]["gold"]["n_right"] == one["known"]["training"]["n_right"] == 1
    assert other["known"]["gold"] | {"low": 0, "high": 1} == {
        "n": 1, "n_right": 0, "low": 0, "high": 1
    }  # fmt: skip
    assert (one["repeats"]["n"], one["repeats"]["n_right"]) == (4, 4)
    assert (one["straight"]["n"], one["straight"]["n_right"]) == (3, 3)
    assert one["n_shared_votes"] == 2
    assert (one["rule"], other["rule"]) == ([], ["gold", "speed"])
    rule = shown(lea, bench)["rule"]
    assert rule == {"words": "Careless ones.", "below_gold": 0.7, "faster_than": 5.0}


def test_quality_is_worked_out_anew_after_a_while(
    ada: Person, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = [0.0]
    known = Quality(bench.store, clock=lambda: moment[0])
    assert known.of(bench.study) == {}
    answer_all(ada, bench)
    assert known.of(bench.study) == {}
    moment[0] = SECONDS
    assert list(known.of(bench.study)) == [bench.accounts["ada"].id]


def test_what_took_long_is_worked_out_seldom(ada: Person, bench: Bench) -> None:
    moments = iter([0.0, 10.0, 209.0, 210.0, 211.0])
    known = Quality(bench.store, clock=lambda: next(moments))
    assert known.of(bench.study) == {}
    answer_all(ada, bench)
    assert known.of(bench.study) == {}
    assert known.of(bench.study) != {}


def test_a_refresh_asks_as_little_for_three_studies_as_for_one(
    lea: Person, bench: Bench, benches: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    post = type(bench.store)._post
    monkeypatch.setattr(type(bench.store), "_post", lambda *one: asked.append(one[1]) or post(*one))
    counts = []
    for _ in range(2):
        lea.get("/api/lead/studies")
        asked.clear()
        lea.get("/api/lead/studies")
        counts.append(len(asked))
        benches()
        benches(adjudicate_at=2)
    assert counts[0] <= 6
    assert counts[1] <= counts[0] + 1


@pytest.mark.parametrize(
    "bench", [{"kinds": "rvadf", "reviewers_per_item": 1, "adjudicate_at": 1}], indirect=True
)
def test_a_lead_sees_no_result_and_no_checkpoint(lea: Person, ada: Person, bench: Bench) -> None:
    while tasks := tasks_of(ada, bench):
        ada.post("/api/answers", any_answer(bench, tasks[0], flag="broken", comment="why"))
    sent = lea.get("/api/lead/studies").text + lea.get("/api/lead/invitations").text
    sent += lea.get(f"/api/lead/studies/{bench.study.id}/quality").text
    for flag in shown(lea, bench)["flags"]:
        sent += lea.get(f"/api/lead/items/{flag['item_id']}").text
    for secret in (MARKER, METRIC, str(VALUE), "secret-reference"):
        assert secret not in sent
    for generation in bench.generations:
        assert generation.id not in sent
    for checkpoint in bench.checkpoints:
        assert checkpoint.id not in sent
    assert "winner" not in sent


def test_flags_lead_to_the_texts(lea: Person, ada: Person, bench: Bench) -> None:
    task = tasks_of(ada, bench)[0]
    comment = "<img src=x> look"
    ada.post("/api/answers", any_answer(bench, task, flag="offensive", comment=comment))
    (flag,) = shown(lea, bench)["flags"]
    assert (flag["flag"], flag["comment"], flag["kind"], flag["position"]) == (
        "offensive",
        comment,
        "rate",
        0,
    )
    item = lea.get(f"/api/lead/items/{flag['item_id']}").json()
    assert item["texts"] == task["texts"]
    assert (item["prompt"], item["source"]) == (task["prompt"], task["source"])
    assert lea.get(f"/api/lead/items/{new_id()}").status_code == 404
    assert lea.get("/api/lead/items/1").status_code == 422


@pytest.mark.parametrize(
    "bench", [{"kinds": "r", "reviewers_per_item": 2, "adjudicate_at": 2}], indirect=True
)
def test_disagreements_wait_for_the_adjudicator(
    app_client: TestClient, lea: Person, ada: Person, ben: Person, bench: Bench
) -> None:
    for person, value in ((ada, 1), (ben, 5)):
        person.post("/api/answers", rating(bench, tasks_of(person, bench)[0], value))
    seen = shown(lea, bench)
    assert (seen["settles"], seen["n_settled"]) == (True, 0)
    (waiting,) = seen["unsettled"]
    assert waiting == {"item_id": bench.items[0].id, "position": 0, "kind": "rate"}
    answer_all(Person(app_client, bench.person("judy")), bench)
    assert (shown(lea, bench)["unsettled"], shown(lea, bench)["n_settled"]) == ([], 1)


# ---- what a lead does ----------------------------------------------------------------------


def test_a_lead_pauses_opens_and_closes(lea: Person, bench: Bench) -> None:
    path = f"/api/lead/studies/{bench.study.id}/status"
    for status in ("paused", "open", "open", "closed"):
        assert lea.post(path, {"status": status}).json() == {"status": status}
        assert shown(lea, bench)["status"] == status
    reply = lea.post(path, {"status": "open"})
    assert (reply.status_code, "cannot be opened again" in reply.text) == (422, True)
    assert lea.post(path, {"status": "draft"}).status_code == 422
    other = f"/api/lead/studies/{new_id()}/status"
    assert lea.post(other, {"status": "open"}).status_code == 404


def test_released_places_go_to_others(lea: Person, ada: Person, ben: Person, bench: Bench) -> None:
    held = len(tasks_of(ada, bench))
    path = f"/api/lead/studies/{bench.study.id}/release"
    body = {"reviewer_id": bench.accounts["ada"].id}
    assert lea.post(path, body).json() == {"n_released": held}
    assert lea.post(path, body).json() == {"n_released": 0}
    assert shown(lea, bench)["reviewers"][0]["n_held"] == 0
    assert lea.post(f"/api/lead/studies/{new_id()}/release", body).status_code == 404


def test_a_message_reaches_one_reviewer_or_everybody(
    lea: Person, ada: Person, ben: Person, bench: Bench
) -> None:
    for person in (ada, ben):
        tasks_of(person, bench)
    to_ada = {"recipient_id": bench.accounts["ada"].id, "study_id": bench.study.id}
    assert lea.post("/api/lead/messages", {**to_ada, "text": "slower"}).json() == {"n_sent": 1}
    to_all = {"study_id": bench.study.id, "text": "<b>thanks</b>"}
    assert lea.post("/api/lead/messages", to_all).json() == {"n_sent": 2}
    said = [one["text"] for one in ada.get("/api/here").json()["messages"]]
    assert said == ["slower", "<b>thanks</b>"]
    (only,) = messages.unread(bench.store, bench.accounts["ben"].id)
    ben.post(f"/api/messages/{only.id}/read", {})
    listed = {one["recipient"]: one for one in shown(lea, bench)["messages"][:2]}
    assert listed[bench.accounts["ben"].pseudonym]["read_at"] is not None
    assert listed[bench.accounts["ada"].pseudonym]["read_at"] is None


def test_a_message_to_nobody_or_of_nothing_is_refused(
    lea: Person, ada: Person, bench: Bench
) -> None:
    path, about = "/api/lead/messages", {"study_id": bench.study.id, "text": "hello"}
    assert lea.post(path, about).status_code == 422
    tasks_of(ada, bench)
    for changes in (
        {"recipient_id": new_id()},
        {"text": ""},
        {"text": " \n"},
        {"text": "x" * 4001},
        {"other": 1},
    ):
        assert lea.post(path, about | changes).status_code == 422
    assert lea.post(path, about | {"study_id": new_id()}).status_code == 404
    assert messages.unread(bench.store, bench.accounts["ada"].id) == []


def test_an_invitation_is_made_listed_and_taken_back(lea: Person, bench: Bench) -> None:
    body = {"role": "analyst", "note": "<i>Ann</i>", "days": 3}
    path = lea.post("/api/lead/invitations", body).json()["link_path"]
    assert path.startswith("/join?token=")
    reply = lea.get("/api/lead/invitations")
    assert path[12:] not in reply.text
    newest = reply.json()["invitations"][0]
    assert (newest["note"], newest["role"], newest["state"]) == ("<i>Ann</i>", "analyst", "open")
    stored = invitations.find(bench.store, fingerprint(path[12:]))
    assert stored.id == newest["id"]
    assert lea.post(f"/api/lead/invitations/{newest['id']}/void", {}).status_code == 200
    assert lea.get("/api/lead/invitations").json()["invitations"][0]["state"] == "void"
    assert lea.client.get(path).status_code == 410
    assert lea.post(f"/api/lead/invitations/{new_id()}/void", {}).status_code == 422


def test_an_invitation_for_a_reviewer_signs_that_one_in_and_no_lead(
    lea: Person, ada: Person, app_client: TestClient, bench: Bench
) -> None:
    listed = lea.get("/api/lead/invitations").json()["accounts"]
    account = bench.accounts["ada"]
    assert {"id": account.id, "name": account.name, "reviewer": account.pseudonym} in listed
    body = {"account_id": account.id, "note": "lost", "days": 1}
    path = lea.post("/api/lead/invitations", body).json()["link_path"]
    answer = app_client.post("/join", data={"token": path[12:]})
    assert (answer.status_code, answer.headers["location"]) == (303, "/review/")
    token = answer.cookies["lab_session"]
    app_client.cookies.clear()
    assert Person(app_client, {"lab_session": token}).get("/api/me").json()["id"] == account.id
    for id in (bench.accounts["lea"].id, new_id()):
        assert lea.post("/api/lead/invitations", body | {"account_id": id}).status_code == 422
    for changes in ({"days": 0}, {"days": 91}, {"role": "boss"}, {"note": "x" * 201}):
        assert lea.post("/api/lead/invitations", body | changes).status_code == 422


def test_a_lead_page_is_for_leads(ada: Person, lea: Person) -> None:
    assert "<title>Review Lab</title>" in lea.get("/lead").text
    reply = ada.get("/lead")
    assert (reply.status_code, reply.headers["location"]) == (303, "/review/")
