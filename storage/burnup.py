"""Turns one study's items and answers into frames that say how far it is, and since when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.client import Store
from storage.coded import plain

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow


def items(store: Store, study_id: str) -> pd.DataFrame:
    """Return one row per item of a study, training apart, in queue order.

    Columns: study, item_id, kind, prompt_id, dataset, checkpoint_a, checkpoint_b (that of the one
    text again where there is no pair), control (its kind, or empty), n_places (answers that it is
    to have) and n_answers (that it has).
    """
    return _coded(store.read(_ITEMS, [study_id]))


def answers(store: Store, study_id: str) -> pd.DataFrame:
    """Return one row per answer of a study that counts, training and settling apart, oldest first.

    Columns: those of `items` but the two counts, and reviewer, seconds, excluded (whether an
    analyst has left the reviewer out) and created_at, UTC.
    """
    return _coded(store.read(_ANSWERS, [study_id]))


def _coded(table: pyarrow.Table) -> pd.DataFrame:
    """Return a table with its ids and words as categoricals, which repeat thousands of times."""
    import pandas as pd

    names = ["checkpoint_a", "checkpoint_b"]  # to be compared with one another
    plain_ones = table.select(names).to_pandas()
    coded = plain(table, [name for name in table.column_names if name not in names])
    return pd.DataFrame(
        {name: coded.get(name, plain_ones.get(name)) for name in table.column_names}
    )


_ITEM = """
        study_labels.label AS study, items.id::VARCHAR AS item_id, items.kind AS kind,
        items.prompt_id AS prompt_id, datasets.name AS dataset,
        checkpoint_a.name AS checkpoint_a,
        coalesce(checkpoint_b.name, checkpoint_a.name) AS checkpoint_b,
        coalesce(controls.kind, '') AS control
"""

_JOINED = """
    JOIN study_labels ON study_labels.id = items.study_id
    JOIN prompts ON prompts.id = items.prompt_id
    JOIN datasets ON datasets.id = prompts.dataset_id
    JOIN generations AS a ON a.id = items.generation_a_id
    JOIN checkpoints AS checkpoint_a ON checkpoint_a.id = a.checkpoint_id
    LEFT JOIN generations AS b ON b.id = items.generation_b_id
    LEFT JOIN checkpoints AS checkpoint_b ON checkpoint_b.id = b.checkpoint_id
    LEFT JOIN controls ON controls.item_id = items.id
"""

_ITEMS = f"""
    SELECT {_ITEM},
        (studies.protocol->>'reviewers_per_item')::BIGINT AS n_places,
        coalesce(answered.n, 0) AS n_answers
    FROM items
    JOIN studies ON studies.id = items.study_id
    {_JOINED}
    LEFT JOIN (
        SELECT item_id, count(*) AS n
        FROM counted_answers JOIN assignments ON assignments.id = assignment_id
        WHERE NOT adjudicates GROUP BY item_id
    ) AS answered ON answered.item_id = items.id
    WHERE items.study_id = $1::UUID AND coalesce(controls.kind, '') <> 'training'
    ORDER BY items.position
"""

_ANSWERS = f"""
    SELECT {_ITEM},
        accounts.pseudonym AS reviewer, answer.seconds AS seconds,
        EXISTS (
            SELECT 1 FROM excluded_reviewers AS excluded
            WHERE excluded.study_id = items.study_id AND excluded.reviewer_id = accounts.id
        ) AS excluded,
        answer.created_at AS created_at
    FROM counted_answers AS answer
    JOIN assignments ON assignments.id = answer.assignment_id
    JOIN accounts ON accounts.id = assignments.reviewer_id
    JOIN items ON items.id = assignments.item_id
    {_JOINED}
    WHERE items.study_id = $1::UUID AND NOT assignments.adjudicates
        AND coalesce(controls.kind, '') <> 'training'
    ORDER BY answer.created_at, answer.id
"""
