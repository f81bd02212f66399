"""Finds in what the server sent to a reviewer whatever that reviewer must not know.

Two nets, one behind the other: words and ids that may stand nowhere, and the fields that each
reply of the API may have, so that a field that nobody thought of is found as well.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from lab.records import CheckpointKind, ControlKind
from tests.apps.review.made import EXPLANATION, METRIC, VALUE, Bench
from tests.apps.review.wire import Sent

# ---- the first net: words ------------------------------------------------------------------


@dataclass(frozen=True)
class Secret:
    """Something that may not be sent, or only in some replies."""

    what: str
    word: str
    unless: Callable[[Sent], bool] = lambda sent: False

    def found_in(self, sent: Sent) -> bool:
        return self.word.casefold() in sent.folded and not self.unless(sent)


def _ids(what: str, *ids: str) -> Iterator[Secret]:
    for id in ids:
        yield Secret(f"id of {what}", id)
        yield Secret(f"id of {what}, without dashes", id.replace("-", ""))


def secrets_of(bench: Bench, reader: str, sent: list[Sent]) -> list[Secret]:
    """List what a reader of a study may not be sent.

    Args:
        bench: the study.
        reader: who reads, as `Bench.person` calls them.
        sent: what was sent; the tasks in it say in which replies feedback may stand.
    """
    secrets = [Secret("study's name", bench.study.name), Secret("metric's name", METRIC)]
    secrets += [Secret("a score", str(VALUE)), Secret("human reference", "secret-reference")]
    secrets += _ids("an item", *(one.id for one in bench.items))
    secrets += _ids("a prompt", *{one.prompt_id for one in bench.items})
    secrets += _ids("a generation", *(one.id for one in bench.generations))
    secrets += _ids("a control", *(one.id for one in bench.controls))
    for checkpoint in bench.checkpoints:
        secrets += _ids("a checkpoint", checkpoint.id)
        if "-" in checkpoint.name:
            secrets.append(Secret("checkpoint's name", checkpoint.name))
    secrets += _of_people(bench, reader, sent)
    training = answered(sent, "is_training")
    secrets.append(Secret("explanation", EXPLANATION, lambda one: about(one) in training))
    for one in bench.suggestions:
        secrets.append(Secret("evidence", one.evidence, _shows_suggestions))
        secrets += _ids("a check's result", one.check_result_id)
    return secrets


def _of_people(bench: Bench, reader: str, sent: list[Sent]) -> Iterator[Secret]:
    """List names and answers of everybody but the reader, whose own pseudonym is none to know."""
    disputed = answered(sent, "adjudicates")
    for name, account in bench.accounts.items():
        yield Secret("pseudonym", account.pseudonym)
        if name == reader:
            continue
        yield Secret("another's name", account.name)
        yield from _ids("an account", account.id)
    me = bench.accounts[reader].id
    for answer in bench.answers():
        if answer["reviewer_id"] == me:
            continue
        yield from _ids("another's answer", answer["id"], answer["assignment_id"])
        if answer["comment"]:
            yield Secret("another's comment", answer["comment"], lambda one: about(one) in disputed)
    for span in bench.spans():
        if span["note"]:
            yield Secret("another's note", span["note"], lambda one: about(one) in disputed)


def _shows_suggestions(sent: Sent) -> bool:
    return bool(sent.path.startswith("/api/") and '"step":"suggestions"' in sent.text)


# ---- who was sent what ---------------------------------------------------------------------


def replies(sent: list[Sent]) -> Iterator[tuple[Sent, Any]]:
    """Yield the API's replies with what they hold; the words are the same for all studies."""
    for one in sent:
        # No body: the page was left before the reply was there.
        if one.path.startswith("/api/") and one.path != "/api/words" and one.body:
            yield one, json.loads(one.body)


def tasks_in(sent: list[Sent]) -> list[dict[str, Any]]:
    """List every task that was sent, in the order of sending."""
    found = []
    for _, reply in replies(sent):
        found += reply.get("tasks", [])
        found += [reply[name] for name in ("task", "follow_up") if reply.get(name)]
    return found


def answered(sent: list[Sent], mark: str) -> set[str]:
    """List the assignments of the tasks that bear a mark."""
    return {task["assignment_id"] for task in tasks_in(sent) if task.get(mark)}


def about(sent: Sent) -> str:
    """Name the assignment that a submit was about; "" for any other call."""
    if sent.path != "/api/answers":
        return ""
    assignment_id: str = json.loads(sent.request)["assignment_id"]
    return assignment_id


# ---- the second net: fields ----------------------------------------------------------------


class Free:
    """Stands for what the browser itself had sent, and for maps by criterion or by id."""


FREE = Free()
SPAN = dict.fromkeys(("start", "end", "category", "severity", "note"))
PROGRESS = dict.fromkeys(
    (
        "n_answered",
        "n_total",
        "median_seconds",
        "saved_at",
        "active_seconds",
        "n_training",
        "n_training_left",
        "qualified",
    )
)
OWN = dict.fromkeys(("kind", "comment", "reason", "flag")) | {
    "ratings": FREE,
    "winners": FREE,
    "judgements": FREE,
    "spans": [SPAN],
}
TASK = dict.fromkeys(
    ("assignment_id", "kind", "step", "prompt", "source", "is_training", "adjudicates", "waits")
) | {
    "texts": [None],
    "draft": FREE,
    "answer": OWN,
    "suggestions": [dict.fromkeys(("id", "start", "end", "type", "evidence"))],
}
EXPECTED = {"ratings": FREE, "winners": FREE, "spans": [dict.fromkeys(("start", "end"))]}
OTHER = {"ratings": FREE, "winners": FREE, "spans": [SPAN], "comment": None}
ANSWER = dict.fromkeys(("answer_id", "repeated", "late", "saved_at")) | {
    "progress": PROGRESS,
    "feedback": {"right": None, "explanation": None, "expected": EXPECTED},
    "others": [OTHER],
    "follow_up": TASK,
}
STUDY = dict.fromkeys(
    ("id", "title", "question", "guidelines", "rates", "compares", "marks", "break_minutes")
) | {
    "has_training": None,
    "criteria": [{"name": None, "question": None, "anchors": [None]}],
    "vote_criteria": [None],
    "categories": [None],
    "severities": [None],
}
LISTED = {"id": None, "title": None, "question": None} | PROGRESS
MESSAGE = dict.fromkeys(("id", "text", "sent_at", "sender"))
FIELDS: dict[str, Any] = {
    "/api/me": {"id": None, "name": None, "role": None, "languages": [None]},
    "/api/studies": {"studies": [LISTED]},
    "/api/studies/ID": STUDY,
    "/api/studies/ID/tasks": {"tasks": [TASK], "status": None, "progress": PROGRESS},
    "/api/studies/ID/progress": PROGRESS,
    "/api/answers": ANSWER,
    "/api/undo": {"task": TASK, "progress": PROGRESS},
    "/api/renew": {"held": [None]},
    "/api/drafts": {"id": None},
    "/api/claim": {},
    "/api/here": {"here": None, "messages": [MESSAGE]},
    "/api/messages/ID/read": {},
}
"""By path: the fields that a reply may have; None stands for a plain value."""

REFUSAL = {"error": None, "code": None}
KINDS = {*ControlKind, *CheckpointKind, "reference"}
"""Words that would say what an item or a text is, if they stood alone in a field."""


def unknown_fields(fields: Any, value: Any, where: str) -> Iterator[str]:
    """Name what a reply holds beside the fields that it may have."""
    if value is None or isinstance(fields, Free):
        return
    if isinstance(value, dict) and isinstance(fields, dict):
        for name, inner in value.items():
            if name in fields:
                yield from unknown_fields(fields[name], inner, f"{where}.{name}")
            else:
                yield f"{where} has the field {name!r}"
    elif isinstance(value, list) and isinstance(fields, list):
        for inner in value:
            yield from unknown_fields(fields[0], inner, where)
    elif isinstance(value, dict | list) or fields is not None:
        yield f"{where} is a {type(value).__name__}"
    elif isinstance(value, str) and value in KINDS:
        yield f"{where} says {value!r}"


def untimely(sent: list[Sent]) -> Iterator[str]:
    """Name what was told too early, or to somebody whom it does not concern."""
    training, disputed = answered(sent, "is_training"), answered(sent, "adjudicates")
    for one, reply in replies(sent):
        if reply.get("feedback") and about(one) not in training:
            yield "feedback on an item outside of training"
        if reply.get("others") and about(one) not in disputed:
            yield "others' answers on an item that is not in dispute"
    for task in tasks_in(sent):
        if task["suggestions"] and task["step"] != "suggestions":
            yield "suggestions before the own answer"


# ---- both ----------------------------------------------------------------------------------


def leaks(bench: Bench, reader: str, sent: list[Sent]) -> list[str]:
    """Name everything that a reader was sent and should not have been."""
    found = [
        f"{secret.what} in {one.method} {one.path}"
        for secret in secrets_of(bench, reader, sent)
        for one in sent
        if secret.found_in(one)
    ]
    for one, reply in replies(sent):
        path = re.sub(r"/[0-9a-f-]{36}\b", "/ID", one.path)
        fields = FIELDS.get(path, {}) if one.status == 200 else REFUSAL
        found += unknown_fields(fields, reply, path)
    return found + list(untimely(sent))
