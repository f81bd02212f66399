"""Turns an analyst's word into the record that leaves a reviewer out of a study's results.

Nothing is deleted: the newest decision about a reviewer in a study counts, and all are kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lab.errors import ReviewError
from lab.records import Account, Exclusion, Role, Study
from storage import studies
from storage.client import Store

ROLES = (Role.LEAD, Role.ANALYST)
"""Who may decide."""

MOST_CHARACTERS = 1000
"""Longest reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One decision, with the names of those whom it is about."""

    study: str
    """Label of the study."""
    study_id: str
    """The study."""
    reviewer: str
    """Pseudonym of the reviewer."""
    reviewer_id: str
    """The reviewer's account."""
    excluded: bool
    """True leaves the answers out of results; False takes them back in."""
    reason: str
    """Why, in words."""
    decided_by: str
    """Sign-in name of the one who decided."""
    created_at: datetime
    """When, UTC."""
    counts: bool
    """Whether no later decision about the reviewer in the study replaces it."""


def decide(
    store: Store, study: Study, reviewer: Account, excluded: bool, reason: str, by: Account
) -> Exclusion:
    """Record whether a reviewer's answers count in a study's results from now on.

    Args:
        store: the store.
        study: the study.
        reviewer: whose answers.
        excluded: True to leave them out, False to take them back in.
        reason: why, in words; at most 1,000 characters.
        by: who decides, a lead or an analyst.

    Returns:
        The record.

    Raises:
        ReviewError: the one who decides may not, there is no reason, the reviewer has answered
            nothing in the study, or it has been decided so already.
    """
    words = reason.strip()
    name = f"{reviewer.pseudonym!r} in study {studies.label(study)!r}"
    if by.role not in ROLES:
        raise ReviewError(f"{by.name!r} is a {by.role.value}; a lead or an analyst decides this")
    if not words:
        raise ReviewError(f"say why {name} is {_words(excluded)}; the reason is kept with it")
    if len(words) > MOST_CHARACTERS:
        raise ReviewError(
            f"the reason has {len(words):,} characters; shorten it to {MOST_CHARACTERS:,}"
        )
    if not store.rows(_HAS_ANSWERED, [study.id, reviewer.id]):
        raise ReviewError(f"{name} has not answered anything; there is nothing to leave out")
    if is_excluded(store, study.id, reviewer.id) == excluded:
        raise ReviewError(f"{name} is {_words(excluded)} already; see `lab reviewers list`")
    made = Exclusion(
        study_id=study.id,
        reviewer_id=reviewer.id,
        excluded=excluded,
        reason=words,
        decided_by_id=by.id,
    )
    store.add([made])
    return made


def is_excluded(store: Store, study_id: str, reviewer_id: str) -> bool:
    """Say whether a reviewer is left out of a study's results as decided last."""
    query = "SELECT 1 FROM excluded_reviewers WHERE study_id = $1::UUID AND reviewer_id = $2::UUID"
    return bool(store.rows(query, [study_id, reviewer_id]))


def current(store: Store, study_id: str | None = None) -> list[Decision]:
    """Return the decisions by which somebody is left out now, the newest first."""
    return [one for one in history(store, study_id) if one.counts and one.excluded]


def history(store: Store, study_id: str | None = None) -> list[Decision]:
    """Return all decisions about one study, or about all, the newest first."""
    return [Decision(**row) for row in store.rows(_HISTORY, [study_id])]


def _words(excluded: bool) -> str:
    return "excluded" if excluded else "included"


_HAS_ANSWERED = """
    SELECT 1 FROM answers
    JOIN assignments ON assignments.id = answers.assignment_id
    JOIN items ON items.id = assignments.item_id
    WHERE items.study_id = $1::UUID AND assignments.reviewer_id = $2::UUID LIMIT 1
"""

_HISTORY = """
    SELECT
        study_labels.label AS study, exclusions.study_id AS study_id,
        reviewer.pseudonym AS reviewer, exclusions.reviewer_id AS reviewer_id,
        exclusions.excluded AS excluded, exclusions.reason AS reason,
        decided.name AS decided_by, exclusions.created_at AS created_at,
        exclusions.id = arg_max(exclusions.id, (exclusions.created_at, exclusions.id)) OVER (
            PARTITION BY exclusions.study_id, exclusions.reviewer_id
        ) AS counts
    FROM exclusions
    JOIN study_labels ON study_labels.id = exclusions.study_id
    JOIN accounts AS reviewer ON reviewer.id = exclusions.reviewer_id
    JOIN accounts AS decided ON decided.id = exclusions.decided_by_id
    WHERE $1::UUID IS NULL OR exclusions.study_id = $1::UUID
    ORDER BY exclusions.created_at DESC, exclusions.id DESC
"""
