"""Reads the pieces that the check against the source suggests to reviewers, result by result.

A text is checked anew while people judge what an earlier result suggested: they go on with what
they began, and a word on all pieces of any one result is whole.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from storage.client import Store

if TYPE_CHECKING:
    from storage.insert import Connection

# Of a sentence and the pieces marked inside it, the pieces are asked about.
_PIECES = """
    SELECT span.id, span.check_result_id, span.start, span."end", span.type, span.evidence
    FROM hallucination_spans AS span
    WHERE span.generation_id {generations} AND span.checker = 'source' AND NOT (
        span.type = 'low_support'
        AND EXISTS (
            SELECT 1 FROM hallucination_spans AS piece
            WHERE piece.check_result_id = span.check_result_id
                AND piece.type <> 'low_support'
                AND piece.start >= span.start AND piece."end" <= span."end"
        )
    )
"""

_OF_RESULTS = f"""
    SELECT result.id::VARCHAR AS result_id, list(piece.id::VARCHAR) AS piece_ids
    FROM check_results AS result
    LEFT JOIN ({_PIECES.format(generations="= $1::UUID")}) AS piece
        ON piece.check_result_id = result.id
    WHERE result.generation_id = $1::UUID AND result.checker = 'source'
    GROUP BY result.id
"""

_NEWEST = """
    SELECT id, generation_id FROM newest_checks
    WHERE checker = 'source' AND generation_id IN (SELECT unnest($1::UUID[]))
"""

_RESULT_OF = """
    SELECT id, check_result_id FROM hallucination_spans
    WHERE checker = 'source' AND id IN (SELECT unnest($1::VARCHAR[])::UUID)
"""


def suggested_sets(connection: Connection, generation_id: str) -> list[set[str]]:
    """Return the ids of the pieces that each result of a text suggests; one empty set for none.

    Args:
        connection: the owner's own.
        generation_id: the text.
    """
    rows = connection.execute(_OF_RESULTS, [generation_id]).fetchall()
    return [{id for id in ids if id is not None} for _, ids in rows] or [set()]


def read_suggestions(
    store: Store, generation_of: Mapping[str, str], begun: Mapping[str, Collection[str]]
) -> dict[str, tuple[dict[str, Any], ...]]:
    """Read what is suggested in texts; the check's scores stay out.

    Args:
        store: the store.
        generation_of: assignment's id → its text's.
        begun: assignment's id → ids of the pieces that its reviewer has said something of. They
            keep the result that they are of; the others get the newest.

    Returns:
        Assignment's id → suggestions in the order of the text.
    """
    if not generation_of:
        return {}
    generations = sorted(set(generation_of.values()))
    newest = {row["generation_id"]: row["id"] for row in store.rows(_NEWEST, [generations])}
    judged = sorted({piece for pieces in begun.values() for piece in pieces})
    rows = store.rows(_RESULT_OF, [judged]) if judged else []
    result_of = {row["id"]: row["check_result_id"] for row in rows}
    sql = (
        _PIECES.format(generations="IN (SELECT unnest($1::UUID[]))") + ' ORDER BY start, "end", id'
    )
    pieces: dict[str, tuple[dict[str, Any], ...]] = {}
    for row in store.rows(sql, [generations]):
        result = row.pop("check_result_id")
        pieces[result] = (*pieces.get(result, ()), row)
    found = {}
    for assignment, generation in generation_of.items():
        kept = (result_of[piece] for piece in begun.get(assignment, ()) if piece in result_of)
        found[assignment] = pieces.get(next(kept, newest.get(generation, "")), ())
    return found
