"""Turns generations into a frame with their newest check and scores, one row per text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from storage.client import Store
from storage.coded import Tables, plain

if TYPE_CHECKING:
    import pandas as pd

_TEXTS = """
    SELECT
        generations.rowid AS generation, generations.n_tokens AS n_tokens,
        generations.mean_logprob AS mean_logprob,
        generations.latency_seconds AS latency_seconds,
        generations.sample_index AS sample_index, checked.status AS check_status,
        CASE WHEN checked.status = 'ok' THEN coalesce(spans.n, 0) END AS n_spans,
        checked.score AS hallucination_score
    FROM generations
    JOIN checkpoints
        ON checkpoints.id = generations.checkpoint_id AND checkpoints.kind <> 'control'
    LEFT JOIN newest_checks AS checked
        ON checked.generation_id = generations.id AND checked.checker = 'source'
    LEFT JOIN (
        SELECT check_result_id, count(*) AS n FROM hallucination_spans GROUP BY check_result_id
    ) AS spans ON spans.check_result_id = checked.id
    ORDER BY generation
"""

_METRICS = "SELECT DISTINCT metric FROM metric_scores ORDER BY metric"

# In the order of writing, so that the newest score of a text is the last one.
_SCORES = """
    WITH named AS (
        SELECT metric, (row_number() OVER (ORDER BY metric) - 1)::USMALLINT AS number
        FROM (SELECT DISTINCT metric FROM metric_scores)
    )
    SELECT generations.rowid AS generation, named.number AS metric, metric_scores.value AS value
    FROM metric_scores
    JOIN generations ON generations.id = metric_scores.generation_id
    JOIN named USING (metric)
    ORDER BY metric_scores.rowid
"""


def texts(store: Store, tables: Tables | None = None) -> pd.DataFrame:
    """Return one row per generation in the order of writing, without words and metrics.

    Ids and names are categoricals. `hallucination_score` and `n_spans` are of the newest check
    "source", and empty unless it could be made.

    Args:
        store: the store.
        tables: what is known of it already, to share ids and names with other frames.
    """
    import pandas as pd

    rows, tables = store.read(_TEXTS), tables or Tables(store)
    found = tables.rows("generations", rows["generation"].to_numpy())
    prompts = tables.links("generations", "prompts", found)
    checkpoints = tables.links("generations", "checkpoints", found)
    measured = [name for name in rows.column_names if name != "generation"]
    return pd.DataFrame(
        {
            "generation_id": tables.column("generations", "id", found),
            "prompt_id": tables.column("prompts", "id", prompts),
            "prompt_key": tables.column("prompts", "key", prompts),
            "dataset": tables.dataset(prompts),
            "split": tables.column("prompts", "split", prompts),
            "checkpoint_id": tables.column("checkpoints", "id", checkpoints),
            "checkpoint": tables.column("checkpoints", "name", checkpoints),
            **plain(rows, measured),
        },
        copy=False,
    )


def generations(
    store: Store, tables: Tables | None = None, frame: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return `texts` with a column for each metric: the newest value, NaN where there is none.

    Args:
        store: the store.
        tables: as for `texts`.
        frame: what `texts` gave with these tables, which is then not read and not held twice.
    """
    import pandas as pd

    tables = tables or Tables(store)
    frame = texts(store, tables) if frame is None else frame
    rows = store.read(_SCORES)
    names = [row["metric"] for row in store.rows(_METRICS)]
    listed = frame["generation_id"].cat.codes.to_numpy()
    scored = tables.rows("generations", rows["generation"].to_numpy())
    places = np.full(max(listed.max(initial=-1), scored.max(initial=-1)) + 1, -1)
    places[listed] = np.arange(len(listed))
    at = places[scored]
    known = at >= 0
    values = np.full((len(names), len(frame)), np.nan)
    values[rows["metric"].to_numpy()[known], at[known]] = rows["value"].to_numpy()[known]
    return pd.concat([frame, pd.DataFrame(values.T, columns=names)], axis=1)
