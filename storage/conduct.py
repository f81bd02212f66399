"""Turns one study's answers into frames that tell how its reviewers work, not what they prefer.

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
    """Return one row per rating of a study, as `lab.analysis.reviewers` takes them."""
    query = (
        "SELECT items.id AS item_id, generation_id, reviewer_id, pseudonym AS reviewer, "
        f"criterion, value, answer.seconds AS seconds FROM ratings {_JOINED}"
    )
    return store.read(query, [study_id]).to_pandas()


def votes(store: Store, study_id: str) -> pd.DataFrame:
    """Return one row per vote of a study, as `lab.analysis.reviewers` takes them."""
    query = (
        "SELECT items.id AS item_id, reviewer_id, pseudonym AS reviewer, criterion, winner, "
        f"swapped, answer.seconds AS seconds FROM votes {_JOINED}"
    )
    return store.read(query, [study_id]).to_pandas()
