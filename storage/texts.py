"""Turns a search into the ids of the texts that it finds, and a page of ids into a table, by SQL.

All searching, sorting and counting is done in the database; of the texts themselves only the
beginnings of one page leave it.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from storage.client import Store

if TYPE_CHECKING:
    import pandas as pd

Kept = Literal["all", "marked", "unmarked", "rated", "compared", "people", "commented"]
"""Which texts to keep: every one, with or without a mark of the source check, rated, compared,
marked by people, or with a comment or a flag."""

SORTS = {
    "written": "generations.rowid",
    "prompt": "prompts.key",
    "checkpoint": "checkpoints.name",
    "tokens": "generations.n_tokens",
    "latency": "generations.latency_seconds",
    "log-probability": "generations.mean_logprob",
    "marks": "CASE WHEN checked.status = 'ok' THEN coalesce(spans.n, 0) END",
    "score of the check": "checked.score",
    "rating": "rated.rating",
    "disagreement": "rated.disagreement",
    "answers": "answered.n",
}
"""What texts can be sorted by, besides the metrics."""

BEGINNING = 160
"""Code points of a text that a table shows."""

_GIVEN = "(SELECT unnest($1::VARCHAR[])::UUID)"
_WORD = re.compile(r'"([^"]+)"|(\S+)')


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which texts, in which order."""

    words: str = ""
    """Words that the text must hold, in any case of letters; in quotes, a phrase."""
    prompt: str = ""
    """A part of the prompt's key."""
    kept: Kept = "all"
    """Which of them to keep."""
    study: str | None = None
    """Label of a study in which they are judged; answers to it alone count."""
    dataset: str | None = None
    """Name of the data set."""
    checkpoints: tuple[str, ...] = ()
    """Names of the checkpoints; empty for all."""
    criterion: str | None = None
    """The criterion whose ratings count."""
    reviewer: str | None = None
    """Pseudonym of somebody who judged them; those answers alone count."""
    tag: str | None = None
    """A word on the prompt."""
    since: date | None = None
    """First day (UTC) of the answers that count."""
    until: date | None = None
    """Last day (UTC) of the answers that count."""
    with_excluded: bool = False
    """Whether answers of reviewers left out by decision count."""
    sort: str = "written"
    """One of `SORTS`, or "metric:" and a metric's name."""
    falling: bool = False
    """Whether the largest come first; texts without a value come last in any case."""


def find(store: Store, wanted: Wanted) -> np.ndarray:
    """Return the ids of all texts that fit, in order, as bytes of 36 characters.

    Raises:
        ValueError: there is no such order, or no such choice of texts.
    """
    if wanted.kept not in get_args(Kept):
        raise ValueError(f"kept is {wanted.kept!r}; it must be one of {', '.join(get_args(Kept))}")
    query = _Query(wanted)
    found = store.read(query.sql(), query.parameters)["id"]
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype="S36")


def table(store: Store, generation_ids: Sequence[str], wanted: Wanted) -> pd.DataFrame:
    """Return one row per given text, in the order given.

    Returns:
        `generation_id`, `prompt_key`, `checkpoint`, `beginning` (of the text), `n_spans` (of the
        source check), `n_reviewers`, `n_comments`, a column per criterion (mean rating),
        `disagreement` (mean standard deviation of the ratings, in points), a column per metric,
        `n_tokens`, `dataset` and `split`. Of answers, those that count by `wanted`.
    """
    ids = list(generation_ids)
    frame = store.read(_TABLE.format(given=_GIVEN), [ids]).to_pandas()
    frame = frame.set_index("generation_id").reindex(ids)
    given = [row["id"] for row in store.rows(_ASSIGNMENTS, [ids])]
    judged = _Query(wanted, ids, given)
    answers = store.read(judged.answers(), judged.parameters).to_pandas()
    rated = _Query(wanted, ids, given)
    ratings = store.read(rated.ratings(), rated.parameters).to_pandas()
    scores = store.read(_SCORES.format(given=_GIVEN), [ids]).to_pandas()
    means = ratings.pivot(index="generation_id", columns="criterion", values="mean")
    spread = ratings.groupby("generation_id")["spread"].mean().rename("disagreement")
    metrics = scores.pivot(index="generation_id", columns="metric", values="value")
    last = ["n_tokens", "dataset", "split"]
    counted = answers.set_index("generation_id").reindex(frame.index).fillna(0).astype(int)
    parts = [frame.drop(columns=last), counted, means, spread, metrics, frame[last]]
    joined = parts[0].join(parts[1:], how="left")
    return joined.reset_index()


def metrics(store: Store) -> list[str]:
    """Return the names of the metrics that have scores."""
    rows = store.rows("SELECT DISTINCT metric FROM metric_scores ORDER BY metric")
    return [row["metric"] for row in rows]


class _Query:
    """The SQL of one search, with its parameters in the order of their numbers."""

    def __init__(
        self, wanted: Wanted, ids: list[str] | None = None, assignments: Sequence[str] = ()
    ) -> None:
        self.wanted = wanted
        self.parameters: list[Any] = [] if ids is None else [ids]
        self.among = "" if ids is None else f" AND {{text}} IN {_GIVEN}{_only(assignments)}"

    def add(self, value: Any) -> str:
        self.parameters.append(value)
        return f"${len(self.parameters)}"

    def sql(self) -> str:
        judged = self._judged()
        conditions = [*self._of_texts(), *self._of_words(), *self._of_answers()]
        kept = " AND ".join(["checkpoints.kind <> 'control'", *conditions])
        order = "DESC" if self.wanted.falling else "ASC"
        by = self._sorted_by()
        asked = f"{kept} {by}"
        dear = " ".join(join for alias, join in _DEAR.items() if alias in asked)
        return (
            f"WITH judged AS ({judged}), {self._rated()}, {_MORE} "
            f"SELECT generations.id AS id FROM generations {_JOINS} {dear} {self._metric()} "
            f"WHERE {kept} ORDER BY {by} {order} NULLS LAST, generations.rowid"
        )

    def answers(self) -> str:
        return (
            f"WITH judged AS ({self._judged()}) SELECT generation_id, "
            "count(DISTINCT reviewer_id) AS n_reviewers, "
            "count(*) FILTER (WHERE comment <> '' OR flag <> '') AS n_comments "
            "FROM judged GROUP BY generation_id"
        )

    def ratings(self) -> str:
        return (
            f"WITH judged AS ({self._judged()}) "
            "SELECT ratings.generation_id AS generation_id, criterion, avg(value) AS mean, "
            f"stddev_samp(value) AS spread {self._of_criterion()} GROUP BY ALL"
        )

    def _judged(self) -> str:
        """Every answer that counts, once for each text that it is about."""
        conditions = self._counting()
        return " UNION ALL ".join(
            _JUDGED.format(text=text) + conditions + self.among.format(text=text)
            for text in ("items.generation_a_id", "items.generation_b_id")
        )

    def _counting(self) -> str:
        wanted, said = self.wanted, ["true"]
        if not wanted.with_excluded:
            said.append("left_out.reviewer_id IS NULL")
        if wanted.study is not None:
            said.append(f"study_labels.label = {self.add(wanted.study)}")
        if wanted.reviewer is not None:
            said.append(f"accounts.pseudonym = {self.add(wanted.reviewer)}")
        if wanted.since is not None:
            said.append(f"answer.created_at >= {self.add(str(wanted.since))}::TIMESTAMPTZ")
        if wanted.until is not None:
            after = str(wanted.until + timedelta(days=1))
            said.append(f"answer.created_at < {self.add(after)}::TIMESTAMPTZ")
        return " AND ".join(said)

    def _rated(self) -> str:
        return (
            "rated AS (SELECT generation_id, avg(mean) AS rating, avg(spread) AS disagreement "
            "FROM (SELECT ratings.generation_id AS generation_id, criterion, avg(value) AS mean, "
            f"stddev_samp(value) AS spread {self._of_criterion()} GROUP BY ALL) "
            "GROUP BY generation_id)"
        )

    def _of_criterion(self) -> str:
        joined = (
            "FROM ratings JOIN (SELECT DISTINCT answer_id FROM judged) AS counted "
            "ON counted.answer_id = ratings.answer_id"
        )
        if self.wanted.criterion is None:
            return joined
        return f"{joined} WHERE criterion = {self.add(self.wanted.criterion)}"

    def _of_texts(self) -> list[str]:
        wanted, said = self.wanted, []
        if wanted.dataset is not None:
            said.append(f"datasets.name = {self.add(wanted.dataset)}")
        if wanted.checkpoints:
            said.append(f"list_contains({self.add(list(wanted.checkpoints))}, checkpoints.name)")
        if wanted.tag is not None:
            tagged = f"(SELECT prompt_id FROM prompt_tags WHERE tag = {self.add(wanted.tag)})"
            said.append(f"prompts.id IN {tagged}")
        if wanted.prompt:
            said.append(f"contains(lower(prompts.key), lower({self.add(wanted.prompt)}))")
        return said

    def _of_words(self) -> list[str]:
        words = [phrase or word for phrase, word in _WORD.findall(self.wanted.words)]
        return [f"contains(lower(generations.text), lower({self.add(word)}))" for word in words]

    def _of_answers(self) -> list[str]:
        wanted = self.wanted
        said = [_KEPT[wanted.kept]] if wanted.kept != "all" else []
        if wanted.reviewer is not None or wanted.since or wanted.until:
            said.append("answered.n > 0")
        elif wanted.study is not None:
            said.append(_OF_STUDY.format(study=self.add(wanted.study)))
        return said

    def _sorted_by(self) -> str:
        sort = self.wanted.sort
        if sort.startswith("metric:"):
            return "scored.value"
        if sort not in SORTS:
            raise ValueError(f"sort is {sort!r}; it must be one of {', '.join(SORTS)} or a metric")
        return SORTS[sort]

    def _metric(self) -> str:
        if not self.wanted.sort.startswith("metric:"):
            return ""
        name = self.add(self.wanted.sort.removeprefix("metric:"))
        newest = f"SELECT generation_id, value FROM newest_scores WHERE metric = {name}"
        return f"LEFT JOIN ({newest}) AS scored ON scored.generation_id = generations.id"


def _only(assignments: Sequence[str]) -> str:
    # As literals, unlike a list or a subquery, the ids reach the scan below "the newest answer".
    listed = ", ".join(f"'{uuid.UUID(str(one))}'::UUID" for one in assignments)
    return f" AND answer.assignment_id IN ({listed})" if listed else " AND false"


_ASSIGNMENTS = f"""
    SELECT assignments.id AS id FROM assignments JOIN items ON items.id = assignments.item_id
    WHERE items.generation_a_id IN {_GIVEN} OR items.generation_b_id IN {_GIVEN}
"""

_JUDGED = """
    SELECT
        {text} AS generation_id, answer.id AS answer_id, answer.kind AS kind,
        answer.comment AS comment, answer.flag AS flag, assignments.reviewer_id AS reviewer_id
    FROM result_answers AS answer
    JOIN assignments ON assignments.id = answer.assignment_id
    JOIN accounts ON accounts.id = assignments.reviewer_id
    JOIN items ON items.id = assignments.item_id AND {text} IS NOT NULL
    JOIN study_labels ON study_labels.id = items.study_id
    LEFT JOIN excluded_reviewers AS left_out
        ON left_out.study_id = items.study_id AND left_out.reviewer_id = assignments.reviewer_id
    WHERE """

_MORE = """
    answered AS (
        SELECT
            generation_id, count(DISTINCT answer_id) AS n,
            count(*) FILTER (WHERE kind = 'vote') AS n_votes,
            count(*) FILTER (WHERE comment <> '' OR flag <> '') AS n_comments
        FROM judged GROUP BY generation_id
    ),
    by_people AS (
        SELECT DISTINCT reviewer_spans.generation_id AS generation_id
        FROM reviewer_spans JOIN judged ON judged.answer_id = reviewer_spans.answer_id
    ),
    spans AS (
        SELECT check_result_id, count(*) AS n FROM hallucination_spans GROUP BY check_result_id
    )
"""

_JOINS = """
    JOIN checkpoints ON checkpoints.id = generations.checkpoint_id
    JOIN prompts ON prompts.id = generations.prompt_id
    JOIN datasets ON datasets.id = prompts.dataset_id
"""

# Only what a search asks for is joined: each of these reads all answers, checks or ratings.
_DEAR = {
    "checked.": """
        LEFT JOIN newest_checks AS checked
            ON checked.generation_id = generations.id AND checked.checker = 'source'
        LEFT JOIN spans ON spans.check_result_id = checked.id
    """,
    "rated.": "LEFT JOIN rated ON rated.generation_id = generations.id",
    "answered.": "LEFT JOIN answered ON answered.generation_id = generations.id",
}

_KEPT = {
    "marked": "checked.status = 'ok' AND spans.n > 0",
    "unmarked": "checked.status = 'ok' AND spans.n IS NULL",
    "rated": "rated.rating IS NOT NULL",
    "compared": "answered.n_votes > 0",
    "people": "generations.id IN (SELECT generation_id FROM by_people)",
    "commented": "answered.n_comments > 0",
}

_OF_STUDY = """generations.id IN (
    SELECT unnest([items.generation_a_id, items.generation_b_id]) FROM items
    JOIN study_labels ON study_labels.id = items.study_id WHERE study_labels.label = {study}
)"""

_TABLE = f"""
    SELECT
        generations.id AS generation_id, prompts.key AS prompt_key,
        checkpoints.name AS checkpoint, left(generations.text, {BEGINNING}) AS beginning,
        CASE WHEN checked.status = 'ok' THEN coalesce(spans.n, 0) END AS n_spans,
        generations.n_tokens AS n_tokens, datasets.name AS dataset, prompts.split AS split
    FROM generations
    JOIN checkpoints ON checkpoints.id = generations.checkpoint_id
    JOIN prompts ON prompts.id = generations.prompt_id
    JOIN datasets ON datasets.id = prompts.dataset_id
    LEFT JOIN (
        SELECT generation_id, newest.id AS id, newest.status AS status FROM (
            SELECT generation_id, arg_max(struct_pack(id := id, status := status), rowid) AS newest
            FROM check_results WHERE checker = 'source' AND generation_id IN {{given}}
            GROUP BY generation_id
        )
    ) AS checked ON checked.generation_id = generations.id
    LEFT JOIN (
        SELECT check_result_id, count(*) AS n FROM hallucination_spans
        WHERE generation_id IN {{given}} GROUP BY check_result_id
    ) AS spans ON spans.check_result_id = checked.id
    WHERE generations.id IN {{given}}
"""

_SCORES = """
    SELECT generation_id, metric, newest.value AS value
    FROM (
        SELECT generation_id, metric, arg_max(struct_pack(value := value), rowid) AS newest
        FROM metric_scores WHERE generation_id IN {given} GROUP BY generation_id, metric
    )
"""
