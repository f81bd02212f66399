"""Makes a lab with a million ratings, by the owner's own insert, for measuring what reads it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow

from apps.signin.passwords import hash_password
from lab.home import Home
from lab.metrics.run import METRICS
from lab.records import (
    Account,
    Answer,
    AnswerKind,
    Assignment,
    Checkpoint,
    CheckpointKind,
    CheckResult,
    Dataset,
    Generation,
    HallucinationSpan,
    Item,
    MetricScore,
    Prompt,
    PromptTag,
    Rating,
    Role,
    Study,
    StudyEvent,
    StudyStatus,
    Vote,
    now,
)
from storage.client import Store
from storage.database import open_database
from storage.insert import add_rows, insert_records
from storage.migrate import migrate, read_migrations
from storage.schema import TABLES, columns
from storage.wire import Rows

PASSWORD = "correct horse battery"  # noqa: S105 - of a made-up lab
CRITERIA = ("coherence", "creativity", "fluency", "relevance")
N_CHECKPOINTS, N_PROMPTS, N_REVIEWERS, N_STUDIES, N_METRICS = 20, 10_000, 100, 4, 20
TAGS = tuple(f"genre {letter}" for letter in "abcdefghijkl")
STARTED = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
CHUNK = 200_000


def make(home: Home, n_ratings: int, n_votes: int) -> None:
    """Write the lab into an empty folder.

    Args:
        home: the lab.
        n_ratings: ratings, a multiple of the criteria; two reviewers rate each text of an item.
        n_votes: votes on "overall".
    """
    connection = open_database(Path(home.database))
    migrate(connection, read_migrations())
    made = _Made(n_ratings, n_votes)
    for rows in made.tables():
        connection.execute("BEGIN")
        if isinstance(rows, list):
            insert_records(connection, rows)
        else:
            add_rows(connection, [rows])
        connection.execute("COMMIT")
    connection.execute("CHECKPOINT")
    connection.close()


class _Made:
    """The lab's records, most of them as columns of Arrow tables."""

    def __init__(self, n_ratings: int, n_votes: int) -> None:
        self.random = np.random.default_rng(0)
        self.n_rated, self.n_voted = n_ratings // len(CRITERIA), n_votes
        self.checkpoints = [
            Checkpoint(name=f"run-{i:02d}", kind=CheckpointKind.EXTERNAL)
            for i in range(N_CHECKPOINTS)
        ]
        self.reviewers = [
            Account(name=f"reviewer{i}", role=Role.REVIEWER, pseudonym=f"R{i:03d}")
            for i in range(N_REVIEWERS)
        ]
        self.dataset = Dataset(
            name="large", origin="made up", content_sha256="0", n_prompts=N_PROMPTS, config={}
        )
        self.studies = [
            Study(
                name=f"study-{i}", protocol_sha256=str(i),
                protocol={"name": f"study-{i}", "design": "mixed", "reviewers_per_item": 2},
            )
            for i in range(N_STUDIES)
        ]  # fmt: skip
        self.prompts = _ids("1", N_PROMPTS)
        self.texts = _ids("2", N_PROMPTS * N_CHECKPOINTS)
        self.quality = self.random.normal(0, 0.25, N_CHECKPOINTS)
        self.severity = self.random.normal(0, 0.5, N_REVIEWERS)

    def tables(self) -> Iterator[list[Any] | Rows]:
        """Give everything, each after what it points to."""
        analyst = Account(
            name="analyst", role=Role.ANALYST, pseudonym="analyst",
            password_hash=hash_password(PASSWORD),
        )  # fmt: skip
        events = [StudyEvent(study_id=one.id, status=StudyStatus.OPEN) for one in self.studies]
        yield [analyst, *self.reviewers, self.dataset, *self.checkpoints, *self.studies, *events]
        yield from self._prompts()
        yield from self._texts()
        yield from self._scores()
        yield from self._checks()
        yield from self._judged("rate", self.n_rated, "7")
        yield from self._judged("vote", self.n_voted, "8")

    def _prompts(self) -> Iterator[Rows]:
        n = N_PROMPTS
        yield from _rows(
            Prompt, n, id=self.prompts, dataset_id=self.dataset.id, split="test",
            key=[f"story-{i:05d}" for i in range(n)], text="Write a story.", source="a: b",
        )  # fmt: skip
        tags = np.array(TAGS)[self.random.integers(len(TAGS), size=n)]
        yield from _rows(PromptTag, n, id=_ids("a", n), prompt_id=self.prompts, tag=tags)

    def _texts(self) -> Iterator[Rows]:
        n = len(self.texts)
        yield from _rows(
            Generation, n, id=self.texts, prompt_id=np.tile(self.prompts, N_CHECKPOINTS),
            checkpoint_id=np.repeat([one.id for one in self.checkpoints], N_PROMPTS),
            text="Once upon a time there was a made-up text. " * 4, decoding="{}", seed=1,
            sample_index=0, n_prompt_tokens=20, n_tokens=self.random.integers(40, 200, n),
            mean_logprob=-1.0, finish_reason="end", latency_seconds=self.random.gamma(2, 0.5, n),
        )  # fmt: skip

    def _scores(self) -> Iterator[Rows]:
        n, known = len(self.texts), [*METRICS][:N_METRICS]
        names = [*known, *(f"metric_{i}" for i in range(N_METRICS - len(known)))]
        quality = np.repeat(self.quality, N_PROMPTS)
        for number, name in enumerate(names):
            yield from _rows(
                MetricScore, n, id=_ids(f"3{number:02d}", n), generation_id=self.texts,
                metric=name, version="1", value=self.random.normal(0.5 + 0.2 * quality, 0.1),
            )  # fmt: skip

    def _checks(self) -> Iterator[Rows]:
        n = len(self.texts)
        ids, flagged = _ids("4", n), self.random.random(n) < 0.3
        yield from _rows(
            CheckResult, n, id=ids, generation_id=self.texts, checker="source", version="1",
            status="ok", score=np.where(flagged, 0.8, 0.1),
        )  # fmt: skip
        m = int(flagged.sum())
        yield from _rows(
            HallucinationSpan, m, id=_ids("5", m), check_result_id=ids[flagged],
            generation_id=self.texts[flagged], checker="source", start=5, end=9, type="number",
            score=0.8, evidence="the source says ten",
        )  # fmt: skip

    def _judged(self, kind: str, n: int, place: str) -> Iterator[Rows]:
        """Give n answers, two on each item, by reviewers who take turns."""
        n_items = n // 2
        picked = self.random.permutation(np.arange(n_items) % len(self.texts))
        other = (picked + N_PROMPTS) % len(self.texts)
        items, given, answers = (_ids(f"{place}{part}", m) for part, m in
                                 ((0, n_items), (1, 2 * n_items), (2, 2 * n_items)))  # fmt: skip
        studies = np.array([one.id for one in self.studies])
        yield from _rows(
            Item, n_items, id=items, study_id=studies[np.arange(n_items) % N_STUDIES],
            kind="rate" if kind == "rate" else "ab",
            position=np.arange(n_items) * 2 + (kind == "vote"),
            prompt_id=self.prompts[picked % N_PROMPTS], generation_a_id=self.texts[picked],
            generation_b_id=None if kind == "rate" else self.texts[other], suggests=False,
        )  # fmt: skip
        first = self.random.integers(N_REVIEWERS, size=n_items)
        who = np.stack([first, (first + 1 + picked % 90) % N_REVIEWERS], axis=1).ravel()
        seconds = np.sort(self.random.uniform(0, 200 * 86400, 2 * n_items))
        times = [STARTED + timedelta(seconds=float(one)) for one in seconds]
        swapped = self.random.random(2 * n_items) < 0.5
        yield from _rows(
            Assignment, 2 * n_items, id=given, item_id=np.repeat(items, 2), swapped=swapped,
            reviewer_id=np.array([one.id for one in self.reviewers])[who], adjudicates=False,
            created_at=times,
        )  # fmt: skip
        yield from _rows(
            Answer, 2 * n_items, id=answers, assignment_id=given, kind=kind, comment="", reason="",
            flag="", seconds=self.random.gamma(2, 15, 2 * n_items), late=False, created_at=times,
        )  # fmt: skip
        texts = np.repeat(picked, 2)
        if kind == "vote":
            yield from self._votes(answers, texts, np.repeat(other, 2))
            return
        mean = 3.2 + self.quality[texts // N_PROMPTS] + self.severity[who]
        for number, criterion in enumerate(CRITERIA):
            values = np.clip(np.rint(self.random.normal(mean, 0.8)), 1, 5).astype(int)
            yield from _rows(
                Rating, len(answers), id=_ids(f"9{number}", len(answers)), answer_id=answers,
                generation_id=self.texts[texts], criterion=criterion, value=values,
            )  # fmt: skip

    def _votes(self, answers: np.ndarray, a: np.ndarray, b: np.ndarray) -> Iterator[Rows]:
        lead = self.quality[a // N_PROMPTS] - self.quality[b // N_PROMPTS]
        wins = self.random.random(len(a)) < 1 / (1 + np.exp(-2 * lead))
        winners = np.where(self.random.random(len(a)) < 0.12, "tie", np.where(wins, "a", "b"))
        yield from _rows(
            Vote, len(a), id=_ids("b", len(a)), answer_id=answers, criterion="overall",
            winner=winners,
        )  # fmt: skip


def _ids(prefix: str, n: int) -> np.ndarray:
    return np.array([f"0190{prefix:0<4}-0000-7000-8000-{i:012x}" for i in range(n)], dtype=object)


def _rows(record: type, n: int, /, **values: Any) -> Iterator[Rows]:
    """Give n rows as Arrow tables of a bearable size; a single value stands in every row."""
    values.setdefault("created_at", now())
    arrays: dict[str, Sequence[Any] | np.ndarray] = {}
    for column in columns(record):
        value = values.pop(column.name, None)
        single = value is None or isinstance(value, (str, int, float, bool, datetime))
        arrays[column.name] = [value] * n if single else value
    values.pop("created_at", None)
    assert not values, f"{record.__name__} has no {json.dumps(list(values))}"
    table = pyarrow.table({name: pyarrow.array(cells) for name, cells in arrays.items()})
    for start in range(0, n, CHUNK):
        yield Rows(TABLES[record], table.slice(start, CHUNK))


class Adding:
    """Adds an answer with ratings every second, as long as it is entered."""

    def __init__(self, store: Store) -> None:
        self._store, self._stop = store, threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._given = store.rows(
            "SELECT items.id AS item, items.generation_a_id AS text, accounts.id AS reviewer "
            "FROM items JOIN accounts ON accounts.role = 'reviewer' "
            "LEFT JOIN assignments ON assignments.item_id = items.id "
            "AND assignments.reviewer_id = accounts.id "
            "WHERE items.kind = 'rate' AND items.position < 40 AND assignments.id IS NULL LIMIT 500"
        )

    def __enter__(self) -> Adding:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        for given in self._given:
            assignment = Assignment(
                item_id=given["item"], reviewer_id=given["reviewer"], swapped=False
            )
            answer = Answer(assignment_id=assignment.id, kind=AnswerKind.RATE, seconds=20.0)
            ratings = [
                Rating(answer_id=answer.id, generation_id=given["text"], criterion=name, value=3)
                for name in CRITERIA
            ]
            self._store.add([assignment, answer, *ratings])
            if self._stop.wait(1.0):
                return
