"""Turns a file, or a data set of the Hugging Face hub, into a data set of prompts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from lab.data.config import ImportConfig
from lab.data.fields import columns as names_of
from lab.data.fields import find_column, name_of, need_column, optional_text, text_of
from lab.data.hashing import content_sha256
from lab.data.hub import is_hub_name, read_hub
from lab.data.rows import Row, read_rows
from lab.data.splitting import split_at_random, split_of
from lab.data.tags import tags_of
from lab.records import Dataset, Prompt, PromptTag, Split, new_id


@dataclass(frozen=True, slots=True)
class _Columns:
    """Which column holds what; prompt is None where the rows are plain texts to learn from."""

    prompt: str | None
    source: str | None
    reference: str | None
    key: str | None
    split: str | None
    tags: str | None


def import_prompts(
    origin: str, config: ImportConfig
) -> tuple[Dataset, list[Prompt], list[PromptTag]]:
    """Import prompts.

    Args:
        origin: a file (.jsonl, .json, .csv, .tsv, .parquet, .txt), or a hub name like "org/name".
        config: the columns, the splits, the seed.

    Returns:
        The data set, its prompts in the order of the rows, and the words on them. Rows of plain
        text become prompts with an empty text and the text as reference.

    Raises:
        InputError: a file, row or field cannot be taken in; then nothing is.
    """
    rows = _read(origin, config)
    columns = _columns(rows, config)
    dataset_id = new_id()
    keys = _keys(rows, columns.key)
    splits = _splits(rows, columns, config)
    prompts = [
        _prompt(row, dataset_id, key, split, columns)
        for row, key, split in zip(rows, keys, splits, strict=True)
    ]
    taken = asdict(columns)
    left_out = [name for name in names_of(rows) if name not in taken.values()]
    dataset = Dataset(
        id=dataset_id,
        name=config.name,
        origin=origin,
        licence=config.licence,
        consent=config.consent,
        content_sha256=content_sha256(prompts),
        n_prompts=len(prompts),
        config=asdict(config) | {"columns": taken, "left_out": left_out},
    )
    tags = [
        PromptTag(prompt_id=prompt.id, tag=tag)
        for prompt, row in zip(prompts, rows, strict=True)
        for tag in tags_of(row, columns.tags)
    ]
    return dataset, prompts, tags


def _read(origin: str, config: ImportConfig) -> list[Row]:
    if is_hub_name(origin) and not Path(origin).exists():
        return read_hub(origin, config.hub_subset, config.limit)
    return read_rows(origin, lines=config.lines, limit=config.limit)


def _columns(rows: Sequence[Row], config: ImportConfig) -> _Columns:
    text = find_column(rows, config.text_column, "text")
    prompt = None if config.text_column else find_column(rows, config.prompt_column, "prompt")
    reference = find_column(rows, config.reference_column, "reference")
    if text is None and prompt is None:
        prompt = need_column(rows, config.prompt_column, "prompt")
    return _Columns(
        prompt=prompt,
        source=find_column(rows, config.source_column, "source"),
        reference=reference if prompt is not None else text,
        key=find_column(rows, config.key_column, "key"),
        split=find_column(rows, config.split_column, "split"),
        tags=find_column(rows, config.tags_column, "tags"),
    )


def _prompt(row: Row, dataset_id: str, key: str, split: Split, columns: _Columns) -> Prompt:
    plain = columns.prompt is None
    return Prompt(
        dataset_id=dataset_id,
        key=key,
        split=split,
        text="" if columns.prompt is None else text_of(row, columns.prompt),
        source=optional_text(row, columns.source),
        reference=(text_of if plain else optional_text)(row, columns.reference or ""),
    )


def _keys(rows: Sequence[Row], column: str | None) -> list[str]:
    """Name the rows, each differently."""
    seen: dict[str, Row] = {}
    for row in rows:
        key = name_of(row, column) if column else row.key
        if key in seen:
            raise row.error(column, f"the key is that of {seen[key].place} too; change one")
        seen[key] = row
    return list(seen)


def _splits(rows: Sequence[Row], columns: _Columns, config: ImportConfig) -> list[Split]:
    if columns.split is not None:
        return [split_of(row, columns.split) for row in rows]
    kept_together = columns.prompt or columns.reference or ""
    return split_at_random([text_of(row, kept_together) for row in rows], config)
