"""Turns one study's stored pairs into what the choice of the next pair is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.client import Store

if TYPE_CHECKING:
    import pandas as pd


def checkpoint_pairs(store: Store, study_id: str) -> list[tuple[str, str]]:
    """List the pairs of checkpoints, as ids in order, that a study's ordinary items compare."""
    rows = store.rows(_PAIRS, [study_id])
    return [(row["one"], row["other"]) for row in rows]


def votes_of(store: Store, study_id: str) -> pd.DataFrame:
    """Return one row per vote of a study that counts, on "overall", oldest first.

    Columns as in `storage.frames.votes`, as far as the analysis of preferences asks, but
    `checkpoint_a` and `checkpoint_b` are ids. Reviewers whom an analyst has left out are not in it.
    """
    return store.read(_VOTES, [study_id]).to_pandas()


_PAIRS = """
    SELECT DISTINCT
        least(a.checkpoint_id, b.checkpoint_id)::VARCHAR AS one,
        greatest(a.checkpoint_id, b.checkpoint_id)::VARCHAR AS other
    FROM items
    JOIN generations AS a ON a.id = generation_a_id
    JOIN generations AS b ON b.id = generation_b_id
    WHERE study_id = $1::UUID AND a.checkpoint_id <> b.checkpoint_id
        AND items.id NOT IN (SELECT item_id FROM controls)
    ORDER BY one, other
"""

_VOTES = """
    SELECT
        a.checkpoint_id::VARCHAR AS checkpoint_a, b.checkpoint_id::VARCHAR AS checkpoint_b,
        reviewer_id::VARCHAR AS reviewer_id, items.prompt_id::VARCHAR AS prompt_id,
        criterion, winner, swapped
    FROM votes
    JOIN result_answers AS answer ON answer.id = votes.answer_id
    JOIN assignments ON assignments.id = answer.assignment_id
    JOIN items ON items.id = assignments.item_id
    JOIN generations AS a ON a.id = items.generation_a_id
    JOIN generations AS b ON b.id = items.generation_b_id
    WHERE study_id = $1::UUID AND criterion = 'overall'
        AND NOT EXISTS (
            SELECT 1 FROM excluded_reviewers AS excluded
            WHERE excluded.study_id = items.study_id
                AND excluded.reviewer_id = assignments.reviewer_id
        )
    ORDER BY answer.created_at, votes.id
"""
