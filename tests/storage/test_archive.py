from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pyarrow.parquet
import pytest

from lab import records as r
from lab.errors import InputError, LabError, StoreError
from lab.home import find_home
from storage import frames
from storage.archive import FORMAT, write_archive
from storage.client import Store, open_store, stop_owner
from storage.restore import read_archive
from storage.schema import TABLES

SECRET = {"sessions", "invitations", "invitation_uses"}


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory, made: ModuleType) -> Iterator[SimpleNamespace]:
    """Open a lab with every kind of record, and export it both ways."""
    folder = tmp_path_factory.mktemp("full")
    home = find_home(folder / "lab")
    study = made.small_study(n_rate=250, n_ab=3)
    with open_store(home) as store:
        store.add([*study.records, *made.one_of_each()])
        ann = store.select(r.Account, "WHERE name = 'ann'")[0]
        settled = {"adjudicator": "ann", "criteria": []}
        store.add([
            r.Study(name="settled", protocol=settled, protocol_sha256="5" * 64),
            r.Account(name="Åsa", role=r.Role.REVIEWER, pseudonym=ann.pseudonym),
        ])  # fmt: skip
        named, plain = folder / "named", folder / "plain"
        write_archive(store, named, with_accounts=True)
        write_archive(store, plain)
        yield SimpleNamespace(store=store, named=named, plain=plain)
    stop_owner(home)


def table(store: Store, kind: type) -> list[Any]:
    return store.select(kind, "ORDER BY rowid")


def test_a_reimport_gives_the_same_lab_row_for_row(full: SimpleNamespace, store: Store) -> None:
    added = read_archive(store, full.named)
    assert sum(added.values()) == sum(frames.counts(store).values())
    for kind, name in TABLES.items():
        before = table(full.store, kind)
        if kind is r.Account:
            before = [dataclasses.replace(one, password_hash=None) for one in before]
        assert table(store, kind) == ([] if name in SECRET else before), name
    assert set(added) == set(TABLES.values()) - SECRET


def test_the_same_import_twice_is_one(full: SimpleNamespace, store: Store) -> None:
    read_archive(store, full.named)
    before = frames.counts(store)
    assert sum(read_archive(store, full.named).values()) == 0
    assert frames.counts(store) == before


def test_a_lab_takes_its_own_export_and_keeps_its_passwords(full: SimpleNamespace) -> None:
    assert sum(read_archive(full.store, full.named).values()) == 0
    assert full.store.select(r.Account, "WHERE name = 'ann'")[0].password_hash == "hash"


def test_without_accounts_nobody_is_named(full: SimpleNamespace, store: Store) -> None:
    read_archive(store, full.plain)
    accounts = store.select(r.Account, "ORDER BY rowid")
    assert {one.name for one in accounts} == {"r0", "r1", "r1 2", "r1 3"}
    assert all(one.password_hash is None for one in accounts)
    assert frames.counts(store)["messages"] == 0
    settled = store.select(r.Study, "WHERE name = 'settled'")[0]
    renamed = {one.id: one.name for one in accounts}
    ann = full.store.select(r.Account, "WHERE name = 'ann'")[0]
    assert settled.protocol == {"adjudicator": renamed[ann.id], "criteria": []}
    words = b"".join(file.read_bytes() for file in full.plain.iterdir())
    assert (
        b"ann"
        not in pyarrow.parquet.read_table(full.plain / "accounts.parquet")["name"]
        .to_string()
        .encode()
    )
    assert b"Thank you" not in words


def test_no_secret_leaves(full: SimpleNamespace) -> None:
    for folder in (full.plain, full.named):
        names = {file.stem for file in folder.iterdir()}
        assert not names & SECRET
        accounts = pyarrow.parquet.read_table(folder / "accounts.parquet")
        assert accounts["password_hash"].null_count == len(accounts)


def test_the_manifest_tells_each_file(full: SimpleNamespace) -> None:
    manifest = json.loads((full.named / "manifest.json").read_text())
    assert manifest["format"] == FORMAT
    assert manifest["schema"] >= 3
    files = {entry["file"]: entry["rows"] for entry in manifest["tables"].values()}
    assert set(files) | {"manifest.json"} == {file.name for file in full.named.iterdir()}
    assert files["prompts.parquet"] == 251


def test_what_is_written_meanwhile_is_in_all_tables_or_in_none(
    store: Store, made: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = made.small_study()
    store.add(study.records)
    read, late = store.read, [made.one_of_each()]

    def busy(sql: str, parameters: Any = ()) -> Any:
        if "FROM generations WHERE rowid" in sql and late:
            store.add(late.pop())
        return read(sql, parameters)

    monkeypatch.setattr(store, "read", busy)
    write_archive(store, tmp_path / "copy", with_accounts=True)
    assert not late
    rows = pyarrow.parquet.read_table(tmp_path / "copy" / "generations.parquet")
    assert len(rows) == 6
    assert len(pyarrow.parquet.read_table(tmp_path / "copy" / "ratings.parquet")) == 0


def copied(folder: Path, target: Path) -> Path:
    import shutil

    shutil.copytree(folder, target)
    return target


def change(folder: Path, edit: Callable[[dict[str, Any]], None]) -> None:
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    edit(manifest)
    path.write_text(json.dumps(manifest))


def truncate(folder: Path) -> None:
    path = folder / "prompts.parquet"
    path.write_bytes(path.read_bytes()[:-1])


def rewrite(folder: Path, name: str, values: list[Any]) -> None:
    """Change a column of the prompts, and let the manifest say so."""
    from storage.archive import file_sha256

    path = folder / "prompts.parquet"
    rows = pyarrow.parquet.read_table(path)
    pyarrow.parquet.write_table(
        rows.set_column(rows.column_names.index(name), name, pyarrow.array(values)), path
    )
    change(folder, lambda found: found["tables"]["prompts"].update(sha256=file_sha256(path)))


BROKEN: list[tuple[Callable[[Path], Any], str]] = [
    (lambda folder: (folder / "manifest.json").unlink(), "lab export all"),
    (lambda folder: (folder / "manifest.json").write_text("{"), "is not the manifest"),
    (lambda folder: (folder / "manifest.json").write_text('{"a": 1}'), "is not the manifest"),
    (lambda folder: (folder / "prompts.parquet").unlink(), "No such file"),
    (truncate, "was changed since"),
    (lambda folder: change(folder, lambda found: found.update(format="x")), "the format is 'x'"),
    (lambda folder: change(folder, lambda found: found.update(schema=999)), "newer Review Lab"),
    (
        lambda folder: change(folder, lambda found: found["tables"]["prompts"].update(rows=7)),
        "has 251 rows, not 7",
    ),
    (
        lambda folder: change(
            folder, lambda found: found["tables"].update(cars=found["tables"]["prompts"])
        ),
        "no table named 'cars'",
    ),
    (
        lambda folder: change(
            folder, lambda found: found["tables"].update(items=found["tables"]["prompts"])
        ),
        "no column 'dataset_id'",
    ),
    (lambda folder: change(folder, lambda found: found["tables"].pop("prompts")), "points to"),
    (lambda folder: rewrite(folder, "split", ["middle"] * 251), "'middle'"),
    (lambda folder: rewrite(folder, "key", list(range(251))), "must be str"),
]


@pytest.mark.parametrize(("damage", "words"), BROKEN)
def test_a_folder_that_does_not_fit_leaves_nothing(
    full: SimpleNamespace, shared_store: Store, tmp_path: Path, damage: Any, words: str
) -> None:
    folder = copied(full.named, tmp_path / "copy")
    damage(folder)
    with pytest.raises(LabError, match=words):
        read_archive(shared_store, folder)
    assert set(frames.counts(shared_store).values()) == {0}


def test_other_rows_under_the_same_id_or_name_are_refused(
    full: SimpleNamespace, store: Store
) -> None:
    with pytest.raises(StoreError, match=r"account .* has another name there; nothing"):
        read_archive(full.store, full.plain)
    store.add([r.Account(name="ann", role=r.Role.LEAD, pseudonym="another")])
    with pytest.raises(StoreError, match="not the one with name 'ann' there"):
        read_archive(store, full.named)
    assert sum(frames.counts(store).values()) == 1


def test_an_export_of_an_older_schema_has_the_defaults(
    full: SimpleNamespace, store: Store, tmp_path: Path
) -> None:
    from storage.archive import file_sha256

    folder = copied(full.named, tmp_path / "old")
    path = folder / "studies.parquet"
    pyarrow.parquet.write_table(pyarrow.parquet.read_table(path).drop(["version"]), path)
    change(folder, lambda found: found["tables"]["studies"].update(sha256=file_sha256(path)))
    read_archive(store, folder)
    assert {study.version for study in store.select(r.Study)} == {1}


def test_an_archive_overwrites_nothing(full: SimpleNamespace, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not an empty folder"):
        write_archive(full.store, full.named)
    (tmp_path / "empty").mkdir()
    write_archive(full.store, tmp_path / "empty")
    assert [path.name for path in tmp_path.iterdir()] == ["empty"]
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="not an empty folder"):
        write_archive(full.store, tmp_path / "file")
