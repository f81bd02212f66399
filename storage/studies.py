"""Reads studies with their versions, items and possible reviewers; changes their status."""

from __future__ import annotations

from lab.errors import ReviewError, UnknownNameError
from lab.records import Account, Control, Item, Study, StudyEvent, StudyStatus
from storage.client import Store


def named(store: Store, name: str, version: int | None = None) -> Study:
    """Return the newest version of the study of a name, or the one asked for.

    Raises:
        UnknownNameError: there is none; lists the names, or the versions, that there are.
    """
    found = versions(store, name)
    if not found:
        rows = store.rows("SELECT DISTINCT name FROM studies ORDER BY name")
        known = [row["name"] for row in rows]
        raise UnknownNameError.of("study", name, known, "make one with `lab study create`")
    for study in found:
        if version in (None, study.version):
            return study
    known = [str(study.version) for study in found]
    raise UnknownNameError.of(f"version of study {name!r}", str(version), known)


def versions(store: Store, name: str) -> list[Study]:
    """Return all versions of a study, the newest first; none where there is no such study."""
    return store.select(Study, "WHERE name = $1 ORDER BY version DESC", [name])


def label(study: Study) -> str:
    """Name a study for people: "first", and "first v2" from its second version on."""
    return study.name if study.version == 1 else f"{study.name} v{study.version}"


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


def change_status(store: Store, study: Study, target: StudyStatus) -> list[Study]:
    """Open, pause or close a study; opening a version closes all other versions of it.

    Args:
        store: the store.
        study: the study, one version.
        target: the status from now on; the one that it has already changes nothing.

    Returns:
        The other versions that were closed by this.

    Raises:
        ReviewError: the study was closed, which is final, or a draft cannot be paused, or
            somebody wants to make a draft of it.
    """
    present = status(store, study.id)
    if present is target:
        return []
    if present is StudyStatus.CLOSED:
        raise ReviewError(f"study {label(study)!r} is closed for good; create another one")
    if target is StudyStatus.DRAFT:
        raise ReviewError(f"study {label(study)!r} is {present}; it cannot become a draft again")
    if (present, target) == (StudyStatus.DRAFT, StudyStatus.PAUSED):
        raise ReviewError(
            f"study {label(study)!r} is a draft, so there is nothing to pause; start or close it"
        )
    others = _others_not_closed(store, study) if target is StudyStatus.OPEN else []
    if newer := [one for one in others if one.version > study.version]:
        others = [one for one in others if one.version < study.version]
        _refuse_behind(store, study, newer)
    store.add(
        [
            *(StudyEvent(study_id=one.id, status=StudyStatus.CLOSED) for one in others),
            StudyEvent(study_id=study.id, status=target),
        ]
    )
    return others


def _others_not_closed(store: Store, study: Study) -> list[Study]:
    return [
        one
        for one in versions(store, study.name)
        if one.id != study.id and status(store, one.id) is not StudyStatus.CLOSED
    ]


def _refuse_behind(store: Store, study: Study, newer: list[Study]) -> None:
    """Refuse to open a version while a newer one has been started."""
    for one in newer:
        if status(store, one.id) is not StudyStatus.DRAFT:
            raise ReviewError(
                f"study {label(study)!r} has a newer version that was started, {label(one)!r}; "
                "close that one first, or go on with it"
            )


def items(store: Store, study_id: str) -> list[Item]:
    """Return the items of a study in the order of its queue."""
    return store.select(Item, "WHERE study_id = $1::UUID ORDER BY position", [study_id])


def controls(store: Store, study_id: str) -> list[Control]:
    """Return the controls of a study."""
    return store.select(
        Control, "WHERE item_id IN (SELECT id FROM items WHERE study_id = $1::UUID)", [study_id]
    )


def possible_reviewers(store: Store) -> list[Account]:
    """Return the reviewers and leads who can sign in: by a password, or by a link once used."""
    return store.select(
        Account,
        "WHERE role IN ('reviewer', 'lead') AND (password_hash IS NOT NULL "
        "OR id IN (SELECT account_id FROM invitation_uses)) ORDER BY name",
    )
