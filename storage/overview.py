"""Says how far studies are, for their lead: few questions to the store, however many studies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lab.records import ItemKind
from storage.asked import ASKED
from storage.client import Store

PACE_MINUTES = 60
"""How far back the present pace looks."""

MOST_FLAGS = 200
"""Flags per study that are listed; the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The items of one kind in a study; controls apart, training not among them."""

    kind: ItemKind
    """What is asked."""

    is_control: bool
    """Whether these items test the reviewers."""

    n_answered: int
    """Answers that count."""

    n_wanted: int
    """Answers that there are to be: items × reviewers per item."""

    is_complete: bool
    """Whether each of the items has all its answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """What one reviewer has done in a study."""

    reviewer_id: str
    """The account."""

    reviewer: str
    """The pseudonym."""

    n_answered: int
    """Answers given, without training and settled disagreements; late ones are among them."""

    n_skipped: int
    """Items skipped."""

    n_late: int
    """Answers kept but not counted."""

    n_trained: int
    """Training items answered."""

    n_settled: int
    """Disagreements settled."""

    n_held: int
    """Places held by a lease and not answered."""

    n_recent: int
    """Answers that count, of the last hour."""

    first_at: datetime | None
    """When the first answer that counts was stored, UTC; None before it."""

    last_at: datetime | None
    """When the last answer of any kind was stored, UTC; None before it."""

    median_seconds: float | None
    """Median active time per answer in seconds; None where it is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flagged:
    """Something that a reviewer says is wrong with an item."""

    item_id: str
    """The item."""

    position: int
    """Its 0-based place in the study."""

    kind: ItemKind
    """What is asked."""

    reviewer: str
    """Pseudonym of who says so."""

    flag: str
    """What is wrong."""

    comment: str
    """Free words."""

    flagged_at: datetime
    """When, UTC."""


@dataclass(slots=True, kw_only=True)
class Overview:
    """How far one study is."""

    parts: list[Part] = field(default_factory=list)
    """Its items by kind."""

    n_training: int = 0
    """Items of its training round."""

    max_answers: int | None = None
    """With how many answers it ends; None for no such number."""

    workers: list[Worker] = field(default_factory=list)
    """Everyone who was given something, by pseudonym."""

    flags: list[Flagged] = field(default_factory=list)
    """What was flagged, the newest first."""

    @property
    def is_complete(self) -> bool:
        """Whether there are items, and each but training has its answers, or all have enough."""
        n_answered = sum(part.n_answered for part in self.parts)
        is_enough = self.max_answers is not None and n_answered >= self.max_answers
        return bool(self.parts) and (is_enough or all(part.is_complete for part in self.parts))


def overviews(store: Store, study_ids: Sequence[str]) -> dict[str, Overview]:
    """Say how far some studies are, in three questions.

    Args:
        store: the store.
        study_ids: the studies.

    Returns:
        Study's id → how far it is.
    """
    found: dict[str, Overview] = {id: Overview() for id in study_ids}
    ids = list(study_ids)
    for row in store.rows(_PARTS, [ids]):
        _add_part(found[row.pop("study_id")], row)
    for row in store.rows(_WORKERS, [ids]):
        found[row.pop("study_id")].workers.append(Worker(**row))
    for row in store.rows(_FLAGS, [ids, MOST_FLAGS]):
        kind = ItemKind(row.pop("kind"))
        found[row.pop("study_id")].flags.append(Flagged(kind=kind, **row))
    return found


def _add_part(overview: Overview, row: dict[str, Any]) -> None:
    overview.max_answers = row.pop("max_answers")
    if row.pop("is_training"):
        overview.n_training += row["n_items"]
        return
    del row["n_items"]
    overview.parts.append(Part(**row | {"kind": ItemKind(row["kind"])}))


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemTexts:
    """What an item shows, in item order, without a word about what wrote it."""

    kind: ItemKind
    """What is asked."""

    prompt: str
    """The input."""

    source: str | None
    """The text that a generation must stay true to."""

    texts: tuple[str, ...]
    """The generation, or the pair."""


def item_texts(store: Store, item_id: str) -> ItemTexts | None:
    """Read the texts of an item; None where there is no such item."""
    rows = store.rows(_ITEM, [item_id])
    if not rows:
        return None
    row = rows[0]
    texts = tuple(text for text in (row["a"], row["b"]) if text is not None)
    kind = ItemKind(row["kind"])
    return ItemTexts(kind=kind, prompt=row["prompt"], source=row["source"], texts=texts)


def by_study(rows: Sequence[Any]) -> dict[str, list[Any]]:
    """Sort what has a `study_id` by it, in its order."""
    sorted_out: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        sorted_out[row.study_id].append(row)
    return sorted_out


_PARTS = """
    WITH
        wanted AS (
            SELECT id, (protocol->>'reviewers_per_item')::BIGINT AS n_places,
                (protocol->>'max_answers')::BIGINT AS max_answers
            FROM studies WHERE list_contains($1::UUID[], id)
        ),
        answered AS (
            SELECT item_id, count(*) AS n
            FROM counted_answers JOIN assignments ON assignments.id = assignment_id
            WHERE NOT adjudicates GROUP BY item_id
        )
    SELECT study_id, items.kind AS kind, coalesce(controls.kind = 'training', false) AS is_training,
        controls.kind IS NOT NULL AS is_control, count(*) AS n_items,
        coalesce(sum(n), 0)::BIGINT AS n_answered,
        (count(*) * any_value(n_places))::BIGINT AS n_wanted,
        bool_and(coalesce(n, 0) >= n_places) AS is_complete,
        any_value(max_answers) AS max_answers
    FROM items
    JOIN wanted ON wanted.id = study_id
    LEFT JOIN controls ON controls.item_id = items.id
    LEFT JOIN answered ON answered.item_id = items.id
    GROUP BY study_id, items.kind, is_training, is_control
    ORDER BY is_control, items.kind = 'spans', items.kind = 'ab'
"""

_WORKERS = f"""
    SELECT study_id, accounts.id AS reviewer_id, pseudonym AS reviewer,
        count(*) FILTER (WHERE is_given AND is_ordinary) AS n_answered,
        count(*) FILTER (WHERE kind = 'skip' AND is_ordinary) AS n_skipped,
        count(*) FILTER (WHERE is_given AND late AND is_ordinary) AS n_late,
        count(*) FILTER (WHERE is_given AND is_training) AS n_trained,
        count(*) FILTER (WHERE is_given AND adjudicates) AS n_settled,
        count(*) FILTER (WHERE is_open AND expires_at > now()) AS n_held,
        count(*) FILTER (
            WHERE counts AND answered_at > now() - INTERVAL {PACE_MINUTES} MINUTE
        ) AS n_recent,
        min(answered_at) FILTER (WHERE counts) AS first_at,
        max(answered_at) AS last_at,
        median(seconds) FILTER (WHERE is_given AND is_ordinary) AS median_seconds
    FROM (
        SELECT study_id, reviewer_id, adjudicates, answer.kind AS kind, answer.late AS late,
            answer.seconds AS seconds, answer.created_at AS answered_at, expires_at,
            coalesce(controls.kind = 'training', false) AS is_training,
            NOT is_training AND NOT adjudicates AS is_ordinary,
            coalesce(answer.kind, 'undo') = 'undo' AS is_open,
            coalesce(answer.kind IN ('rate', 'vote', 'spans', 'judge'), false) AS is_given,
            is_given AND is_ordinary AND NOT late AS counts
        FROM assignments
        JOIN items ON items.id = item_id
        LEFT JOIN controls ON controls.item_id = items.id
        LEFT JOIN newest_answers AS answer ON answer.assignment_id = assignments.id
        LEFT JOIN newest_leases AS lease ON lease.assignment_id = assignments.id
        WHERE list_contains($1::UUID[], study_id)
    ) AS place
    JOIN accounts ON accounts.id = reviewer_id
    GROUP BY study_id, accounts.id, pseudonym
    ORDER BY length(pseudonym), pseudonym
"""

_FLAGS = """
    SELECT study_id, item_id, position, kind, reviewer, flag, comment, flagged_at
    FROM (
        SELECT study_id, items.id AS item_id, position, items.kind AS kind,
            pseudonym AS reviewer, flag, comment, answer.created_at AS flagged_at,
            row_number() OVER (PARTITION BY study_id ORDER BY answer.created_at DESC) AS number
        FROM newest_answers AS answer
        JOIN assignments ON assignments.id = assignment_id
        JOIN items ON items.id = item_id
        JOIN accounts ON accounts.id = reviewer_id
        WHERE flag <> '' AND list_contains($1::UUID[], study_id)
    ) AS flags WHERE number <= $2 ORDER BY flagged_at DESC
"""

_ITEM = f"""
    SELECT items.kind AS kind, {ASKED} AS prompt, prompts.source AS source,
        a.text AS a, b.text AS b
    FROM items
    JOIN prompts ON prompts.id = items.prompt_id
    JOIN generations AS a ON a.id = generation_a_id
    LEFT JOIN generations AS b ON b.id = generation_b_id
    WHERE items.id = $1::UUID
"""
