"""The review app's API without a browser: who may do what, what it says, what it never tells."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from lab.records import Role, StudyStatus, new_id
from storage import queue
from tests.apps.review.people import Person, rating, tasks_of, vote

# ---- who may -------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/api/me", "/api/studies", "/api/lead/studies", "/review/"])
def test_nobody_gets_in_without_signing_in(app_client: TestClient, path: str) -> None:
    assert app_client.get(path, headers={"Accept": "application/json"}).status_code == 401


def test_a_page_leads_to_the_sign_in(app_client: TestClient) -> None:
    reply = app_client.get("/review/", headers={"Accept": "text/html"})
    assert reply.status_code == 303
    assert reply.headers["location"] == "/sign-in?next=/review/"


def test_an_analyst_is_not_let_in(app_client: TestClient, bench: Any) -> None:
    analyst = Person(app_client, bench.person("ann", Role.ANALYST))
    assert analyst.get("/api/studies").status_code == 403


@pytest.mark.parametrize("path", ["/api/lead/studies"])
def test_a_reviewer_is_no_lead(ada: Person, path: str) -> None:
    reply = ada.get(path)
    assert reply.status_code == 403
    assert reply.json()["error"] == "This page is for leads."


def test_a_reviewer_cannot_change_a_study(ada: Person, bench: Any) -> None:
    reply = ada.post(f"/api/lead/studies/{bench.study.id}/status", {"status": "paused"})
    assert reply.status_code == 403
    assert ada.get(f"/api/studies/{bench.study.id}/tasks").json()["status"] == "open"


@pytest.mark.parametrize("path", ["answers", "undo", "renew", "drafts"])
def test_a_write_without_the_header_is_refused(ada: Person, path: str) -> None:
    reply = ada.client.post(f"/api/{path}", json={}, headers=ada.headers)
    assert reply.status_code == 403
    assert "reload the page" in reply.json()["error"]


def test_a_write_from_another_address_is_refused(ada: Person) -> None:
    reply = ada.post("/api/renew", {"assignment_ids": []}, Origin="http://outside.example")
    assert reply.status_code == 403


def test_a_page_of_another_account_is_told_so(ada: Person, bench: Any) -> None:
    headers = {"X-Lab-Account": new_id()}
    reply = ada.post("/api/renew", {"assignment_ids": []}, **headers)
    assert (reply.status_code, reply.json()["code"]) == (401, "other_account")


def test_no_foreign_page_may_read(ada: Person) -> None:
    reply = ada.get("/api/me", Origin="http://outside.example")
    assert "access-control-allow-origin" not in reply.headers
    page = ada.get("/review/", Origin="http://outside.example")
    assert "access-control-allow-origin" not in page.headers


# ---- what is sent --------------------------------------------------------------------------


@pytest.mark.parametrize("bench", [{"kinds": "rv"}], indirect=True)
def test_nothing_sent_tells_who_wrote_a_text(ada: Person, bench: Any) -> None:
    study = bench.study.id
    sent = [ada.get(path).text for path in ("/api/me", "/api/studies", "/review/")]
    sent += [ada.get(f"/api/studies/{study}{rest}").text for rest in ("", "/tasks", "/progress")]
    first, second = tasks_of(ada, bench)
    sent += [ada.post("/api/answers", rating(bench, first)).text]
    sent += [ada.post("/api/answers", vote(bench, second, "left")).text]
    sent += [ada.post("/api/undo", {"answer_id": new_id(), "study_id": study}).text]
    everything = "\n".join(sent)
    hidden = ["secret-checkpoint", "secret-reference", "checkpoint_id", "generation_id", "swapped"]
    hidden += [one.id for one in bench.generations]
    hidden += [one.checkpoint_id for one in bench.generations]
    assert "Text 1a" in everything
    assert [word for word in hidden if word in everything] == []


def test_a_task_has_its_fields_and_no_others(ada: Person, bench: Any) -> None:
    fields = {"assignment_id", "kind", "prompt", "source", "texts", "draft", "answer"}
    assert set(tasks_of(ada, bench)[0]) == fields


def test_a_study_shows_question_criteria_and_guidelines_only(ada: Person, bench: Any) -> None:
    study = ada.get(f"/api/studies/{bench.study.id}").json()
    assert set(study) == {
        "id", "name", "question", "guidelines", "criteria", "rates", "compares",
    }  # fmt: skip
    assert [one["name"] for one in study["criteria"]] == [
        "coherence", "fluency", "relevance", "creativity",
    ]  # fmt: skip


def test_headers_keep_the_pages_to_themselves(ada: Person) -> None:
    strict, widget = ada.get("/api/me").headers, ada.get("/review/").headers
    assert "script-src 'self';" in strict["content-security-policy"]
    assert "script-src 'self' 'unsafe-inline' 'unsafe-eval'" in widget["content-security-policy"]
    for headers in (strict, widget):
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
    assert strict["cache-control"] == "no-store"


def test_the_root_leads_to_the_page(ada: Person) -> None:
    for path in ("/", "/review"):
        assert ada.get(path).headers["location"] == "/review/"


def test_health_needs_no_session(app_client: TestClient) -> None:
    reply = app_client.get("/healthz")
    assert (reply.status_code, reply.json()["status"]) == (200, "ok")


# ---- answers -------------------------------------------------------------------------------


def test_an_answer_is_stored_with_its_ratings(ada: Person, bench: Any) -> None:
    task = tasks_of(ada, bench)[0]
    reply = ada.post("/api/answers", rating(bench, task, flag="broken")).json()
    assert (reply["repeated"], reply["late"]) == (False, False)
    assert reply["progress"]["n_answered"] == 1
    stored = bench.ratings()
    assert [(one["value"], one["flag"], one["seconds"]) for one in stored] == [
        (4, "broken", 12.5)
    ] * 4
    assert {one["item_id"] for one in stored} == {bench.items[0].id}


def test_the_same_answer_twice_is_one(ada: Person, bench: Any) -> None:
    body = rating(bench, tasks_of(ada, bench)[0])
    replies = [ada.post("/api/answers", body).json() for _ in range(2)]
    assert [one["repeated"] for one in replies] == [False, True]
    assert bench.n_answers() == 1


@pytest.mark.parametrize("bench", [{"kinds": "vvvv"}], indirect=True)
def test_a_vote_names_the_text_that_stood_there(ada: Person, bench: Any) -> None:
    while tasks := tasks_of(ada, bench):
        at = next(i for i, text in enumerate(tasks[0]["texts"]) if text[6] == "b")
        ada.post("/api/answers", vote(bench, tasks[0], ("left", "right")[at]))
    assert [one["winner"] for one in bench.votes()] == ["b"] * 4


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kind": "vote", "winner": "c", "ratings": {}}, "winner"),
        ({"kind": "cheer"}, "kind"),
        ({"seconds": -1}, "seconds"),
        ({"answer_id": "1"}, "answer_id"),
        ({"comment": "x" * 4001}, "comment"),
        ({"flag": "ugly"}, "flag"),
        ({"ratings": {"coherence": "high"}}, "coherence"),
        ({"extra": 1}, "extra"),
    ],
)
def test_a_wrong_field_is_named(
    ada: Person, bench: Any, changes: dict[str, Any], words: str
) -> None:
    body = rating(bench, tasks_of(ada, bench)[0]) | changes
    reply = ada.post("/api/answers", body)
    assert reply.status_code == 422
    assert words in reply.json()["error"]
    assert "given" in reply.json()["error"]


@pytest.mark.parametrize(
    "changes",
    [
        {"ratings": {"coherence": 4}},
        {"ratings": dict.fromkeys(("coherence", "fluency", "relevance", "creativity"), 6)},
        {"ratings": dict.fromkeys(("coherence", "fluency", "relevance", "charm"), 3)},
        {"kind": "vote", "winner": "left", "ratings": {}},
        {"kind": "skip", "ratings": {}, "reason": ""},
    ],
)
def test_an_answer_that_the_study_does_not_allow(
    ada: Person, bench: Any, changes: dict[str, Any]
) -> None:
    task = tasks_of(ada, bench)[0]
    reply = ada.post("/api/answers", rating(bench, task) | changes)
    assert reply.status_code == 422, reply.text
    assert reply.json()["error"]
    assert ada.get(f"/api/studies/{bench.study.id}/progress").json()["n_answered"] == 0


def test_somebody_elses_assignment_is_refused(
    ada: Person, app_client: TestClient, bench: Any
) -> None:
    ben = Person(app_client, bench.person("ben"))
    task = tasks_of(ada, bench)[0]
    assert ben.post("/api/answers", rating(bench, task)).status_code == 422
    draft = {"id": new_id(), "assignment_id": task["assignment_id"], "content": {"comment": "x"}}
    assert ben.post("/api/drafts", draft).status_code == 422
    assert ben.post("/api/renew", {"assignment_ids": [task["assignment_id"]]}).json()["held"] == []
    assert tasks_of(ada, bench)[0]["draft"] is None


def test_an_undone_answer_comes_back_with_what_was_entered(ada: Person, bench: Any) -> None:
    task = tasks_of(ada, bench)[0]
    ada.post("/api/answers", rating(bench, task))
    undo = {"answer_id": new_id(), "study_id": bench.study.id}
    reply = ada.post("/api/undo", undo).json()
    assert reply["task"]["assignment_id"] == task["assignment_id"]
    assert reply["task"]["answer"]["ratings"]["fluency"] == 4
    assert reply["progress"]["n_answered"] == 0
    again = ada.post("/api/undo", undo).json()
    assert again["progress"]["n_answered"] == 0


def test_a_draft_comes_back(ada: Person, bench: Any) -> None:
    task = tasks_of(ada, bench)[0]
    content = {"ratings": {"fluency": 2}, "comment": "half", "seconds": 3.5}
    ada.post(
        "/api/drafts",
        {"id": new_id(), "assignment_id": task["assignment_id"], "content": content},
    )
    assert tasks_of(ada, bench)[0]["draft"] == content


@pytest.mark.parametrize("bench", [{"kinds": "r", "reviewers_per_item": 1}], indirect=True)
def test_the_last_place_goes_to_one(ada: Person, app_client: TestClient, bench: Any) -> None:
    ben = Person(app_client, bench.person("ben"))
    assert len(tasks_of(ada, bench)) == 1
    assert tasks_of(ben, bench) == []


def test_a_paused_study_hands_out_nothing_and_takes_what_is_done(ada: Person, bench: Any) -> None:
    task = tasks_of(ada, bench)[0]
    bench.set_status(StudyStatus.PAUSED)
    reply = ada.get(f"/api/studies/{bench.study.id}/tasks").json()
    assert (reply["tasks"], reply["status"]) == ([], "paused")
    assert ada.post("/api/answers", rating(bench, task)).status_code == 200
    assert bench.study.id not in [one["id"] for one in ada.get("/api/studies").json()["studies"]]


def test_an_unknown_study_is_said(ada: Person) -> None:
    reply = ada.get(f"/api/studies/{new_id()}/tasks")
    assert reply.status_code == 404
    assert "no such study" in reply.json()["error"]


def test_an_unknown_path_is_said(ada: Person) -> None:
    reply = ada.get("/api/nothing")
    assert (reply.status_code, "/api/nothing" in reply.json()["error"]) == (404, True)


def test_a_store_that_fails_is_said_without_its_insides(
    ada: Person, bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lab.errors import OwnerError

    def fail(*arguments: Any, **named: Any) -> None:
        raise OwnerError("the owner of /secret/path does not answer")

    monkeypatch.setattr(queue, "progress", fail)
    reply = ada.get(f"/api/studies/{bench.study.id}/progress")
    assert reply.status_code == 503
    assert "/secret/path" not in reply.text


# ---- the lead ------------------------------------------------------------------------------


def test_a_lead_sees_progress_flags_and_pace_and_no_results(
    ada: Person, app_client: TestClient, bench: Any
) -> None:
    lea = Person(app_client, bench.person("lea", Role.LEAD))
    ada.post("/api/answers", rating(bench, tasks_of(ada, bench)[0], flag="personal"))
    listed = lea.get("/api/lead/studies").json()["studies"]
    study = next(one for one in listed if one["id"] == bench.study.id)
    assert study["status"] == "open"
    kinds = {one["kind"]: one for one in study["kinds"]}
    assert (kinds["rate"]["n_answered"], kinds["rate"]["n_wanted"]) == (1, 6)
    assert (kinds["ab"]["n_answered"], kinds["ab"]["n_wanted"]) == (0, 6)
    assert [one["flag"] for one in study["flags"]] == ["personal"]
    (reviewer,) = study["reviewers"]
    assert reviewer["reviewer"] == bench.accounts["ada"].pseudonym
    assert (reviewer["n_answered"], reviewer["median_seconds"]) == (1, 12.5)
    assert "ratings" not in str(study)


def test_a_lead_pauses_opens_and_closes(app_client: TestClient, bench: Any) -> None:
    lea = Person(app_client, bench.person("lea", Role.LEAD))
    path = f"/api/lead/studies/{bench.study.id}/status"
    for status in ("paused", "open", "closed"):
        assert lea.post(path, {"status": status}).json() == {"status": status}
    reply = lea.post(path, {"status": "open"})
    assert reply.status_code == 422
    assert "cannot be opened again" in reply.json()["error"]


def test_a_lead_page_is_for_leads(ada: Person, app_client: TestClient, bench: Any) -> None:
    lea = Person(app_client, bench.person("lea", Role.LEAD))
    assert "<title>Review Lab</title>" in lea.get("/lead").text
    reply = ada.get("/lead")
    assert (reply.status_code, reply.headers["location"]) == (303, "/review/")
