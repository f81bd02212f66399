"""One page of an account works at a time, and messages reach it."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from apps.review.takeover import Places
from lab.records import Message, Role, new_id
from tests.apps.review.people import Person, rating, tasks_of


@pytest.fixture
def second(app_client: TestClient, bench: Any, ada: Person) -> Person:
    """Give another page of Ada's, which has not claimed anything."""
    return Person(app_client, bench.person("ada"))


def draft_of(task: dict[str, Any]) -> dict[str, Any]:
    return {"id": new_id(), "assignment_id": task["assignment_id"], "content": {"comment": "x"}}


def test_the_first_page_works_without_claiming(ada: Person, second: Person, bench: Any) -> None:
    assert tasks_of(ada, bench)
    assert ada.get("/api/here").json()["here"] is True
    assert second.get("/api/here").json()["here"] is False


def test_the_newest_page_takes_over(ada: Person, second: Person, bench: Any) -> None:
    for page, other in ((ada, second), (second, ada), (ada, second)):
        assert page.post("/api/claim", {}).json() == {}
        assert page.get("/api/here").json()["here"] is True
        assert other.get("/api/here").json()["here"] is False


def test_a_page_that_was_left_gets_no_work(ada: Person, second: Person, bench: Any) -> None:
    task = tasks_of(ada, bench)[0]
    second.post("/api/claim", {})
    renewal = {"assignment_ids": [task["assignment_id"]]}
    replies = [
        ada.get(f"/api/studies/{bench.study.id}/tasks"),
        ada.post("/api/renew", renewal),
        ada.post("/api/drafts", draft_of(task)),
    ]
    assert [one.status_code for one in replies] == [409] * 3
    assert {one.json()["code"] for one in replies} == {"elsewhere"}
    assert tasks_of(second, bench)[0]["draft"] is None
    assert second.post("/api/renew", renewal).json()["held"] == [task["assignment_id"]]


def test_an_answer_and_its_undoing_are_taken_from_any_page(
    ada: Person, second: Person, bench: Any
) -> None:
    task = tasks_of(ada, bench)[0]
    second.post("/api/claim", {})
    assert ada.post("/api/answers", rating(bench, task)).status_code == 200
    undo = {"answer_id": new_id(), "study_id": bench.study.id}
    assert ada.post("/api/undo", undo).json()["task"]["assignment_id"] == task["assignment_id"]


def test_what_is_not_work_goes_on_everywhere(ada: Person, second: Person, bench: Any) -> None:
    second.post("/api/claim", {})
    for path in ("/api/me", "/api/studies", f"/api/studies/{bench.study.id}"):
        assert ada.get(path).status_code == 200


def test_accounts_do_not_take_over_from_one_another(
    ada: Person, app_client: TestClient, bench: Any
) -> None:
    ben = Person(app_client, bench.person("ben"))
    ada.post("/api/claim", {})
    ben.post("/api/claim", {})
    assert ada.get("/api/here").json()["here"] is True
    assert ben.get("/api/here").json()["here"] is True


def test_after_a_restart_the_first_page_goes_on() -> None:
    places = Places()
    places.claim("ada", "old")
    restarted = Places()
    assert restarted.is_here("ada", "new")
    assert not restarted.is_here("ada", "old")


def test_a_page_names_itself_in_few_letters(ada: Person) -> None:
    assert ada.get("/api/here", **{"X-Lab-Page": "x" * 65}).status_code == 422


# ---- messages ------------------------------------------------------------------------------


def send(bench: Any, text: str, to: str = "ada") -> Message:
    bench.person("lea", Role.LEAD)
    message = Message(
        sender_id=bench.accounts["lea"].id,
        recipient_id=bench.accounts[to].id,
        study_id=bench.study.id,
        text=text,
    )
    bench.store.add([message])
    return message


def test_messages_come_until_they_are_read(ada: Person, bench: Any) -> None:
    first, second = send(bench, "Slower, please."), send(bench, "Thank you.")
    shown = ada.get("/api/here").json()["messages"]
    assert shown == [
        {"id": one.id, "text": one.text, "sent_at": one.created_at.isoformat(), "sender": "lead"}
        for one in (first, second)
    ]
    for _ in range(2):
        assert ada.post(f"/api/messages/{first.id}/read", {}).json() == {}
    assert [one["id"] for one in ada.get("/api/here").json()["messages"]] == [second.id]


def test_a_page_that_was_left_still_hears(ada: Person, second: Person, bench: Any) -> None:
    second.post("/api/claim", {})
    send(bench, "Both of you")
    assert len(ada.get("/api/here").json()["messages"]) == 1


def test_somebody_elses_message_is_neither_seen_nor_read(
    ada: Person, app_client: TestClient, bench: Any
) -> None:
    ben = Person(app_client, bench.person("ben"))
    message = send(bench, "For Ben alone", to="ben")
    assert ada.get("/api/here").json()["messages"] == []
    assert ada.post(f"/api/messages/{message.id}/read", {}).status_code == 422
    assert ada.post("/api/messages/nonsense/read", {}).status_code == 422
    assert [one["id"] for one in ben.get("/api/here").json()["messages"]] == [message.id]
