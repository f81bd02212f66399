"""A text that is checked anew while its reviewer judges what the earlier check suggested."""

from __future__ import annotations

from typing import Any

import pytest

from lab.records import CheckResult, CheckStatus, HallucinationSpan, SpanType, new_id
from tests.apps.review.people import Person, marking, tasks_of

pytestmark = pytest.mark.parametrize("bench", [{"kinds": "h"}], indirect=True)


def check_anew(bench: Any, *pieces: tuple[int, int]) -> None:
    """Store another result of the check against the source for the text."""
    generation_id = bench.items[0].generation_a_id
    result = CheckResult(
        generation_id=generation_id, checker="source", version="2", status=CheckStatus.OK, score=0.5
    )
    spans = [
        HallucinationSpan(
            check_result_id=result.id, generation_id=generation_id, checker="source",
            start=start, end=end, type=SpanType.UNSUPPORTED, score=0.5, evidence="other evidence",
        )
        for start, end in pieces
    ]  # fmt: skip
    bench.store.add([result, *spans])


def begin(ada: Person, bench: Any) -> dict[str, Any]:
    """Submit own marks; return the task with the suggestions at (0, 4) and (5, 7)."""
    (task,) = tasks_of(ada, bench)
    reply = ada.post("/api/answers", marking(bench, task, (8, 12))).json()
    follow_up: dict[str, Any] = reply["follow_up"]
    return follow_up


def keep(ada: Person, task: dict[str, Any], judgements: Any) -> None:
    """Keep a draft with what was judged so far."""
    content = {"spans": [], "judgements": judgements, "at": 1}
    body = {"id": new_id(), "assignment_id": task["assignment_id"], "content": content}
    assert ada.post("/api/drafts", body).status_code < 300


def shown(ada: Person, bench: Any) -> list[tuple[int, int]]:
    return [(one["start"], one["end"]) for one in tasks_of(ada, bench)[0]["suggestions"]]


def test_a_word_on_what_was_shown_is_taken(ada: Person, bench: Any) -> None:
    task = begin(ada, bench)
    check_anew(bench, (2, 6))
    reply = ada.post("/api/answers", marking(bench, task, (8, 12)))
    assert reply.status_code == 200
    ids = {one["id"] for one in task["suggestions"]}
    assert {one["span_id"] for one in bench.judgements()} == ids


def test_who_has_begun_goes_on_with_the_same_suggestions(ada: Person, bench: Any) -> None:
    task = begin(ada, bench)
    keep(ada, task, {task["suggestions"][0]["id"]: True})
    check_anew(bench, (2, 6))
    (again,) = tasks_of(ada, bench)
    assert again["suggestions"] == task["suggestions"]
    assert ada.post("/api/answers", marking(bench, again, (8, 12))).status_code == 200


@pytest.mark.parametrize("judgements", [{}, {"no id": True}, ["no object"]])
def test_who_has_not_begun_gets_the_new_ones(ada: Person, bench: Any, judgements: Any) -> None:
    task = begin(ada, bench)
    keep(ada, task, judgements)
    check_anew(bench, (2, 6))
    assert shown(ada, bench) == [(2, 6)]
    (again,) = tasks_of(ada, bench)
    assert ada.post("/api/answers", marking(bench, again, (8, 12))).status_code == 200


def test_what_was_taken_back_shows_what_was_judged(ada: Person, bench: Any) -> None:
    task = begin(ada, bench)
    ada.post("/api/answers", marking(bench, task, (8, 12)))
    check_anew(bench)
    body = {"answer_id": new_id(), "study_id": bench.study.id}
    assert ada.post("/api/undo", body).status_code == 200
    (again,) = tasks_of(ada, bench)
    assert again["suggestions"] == task["suggestions"]
    assert again["answer"]["judgements"] == {one["id"]: True for one in task["suggestions"]}


def test_pieces_of_two_checks_are_no_whole_word(ada: Person, bench: Any) -> None:
    task = begin(ada, bench)
    check_anew(bench, (2, 6), (9, 10))
    (again,) = tasks_of(ada, bench)
    mixed = {task["suggestions"][0]["id"]: True, again["suggestions"][0]["id"]: False}
    for judgements in (mixed, {task["suggestions"][0]["id"]: True}, {}):
        body = marking(bench, task, (8, 12), judgements=judgements)
        reply = ada.post("/api/answers", body)
        assert reply.status_code == 422
        assert "suggestion" in reply.text


def test_a_check_that_finds_nothing_any_more_leaves_nothing_to_judge(
    ada: Person, bench: Any
) -> None:
    begin(ada, bench)
    check_anew(bench)
    (again,) = tasks_of(ada, bench)
    assert again["suggestions"] == []
    assert ada.post("/api/answers", marking(bench, again, (8, 12))).status_code == 200
