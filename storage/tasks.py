"""Turns assignments into what a reviewer's screen shows: texts in screen order, and no names."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lab.records import ItemKind
from storage.client import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One item as a reviewer sees it; holds nothing that tells where a text came from."""

    assignment_id: str
    """What an answer refers to."""

    item_id: str
    """The item."""

    kind: ItemKind
    """Rated or compared."""

    position: int
    """0-based place in the study's queue."""

    prompt: str
    """The input text."""

    source: str | None
    """The text that a generation must stay true to, if there is one."""

    texts: tuple[str, ...]
    """The generation, or the two in the order of the screen: left, right."""

    draft: dict[str, Any] | None
    """What the reviewer had entered since the last answer, if anything."""

    answer: dict[str, Any] | None
    """The answer that was taken back, as on the screen: kind, ratings, winner, comment, reason,
    flag; None where there was none."""

    expires_at: datetime
    """When the place goes back to the queue unless answered, UTC."""


_TEXTS = """
    SELECT id, text, source, NULL AS created_at FROM prompts WHERE id IN ({prompts})
    UNION ALL
    SELECT id, text, NULL, NULL FROM generations WHERE id IN ({generations})
    UNION ALL
    SELECT assignment_id, arg_max(content::VARCHAR, created_at), NULL, max(created_at)
    FROM drafts WHERE assignment_id IN ({assignments}) GROUP BY assignment_id
"""

_ANSWERS = """
    SELECT
        id, kind, comment, reason, flag, created_at,
        (SELECT list(struct_pack(criterion := criterion, value := value)) FROM ratings
            WHERE answer_id = answers.id) AS ratings,
        (SELECT any_value(winner) FROM votes WHERE answer_id = answers.id) AS winner
    FROM answers WHERE id IN (SELECT unnest($1::UUID[]))
"""


def read_tasks(store: Store, outlines: Sequence[dict[str, Any]]) -> list[Task]:
    """Fill the outlines that the queue gives with texts, drafts and answers, in their order."""
    if not outlines:
        return []
    texts = _read_texts(store, outlines)
    answers = _read_answers(store, [one["given_answer_id"] for one in outlines])
    return [_task(one, texts, answers.get(one["given_answer_id"])) for one in outlines]


def _read_texts(store: Store, outlines: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    wanted = {
        "prompts": {one["prompt_id"] for one in outlines},
        "generations": {id for one in outlines for id in one["generation_ids"]},
        "assignments": {one["assignment_id"] for one in outlines},
    }
    # Literals, which the owner itself made: only they are looked up by the index.
    listed = {name: ", ".join(f"'{id}'::UUID" for id in ids) for name, ids in wanted.items()}
    return {row["id"]: row for row in store.rows(_TEXTS.format(**listed))}


def _read_answers(store: Store, ids: list[str | None]) -> dict[str | None, dict[str, Any]]:
    known = [id for id in ids if id]
    return {row["id"]: row for row in store.rows(_ANSWERS, [known])} if known else {}


def _task(
    one: dict[str, Any], texts: dict[str, dict[str, Any]], answer: dict[str, Any] | None
) -> Task:
    return Task(
        assignment_id=one["assignment_id"],
        item_id=one["item_id"],
        kind=ItemKind(one["kind"]),
        position=one["position"],
        prompt=texts[one["prompt_id"]]["text"],
        source=texts[one["prompt_id"]]["source"],
        texts=tuple(texts[id]["text"] for id in one["generation_ids"]),
        draft=_draft(texts.get(one["assignment_id"]), answer),
        answer=answer and _on_screen(answer, one["swapped"]),
        expires_at=datetime.fromisoformat(one["expires_at"]),
    )


def _draft(draft: dict[str, Any] | None, answer: dict[str, Any] | None) -> dict[str, Any] | None:
    if draft is None or (answer is not None and answer["created_at"] > draft["created_at"]):
        return None
    found: dict[str, Any] = json.loads(draft["text"])
    return found


def _on_screen(answer: dict[str, Any], swapped: bool) -> dict[str, Any]:
    sides = {"a": "right" if swapped else "left", "b": "left" if swapped else "right"}
    return {
        "kind": answer["kind"],
        "ratings": {part["criterion"]: part["value"] for part in answer["ratings"] or []},
        "winner": sides.get(answer["winner"], answer["winner"]),
        "comment": answer["comment"],
        "reason": answer["reason"],
        "flag": answer["flag"],
    }
