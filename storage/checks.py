"""Reads what hallucination checks have said."""

from __future__ import annotations

from lab.records import CheckResult, HallucinationSpan
from storage.client import Store


def missing(store: Store, checker: str, version: str) -> list[str]:
    """Return the ids of texts that a check has not seen in this version; no control's."""
    rows = store.rows(
        "SELECT id FROM generations WHERE id NOT IN "
        "(SELECT generation_id FROM check_results WHERE checker = $1 AND version = $2) "
        "AND checkpoint_id NOT IN (SELECT id FROM checkpoints WHERE kind = 'control') "
        "ORDER BY rowid",
        [checker, version],
    )
    return [row["id"] for row in rows]


def outcomes(store: Store, checker: str) -> tuple[list[CheckResult], list[HallucinationSpan]]:
    """Return the newest result of a check for each generation, with the spans of these results."""
    newest = "(SELECT id FROM newest_checks WHERE checker = $1)"
    return (
        store.select(CheckResult, f"WHERE id IN {newest} ORDER BY rowid", [checker]),
        store.select(
            HallucinationSpan, f"WHERE check_result_id IN {newest} ORDER BY rowid", [checker]
        ),
    )
