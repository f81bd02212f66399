"""Turns answers to control items into a frame: what was said, what was known, and was it right."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from lab.expected import is_right
from lab.records import ControlKind, ItemKind
from storage.client import Store

if TYPE_CHECKING:
    import pandas as pd

_GIVEN = """
    SELECT
        answer.id AS id, answer.seconds AS seconds, answer.created_at AS created_at,
        assignments.item_id AS item_id, assignments.reviewer_id AS reviewer_id,
        assignments.swapped AS swapped,
        (SELECT list(struct_pack(name := criterion, value := value) ORDER BY criterion)
            FROM ratings WHERE answer_id = answer.id) AS ratings,
        (SELECT list(struct_pack(name := criterion, value := winner) ORDER BY criterion)
            FROM votes WHERE answer_id = answer.id) AS winners,
        (SELECT list(struct_pack("start" := "start", "end" := "end") ORDER BY "start", "end")
            FROM reviewer_spans WHERE answer_id = answer.id) AS spans
    FROM counted_answers AS answer
    JOIN assignments ON assignments.id = answer.assignment_id
    WHERE NOT assignments.adjudicates AND assignments.item_id IN (
        SELECT item_id FROM controls UNION SELECT of_item_id FROM controls
    )
"""

_CONTROLS = f"""
    WITH given AS ({_GIVEN})
    SELECT
        study_labels.label AS study, items.study_id AS study_id, items.id AS item_id,
        items.kind AS item_kind, controls.kind AS kind, controls.criterion AS control_criterion,
        controls.expected AS expected, given.id AS answer_id,
        accounts.id AS reviewer_id, accounts.pseudonym AS reviewer, given.swapped AS swapped,
        given.ratings AS ratings, given.winners AS winners, given.spans AS spans,
        original.id AS original_answer_id, original.ratings AS original_ratings,
        original.winners AS original_winners, original.spans AS original_spans,
        given.seconds AS seconds, given.created_at AS created_at
    FROM controls
    JOIN items ON items.id = controls.item_id
    JOIN study_labels ON study_labels.id = items.study_id
    JOIN given ON given.item_id = items.id
    JOIN accounts ON accounts.id = given.reviewer_id
    LEFT JOIN given AS original
        ON original.item_id = controls.of_item_id AND original.reviewer_id = given.reviewer_id
    WHERE $1::UUID IS NULL OR items.study_id = $1::UUID
    ORDER BY given.created_at, given.id
"""

_DTYPES = {
    "study": "str", "study_id": "str", "item_id": "str", "item_kind": "str", "kind": "str",
    "control_criterion": "str", "answer_id": "str", "reviewer_id": "str", "reviewer": "str",
    "criterion": "str", "value": "Int64", "winner": "str", "spans": "object", "swapped": "bool",
    "original_answer_id": "str", "original_value": "Int64", "original_winner": "str",
    "original_spans": "object", "expected": "object", "is_right": "boolean",
    "seconds": "float64", "created_at": "datetime64[us, UTC]",
}  # fmt: skip


def controls(store: Store, study_id: str | None = None) -> pd.DataFrame:
    """Return one row per counted answer to a control item and criterion, oldest first.

    Args:
        store: the store.
        study_id: one study; None for all.

    Returns:
        `study`, `study_id`, `item_id`, `item_kind`, `kind` (of the control),
        `control_criterion` (the one on which a text was degraded), `answer_id`, `reviewer_id`,
        `reviewer` (the pseudonym), `criterion` (rated or voted on; "spans" for marks), of which
        one of `value`, `winner` (in item order) and `spans` (pairs of code points) is filled,
        `swapped`, the same of the reviewer's own answer to the original (`original_answer_id`,
        `original_value`, `original_winner`, `original_spans`), `expected` (a dict or None),
        `is_right`, `seconds` and `created_at`. `is_right` is about the whole answer, so it is the
        same in all of its rows; it is empty where nothing is known: for repeats, A/A pairs, and
        degraded texts whose original the reviewer has not rated.
    """
    import pandas as pd

    rows = [row for one in store.rows(_CONTROLS, [study_id]) for row in _rows(one)]
    return pd.DataFrame(rows, columns=list(_DTYPES)).astype(_DTYPES)


def _rows(one: dict[str, Any]) -> Iterator[dict[str, Any]]:
    given, original = _said(one, ""), _said(one, "original_")
    expected = json.loads(one["expected"]) if one["expected"] else None
    shared = {name: one[name] for name in _DTYPES if name in one and name != "expected"}
    right = {"expected": expected, "is_right": _is_right(one, expected, given, original)}
    for field, part in (("value", "ratings"), ("winner", "winners")):
        for name, said in given[part].items():
            before = {f"original_{field}": original[part].get(name)}
            yield shared | right | {"criterion": name, field: said} | before | _NO_SPANS
    if one["item_kind"] == ItemKind.SPANS:
        marked_before = original["spans"] if one["original_answer_id"] else None
        marks = {"spans": given["spans"], "original_spans": marked_before}
        yield shared | right | {"criterion": "spans"} | marks


_NO_SPANS = {"spans": None, "original_spans": None}


def _said(one: dict[str, Any], prefix: str) -> dict[str, Any]:
    return {
        "ratings": _by_name(one[f"{prefix}ratings"]),
        "winners": _by_name(one[f"{prefix}winners"]),
        "spans": [(mark["start"], mark["end"]) for mark in one[f"{prefix}spans"] or []],
    }


def _by_name(parts: list[dict[str, Any]] | None) -> dict[str, Any]:
    return {part["name"]: part["value"] for part in parts or []}


def _is_right(
    one: dict[str, Any],
    expected: dict[str, Any] | None,
    given: dict[str, Any],
    original: dict[str, Any],
) -> bool | None:
    if expected is not None:
        return is_right(expected, **given)
    name = one["control_criterion"]
    if one["kind"] != ControlKind.DEGRADED or name not in given["ratings"]:
        return None
    if name not in original["ratings"]:
        return None
    return bool(given["ratings"][name] < original["ratings"][name])
