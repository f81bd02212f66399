"""Lists the items that wait for an adjudicator, from the writer's books."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from storage.desk import Desk


def unsettled(desk: Desk, moment: datetime, *, study_ids: list[str]) -> dict[str, list[Any]]:
    """List what waits to be settled in some studies.

    Args:
        desk: the books.
        moment: the time of this operation.
        study_ids: the studies.

    Returns:
        Study's id → item_id, position and kind of its items, in queue order.

    Raises:
        ReviewError: there is no such study.
    """
    return {id: _waiting(desk, id, moment) for id in study_ids}


def _waiting(desk: Desk, study_id: str, moment: datetime) -> list[dict[str, Any]]:
    entries = desk.book(study_id, moment).unsettled.values()
    return [
        {"item_id": entry.id, "position": entry.position, "kind": entry.kind.value}
        for entry in sorted(entries, key=lambda entry: entry.position)
    ]
