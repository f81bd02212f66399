"""Turns records into what a reviewer's browser may know: no checkpoint, score or other reviewer."""

from __future__ import annotations

from typing import Any

from lab.records import Account, Study, StudyStatus
from storage.progress import Flag, Progress, ReviewerProgress, StudyProgress
from storage.tasks import Task


def account_view(account: Account) -> dict[str, Any]:
    """Show an account to itself."""
    return {"id": account.id, "name": account.name, "role": account.role.value}


def study_view(study: Study) -> dict[str, Any]:
    """Show a study's question, criteria and guidelines, and nothing else of its protocol."""
    protocol = study.protocol
    criteria = [
        {key: criterion[key] for key in ("name", "question", "anchors")}
        for criterion in protocol.get("criteria", [])
    ]
    return {
        "id": study.id,
        "name": study.name,
        "question": protocol.get("question", ""),
        "guidelines": protocol.get("guidelines", ""),
        "criteria": criteria,
        "rates": protocol.get("design") != "ab",
        "compares": protocol.get("design") != "rate",
    }


def progress_view(progress: Progress) -> dict[str, Any]:
    """Show a reviewer's own progress."""
    saved = progress.last_saved_at
    return {
        "n_answered": progress.n_answered,
        "n_total": progress.n_total_for_me,
        "median_seconds": progress.median_seconds,
        "saved_at": saved.isoformat() if saved else None,
    }


def listing_view(study: Study, progress: Progress) -> dict[str, Any]:
    """Show a study in the list to choose from."""
    about = {key: study_view(study)[key] for key in ("id", "name", "question")}
    return about | progress_view(progress)


def task_view(task: Task) -> dict[str, Any]:
    """Show a task: its texts in screen order, and what its reviewer entered before."""
    return {
        "assignment_id": task.assignment_id,
        "kind": str(task.kind),
        "prompt": task.prompt,
        "source": task.source,
        "texts": list(task.texts),
        "draft": task.draft,
        "answer": task.answer,
    }


def tasks_view(tasks: list[Task], status: StudyStatus, progress: Progress) -> dict[str, Any]:
    """Show the tasks in hand, with the study's status and the reviewer's progress."""
    return {
        "tasks": [task_view(task) for task in tasks],
        "status": status.value,
        "progress": progress_view(progress),
    }


def lead_view(study: Study, status: StudyStatus, progress: StudyProgress) -> dict[str, Any]:
    """Show a lead how far a study is, who works on it and what was flagged: no results."""
    kinds = [
        {"kind": kind.value, "n_answered": n_answered, "n_wanted": n_wanted}
        for kind, (n_answered, n_wanted) in progress.slots.items()
    ]
    return {
        "id": study.id,
        "name": study.name,
        "status": status.value,
        "kinds": kinds,
        "reviewers": [_reviewer_view(one) for one in progress.reviewers],
        "flags": [_flag_view(one) for one in progress.flags],
    }


def _reviewer_view(one: ReviewerProgress) -> dict[str, Any]:
    return {
        "reviewer": one.pseudonym,
        "n_answered": one.n_answered,
        "n_skipped": one.n_skipped,
        "median_seconds": one.median_seconds,
        "last_at": one.last_saved_at.isoformat(),
    }


def _flag_view(one: Flag) -> dict[str, Any]:
    return {
        "position": one.position,
        "kind": one.kind.value,
        "reviewer": one.pseudonym,
        "flag": one.flag,
        "comment": one.comment,
        "at": one.created_at.isoformat(),
    }
