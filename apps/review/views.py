"""Turns records into what a reviewer's browser may know: no checkpoint, score or other reviewer."""

from __future__ import annotations

from typing import Any

from lab.records import Account, Study, StudyStatus
from storage.queue import Progress, Task


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
