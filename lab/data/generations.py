"""Turns a file of texts that any system wrote into generations that can be scored and reviewed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from lab.data.collect import Collector, Columns
from lab.data.config import GenerationsConfig
from lab.data.rows import read_rows
from lab.records import Checkpoint, Dataset, Generation, Prompt

__all__ = ["GenerationsConfig", "GenerationsImport", "import_generations"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationsImport:
    """The records of imported texts."""

    datasets: tuple[Dataset, ...]
    """The data set of the new prompts; empty if all prompts existed."""

    prompts: tuple[Prompt, ...]
    """The prompts that did not exist."""

    checkpoints: tuple[Checkpoint, ...]
    """The outside systems that did not exist."""

    generations: tuple[Generation, ...]
    """The texts that did not exist, in the order of the rows."""

    n_stored: int
    """Rows whose text existed already."""

    def records(self) -> list[Dataset | Prompt | Checkpoint | Generation]:
        """List all records, each after those that it refers to."""
        return [*self.datasets, *self.prompts, *self.checkpoints, *self.generations]


def import_generations(
    path: str | Path,
    config: GenerationsConfig,
    existing_prompts: Sequence[Prompt] = (),
    existing_checkpoints: Sequence[Checkpoint] = (),
    existing_texts: Sequence[Generation] = (),
) -> GenerationsImport:
    """Import texts.

    Args:
        path: a file (.jsonl, .json, .csv, .tsv, .parquet) with a row per text.
        config: the columns, and how the systems are called.
        existing_prompts: prompts that rows may belong to: those with the same text and the same
            source; a row without a source goes by the text alone.
        existing_checkpoints: systems that wrote the existing texts; outside ones need no new
            record; of one name, the last.
        existing_texts: texts that need no new record: those of the same prompt and text, by a
            system of the same name.

    Returns:
        The records that are new. Texts of one system for one prompt are numbered as its samples,
        after those that exist.

    Raises:
        InputError: the file, a row or a field cannot be taken in; then nothing is.
    """
    rows = read_rows(path, limit=config.limit)
    collector = Collector(config, Columns.find(rows, config))
    collector.know(existing_prompts, existing_checkpoints, existing_texts)
    generations = [collector.generation(row) for row in rows]
    stored = collector.stored(generations)
    return GenerationsImport(
        datasets=tuple(collector.dataset(str(path), asdict(config))),
        prompts=tuple(collector.prompts.values()),
        checkpoints=tuple(collector.checkpoints.values()),
        generations=tuple(text for text in generations if text.id not in stored),
        n_stored=sum(text.id in stored for text in generations),
    )
