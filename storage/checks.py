"""Reads what hallucination checks have said, what they look at, and what calibrates them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from lab.records import Calibration, CheckResult, Generation, HallucinationSpan, TokenScores
from storage.client import Store

_NEWEST = """
    SELECT dataset_id, arg_max(id, rowid) AS id FROM calibrations
    WHERE checker = $1 AND version = $2 GROUP BY dataset_id
"""


def missing(store: Store, checker: str, version: str, *, again: bool = False) -> list[str]:
    """Return the ids of texts that a check has not seen in this version; no control's.

    A text whose data set was calibrated since counts as not seen, and so does one on which the
    check broke.

    Args:
        store: the store.
        checker: the check.
        version: its version.
        again: whether to return also the texts that there was nothing to check with.
    """
    rows = store.rows(
        f"""
        WITH newest AS ({_NEWEST})
        SELECT generations.id AS id FROM generations
        JOIN prompts ON prompts.id = generations.prompt_id
        JOIN checkpoints ON checkpoints.id = generations.checkpoint_id
        LEFT JOIN newest ON newest.dataset_id = prompts.dataset_id
        LEFT JOIN newest_checks AS seen ON seen.generation_id = generations.id
            AND seen.checker = $1 AND seen.version = $2
        WHERE checkpoints.kind <> 'control' AND (
            seen.id IS NULL OR seen.status = 'error'
            OR ($3 AND seen.status = 'not_applicable')
            OR (seen.status = 'ok' AND seen.calibration_id IS DISTINCT FROM newest.id)
        )
        ORDER BY generations.rowid
        """,
        [checker, version, again],
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


def of_dataset(store: Store, checker: str, dataset_id: str) -> list[CheckResult]:
    """Return the newest results of a check for the texts on one data set's prompts."""
    return store.select(
        CheckResult,
        """WHERE id IN (
            SELECT seen.id FROM newest_checks AS seen
            JOIN generations ON generations.id = seen.generation_id
            JOIN prompts ON prompts.id = generations.prompt_id
            WHERE seen.checker = $1 AND prompts.dataset_id = $2::UUID
        ) ORDER BY rowid""",
        [checker, dataset_id],
    )


def has_result(store: Store, generation_id: str, checker: str) -> bool:
    """Tell whether a check has said something of a text."""
    sql = "SELECT 1 FROM check_results WHERE generation_id = $1::UUID AND checker = $2 LIMIT 1"
    return bool(store.rows(sql, [generation_id, checker]))


def samples(
    store: Store, generations: Iterable[Generation]
) -> dict[tuple[str, str], list[Generation]]:
    """Return all texts of the same checkpoints for the same prompts, by prompt and checkpoint."""
    keys = sorted({(one.prompt_id, one.checkpoint_id) for one in generations})
    found = store.select(
        Generation,
        "WHERE prompt_id IN (SELECT unnest($1::UUID[])) "
        "AND checkpoint_id IN (SELECT unnest($2::UUID[])) ORDER BY rowid",
        [sorted({prompt for prompt, _ in keys}), sorted({by for _, by in keys})],
    )
    grouped: defaultdict[tuple[str, str], list[Generation]] = defaultdict(list)
    for one in found:
        grouped[one.prompt_id, one.checkpoint_id].append(one)
    return grouped


def token_scores(store: Store, generation_ids: Iterable[str]) -> dict[str, TokenScores]:
    """Return the token scores of texts by the texts' ids; those that there are."""
    found = store.select(
        TokenScores, "WHERE generation_id IN (SELECT unnest($1::UUID[]))", [list(generation_ids)]
    )
    return {one.generation_id: one for one in found}


def calibrations(store: Store, checker: str, version: str) -> dict[str, Calibration]:
    """Return the newest calibration of a check in a version for each data set, by its id."""
    found = store.select(
        Calibration, f"WHERE id IN (SELECT id FROM ({_NEWEST}))", [checker, version]
    )
    return {one.dataset_id: one for one in found}
