from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from types import ModuleType

import pytest

from lab import records as r
from lab.errors import StoreError, UnknownNameError
from storage import (
    accounts,
    checkpoints,
    checks,
    datasets,
    generations,
    prompts,
    scores,
    sessions,
    studies,
    training,
)
from storage.client import Store
from storage.schema import TABLES, columns


def test_every_record_type_has_a_table_with_its_fields(shared_store: Store) -> None:
    rows = shared_store.rows(
        "SELECT table_name, column_name, data_type, is_nullable FROM duckdb_columns() "
        "WHERE table_name NOT IN (SELECT view_name FROM duckdb_views())"
    )
    found = defaultdict(set)
    for row in rows:
        found[row["table_name"]].add((row["column_name"], row["data_type"], row["is_nullable"]))
    expected = {
        table: {(c.name, c.sql, c.nullable) for c in columns(kind)}
        for kind, table in TABLES.items()
    }
    assert found.pop("schema_migrations")
    assert found == expected


def test_every_record_type_is_known() -> None:
    types = {value for value in vars(r).values() if hasattr(value, "__dataclass_fields__")}
    assert types == set(TABLES)


def test_every_record_comes_back_as_it_went(store: Store, made: ModuleType) -> None:
    given = made.one_of_each()
    store.add(given)
    back = [record for kind in TABLES for record in store.select(kind, "ORDER BY rowid")]
    assert {type(record) for record in given} == set(TABLES)
    assert sorted(map(repr, back)) == sorted(map(repr, given))
    assert all(
        type(getattr(one, name)) is type(getattr(other, name))
        for one, other in zip(sorted(back, key=repr), sorted(given, key=repr), strict=True)
        for name in one.__dataclass_fields__
    )


def test_many_rows_come_back_as_they_went(store: Store, made: ModuleType) -> None:
    base = made.one_of_each()
    dataset = next(record for record in base if isinstance(record, r.Dataset))
    many = [
        r.Prompt(
            dataset_id=dataset.id, key=str(i), split=r.Split.TRAIN, text="😀" * i,
            facts={"i": i} if i % 2 else None,
        )
        for i in range(500)
    ]  # fmt: skip
    store.add([dataset, *many])
    assert prompts.read(store, dataset.id) == many
    assert prompts.read(store, dataset.id, "train", 3) == many[:3]
    assert prompts.read(store, dataset.id, "test") == []
    assert prompts.by_ids(store, [many[4].id, r.new_id()]) == {many[4].id: many[4]}
    assert prompts.by_ids(store, []) == {}


@pytest.mark.parametrize("n", [1, 300])
def test_adding_twice_is_adding_once(store: Store, n: int) -> None:
    given = [r.Checkpoint(name=str(i), kind=r.CheckpointKind.EXTERNAL) for i in range(n)]
    store.add(given)
    store.add([*given, *given])
    assert checkpoints.every(store) == given


@pytest.mark.parametrize("n", [1, 300, 900])
def test_a_reference_to_nothing_is_refused_whole(store: Store, made: ModuleType, n: int) -> None:
    good = made.one_of_each()[1]
    bad = [
        r.Prompt(dataset_id=r.new_id(), key=str(i), split=r.Split.TEST, text="") for i in range(n)
    ]
    with pytest.raises(StoreError, match=r"prompts\.dataset_id points to .* not in datasets"):
        store.add([good, *bad])
    assert datasets.every(store) == []


def test_account_names_are_unique(store: Store) -> None:
    ann = r.Account(name="ann", role=r.Role.REVIEWER, pseudonym="R1")
    store.add([ann])
    with pytest.raises(StoreError, match="'ann'"):
        store.add([r.Account(name="ann", role=r.Role.LEAD, pseudonym="R2")])
    assert accounts.every(store) == [ann]
    assert accounts.named(store, "Ann") == ann
    assert accounts.named(store, "bob") is None
    assert accounts.by_id(store, ann.id) == ann


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (r.Checkpoint(name=3, kind=r.CheckpointKind.GPT), r"Checkpoint\.name must be str, not 3"),
        (r.Checkpoint(name="a", kind="huge"), r"Checkpoint\.kind must be CheckpointKind"),
        (
            r.Checkpoint(name="a", kind=r.CheckpointKind.GPT, created_at=datetime(2026, 1, 1)),
            r"created_at must be datetime, in UTC",
        ),
        (r.Checkpoint(name="a", kind=r.CheckpointKind.GPT, n_tokens=True), "n_tokens must be int"),
        (r.Checkpoint(name="a", kind=r.CheckpointKind.GPT, n_tokens=2**70), "refused"),
        (r.Checkpoint(name="\ud800", kind=r.CheckpointKind.GPT), "cannot be stored"),
        (r.Checkpoint(id="seven", name="a", kind=r.CheckpointKind.GPT), "seven"),
        (
            r.TrainingRun(
                name="a", dataset_id=r.new_id(), config={"a": float("nan")}, environment={}
            ),
            "cannot be stored as JSON",
        ),
        ("text", "no table for str"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(
    shared_store: Store, record: object, message: str
) -> None:
    with pytest.raises(StoreError, match=message):
        shared_store.add([record])


def test_a_read_cannot_write(shared_store: Store) -> None:
    for sql in (
        "DELETE FROM accounts",
        "INSERT INTO accounts SELECT * FROM accounts RETURNING id",
        "SELECT 1; DROP TABLE accounts",
        "DROP TABLE accounts",
        "SET threads = 1",
        "COPY accounts TO '/tmp/x.csv'",
        "SELECT * FROM read_csv('/etc/passwd')",
        "ATTACH '/tmp/other.duckdb'",
        "",
    ):
        with pytest.raises(StoreError):
            shared_store.read(sql)


def test_names_find_the_newest(store: Store) -> None:
    old, new = (r.Checkpoint(name="m", kind=r.CheckpointKind.GPT, n_tokens=i) for i in (1, 2))
    store.add([new, old])
    assert checkpoints.named(store, "m") == max(old, new, key=lambda c: c.created_at)
    assert checkpoints.by_ids(store, [old.id]) == {old.id: old}
    for repository in (checkpoints, datasets, studies):
        with pytest.raises(UnknownNameError, match="'none'"):
            repository.named(store, "none")


def test_repositories_answer_their_questions(store: Store, made: ModuleType) -> None:
    by_type = {type(record): record for record in made.one_of_each()}
    store.add(made_all(by_type))
    generation, study = by_type[r.Generation], by_type[r.Study]
    assert generations.read(store) == [generation]
    assert generations.read(store, [generation.checkpoint_id]) == [generation]
    assert generations.read(store, []) == []
    assert generations.read(store, dataset_id=by_type[r.Dataset].id, split="test") == [generation]
    assert generations.read(store, split="train") == []
    found = generations.existing(store, generation.checkpoint_id, {"t": 1.0}, generation.seed)
    assert found == {(generation.prompt_id, 1)}
    assert generations.existing(store, generation.checkpoint_id, {"t": 2.0}, 2**62) == set()
    assert scores.missing(store, "bleu", "1") == []
    assert scores.missing(store, "bleu", "2") == [generation.id]
    assert checks.missing(store, "source", "1") == []
    assert checks.missing(store, "world", "1") == [generation.id]
    assert checks.outcomes(store, "source") == (
        [by_type[r.CheckResult]],
        [by_type[r.HallucinationSpan]],
    )
    assert training.runs(store) == [by_type[r.TrainingRun]]
    assert training.steps(store, by_type[r.TrainingRun].id) == [by_type[r.TrainingStep]]
    assert studies.every(store) == [(study, r.StudyStatus.OPEN)]
    assert studies.status(store, study.id) == r.StudyStatus.OPEN
    assert studies.items(store, study.id) == [by_type[r.Item]]
    assert studies.named(store, "first") == study


def made_all(by_type: dict[type, object]) -> list[object]:
    external = r.Checkpoint(
        id=by_type[r.TrainingRun].parent_checkpoint_id, name="x", kind=r.CheckpointKind.EXTERNAL
    )
    return [external, *by_type.values()]


def test_newer_check_results_hide_the_older(store: Store, made: ModuleType) -> None:
    by_type = {type(record): record for record in made.one_of_each()}
    store.add(made_all(by_type))
    newer = r.CheckResult(
        generation_id=by_type[r.Generation].id, checker="source", version="2",
        status=r.CheckStatus.ERROR, reason="broke",
    )  # fmt: skip
    store.add([newer])
    assert checks.outcomes(store, "source") == ([newer], [])


def test_sessions_end_by_time_and_by_a_newer_row(store: Store) -> None:
    ann = r.Account(name="ann", role=r.Role.REVIEWER, pseudonym="R1")
    later = r.now().replace(year=2100)
    session = r.Session(token_sha256="t", account_id=ann.id, expires_at=later)
    over = r.Session(token_sha256="u", account_id=ann.id, expires_at=r.now())
    store.add([ann, session, over])
    assert sessions.current(store, "t") == (session, ann)
    assert sessions.current(store, "u") is None
    assert sessions.current(store, "v") is None
    store.add([r.Session(token_sha256="t", account_id=ann.id, expires_at=r.now())])
    assert sessions.current(store, "t") is None
