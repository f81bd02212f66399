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


_TASKS = """
    WITH given AS (
        SELECT id, item_id, swapped FROM assignments WHERE id IN (SELECT unnest($1::UUID[]))
    ),
    leased AS (
        SELECT assignment_id, arg_max(expires_at, created_at) AS expires_at
        FROM leases WHERE assignment_id IN (SELECT id FROM given) GROUP BY assignment_id
    ),
    drafted AS (
        SELECT assignment_id, arg_max(content, created_at) AS content,
            max(created_at) AS created_at
        FROM drafts WHERE assignment_id IN (SELECT id FROM given) GROUP BY assignment_id
    ),
    answered AS (
        SELECT assignment_id, max(created_at) AS created_at, arg_max(id, created_at) AS id
        FROM answers WHERE assignment_id IN (SELECT id FROM given) AND kind <> 'undo'
        GROUP BY assignment_id
    )
    SELECT
        given.id AS assignment_id, items.id AS item_id, items.kind AS kind, items.position,
        prompts.text AS prompt, prompts.source AS source, swapped,
        first.text AS text_a, second.text AS text_b, leased.expires_at AS expires_at,
        CASE WHEN answered.created_at IS NULL OR drafted.created_at > answered.created_at
            THEN drafted.content END AS draft,
        answered.id AS answer_id
    FROM given
    JOIN items ON items.id = given.item_id
    JOIN prompts ON prompts.id = items.prompt_id
    JOIN generations AS first ON first.id = items.generation_a_id
    LEFT JOIN generations AS second ON second.id = items.generation_b_id
    LEFT JOIN leased ON leased.assignment_id = given.id
    LEFT JOIN drafted ON drafted.assignment_id = given.id
    LEFT JOIN answered ON answered.assignment_id = given.id
"""

_ANSWERS = """
    SELECT
        id, kind, comment, reason, flag,
        (SELECT list(struct_pack(criterion := criterion, value := value)) FROM ratings
            WHERE answer_id = answers.id) AS ratings,
        (SELECT any_value(winner) FROM votes WHERE answer_id = answers.id) AS winner
    FROM answers WHERE id IN (SELECT unnest($1::UUID[]))
"""


def read_tasks(store: Store, assignment_ids: Sequence[str]) -> list[Task]:
    """Read assignments as tasks, in the order of their ids as given."""
    if not assignment_ids:
        return []
    rows = {row["assignment_id"]: row for row in store.rows(_TASKS, [list(assignment_ids)])}
    answers = _read_answers(store, [row["answer_id"] for row in rows.values() if row["answer_id"]])
    return [_task(rows[id], answers) for id in assignment_ids]


def _read_answers(store: Store, ids: list[str]) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in store.rows(_ANSWERS, [ids])} if ids else {}


def _task(row: dict[str, Any], answers: dict[str, dict[str, Any]]) -> Task:
    texts = (row["text_a"],) if row["text_b"] is None else (row["text_a"], row["text_b"])
    answer = answers.get(row["answer_id"])
    return Task(
        assignment_id=row["assignment_id"],
        item_id=row["item_id"],
        kind=ItemKind(row["kind"]),
        position=row["position"],
        prompt=row["prompt"],
        source=row["source"],
        texts=texts[::-1] if row["swapped"] else texts,
        draft=row["draft"] and json.loads(row["draft"]),
        answer=answer and _on_screen(answer, row["swapped"]),
        expires_at=row["expires_at"],
    )


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
