"""Turns an export of Label Studio or Argilla into a closed study with its answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from lab.data.argilla import read_argilla
from lab.data.book import Book
from lab.data.collect import Collector, Columns
from lab.data.fields import find_column, name_of
from lab.data.judgements import Judgement
from lab.data.label_studio import read_label_studio
from lab.data.mapping import Fields, marks_of, point_of, winner_of, words_of
from lab.data.outside_config import OutsideConfig
from lab.data.ratings import RatingsImport, collected
from lab.data.rows import Row
from lab.data.said import Said, unmappable
from lab.errors import InputError
from lab.records import Checkpoint, Generation, Prompt, Study


def import_outside(
    path: str | Path,
    config: OutsideConfig,
    existing_prompts: Sequence[Prompt] = (),
    existing_checkpoints: Sequence[Checkpoint] = (),
    existing_texts: Sequence[Generation] = (),
) -> tuple[RatingsImport, Fields]:
    """Import what people said in another annotation program.

    Args:
        path: the export: a file, or a folder of Argilla's.
        config: which fields hold what.
        existing_prompts: as for `lab.data.generations.import_generations`.
        existing_checkpoints: as there.
        existing_texts: as there.

    Returns:
        The records, with an empty protocol; and what each field was taken as.

    Raises:
        InputError: the export, or a value of a field that is to be taken, cannot be taken in;
            then nothing is.
    """
    said = _read(path, config)
    if not said:
        raise InputError(f"{path}: holds no finished annotation")
    fields = Fields.of(said, config)
    rows = [one.row for one in said]
    texts = _Texts(rows, config)
    texts.collector.know(existing_prompts, existing_checkpoints, existing_texts)
    book = Book(Study(name=config.study, protocol={}, protocol_sha256=""))
    _check_once(said)
    for one in said:
        _note(book, one, texts, fields, config)
    if not book.answers:
        raise InputError(f"{path}: no annotation says anything under {fields.listed()}")
    datasets = texts.collector.dataset(str(path), _plain(asdict(config)))
    return collected(book, texts.collector, list(texts.made.values()), datasets), fields


def _read(path: str | Path, config: OutsideConfig) -> list[Said]:
    if config.format == "argilla":
        return read_argilla(path, config.limit)
    return read_label_studio(path, config.text_column or "text", config.limit)


def _check_once(said: Sequence[Said]) -> None:
    seen: set[tuple[str, str]] = set()
    for one in said:
        who = (one.row.place, one.reviewer)
        if who in seen:
            raise unmappable(
                one.row, None, f"{one.reviewer!r} has two finished annotations; keep one"
            )
        seen.add(who)


def _plain(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: list(value) if isinstance(value, tuple) else value for name, value in settings.items()
    }


class _Texts:
    """The generations of the tasks, each made once."""

    def __init__(self, rows: Sequence[Row], config: OutsideConfig) -> None:
        plain = config.texts()
        self.collector = Collector(plain, Columns.find(rows, plain), config.rename)
        self.made: dict[tuple[str, ...], Generation] = {}
        self._config = config
        for column in (config.text_b_column, config.checkpoint_b_column):
            find_column(rows, column, "")

    def first(self, row: Row) -> Generation:
        columns = self.collector.columns
        return self._once(row, columns.text, columns.checkpoint, None)

    def second(self, row: Row) -> Generation:
        config = self._config
        return self._once(
            row, str(config.text_b_column), config.checkpoint_b_column, config.checkpoint_b
        )

    def _once(self, row: Row, text: str, checkpoint: str | None, fixed: str | None) -> Generation:
        name = fixed or (name_of(row, checkpoint) if checkpoint else None)
        columns = self.collector.columns
        parts = (columns.prompt, columns.source, text)
        identity = (str(name), *(str(row.values.get(part)) for part in parts if part))
        if identity not in self.made:
            self.made[identity] = self.collector.generation(row, name, text)
        return self.made[identity]


def _note(book: Book, said: Said, texts: _Texts, fields: Fields, config: OutsideConfig) -> None:
    shared: dict[str, Any] = {"comment": words_of(said, fields), "seconds": said.seconds}
    ratings = {
        name: point_of(said, field, config)
        for name, field in fields.criteria.items()
        if field in said.given
    }
    compared = {name: field for name, field in fields.compare.items() if field in said.given}
    marked = [field for field in fields.spans if field in said.given]
    if ratings:
        judgement = Judgement(said.reviewer, ratings)
        book.add(said.row, texts.first(said.row), judgement, **shared)
    if compared:
        names = (texts.collector.columns.text, str(config.text_b_column))
        found = {name: winner_of(said, field, names, config) for name, field in compared.items()}
        pair = texts.first(said.row), texts.second(said.row)
        winners = {name: winner for name, (winner, _) in found.items()}
        swapped = any(swapped for _, swapped in found.values())
        book.vote(said.row, pair, said.reviewer, winners, swapped=swapped, **shared)
    if marked or (fields.spans and said.silent_is_clean):
        generation = texts.first(said.row)
        marks = marks_of(said, marked, generation.text, config)
        book.mark(said.row, generation, said.reviewer, marks, **shared)
