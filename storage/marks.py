"""Turns marked pieces of texts into frames: the checks' own, the reviewers', and their judgement.

All places are half-open ranges of code points.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.client import Store

if TYPE_CHECKING:
    import pandas as pd

SPANS = """
    SELECT
        span.id AS span_id, span.checker AS checker, newest_checks.version AS version,
        span.start AS start, span."end" AS "end",
        substring(generations.text, span.start + 1, span."end" - span.start) AS text,
        span.type AS type, span.score AS score, span.evidence AS evidence
    FROM hallucination_spans AS span
    JOIN newest_checks ON newest_checks.id = span.check_result_id
    JOIN generations ON generations.id = span.generation_id
    WHERE span.generation_id = $1::UUID ORDER BY checker, span.start, span."end"
"""

_SHARED = """
        study_labels.label AS study, items.id AS item_id, prompts.id AS prompt_id,
        prompts.key AS prompt_key, datasets.name AS dataset,
        generations.id AS generation_id, checkpoints.id AS checkpoint_id,
        checkpoints.name AS checkpoint, accounts.id AS reviewer_id,
        accounts.pseudonym AS reviewer
"""

_JOINS = """
    JOIN assignments ON assignments.id = answer.assignment_id
    JOIN accounts ON accounts.id = assignments.reviewer_id
    JOIN items ON items.id = assignments.item_id
    JOIN study_labels ON study_labels.id = items.study_id
    JOIN generations ON generations.id = items.generation_a_id
    JOIN checkpoints ON checkpoints.id = generations.checkpoint_id
    JOIN prompts ON prompts.id = generations.prompt_id
    JOIN datasets ON datasets.id = prompts.dataset_id
"""

# An assignment with suggestions has two answers that count: what the reviewer marked alone, which
# the newest answer supersedes for everything else, and what is marked once they were seen.
_STEPS = """
    SELECT assignment_id, id, kind, comment, flag, seconds, created_at
    FROM result_answers WHERE kind IN ('spans', 'judge')
    UNION ALL
    SELECT
        assignment_id, newest.id, newest.kind, newest.comment, newest.flag, newest.seconds,
        created_at
    FROM (
        SELECT
            answers.assignment_id AS assignment_id, max(answers.created_at) AS created_at,
            arg_max(
                struct_pack(
                    id := answers.id, kind := answers.kind, comment := answers.comment,
                    flag := answers.flag, seconds := answers.seconds
                ),
                answers.created_at
            ) AS newest
        FROM answers
        JOIN result_answers AS final
            ON final.assignment_id = answers.assignment_id AND final.kind = 'judge'
        WHERE answers.kind = 'spans' AND NOT answers.late
        GROUP BY answers.assignment_id
    )
"""

REVIEWER_SPANS = f"""
    SELECT
        {_SHARED},
        CASE WHEN answer.kind = 'judge' THEN 'suggestions' ELSE 'own' END AS step,
        items.suggests AS suggests, answer.id AS answer_id, mark.id AS span_id,
        mark.category AS category, mark.severity AS severity, mark.start AS start,
        mark."end" AS "end",
        substring(generations.text, mark.start + 1, mark."end" - mark.start) AS quote,
        mark.note AS note, answer.seconds AS seconds, answer.comment AS comment,
        answer.flag AS flag, answer.created_at AS created_at
    FROM ({_STEPS}) AS answer
    {_JOINS}
    LEFT JOIN reviewer_spans AS mark ON mark.answer_id = answer.id
"""

MARK_ORDER = 'ORDER BY created_at, answer_id, mark.start, mark."end", mark.id'

JUDGEMENTS = f"""
    SELECT
        {_SHARED}, span.id AS span_id, span.checker AS checker, check_results.version AS version,
        span.type AS type, span.start AS start, span."end" AS "end",
        substring(generations.text, span.start + 1, span."end" - span.start) AS quote,
        span.score AS score, judgement.confirmed AS confirmed, answer.seconds AS seconds,
        answer.created_at AS created_at
    FROM suggestion_judgements AS judgement
    JOIN result_answers AS answer ON answer.id = judgement.answer_id
    {_JOINS}
    JOIN hallucination_spans AS span ON span.id = judgement.span_id
    JOIN check_results ON check_results.id = span.check_result_id
"""


def spans(store: Store, generation_id: str) -> pd.DataFrame:
    """Return the marked pieces of one text, by the newest result of each check, in text order."""
    return store.read(SPANS, [generation_id]).to_pandas()


def reviewer_spans(store: Store, generation_id: str | None = None) -> pd.DataFrame:
    """Return one row per piece that a reviewer marked, oldest answer first, in text order.

    An answer without a mark has one row too, whose `span_id` and all about the piece are empty:
    that nothing was found is a finding. `step` is "own" for what was marked alone and
    "suggestions" for what was marked once the checker's suggestions were seen; where there were
    some (`suggests`) an assignment has both, so count one step only.

    Args:
        store: the store.
        generation_id: one text; None for all.
    """
    sql = f"{REVIEWER_SPANS} WHERE $1::UUID IS NULL OR generations.id = $1::UUID {MARK_ORDER}"
    frame = store.read(sql, [generation_id]).to_pandas()
    return frame.astype({"start": "Int64", "end": "Int64"})


def suggestion_judgements(store: Store) -> pd.DataFrame:
    """Return one row per suggested piece that a reviewer confirmed or rejected, oldest first."""
    sql = f"{JUDGEMENTS} ORDER BY created_at, answer.id, span.start, span.id"
    return store.read(sql).to_pandas()
