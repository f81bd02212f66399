"""Turns what the checks said of texts, and the texts that people looked through, into frames."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from storage.client import Store

if TYPE_CHECKING:
    import pandas as pd

_GIVEN = "(SELECT unnest($1::VARCHAR[])::UUID)"


def checkers(store: Store) -> list[str]:
    """Return the names of the checks that have seen a text, in alphabetical order."""
    rows = store.rows("SELECT DISTINCT checker FROM check_results ORDER BY checker")
    return [row["checker"] for row in rows]


def checks(store: Store, checker: str) -> pd.DataFrame:
    """Return one row per text that is no control's, with the newest word of one check.

    Returns:
        `generation_id`, `prompt_id`, `dataset`, `checkpoint`, `status` (empty where the text was
        not checked), `score` in [0, 1] and `n_spans`, both empty unless the status is "ok", and
        `flagged`: whether the check marks anything; of a check that never marks a piece, whether
        its risk, or without a calibration its score, is 0.5 or more.
    """
    frame = store.read(_CHECKS, [checker]).to_pandas()
    shared = dict.fromkeys(("prompt_id", "dataset", "checkpoint", "status"), "category")
    return frame.astype(shared)


def span_types(store: Store, checker: str) -> pd.DataFrame:
    """Return how many pieces of each type the newest results of a check mark.

    Returns:
        One row per text and type: `generation_id`, `type` and `n`.
    """
    return store.read(_TYPES, [checker]).to_pandas().astype({"type": "category"})


def spans_of(store: Store, checker: str, generation_ids: Sequence[str]) -> pd.DataFrame:
    """Return the pieces that the newest results of a check mark in the given texts.

    Returns:
        One row per piece: `generation_id`, `start`, `end` (code points), `type` and `score`.
    """
    return store.read(_SPANS, [list(generation_ids), checker]).to_pandas()


def texts_of(store: Store, generation_ids: Sequence[str]) -> dict[str, str]:
    """Return the given texts by their ids; those that there are."""
    sql = f"SELECT id, text FROM generations WHERE id IN {_GIVEN}"
    return {row["id"]: row["text"] for row in store.rows(sql, [list(generation_ids)])}


_CHECKS = """
    SELECT
        generations.id AS generation_id, prompts.id AS prompt_id, datasets.name AS dataset,
        checkpoints.name AS checkpoint, checked.status AS status, checked.score AS score,
        CASE WHEN checked.status = 'ok' THEN coalesce(spans.n, 0) END AS n_spans,
        coalesce(
            CASE
                WHEN EXISTS (SELECT 1 FROM hallucination_spans WHERE checker = $1)
                THEN spans.n > 0
                ELSE checked.status = 'ok' AND coalesce(checked.risk, checked.score) >= 0.5
            END,
            false
        ) AS flagged
    FROM generations
    JOIN checkpoints
        ON checkpoints.id = generations.checkpoint_id AND checkpoints.kind <> 'control'
    JOIN prompts ON prompts.id = generations.prompt_id
    JOIN datasets ON datasets.id = prompts.dataset_id
    LEFT JOIN newest_checks AS checked
        ON checked.generation_id = generations.id AND checked.checker = $1
    LEFT JOIN (
        SELECT check_result_id, count(*) AS n FROM hallucination_spans GROUP BY check_result_id
    ) AS spans ON spans.check_result_id = checked.id
    ORDER BY generations.rowid
"""

_TYPES = """
    SELECT span.generation_id AS generation_id, span.type AS type, count(*) AS n
    FROM hallucination_spans AS span
    JOIN newest_checks ON newest_checks.id = span.check_result_id
    WHERE span.checker = $1
    GROUP BY ALL ORDER BY ALL
"""

_SPANS = f"""
    SELECT
        span.generation_id AS generation_id, span.start AS start, span."end" AS "end",
        span.type AS type, span.score AS score
    FROM hallucination_spans AS span
    JOIN newest_checks ON newest_checks.id = span.check_result_id
    WHERE span.generation_id IN {_GIVEN} AND span.checker = $2
    ORDER BY span.generation_id, span.start, span."end", span.id
"""
