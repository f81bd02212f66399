"""Turns a study's stored protocol into the few settings that its queue decides by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the queue follows; protocols stored by earlier versions lack some of it."""

    reviewers_per_item: int
    """How many places each item has."""

    points: dict[str, int]
    """Criterion → number of points of its scale."""

    vote_criteria: tuple[str, ...]
    """What a pair is compared on; "overall" first."""

    is_balanced: bool
    """Whether each reviewer gets whole prompts at random, the least judged first; or by number."""

    is_active: bool
    """Whether pairs stand apart from the prompts' other items and are drawn by their weights."""

    qualification: float
    """Least share of right answers in the training round, in [0, 1]."""

    adjudicator_id: str | None
    """The account that settles disagreements; None where nobody does, or it does not exist."""

    adjudicate_at: int | None
    """Difference in points at which ratings disagree; None where nothing is settled."""

    max_answers: int | None
    """How many counted answers end the study; None for no such end."""


def read_plan(protocol: dict[str, Any], adjudicator_id: str | None) -> Plan:
    """Read the settings of a stored protocol.

    Args:
        protocol: the protocol as a study stores it.
        adjudicator_id: the account of the adjudicator that it names.
    """
    return Plan(
        reviewers_per_item=protocol["reviewers_per_item"],
        points={one["name"]: len(one["anchors"]) for one in protocol["criteria"]},
        vote_criteria=("overall", *protocol.get("vote_criteria", ())),
        is_balanced=protocol.get("order", "fixed") in ("balanced", "active"),
        is_active=protocol.get("order") == "active",
        qualification=protocol.get("qualification", 0.0),
        adjudicator_id=adjudicator_id,
        adjudicate_at=protocol.get("adjudicate_at"),
        max_answers=protocol.get("max_answers"),
    )
