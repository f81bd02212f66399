"""Turns the store into pandas frames for analysis and the dashboard, by SQL in DuckDB.

Only answers that count are in them: the newest of an assignment, neither skipped, taken back nor
late, given by the ordinary reviewers of an item that is no control. Texts that the lab made worse
on purpose are in none of them but `controls`. People are named by account id and pseudonym only.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from lab.errors import UnknownNameError
from storage.asked import ASKED
from storage.client import Store
from storage.controlled import controls
from storage.judged import ratings, votes
from storage.marks import (
    JUDGEMENTS,
    MARK_ORDER,
    REVIEWER_SPANS,
    SPANS,
    reviewer_spans,
    spans,
    suggestion_judgements,
)
from storage.schema import TABLES
from storage.scored import generations, texts

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "change_token",
    "controls",
    "counts",
    "criteria",
    "datasets",
    "excluded",
    "generation",
    "generations",
    "joined",
    "prompt_tags",
    "ratings",
    "reviewer_spans",
    "reviewers",
    "scores",
    "spans",
    "suggestion_judgements",
    "texts",
    "training",
    "votes",
]

RATINGS = """
    SELECT
        study_labels.label AS study, items.id AS item_id, prompts.id AS prompt_id,
        prompts.key AS prompt_key, datasets.name AS dataset, prompts.split AS split,
        generations.id AS generation_id, checkpoints.id AS checkpoint_id,
        checkpoints.name AS checkpoint, accounts.id AS reviewer_id,
        accounts.pseudonym AS reviewer, ratings.criterion AS criterion, ratings.value AS value,
        answer.seconds AS seconds, answer.comment AS comment, answer.flag AS flag,
        answer.created_at AS created_at, answer.id AS answer_id,
        left_out.reviewer_id IS NOT NULL AS excluded
    FROM ratings
    JOIN result_answers AS answer ON answer.id = ratings.answer_id
    JOIN assignments ON assignments.id = answer.assignment_id
    JOIN accounts ON accounts.id = assignments.reviewer_id
    JOIN items ON items.id = assignments.item_id
    JOIN study_labels ON study_labels.id = items.study_id
    JOIN generations ON generations.id = ratings.generation_id
    JOIN checkpoints ON checkpoints.id = generations.checkpoint_id
    JOIN prompts ON prompts.id = generations.prompt_id
    JOIN datasets ON datasets.id = prompts.dataset_id
    LEFT JOIN excluded_reviewers AS left_out
        ON left_out.study_id = items.study_id AND left_out.reviewer_id = assignments.reviewer_id
"""

VOTES = """
    SELECT
        study_labels.label AS study, items.id AS item_id, prompts.id AS prompt_id,
        prompts.key AS prompt_key, datasets.name AS dataset,
        a.id AS generation_a_id, b.id AS generation_b_id,
        checkpoint_a.id AS checkpoint_a_id, checkpoint_b.id AS checkpoint_b_id,
        checkpoint_a.name AS checkpoint_a, checkpoint_b.name AS checkpoint_b,
        accounts.id AS reviewer_id, accounts.pseudonym AS reviewer,
        votes.criterion AS criterion, votes.winner AS winner, assignments.swapped AS swapped,
        answer.seconds AS seconds, answer.comment AS comment, answer.flag AS flag,
        answer.created_at AS created_at, answer.id AS answer_id,
        left_out.reviewer_id IS NOT NULL AS excluded
    FROM votes
    JOIN result_answers AS answer ON answer.id = votes.answer_id
    JOIN assignments ON assignments.id = answer.assignment_id
    JOIN accounts ON accounts.id = assignments.reviewer_id
    JOIN items ON items.id = assignments.item_id
    JOIN study_labels ON study_labels.id = items.study_id
    JOIN prompts ON prompts.id = items.prompt_id
    JOIN datasets ON datasets.id = prompts.dataset_id
    JOIN generations AS a ON a.id = items.generation_a_id
    JOIN generations AS b ON b.id = items.generation_b_id
    JOIN checkpoints AS checkpoint_a ON checkpoint_a.id = a.checkpoint_id
    JOIN checkpoints AS checkpoint_b ON checkpoint_b.id = b.checkpoint_id
    LEFT JOIN excluded_reviewers AS left_out
        ON left_out.study_id = items.study_id AND left_out.reviewer_id = assignments.reviewer_id
"""


def joined(store: Store) -> pd.DataFrame:
    """Return one row per rating that counts, with its generation's checks and metrics."""
    told = ["prompt_id", "prompt_key", "dataset", "split", "checkpoint_id", "checkpoint"]
    texts = generations(store).drop(columns=told).set_index("generation_id")
    return ratings(store).join(texts, on="generation_id")


def scores(store: Store) -> pd.DataFrame:
    """Return one row per generation and metric, in the newest version: value or reason."""
    return _frame(
        store,
        """
        SELECT
            generations.id AS generation_id, prompts.id AS prompt_id, prompts.key AS prompt_key,
            datasets.name AS dataset, prompts.split AS split, checkpoints.id AS checkpoint_id,
            checkpoints.name AS checkpoint, metric, version, value, reason
        FROM newest_scores
        JOIN generations ON generations.id = newest_scores.generation_id
        JOIN checkpoints
            ON checkpoints.id = generations.checkpoint_id AND checkpoints.kind <> 'control'
        JOIN prompts ON prompts.id = generations.prompt_id
        JOIN datasets ON datasets.id = prompts.dataset_id
        ORDER BY metric, generations.rowid
        """,
    )


def prompt_tags(store: Store) -> pd.DataFrame:
    """Return one row per prompt and word on it."""
    return _frame(store, "SELECT prompt_id, tag FROM prompt_tags ORDER BY rowid")


def excluded(store: Store) -> pd.DataFrame:
    """Return one row per study and reviewer left out of its results: `study` and `reviewer`."""
    return _frame(
        store,
        """
        SELECT study_labels.label AS study, accounts.pseudonym AS reviewer
        FROM excluded_reviewers AS left_out
        JOIN study_labels ON study_labels.id = left_out.study_id
        JOIN accounts ON accounts.id = left_out.reviewer_id
        ORDER BY study, reviewer
        """,
    )


def criteria(store: Store) -> list[str]:
    """Return the names of the criteria that were rated or voted on, sorted."""
    sql = "SELECT criterion FROM ratings UNION SELECT criterion FROM votes ORDER BY criterion"
    return [row["criterion"] for row in store.rows(sql)]


def datasets(store: Store) -> list[str]:
    """Return the names of the data sets that have texts, sorted."""
    sql = """
        SELECT DISTINCT name FROM datasets
        JOIN prompts ON dataset_id = datasets.id
        WHERE prompts.id IN (SELECT prompt_id FROM generations)
        ORDER BY name
    """
    return [row["name"] for row in store.rows(sql)]


def reviewers(store: Store) -> list[str]:
    """Return the pseudonyms of all who rated or voted, sorted."""
    sql = """
        SELECT DISTINCT pseudonym FROM answers
        JOIN assignments ON assignments.id = assignment_id
        JOIN accounts ON accounts.id = reviewer_id
        WHERE answers.kind IN ('rate', 'vote')
        ORDER BY pseudonym
    """
    return [row["pseudonym"] for row in store.rows(sql)]


def training(store: Store) -> pd.DataFrame:
    """Return one row per logged training step; `logged_at` is when it was, UTC."""
    return _frame(
        store,
        """
        SELECT
            training_runs.id AS run_id, name, step, seconds, n_tokens, train_loss,
            validation_loss, learning_rate, gradient_norm, epoch, bits_per_byte,
            memory_bytes::DOUBLE AS memory_bytes,
            uuid_extract_timestamp(training_steps.id) AS logged_at
        FROM training_steps JOIN training_runs ON training_runs.id = training_run_id
        ORDER BY training_runs.created_at, training_runs.id, step
        """,
    )


def generation(store: Store, generation_id: str) -> dict[str, Any]:
    """Return everything about one text.

    Returns:
        `generation_id`, `text`, `prompt`, `prompt_key`, `split`, `source`, `reference`, `facts`,
        `dataset`, `checkpoint` and `run` (dicts; `run` may be None), `decoding`, `seed`,
        `sample_index`, `n_prompt_tokens`, `n_tokens`, `mean_logprob`, `finish_reason`,
        `latency_seconds`, `created_at`, and lists of dicts: `scores`, `checks`, `spans`,
        `reviewer_spans`, `judgements`, `ratings`, `votes`.

    Raises:
        UnknownNameError: there is no such generation.
    """
    found = store.rows(_GENERATION, [generation_id])
    if not found:
        raise UnknownNameError(f"no generation with id {generation_id}; choose one of the list")
    one = found[0]
    for field in ("facts", "decoding"):
        one[field] = one[field] and json.loads(one[field])
    run_id = one["checkpoint"]["training_run_id"]
    return one | {
        "run": _run(store, run_id) if run_id else None,
        "scores": store.rows(
            "SELECT metric, version, value, reason FROM newest_scores "
            "WHERE generation_id = $1::UUID ORDER BY metric",
            [generation_id],
        ),
        "checks": store.rows(
            "SELECT checker, version, status, score, reason FROM newest_checks "
            "WHERE generation_id = $1::UUID ORDER BY checker",
            [generation_id],
        ),
        "spans": store.rows(SPANS, [generation_id]),
        "reviewer_spans": store.rows(
            f"{REVIEWER_SPANS} WHERE generations.id = $1::UUID {MARK_ORDER}", [generation_id]
        ),
        "judgements": store.rows(
            f"{JUDGEMENTS} WHERE span.generation_id = $1::UUID ORDER BY answer.created_at, span.id",
            [generation_id],
        ),
        "ratings": store.rows(
            f"SELECT * FROM ({RATINGS}) WHERE generation_id = $1::UUID "
            "ORDER BY created_at, criterion",
            [generation_id],
        ),
        "votes": store.rows(
            f"SELECT * FROM ({VOTES}) WHERE generation_a_id = $1::UUID "
            "OR generation_b_id = $1::UUID ORDER BY created_at",
            [generation_id],
        ),
    }


_GENERATION = f"""
    SELECT
        generations.id AS generation_id, generations.text AS text, prompts.id AS prompt_id,
        {ASKED} AS prompt, prompts.key AS prompt_key, prompts.split AS split,
        prompts.source AS source, prompts.reference AS reference, prompts.facts AS facts,
        datasets.name AS dataset,
        struct_pack(
            id := checkpoints.id::VARCHAR, name := checkpoints.name, kind := checkpoints.kind,
            path := checkpoints.path, n_parameters := checkpoints.n_parameters,
            n_tokens := checkpoints.n_tokens, validation_loss := checkpoints.validation_loss,
            weights_sha256 := checkpoints.weights_sha256, template := checkpoints.template,
            training_run_id := checkpoints.training_run_id::VARCHAR
        ) AS checkpoint,
        generations.decoding AS decoding, generations.seed AS seed,
        generations.sample_index AS sample_index,
        generations.n_prompt_tokens AS n_prompt_tokens, generations.n_tokens AS n_tokens,
        generations.mean_logprob AS mean_logprob, generations.finish_reason AS finish_reason,
        generations.latency_seconds AS latency_seconds, generations.created_at AS created_at
    FROM generations
    JOIN prompts ON prompts.id = generations.prompt_id
    JOIN datasets ON datasets.id = prompts.dataset_id
    JOIN checkpoints ON checkpoints.id = generations.checkpoint_id
    WHERE generations.id = $1::UUID
"""


def _run(store: Store, run_id: str) -> dict[str, Any]:
    query = (
        "SELECT id, name, config, environment, created_at FROM training_runs WHERE id = $1::UUID"
    )
    run = store.rows(query, [run_id])[0]
    parsed = {field: json.loads(run[field]) for field in ("config", "environment")}
    return run | parsed


def counts(store: Store) -> dict[str, int]:
    """Return the number of rows of every table, by the table's name."""
    parts = [f"SELECT '{table}' AS name, count(*) AS n FROM {table}" for table in TABLES.values()]
    return {row["name"]: row["n"] for row in store.rows(" UNION ALL ".join(parts))}


def change_token(store: Store) -> int:
    """Return a number that grows whenever something was written; cheap enough for every second."""
    return int(store.health()["change"])


def _frame(store: Store, sql: str, parameters: tuple[Any, ...] | list[Any] = ()) -> pd.DataFrame:
    return store.read(sql, parameters).to_pandas()
