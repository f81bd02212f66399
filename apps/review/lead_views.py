"""Turns how far studies are into what a lead may know: who works how, and no result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from lab.records import Study, StudyStatus, now
from storage import studies
from storage.invitations import Invited
from storage.messages import Sent
from storage.overview import PACE_MINUTES, Flagged, Overview, Worker


def study_view(
    study: Study,
    status: StudyStatus,
    seen: Overview,
    unsettled: Sequence[dict[str, Any]],
    sent: Sequence[Sent],
) -> dict[str, Any]:
    """Show how far a study is, who works on it, what was flagged and what was said."""
    protocol = study.protocol
    return {
        "id": study.id,
        "name": studies.label(study),
        "title": protocol.get("title", ""),
        "status": status.value,
        "is_complete": seen.is_complete,
        "parts": [asdict(part) for part in seen.parts],
        "pace": pace_view(seen, protocol.get("max_answers")),
        "n_training": seen.n_training,
        "qualification": protocol.get("qualification", 0),
        "rule": rule_view(protocol),
        "reviewers": [_worker_view(one) for one in seen.workers],
        "flags": [_flag_view(one) for one in seen.flags],
        "settles": protocol.get("adjudicator") is not None,
        "unsettled": list(unsettled),
        "n_settled": sum(one.n_settled for one in seen.workers),
        "messages": [_sent_view(one) for one in sent],
    }


def rule_view(protocol: dict[str, Any]) -> dict[str, Any]:
    """Show the exclusion rule in words and figures."""
    return {
        "words": protocol.get("exclusion_rule", ""),
        "below_gold": protocol.get("exclude_below_gold"),
        "faster_than": protocol.get("exclude_faster_than"),
    }


def pace_view(seen: Overview, max_answers: int | None) -> dict[str, Any]:
    """Say how many answers are missing, and how long that takes at the pace of the last hour.

    Args:
        seen: how far the study is.
        max_answers: with how many answers it stops; None for no such number.

    Returns:
        `n_left`, `n_recent` (answers in the last hour) and `seconds_left`; that is None while
        nobody works.
    """
    n_answered = sum(part.n_answered for part in seen.parts)
    n_left = sum(part.n_wanted for part in seen.parts) - n_answered
    if max_answers is not None:
        n_left = min(n_left, max(0, max_answers - n_answered))
    n_recent = sum(one.n_recent for one in seen.workers)
    first = min((one.first_at for one in seen.workers if one.first_at), default=None)
    seconds = _span(first) / n_recent * n_left if first and n_recent else None
    return {"n_left": n_left, "n_recent": n_recent, "seconds_left": seconds}


def _span(first: datetime) -> float:
    """Return how long of the last hour there have been answers, in seconds."""
    return min(PACE_MINUTES * 60.0, max(60.0, (now() - first).total_seconds()))


def _worker_view(one: Worker) -> dict[str, Any]:
    shown = asdict(one)
    del shown["first_at"], shown["n_recent"]
    return shown | {"last_at": moment(one.last_at)}


def _flag_view(one: Flagged) -> dict[str, Any]:
    return asdict(one) | {"flagged_at": moment(one.flagged_at)}


def _sent_view(one: Sent) -> dict[str, Any]:
    times = {"sent_at": moment(one.sent_at), "read_at": moment(one.read_at)}
    return {"id": one.id, "recipient": one.recipient, "text": one.text} | times


def invitation_view(one: Invited) -> dict[str, Any]:
    """Show an invitation and what has become of it."""
    return {
        "id": one.id,
        "role": one.role.value,
        "state": one.state.value,
        "note": one.note,
        "account": one.account_name,
        "used_by": one.used_by,
        "created_at": moment(one.created_at),
        "expires_at": moment(one.expires_at),
        "used_at": moment(one.used_at),
    }


def moment(time: datetime | None) -> str | None:
    """Write a time for the browser; None stays None."""
    return time.astimezone(UTC).isoformat() if time else None
