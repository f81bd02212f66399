"""Turns answers into frames that tell how reviewers work, not what they prefer.

Only answers to ordinary items: those to controls are in `storage.frames.controls`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.client import Store

if TYPE_CHECKING:
    import pandas as pd

_JOINED = """
    JOIN result_answers AS answer ON answer.id = answer_id
    JOIN assignments ON assignments.id = answer.assignment_id
    JOIN items ON items.id = assignments.item_id
    JOIN accounts ON accounts.id = assignments.reviewer_id
    WHERE items.study_id = $1::UUID
"""


def ratings(store: Store, study_id: str) -> pd.DataFrame:
    """Return one row per rating of a study, as `lab.analysis.reviewers.summary` takes them."""
    query = (
        "SELECT items.id AS item_id, generation_id, reviewer_id, pseudonym AS reviewer, "
        f"criterion, value, answer.seconds AS seconds FROM ratings {_JOINED}"
    )
    return store.read(query, [study_id]).to_pandas()


def votes(store: Store, study_id: str) -> pd.DataFrame:
    """Return one row per vote of a study, as `lab.analysis.reviewers.summary` takes them."""
    query = (
        "SELECT items.id AS item_id, reviewer_id, pseudonym AS reviewer, criterion, winner, "
        f"swapped, answer.seconds AS seconds FROM votes {_JOINED}"
    )
    return store.read(query, [study_id]).to_pandas()


def marked(store: Store, study_id: str | None = None) -> pd.DataFrame:
    """Return one row per text that somebody read for marks, with marks or without, oldest first.

    The columns are those of `storage.frames.ratings` that tell where, who and when; `criterion`
    is "spans". An answer after the checker's suggestions is the same row, not another one.

    Args:
        store: the store.
        study_id: one study; None for all.
    """
    return store.read(_MARKED, [study_id]).to_pandas()


_MARKED = """
    SELECT
        study_labels.label AS study, items.id AS item_id, prompts.id AS prompt_id,
        datasets.name AS dataset, generations.id AS generation_id,
        checkpoints.name AS checkpoint, accounts.id AS reviewer_id,
        accounts.pseudonym AS reviewer, 'spans' AS criterion, answer.seconds AS seconds,
        answer.created_at AS created_at, left_out.reviewer_id IS NOT NULL AS excluded
    FROM result_answers AS answer
    JOIN assignments ON assignments.id = answer.assignment_id
    JOIN accounts ON accounts.id = assignments.reviewer_id
    JOIN items ON items.id = assignments.item_id
    JOIN study_labels ON study_labels.id = items.study_id
    JOIN generations ON generations.id = items.generation_a_id
    JOIN checkpoints ON checkpoints.id = generations.checkpoint_id
    JOIN prompts ON prompts.id = generations.prompt_id
    JOIN datasets ON datasets.id = prompts.dataset_id
    LEFT JOIN excluded_reviewers AS left_out
        ON left_out.study_id = items.study_id AND left_out.reviewer_id = accounts.id
    WHERE answer.kind IN ('spans', 'judge')
        AND ($1::UUID IS NULL OR items.study_id = $1::UUID)
    ORDER BY answer.created_at, answer.id
"""
