"""Turns records into what a reviewer's browser may know: no checkpoint, score or other reviewer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apps.review.wording import languages
from lab.records import (
    Account,
    ItemKind,
    Message,
    Severity,
    SpanCategory,
    Study,
    StudyStatus,
)
from storage.progress import Progress
from storage.queue import Submitted
from storage.tasks import Task

BREAK_MINUTES = 25
"""Active minutes after which a break is offered, in studies made before they could say so."""


def account_view(account: Account) -> dict[str, Any]:
    """Show an account to itself, with the languages that it may be spoken to in."""
    return {
        "id": account.id,
        "name": account.name,
        "role": account.role.value,
        "languages": list(languages()),
    }


def study_view(study: Study) -> dict[str, Any]:
    """Show what a study asks, its criteria and guidelines, and nothing else of its protocol."""
    protocol = study.protocol
    kinds = _kinds(protocol)
    criteria = [
        {key: criterion[key] for key in ("name", "question", "anchors")}
        for criterion in protocol.get("criteria", [])
    ]
    gold = protocol.get("gold", [])
    return {
        "id": study.id,
        "title": _title(study),
        "question": protocol.get("question", "") if ItemKind.AB in kinds else "",
        "guidelines": protocol.get("guidelines", ""),
        "criteria": criteria,
        "rates": ItemKind.RATE in kinds,
        "compares": ItemKind.AB in kinds,
        "marks": ItemKind.SPANS in kinds,
        "vote_criteria": list(protocol.get("vote_criteria", [])),
        "categories": [one.value for one in SpanCategory],
        "severities": [one.value for one in Severity],
        "break_minutes": protocol.get("break_minutes", BREAK_MINUTES),
        "has_training": protocol.get("n_training", 0) > 0
        or any(one.get("training", False) for one in gold),
    }


def _kinds(protocol: Mapping[str, Any]) -> set[str]:
    design = protocol.get("design", "mixed")
    return set(protocol.get("mixed_of", ("rate", "ab"))) if design == "mixed" else {design}


def _title(study: Study) -> str:
    """Choose what to call a study: never by words that hold a checkpoint's name."""
    known = [name.casefold() for name in study.protocol.get("checkpoints", [])]
    for title in (study.protocol.get("title", ""), study.name):
        if title and not any(name in title.casefold() for name in known):
            return title
    return study.protocol.get("question", "")


def progress_view(progress: Progress) -> dict[str, Any]:
    """Show a reviewer's own progress."""
    saved = progress.last_saved_at
    return {
        "n_answered": progress.n_answered,
        "n_total": progress.n_total_for_me,
        "median_seconds": progress.median_seconds,
        "saved_at": saved.isoformat() if saved else None,
        "active_seconds": progress.active_seconds,
        "n_training": progress.n_training,
        "n_training_left": progress.n_training_left,
        "qualified": progress.qualified,
    }


def listing_view(study: Study, progress: Progress) -> dict[str, Any]:
    """Show a study in the list to choose from."""
    about = {key: study_view(study)[key] for key in ("id", "title", "question")}
    return about | progress_view(progress)


def task_view(task: Task) -> dict[str, Any]:
    """Show a task: its texts in screen order, and what its reviewer entered before."""
    return {
        "assignment_id": task.assignment_id,
        "kind": str(task.kind),
        "step": task.step,
        "prompt": task.prompt,
        "source": task.source,
        "texts": list(task.texts),
        "draft": task.draft,
        "answer": task.answer,
        "is_training": task.is_training,
        "adjudicates": task.adjudicates,
        "waits": task.waits,
        "suggestions": [_only(one, *_SUGGESTION) for one in task.suggestions],
    }


def tasks_view(tasks: list[Task], status: StudyStatus, progress: Progress) -> dict[str, Any]:
    """Show the tasks in hand, with the study's status and the reviewer's progress."""
    return {
        "tasks": [task_view(task) for task in tasks],
        "status": status.value,
        "progress": progress_view(progress),
    }


def submitted_view(done: Submitted, progress: Progress) -> dict[str, Any]:
    """Show what became of an answer, and what only now may be seen."""
    return {
        "answer_id": done.answer_id,
        "repeated": done.repeated,
        "late": done.late,
        "saved_at": done.recorded_at.isoformat(),
        "progress": progress_view(progress),
        "feedback": done.feedback and _feedback_view(done.feedback),
        "others": done.others and [_only(one, *_OTHER) for one in done.others],
        "follow_up": done.follow_up and task_view(done.follow_up),
    }


def _feedback_view(feedback: Mapping[str, Any]) -> dict[str, Any]:
    expected = _only(feedback["expected"], "ratings", "winners", "spans")
    return _only(feedback, "right", "explanation") | {"expected": expected}


def message_view(message: Message) -> dict[str, Any]:
    """Show a lead's words to whom they were sent."""
    return {
        "id": message.id,
        "text": message.text,
        "sent_at": message.created_at.isoformat(),
        "sender": "lead",
    }


_SUGGESTION = ("id", "start", "end", "type", "evidence")
_OTHER = ("ratings", "winners", "spans", "comment")


def _only(values: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Keep the fields of these names: what is added elsewhere does not leave the server so."""
    return {name: values[name] for name in names if name in values}
