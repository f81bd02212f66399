"""Turns the answers that count into frames: one row per rating, one row per vote."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from lab.records import AnswerKind
from storage.client import Store
from storage.coded import Tables, plain

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow

_ANSWERS = """
    SELECT
        answers.rowid AS answer, items.rowid AS item, accounts.rowid AS account,
        assignments.swapped AS swapped, answer.seconds AS seconds, answer.comment AS comment,
        answer.flag AS flag, answer.created_at AS created_at,
        left_out.reviewer_id IS NOT NULL AS excluded
    FROM result_answers AS answer
    JOIN answers ON answers.id = answer.id
    JOIN assignments ON assignments.id = answer.assignment_id
    JOIN accounts ON accounts.id = assignments.reviewer_id
    JOIN items ON items.id = assignments.item_id
    LEFT JOIN excluded_reviewers AS left_out
        ON left_out.study_id = items.study_id AND left_out.reviewer_id = assignments.reviewer_id
    WHERE answer.kind = $1
    ORDER BY answer.created_at, answer
"""

_RATINGS = """
    SELECT answers.rowid AS answer, generations.rowid AS generation, criterion, value
    FROM ratings
    JOIN answers ON answers.id = ratings.answer_id
    JOIN generations ON generations.id = ratings.generation_id
"""

_VOTES = """
    SELECT answers.rowid AS answer, a.rowid AS a, b.rowid AS b, criterion, winner
    FROM votes
    JOIN answers ON answers.id = votes.answer_id
    JOIN assignments ON assignments.id = answers.assignment_id
    JOIN items ON items.id = assignments.item_id
    JOIN generations AS a ON a.id = items.generation_a_id
    JOIN generations AS b ON b.id = items.generation_b_id
"""

_TOLD = ["seconds", "comment", "flag", "created_at"]


def ratings(store: Store, tables: Tables | None = None) -> pd.DataFrame:
    """Return one row per rating that counts, oldest first, criteria in alphabetical order.

    Ids and names are categoricals. `excluded` is true where an analyst's decision leaves the
    reviewer out of the study's results.

    Args:
        store: the store.
        tables: what is known of it already, to share ids and names with other frames.
    """
    import pandas as pd

    answers, rows = _read(store, AnswerKind.RATE, _RATINGS)
    tables = tables or Tables(store)
    texts = tables.rows("generations", rows["generation"].to_numpy())
    about, after = _about(tables, answers)
    prompts = tables.links("generations", "prompts", texts)
    checkpoints = tables.links("generations", "checkpoints", texts)
    return pd.DataFrame(
        {
            "study": about["study"],
            "item_id": about["item_id"],
            **_prompt(tables, prompts),
            "split": tables.column("prompts", "split", prompts),
            "generation_id": tables.column("generations", "id", texts),
            "checkpoint_id": tables.column("checkpoints", "id", checkpoints),
            "checkpoint": tables.column("checkpoints", "name", checkpoints),
            "reviewer_id": about["reviewer_id"],
            "reviewer": about["reviewer"],
            **plain(rows, ["criterion", "value"]),
            **after,
        },
        copy=False,
    )


def votes(store: Store, tables: Tables | None = None) -> pd.DataFrame:
    """Return one row per vote that counts, oldest first; `winner` is in item order.

    Ids and names are categoricals, those of a and of b with the same categories. `excluded` is as
    for ratings, and so are the arguments.
    """
    import pandas as pd

    answers, rows = _read(store, AnswerKind.VOTE, _VOTES)
    tables = tables or Tables(store)
    a, b = (tables.rows("generations", rows[side].to_numpy()) for side in ("a", "b"))
    about, after = _about(tables, answers)
    prompts = tables.links("generations", "prompts", a)
    first, second = (tables.links("generations", "checkpoints", side) for side in (a, b))
    return pd.DataFrame(
        {
            "study": about["study"],
            "item_id": about["item_id"],
            **_prompt(tables, prompts),
            "generation_a_id": tables.column("generations", "id", a),
            "generation_b_id": tables.column("generations", "id", b),
            "checkpoint_a_id": tables.column("checkpoints", "id", first),
            "checkpoint_b_id": tables.column("checkpoints", "id", second),
            "checkpoint_a": tables.column("checkpoints", "name", first),
            "checkpoint_b": tables.column("checkpoints", "name", second),
            "reviewer_id": about["reviewer_id"],
            "reviewer": about["reviewer"],
            **plain(rows, ["criterion", "winner"]),
            "swapped": answers["swapped"].to_pandas(),
            **after,
        },
        copy=False,
    )


def _read(store: Store, kind: AnswerKind, sql: str) -> tuple[pyarrow.Table, pyarrow.Table]:
    """Read what was given, and for each row the answer that it came with, both in order.

    The answers are read first: what was given in them is written with them and never changes, so
    that both are of one moment.
    """
    answers = store.read(_ANSWERS, [kind.value])
    rows = store.read(sql)
    known = answers["answer"].to_numpy()
    order = np.argsort(known, kind="stable")
    given = rows["answer"].to_numpy()
    places = np.searchsorted(known, given, sorter=order)
    places = order[np.minimum(places, len(order) - 1)] if len(order) else places
    counts = np.flatnonzero(known[places] == given) if len(order) else np.zeros(0, dtype=np.intp)
    criteria = rows["criterion"].combine_chunks().dictionary_encode()
    names = np.array(criteria.dictionary.to_pylist(), dtype=object)
    ranks = np.argsort(np.argsort(names))[criteria.indices.to_numpy()] if len(names) else given
    keys = places[counts] * (len(names) + 1) + ranks[counts]
    kept = counts[np.argsort(keys, kind="stable")]
    return answers.take(places[kept]), rows.take(kept)


def _about(tables: Tables, answers: pyarrow.Table) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the columns that tell of an answer: of its item and reviewer, and of itself."""
    items = tables.rows("items", answers["item"].to_numpy())
    people = tables.rows("accounts", answers["account"].to_numpy())
    own = tables.rows("answers", answers["answer"].to_numpy())
    about = {
        "study": tables.column("studies", "label", tables.links("items", "studies", items)),
        "item_id": tables.column("items", "id", items),
        "reviewer_id": tables.column("accounts", "id", people),
        "reviewer": tables.column("accounts", "pseudonym", people),
    }
    after = {
        **plain(answers, _TOLD),
        "answer_id": tables.column("answers", "id", own),
        "excluded": answers["excluded"].to_pandas(),
    }
    return about, after


def _prompt(tables: Tables, prompts: np.ndarray) -> dict[str, Any]:
    return {
        "prompt_id": tables.column("prompts", "id", prompts),
        "prompt_key": tables.column("prompts", "key", prompts),
        "dataset": tables.dataset(prompts),
    }
