"""Reads studies, their status and their items."""

from __future__ import annotations

from lab.errors import UnknownNameError
from lab.records import Item, Study, StudyStatus
from storage.client import Store


def named(store: Store, name: str) -> Study:
    """Return the study of a name.

    Raises:
        UnknownNameError: there is none; lists the names that there are.
    """
    found = store.select(Study, "WHERE name = $1", [name])
    if found:
        return found[0]
    known = [row["name"] for row in store.rows("SELECT name FROM studies ORDER BY name")]
    raise UnknownNameError.of("study", name, known, "make one with `lab study create`")


def by_id(store: Store, id: str) -> Study | None:
    """Return a study by its id; None where there is none."""
    found = store.select(Study, "WHERE id = $1::UUID", [id])
    return found[0] if found else None


def every(store: Store) -> list[tuple[Study, StudyStatus]]:
    """Return all studies with their status, the oldest first."""
    rows = store.rows("SELECT study_id, status FROM study_statuses")
    statuses = {row["study_id"]: StudyStatus(row["status"]) for row in rows}
    found = store.select(Study, "ORDER BY created_at, id")
    return [(study, statuses.get(study.id, StudyStatus.DRAFT)) for study in found]


def open_ids(store: Store) -> list[str]:
    """Return the ids of the studies that hand out items, the oldest first."""
    query = (
        "SELECT study_id FROM study_statuses JOIN studies ON studies.id = study_id "
        "WHERE status = 'open' ORDER BY studies.created_at, studies.id"
    )
    return [row["study_id"] for row in store.rows(query)]


def status(store: Store, study_id: str) -> StudyStatus:
    """Return the status of a study: a draft until something else is said."""
    rows = store.rows("SELECT status FROM study_statuses WHERE study_id = $1::UUID", [study_id])
    return StudyStatus(rows[0]["status"]) if rows else StudyStatus.DRAFT


def items(store: Store, study_id: str) -> list[Item]:
    """Return the items of a study in the order of its queue."""
    return store.select(Item, "WHERE study_id = $1::UUID ORDER BY position", [study_id])
