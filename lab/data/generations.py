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
    """The texts, in the order of the rows."""

    def records(self) -> list[Dataset | Prompt | Checkpoint | Generation]:
        """List all records, each after those that it refers to."""
        return [*self.datasets, *self.prompts, *self.checkpoints, *self.generations]


def import_generations(
    path: str | Path,
    config: GenerationsConfig,
    existing_prompts: Sequence[Prompt] = (),
    existing_checkpoints: Sequence[Checkpoint] = (),
) -> GenerationsImport:
    """Import texts.

    Args:
        path: a file (.jsonl, .json, .csv, .tsv, .parquet) with a row per text.
        config: the columns, and how the systems are called.
        existing_prompts: prompts that rows may belong to: those with the same text and the same
            source; a row without a source goes by the text alone.
        existing_checkpoints: outside systems that need no new record; of one name, the last.

    Returns:
        The records that are new. Texts of one system for one prompt are numbered as its samples.

    Raises:
        InputError: the file, a row or a field cannot be taken in; then nothing is.
    """
    rows = read_rows(path, limit=config.limit)
    collector = Collector(config, Columns.find(rows, config))
    collector.know(existing_prompts, existing_checkpoints)
    generations = tuple(collector.generation(row) for row in rows)
    return GenerationsImport(
        datasets=tuple(collector.dataset(str(path), asdict(config))),
        prompts=tuple(collector.prompts.values()),
        checkpoints=tuple(collector.checkpoints.values()),
        generations=generations,
    )
