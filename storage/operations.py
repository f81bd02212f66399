"""The named operations: each is one step within the writer's transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from storage.answering import submit, undo
from storage.assigning import next_tasks, release, renew, save_draft
from storage.counting import progress
from storage.joining import add_account, join
from storage.unsettled import unsettled

OPERATIONS: dict[str, Callable[..., Any]] = {
    "add_account": add_account,
    "join": join,
    "next_tasks": next_tasks,
    "progress": progress,
    "release": release,
    "renew": renew,
    "save_draft": save_draft,
    "submit": submit,
    "undo": undo,
    "unsettled": unsettled,
}
"""Name → function of the writer's desk, the moment, and the operation's own arguments."""
