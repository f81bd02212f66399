"""Turns a file of ratings that people gave elsewhere into a closed study with its answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lab.data.book import Book
from lab.data.collect import Collector, Columns
from lab.data.config import RatingsConfig
from lab.data.fields import find_column, optional_text, seconds_of
from lab.data.judgements import judgements_of
from lab.data.rows import Row, read_rows
from lab.errors import InputError
from lab.records import (
    Account,
    Answer,
    Assignment,
    Checkpoint,
    Dataset,
    Generation,
    Item,
    Prompt,
    Rating,
    ReviewerSpan,
    Study,
    StudyEvent,
    StudyStatus,
    Vote,
)

__all__ = ["RatingsConfig", "RatingsImport", "import_ratings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingsImport:
    """The records of imported ratings."""

    datasets: tuple[Dataset, ...]
    """The data set of the new prompts; empty if all prompts existed."""

    prompts: tuple[Prompt, ...]
    """The prompts that did not exist."""

    checkpoints: tuple[Checkpoint, ...]
    """The outside systems that did not exist."""

    generations: tuple[Generation, ...]
    """The rated texts, each once, in the order of their first rows."""

    accounts: tuple[Account, ...]
    """The raters: reviewers without a password."""

    study: Study
    """The study that the ratings belong to."""

    events: tuple[StudyEvent, ...]
    """That it is closed."""

    items: tuple[Item, ...]
    """One per text, or per pair, and kind of question."""

    assignments: tuple[Assignment, ...]
    """One per item and rater."""

    answers: tuple[Answer, ...]
    """One per assignment."""

    ratings: tuple[Rating, ...]
    """One per answer and criterion that was rated."""

    votes: tuple[Vote, ...] = ()
    """One per answer and criterion that was compared."""

    spans: tuple[ReviewerSpan, ...] = ()
    """One per marked piece."""

    stored: frozenset[str] = frozenset()
    """Ids of the rated texts that existed already, with what is known of them."""

    def records(self) -> list[Any]:
        """List all records that are new, each after those that it refers to."""
        return [
            *self.datasets,
            *self.prompts,
            *self.checkpoints,
            *(text for text in self.generations if text.id not in self.stored),
            *self.accounts,
            self.study,
            *self.events,
            *self.items,
            *self.assignments,
            *self.answers,
            *self.ratings,
            *self.votes,
            *self.spans,
        ]


def import_ratings(
    path: str | Path,
    config: RatingsConfig,
    protocol: dict[str, Any],
    protocol_sha256: str,
    existing_prompts: Sequence[Prompt] = (),
    existing_checkpoints: Sequence[Checkpoint] = (),
    existing_texts: Sequence[Generation] = (),
) -> RatingsImport:
    """Import ratings.

    Args:
        path: a file (.jsonl, .json, .csv, .tsv, .parquet) with a row per text, or per text and
            rater; rows with the same prompt, source, system and text are about one text.
        config: the columns, the criteria and their scale.
        protocol: the protocol of the study, whose criteria the ratings are given on.
        protocol_sha256: its hash.
        existing_prompts: as for `lab.data.generations.import_generations`.
        existing_checkpoints: as there.
        existing_texts: as there; ratings of one of them are about it.

    Returns:
        The rated texts, their raters, and a closed study with their answers.

    Raises:
        InputError: the file, a row or a field cannot be taken in; then nothing is.
    """
    rows = read_rows(path, limit=config.limit)
    texts = config.texts()
    collector = Collector(texts, Columns.find(rows, texts), config.rename)
    collector.know(existing_prompts, existing_checkpoints, existing_texts)
    _check_columns(rows, config)
    study = Study(name=config.study, protocol=protocol, protocol_sha256=protocol_sha256)
    book = Book(study)
    generations = _generations(rows, collector)
    for row, generation in zip(rows, generations, strict=True):
        comment = optional_text(row, config.comment_column) or ""
        seconds = seconds_of(row, config.seconds_column)
        for judgement in judgements_of(row, config, book.n_raters[generation.id]):
            book.add(row, generation, judgement, comment=comment, seconds=seconds)
    if not book.ratings:
        listed = ", ".join(repr(column) for column in config.criteria.values())
        raise InputError(f"{path}: no row has a rating; fill the columns {listed}")
    datasets = collector.dataset(str(path), asdict(config))
    return collected(book, collector, generations, datasets)


def _check_columns(rows: Sequence[Row], config: RatingsConfig) -> None:
    """Refuse criteria and raters' columns that no row has."""
    others = (config.reviewer_column, config.comment_column, config.seconds_column)
    for column in (*config.criteria.values(), *others):
        find_column(rows, column, "")


def _generations(rows: Sequence[Row], collector: Collector) -> list[Generation]:
    """Find or make the text that each row is about."""
    made: dict[tuple[str, ...], Generation] = {}
    columns = collector.columns
    parts = (columns.prompt, columns.source, columns.checkpoint, columns.text)
    found = []
    for row in rows:
        identity = tuple(str(row.values.get(column)) for column in parts if column is not None)
        if identity not in made:
            made[identity] = collector.generation(row)
        found.append(made[identity])
    return found


def collected(
    book: Book, collector: Collector, generations: Sequence[Generation], datasets: list[Dataset]
) -> RatingsImport:
    """Gather the records of a closed study from its book and its texts."""
    closed = StudyEvent(
        study_id=book.study.id, status=StudyStatus.CLOSED, created_at=book.study.created_at
    )
    rated = {generation.id: generation for generation in generations}
    return RatingsImport(
        datasets=tuple(datasets),
        prompts=tuple(collector.prompts.values()),
        checkpoints=tuple(collector.checkpoints.values()),
        generations=tuple(rated.values()),
        accounts=tuple(book.accounts.values()),
        study=book.study,
        events=(closed,),
        items=tuple(book.items.values()),
        assignments=tuple(book.assignments),
        answers=tuple(book.answers),
        ratings=tuple(book.ratings),
        votes=tuple(book.votes),
        spans=tuple(book.spans),
        stored=collector.stored(rated.values()),
    )
