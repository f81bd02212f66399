"""The review app's API without a browser: who may do what, what it says, what it never tells."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from apps.review.views import study_view
from lab.records import Role, Study, StudyStatus, new_id
from storage import queue
from tests.apps.review.people import Person, rating, tasks_of

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


def test_a_task_has_its_fields_and_no_others(ada: Person, bench: Any) -> None:
    assert set(tasks_of(ada, bench)[0]) == {
        "assignment_id", "kind", "step", "prompt", "source", "texts", "draft", "answer",
        "is_training", "adjudicates", "waits", "suggestions",
    }  # fmt: skip


def test_a_study_shows_question_criteria_and_guidelines_only(ada: Person, bench: Any) -> None:
    study = ada.get(f"/api/studies/{bench.study.id}").json()
    assert set(study) == {
        "id", "title", "question", "guidelines", "criteria", "rates", "compares", "marks",
        "vote_criteria", "categories", "severities", "break_minutes", "has_training",
    }  # fmt: skip
    assert [one["name"] for one in study["criteria"]] == [
        "coherence", "fluency", "relevance", "creativity",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("bench", "asked"),
    [
        ({"kinds": "rt"}, {"rates": True, "compares": False, "marks": False}),
        ({"kinds": "vd"}, {"rates": False, "compares": True, "marks": False}),
        ({"kinds": "hk"}, {"rates": False, "compares": False, "marks": True}),
        ({"kinds": "rvs"}, {"rates": True, "compares": True, "marks": True}),
    ],
    indirect=["bench"],
)
def test_a_study_says_what_it_asks(ada: Person, bench: Any, asked: dict[str, bool]) -> None:
    study = ada.get(f"/api/studies/{bench.study.id}").json()
    assert {name: study[name] for name in asked} == asked
    assert study["has_training"] == any(one.kind == "training" for one in bench.controls)


def titles(person: Person, bench: Any) -> list[str]:
    """Read a study's title where it is shown: in the list, and in the study."""
    listed = person.get("/api/studies").json()["studies"]
    listing = next(one for one in listed if one["id"] == bench.study.id)
    assert set(listing) == {
        "id", "title", "question", "n_answered", "n_total", "median_seconds", "saved_at",
        "active_seconds", "n_training", "n_training_left", "qualified",
    }  # fmt: skip
    return [listing["title"], study_of(person, bench)["title"]]


def study_of(person: Person, bench: Any) -> dict[str, Any]:
    return person.get(f"/api/studies/{bench.study.id}").json()


def test_a_study_is_called_by_its_title(ada: Person, bench: Any) -> None:
    assert titles(ada, bench) == ["Stories about a baker"] * 2
    assert bench.study.name not in ada.get("/api/studies").text + str(study_of(ada, bench))


@pytest.mark.parametrize("bench", [{"title": ""}], indirect=True)
def test_a_study_without_a_title_is_called_by_its_name(ada: Person, bench: Any) -> None:
    assert titles(ada, bench) == [bench.study.name] * 2


@pytest.mark.parametrize(
    "bench", [{"title": "Does My-GPT win?", "checkpoints": ["my-gpt", "study"]}], indirect=True
)
def test_a_title_or_name_that_holds_a_checkpoint_is_not_shown(ada: Person, bench: Any) -> None:
    assert titles(ada, bench) == [bench.study.protocol["question"]] * 2


@pytest.mark.parametrize("bench", [{"break_minutes": 5, "n_training": 0}], indirect=True)
def test_breaks_come_by_the_protocol(ada: Person, bench: Any) -> None:
    assert study_of(ada, bench)["break_minutes"] == 5


def test_a_study_of_an_older_lab_can_be_read() -> None:
    old = {"criteria": [], "design": "mixed", "checkpoints": ["x"]}
    view = study_view(Study(name="y", protocol=old, protocol_sha256=""))
    assert (view["title"], view["rates"], view["compares"], view["marks"]) == (
        "y",
        True,
        True,
        False,
    )
    assert (view["vote_criteria"], view["has_training"]) == ([], False)


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


# ---- work --------------------------------------------------------------------------------


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


def test_a_failure_that_names_checkpoints_is_not_passed_on(
    ada: Person, bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lab.errors import UnknownNameError

    def fail(*arguments: Any, **named: Any) -> None:
        raise UnknownNameError.of("checkpoint", "x", [one.name for one in bench.checkpoints])

    monkeypatch.setattr(queue, "progress", fail)
    reply = ada.get(f"/api/studies/{bench.study.id}/progress")
    assert reply.status_code == 404
    assert "secret-checkpoint" not in reply.text


@pytest.mark.parametrize(("design", "shown"), [("ab", "Which?"), ("spans", ""), ("rate", "")])
def test_the_question_about_pairs_is_shown_where_there_are_pairs(design: str, shown: str) -> None:
    protocol = {"design": design, "question": "Which?"}
    study = Study(name="first", protocol=protocol, protocol_sha256="0")
    assert study_view(study)["question"] == shown
