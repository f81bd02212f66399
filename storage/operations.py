"""The named operations: each is one step within the writer's transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from storage.assignments.answering import submit, undo
from storage.assignments.assigning import next_tasks, release, renew, save_draft
from storage.assignments.choosing import set_weights
from storage.assignments.counting import progress
from storage.assignments.unsettled import unsettled
from storage.joining import add_account, join

OPERATIONS: dict[str, Callable[..., Any]] = {
    "add_account": add_account,
    "join": join,
    "next_tasks": next_tasks,
    "progress": progress,
    "release": release,
    "renew": renew,
    "save_draft": save_draft,
    "set_weights": set_weights,
    "submit": submit,
    "undo": undo,
    "unsettled": unsettled,
}
"""Name → function of the writer's desk, the moment, and the operation's own arguments."""
