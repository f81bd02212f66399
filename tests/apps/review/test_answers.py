"""Answers of every kind through the API: taken, refused, undone, and what comes back."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from lab.records import StudyStatus, new_id
from tests.apps.review.made import EXPLANATION
from tests.apps.review.people import (
    Person,
    answer,
    any_answer,
    marking,
    rating,
    tasks_of,
    vote,
)


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
    "bench", [{"kinds": "v", "vote_criteria": ["fluency", "relevance"]}], indirect=True
)
def test_a_vote_is_given_by_criterion(ada: Person, bench: Any) -> None:
    (task,) = tasks_of(ada, bench)
    body = vote(bench, task, "tie", winners={"overall": "tie", "fluency": "both_bad"})
    reply = ada.post("/api/answers", body)
    assert (reply.status_code, "relevance" in reply.json()["error"]) == (422, True)
    body["winners"]["relevance"] = "tie"
    assert ada.post("/api/answers", body).status_code == 200
    assert {one["criterion"]: one["winner"] for one in bench.votes()} == body["winners"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kind": "vote", "winners": {"overall": "c"}}, "winners.overall"),
        ({"spans": [{"start": 3}]}, "spans.0.end"),
        ({"spans": [{"start": 0, "end": 1, "category": "ugly", "severity": "minor"}]}, "category"),
        ({"spans": [{"start": 0, "end": 1, "category": "other", "severity": "huge"}]}, "severity"),
        ({"spans": [{"start": -1, "end": 1, "category": "other", "severity": "minor"}]}, "start"),
        ({"judgements": {"1": True}}, "judgements"),
        ({"judgements": {new_id(): "perhaps"}}, "judgements"),
        ({"comment": "half a letter \ud800"}, "comment"),
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
        {"kind": "vote", "winners": {"overall": "left"}, "ratings": {}},
        {"kind": "spans", "ratings": {}},
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


# ---- marks ---------------------------------------------------------------------------------

EMOJI = "👩‍👩‍👧 e\u0301te \u05e9\u05dc\u05d5\u05dd end"


@pytest.mark.parametrize("bench", [{"kinds": "s", "texts": {0: EMOJI}}], indirect=True)
def test_marks_are_stored_in_code_points(ada: Person, bench: Any) -> None:
    (task,) = tasks_of(ada, bench)
    assert (task["step"], task["waits"], task["suggestions"]) == ("own", False, [])
    at = EMOJI.index("end")
    reply = ada.post("/api/answers", marking(bench, task, (0, 5), (at, len(EMOJI)))).json()
    assert (reply["feedback"], reply["others"], reply["follow_up"]) == (None, None, None)
    assert [(one["start"], one["end"]) for one in bench.spans()] == [(0, 5), (at, len(EMOJI))]


@pytest.mark.parametrize("bench", [{"kinds": "s", "texts": {0: EMOJI}}], indirect=True)
@pytest.mark.parametrize("piece", [(0, len(EMOJI) + 1), (3, 3), (4, 2)])
def test_a_mark_outside_of_the_text_is_refused(
    ada: Person, bench: Any, piece: tuple[int, int]
) -> None:
    (task,) = tasks_of(ada, bench)
    assert ada.post("/api/answers", marking(bench, task, piece)).status_code == 422
    assert bench.n_answers() == 0


@pytest.mark.parametrize("bench", [{"kinds": "s"}], indirect=True)
def test_a_clean_text_has_no_marks(ada: Person, bench: Any) -> None:
    (task,) = tasks_of(ada, bench)
    assert ada.post("/api/answers", marking(bench, task)).json()["progress"]["n_answered"] == 1
    assert bench.spans() == []


@pytest.mark.parametrize("bench", [{"kinds": "h"}], indirect=True)
def test_suggestions_come_after_the_own_marks(ada: Person, bench: Any) -> None:
    (task,) = tasks_of(ada, bench)
    assert (task["step"], task["waits"], task["suggestions"]) == ("own", True, [])
    own = marking(bench, task, (8, 12))
    replies = [ada.post("/api/answers", own).json() for _ in range(2)]
    follow_up = replies[0]["follow_up"]
    assert replies[1]["follow_up"] == follow_up
    assert (follow_up["step"], follow_up["assignment_id"]) == ("suggestions", own["assignment_id"])
    assert [set(one) for one in follow_up["suggestions"]] == [
        {"id", "start", "end", "type", "evidence"}
    ] * 2
    assert [(one["start"], one["end"]) for one in follow_up["suggestions"]] == [(0, 4), (5, 7)]
    assert follow_up["answer"]["spans"][0]["start"] == 8
    assert tasks_of(ada, bench)[0]["step"] == "suggestions"


@pytest.mark.parametrize("bench", [{"kinds": "h"}], indirect=True)
def test_every_suggestion_is_judged(ada: Person, bench: Any) -> None:
    (task,) = tasks_of(ada, bench)
    follow_up = ada.post("/api/answers", marking(bench, task, (8, 12))).json()["follow_up"]
    first, second = (one["id"] for one in follow_up["suggestions"])
    body = marking(bench, follow_up, (0, 4), (8, 12), judgements={first: True})
    assert ada.post("/api/answers", body).status_code == 422
    body["judgements"][second] = False
    reply = ada.post("/api/answers", body).json()
    assert (reply["follow_up"], reply["progress"]["n_answered"]) == (None, 1)
    judged = {one["span_id"]: one["confirmed"] for one in bench.judgements()}
    assert judged == {first: True, second: False}
    assert tasks_of(ada, bench) == []


# ---- what comes back -----------------------------------------------------------------------


@pytest.mark.parametrize("bench", [{"kinds": "tTwr", "qualification": 0.5}], indirect=True)
def test_training_gives_feedback_and_then_qualifies(ada: Person, bench: Any) -> None:
    task = tasks_of(ada, bench)[0]
    assert (task["is_training"], task["waits"]) == (True, True)
    reply = ada.post("/api/answers", rating(bench, task, 5)).json()
    expected = {"ratings": {"fluency": 2}}
    assert reply["feedback"] == {"right": False, "expected": expected, "explanation": EXPLANATION}
    assert (reply["progress"]["n_training_left"], reply["progress"]["qualified"]) == (2, None)
    task = tasks_of(ada, bench)[0]
    right = ("left", "right")[task["texts"][0][6] != "a"]
    feedback = ada.post("/api/answers", vote(bench, task, right)).json()["feedback"]
    assert (feedback["right"], feedback["expected"]) == (True, {"winners": {"overall": [right]}})
    task = tasks_of(ada, bench)[0]
    reply = ada.post("/api/answers", marking(bench, task, (1, 2))).json()
    assert reply["feedback"]["expected"] == {"spans": [{"start": 0, "end": 4}]}
    assert (reply["progress"]["n_training_left"], reply["progress"]["qualified"]) == (0, True)
    assert tasks_of(ada, bench)[0]["is_training"] is False


@pytest.mark.parametrize("bench", [{"kinds": "tr", "qualification": 1.0}], indirect=True)
def test_who_does_not_qualify_gets_no_more(ada: Person, bench: Any) -> None:
    reply = ada.post("/api/answers", rating(bench, tasks_of(ada, bench)[0], 5)).json()
    assert reply["progress"]["qualified"] is False
    assert tasks_of(ada, bench) == []


@pytest.mark.parametrize("bench", [{"kinds": "gGkdaf"}], indirect=True)
def test_no_control_gives_feedback(ada: Person, bench: Any) -> None:
    n_answered = 0
    while tasks := tasks_of(ada, bench):
        assert (tasks[0]["is_training"], tasks[0]["waits"]) == (False, False)
        reply = ada.post("/api/answers", any_answer(bench, tasks[0])).json()
        assert (reply["feedback"], reply["others"], reply["follow_up"]) == (None, None, None)
        n_answered += 1
    assert n_answered == 6


@pytest.mark.parametrize(
    "bench", [{"kinds": "r", "reviewers_per_item": 2, "adjudicate_at": 2}], indirect=True
)
def test_an_adjudicator_sees_the_answers_after_the_own(
    ada: Person, app_client: TestClient, bench: Any
) -> None:
    ben, judy = (Person(app_client, bench.person(name)) for name in ("ben", "judy"))
    ada.post("/api/answers", rating(bench, tasks_of(ada, bench)[0], 1, comment="from Ada"))
    ben_task = tasks_of(ben, bench)[0]
    assert ben.post("/api/answers", rating(bench, ben_task, 5)).json()["others"] is None
    (task,) = tasks_of(judy, bench)
    assert (task["adjudicates"], task["waits"]) == (True, True)
    reply = judy.post("/api/answers", rating(bench, task, 4)).json()
    assert [set(one) for one in reply["others"]] == [{"ratings", "winners", "spans", "comment"}] * 2
    values = sorted(one["ratings"]["fluency"] for one in reply["others"])
    assert (values, reply["others"][0]["comment"]) == ([1, 5], "from Ada")
    for account in bench.accounts.values():
        assert account.name not in str(reply)
        assert account.pseudonym not in str(reply)


# ---- undo ----------------------------------------------------------------------------------


def test_an_undo_that_the_study_does_not_allow_is_said(ada: Person, bench: Any) -> None:
    ada.post("/api/answers", rating(bench, tasks_of(ada, bench)[0]))
    bench.set_status(StudyStatus.PAUSED)
    reply = ada.post("/api/undo", {"answer_id": new_id(), "study_id": bench.study.id})
    assert reply.status_code == 422
    assert "can no longer be taken back" in reply.json()["error"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"comment": "x" * 200_001}, "at most 200000 are kept"),
        ({"comment": "half a letter \ud800"}, "cannot be stored"),
        ({str(number): 1 for number in range(21)}, "at most 20 items"),
    ],
)
def test_a_draft_that_cannot_be_kept_is_refused(
    ada: Person, bench: Any, content: dict[str, Any], words: str
) -> None:
    task = tasks_of(ada, bench)[0]
    body = {"id": new_id(), "assignment_id": task["assignment_id"], "content": content}
    reply = ada.post("/api/drafts", body)
    assert (reply.status_code, words in reply.json()["error"]) == (422, True), reply.text


@pytest.mark.parametrize("bench", [{"kinds": "s"}], indirect=True)
def test_a_skip_needs_no_marks(ada: Person, bench: Any) -> None:
    (task,) = tasks_of(ada, bench)
    body = answer(bench, task, "skip", reason="language")
    assert ada.post("/api/answers", body).json()["progress"]["n_answered"] == 0
    assert bench.answers()[0]["reason"] == "language"
