"""Chats as prompts: whoever judges an answer reads all turns before it."""

from __future__ import annotations

from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest

from storage import frames, overview, queue
from storage.client import Store
from storage.preferences import preferences

HOSTILE = 'It\'s "here"\n{x} \\ 😀'


def turns(*given: tuple[str, str]) -> dict[str, Any]:
    return {"messages": [{"role": role, "content": content} for role, content in given]}


@pytest.mark.parametrize(
    ("conversation", "read"),
    [
        (None, "p0"),
        (turns(("user", "p0")), "p0"),
        (
            turns(("system", "Be brief."), ("user", HOSTILE), ("assistant", ""), ("user", "p0")),
            f"System:\nBe brief.\n\nUser:\n{HOSTILE}\n\nAssistant:\n\n\nUser:\np0",
        ),
    ],
)
def test_all_turns_of_a_chat_are_read(
    store: Store, made: ModuleType, conversation: dict[str, Any] | None, read: str
) -> None:
    small = made.small_study(n_rate=0, n_ab=1, n_reviewers=1, reviewers_per_item=1)
    old, (reviewer,), (item,) = small.prompts[0], small.reviewers, small.items
    new = replace(old, conversation=conversation)
    store.add([new if record is old else record for record in small.records])
    (task,) = queue.next_tasks(store, small.study.id, reviewer.id, 1)
    assert task.prompt == read
    shown = overview.item_texts(store, item.id)
    assert shown is not None
    assert shown.prompt == read
    assert frames.generation(store, small.generations[0][0].id)["prompt"] == read

    queue.submit(
        store, answer_id=made.r.new_id(), assignment_id=task.assignment_id,
        reviewer_id=reviewer.id, kind="vote", winners={"overall": "left"}, seconds=2.0,
    )  # fmt: skip
    assert list(preferences(store).frame["prompt"]) == [read]
