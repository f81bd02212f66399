"""Turns assignments into what a reviewer's screen shows: texts in screen order, and no names."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from lab.records import ItemKind
from storage.asked import ASKED
from storage.assignments.given import own_answer, read_answers
from storage.client import Store
from storage.suggesting import read_suggestions

Step = Literal["own", "suggestions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One item as a reviewer sees it; holds nothing that tells where a text came from."""

    assignment_id: str
    """What an answer refers to."""

    item_id: str
    """The item."""

    kind: ItemKind
    """Rated, compared or marked."""

    step: Step
    """What is asked now: an "own" answer, or a word on the checker's "suggestions"."""

    position: int
    """0-based place in the study's queue."""

    prompt: str
    """The input text; of a chat all its turns."""

    source: str | None
    """The text that a generation must stay true to, if there is one."""

    texts: tuple[str, ...]
    """The generation, or the two in the order of the screen: left, right."""

    draft: dict[str, Any] | None
    """What the reviewer had entered since the last answer, if anything."""

    answer: dict[str, Any] | None
    """The answer that was taken back, or the own marks before the suggestions, as on the screen:
    kind, ratings, winners, spans, judgements, comment, reason, flag; None where there was none."""

    expires_at: datetime
    """When the place goes back to the queue unless answered, UTC."""

    is_training: bool
    """Whether it belongs to the training round, with feedback on the answer."""

    adjudicates: bool
    """Whether the answer settles a disagreement; the others' answers come with the reply."""

    waits: bool
    """Whether the reply to the answer has something to show before the next task."""

    suggestions: tuple[dict[str, Any], ...]
    """What the checker marks: id, start, end (code points), type, evidence; only in that step."""


_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

_TEXTS = """
    SELECT id, {asked} AS text, source, NULL AS created_at FROM prompts WHERE id IN ({prompts})
    UNION ALL
    SELECT id, text, NULL, NULL FROM generations WHERE id IN ({generations})
    UNION ALL
    SELECT assignment_id, arg_max(content::VARCHAR, created_at), NULL, max(created_at)
    FROM drafts WHERE assignment_id IN ({assignments}) GROUP BY assignment_id
"""


def read_tasks(store: Store, outlines: Sequence[dict[str, Any]]) -> list[Task]:
    """Fill the outlines that the queue gives with texts, drafts and answers, in their order."""
    if not outlines:
        return []
    texts = _read_texts(store, outlines)
    given = [one["given_answer_id"] for one in outlines]
    answers = read_answers(store, [id for id in given if id])
    tasks = [_task(one, texts, answers.get(id)) for one, id in zip(outlines, given, strict=True)]
    return _with_suggestions(store, outlines, tasks)


def _with_suggestions(
    store: Store, outlines: Sequence[dict[str, Any]], tasks: Sequence[Task]
) -> list[Task]:
    """Add the suggestions; those that a reviewer began to judge stay though the check has new."""
    generation_of = {
        one["assignment_id"]: one["generation_ids"][0]
        for one in outlines
        if one["step"] == "suggestions"
    }
    begun = {task.assignment_id: _judged(task.draft or task.answer or {}) for task in tasks}
    found = read_suggestions(store, generation_of, begun)
    return [replace(task, suggestions=found.get(task.assignment_id, ())) for task in tasks]


def _read_texts(store: Store, outlines: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    wanted = {
        "prompts": {one["prompt_id"] for one in outlines},
        "generations": {id for one in outlines for id in one["generation_ids"]},
        "assignments": {one["assignment_id"] for one in outlines},
    }
    # Literals, which the owner itself made: only they are looked up by the index.
    listed = {name: ", ".join(f"'{id}'::UUID" for id in ids) for name, ids in wanted.items()}
    return {row["id"]: row for row in store.rows(_TEXTS.format(asked=ASKED, **listed))}


def _task(
    one: dict[str, Any],
    texts: dict[str, dict[str, Any]],
    answer: dict[str, Any] | None,
) -> Task:
    return Task(
        assignment_id=one["assignment_id"],
        item_id=one["item_id"],
        kind=ItemKind(one["kind"]),
        step=one["step"],
        position=one["position"],
        prompt=texts[one["prompt_id"]]["text"],
        source=texts[one["prompt_id"]]["source"],
        texts=tuple(texts[id]["text"] for id in one["generation_ids"]),
        draft=_draft(texts.get(one["assignment_id"]), answer),
        answer=answer and own_answer(answer, one["swapped"]),
        expires_at=datetime.fromisoformat(one["expires_at"]),
        is_training=one["is_training"],
        adjudicates=one["adjudicates"],
        waits=one["waits"],
        suggestions=(),
    )


def _judged(content: dict[str, Any]) -> list[str]:
    """Return the ids of judged pieces; a draft is whatever a browser sent."""
    judgements = content.get("judgements")
    return [id for id in judgements if _ID.fullmatch(id)] if isinstance(judgements, dict) else []


def _draft(draft: dict[str, Any] | None, answer: dict[str, Any] | None) -> dict[str, Any] | None:
    if draft is None or (answer is not None and answer["created_at"] > draft["created_at"]):
        return None
    found: dict[str, Any] = json.loads(draft["text"])
    return found
