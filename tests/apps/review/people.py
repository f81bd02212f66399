"""Somebody at the review app's API, and the answers that somebody gives."""

from __future__ import annotations

import json
from typing import Any

from starlette.testclient import TestClient

from lab.records import new_id
from tests.apps.review.made import Bench

WRITE = {"X-Lab": "review", "Content-Type": "application/json"}


class Person:
    """Somebody at the API, with one page open."""

    def __init__(self, client: TestClient, cookies: dict[str, str], **headers: str) -> None:
        self.client = client
        self.page = new_id()
        cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
        self.headers = {
            "Accept": "application/json",
            "Cookie": cookie,
            "X-Lab-Page": self.page,
            **headers,
        }

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(path, headers=self.headers | headers)

    def post(self, path: str, body: dict[str, Any], **headers: str) -> Any:
        # In ASCII, since a browser can send what no UTF-8 can hold: half a letter.
        return self.client.post(
            path, content=json.dumps(body), headers=WRITE | self.headers | headers
        )


def tasks_of(person: Person, bench: Bench) -> list[dict[str, Any]]:
    return person.get(f"/api/studies/{bench.study.id}/tasks").json()["tasks"]


def answer(bench: Bench, task: dict[str, Any], kind: str, **changes: Any) -> dict[str, Any]:
    """Write the body of an answer of any kind, with nothing entered but what is given."""
    body = {
        "answer_id": new_id(),
        "assignment_id": task["assignment_id"],
        "study_id": bench.study.id,
        "kind": kind,
        "comment": "fine",
        "seconds": 12.5,
    }
    return body | changes


def rating(bench: Bench, task: dict[str, Any], value: int = 4, **changes: Any) -> dict[str, Any]:
    names = [one["name"] for one in bench.study.protocol["criteria"]]
    return answer(bench, task, "rate", **{"ratings": dict.fromkeys(names, value)} | changes)


def vote(bench: Bench, task: dict[str, Any], winner: str, **changes: Any) -> dict[str, Any]:
    names = ["overall", *bench.study.protocol.get("vote_criteria", [])]
    return answer(bench, task, "vote", **{"winners": dict.fromkeys(names, winner)} | changes)


def marking(
    bench: Bench, task: dict[str, Any], *pieces: tuple[int, int], **changes: Any
) -> dict[str, Any]:
    """Write the body of marks; in the step "suggestions" every suggestion is confirmed."""
    kind = "judge" if task["step"] == "suggestions" else "spans"
    spans = [
        {"start": start, "end": end, "category": "nonsense", "severity": "minor", "note": ""}
        for start, end in pieces
    ]
    judgements = {one["id"]: True for one in task["suggestions"]}
    return answer(bench, task, kind, **{"spans": spans, "judgements": judgements} | changes)


def any_answer(bench: Bench, task: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Write the body of an answer that fits a task."""
    if task["kind"] == "rate":
        return rating(bench, task, **changes)
    if task["kind"] == "ab":
        return vote(bench, task, "left", **changes)
    return marking(bench, task, (0, 4), **changes)
