"""Turns stored answers into what a reviewer's screen shows of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from storage.assignments.onscreen import show_winner
from storage.client import Store

_ANSWERS = """
    SELECT
        id, kind, comment, reason, flag, created_at,
        (SELECT list(struct_pack(criterion := criterion, value := value)) FROM ratings
            WHERE answer_id = answers.id) AS ratings,
        (SELECT list(struct_pack(criterion := criterion, winner := winner)) FROM votes
            WHERE answer_id = answers.id) AS winners,
        (SELECT list(struct_pack("start" := start, "end" := "end", category := category,
            severity := severity, note := note) ORDER BY start, "end") FROM reviewer_spans
            WHERE answer_id = answers.id) AS spans,
        (SELECT list(struct_pack(span_id := span_id, confirmed := confirmed))
            FROM suggestion_judgements WHERE answer_id = answers.id) AS judgements
    FROM answers WHERE id IN (SELECT unnest($1::UUID[]))
"""


def read_answers(store: Store, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Read answers by their ids, with all that belongs to them, in item order still."""
    return {row["id"]: row for row in store.rows(_ANSWERS, [list(ids)])} if ids else {}


def own_answer(answer: Mapping[str, Any], swapped: bool) -> dict[str, Any]:
    """Show a reviewer an answer of the reviewer's own."""
    judgements = answer["judgements"] or []
    return {
        "kind": answer["kind"],
        "ratings": _ratings(answer),
        "winners": _winners(answer, swapped),
        "spans": answer["spans"] or [],
        "judgements": {one["span_id"]: one["confirmed"] for one in judgements},
        "comment": answer["comment"],
        "reason": answer["reason"],
        "flag": answer["flag"],
    }


def others_answer(answer: Mapping[str, Any], swapped: bool) -> dict[str, Any]:
    """Show an adjudicator an answer of somebody's, without a name."""
    return {
        "ratings": _ratings(answer),
        "winners": _winners(answer, swapped),
        "spans": answer["spans"] or [],
        "comment": answer["comment"],
    }


def _ratings(answer: Mapping[str, Any]) -> dict[str, int]:
    return {one["criterion"]: one["value"] for one in answer["ratings"] or []}


def _winners(answer: Mapping[str, Any], swapped: bool) -> dict[str, str]:
    winners = answer["winners"] or []
    return {one["criterion"]: show_winner(one["winner"], swapped) for one in winners}
