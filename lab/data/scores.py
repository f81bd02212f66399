"""Turns a file of scores that other programs gave into metric scores of texts in the store."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lab.data.fields import columns, find_column, name_of, optional_text
from lab.data.rows import Row, read_rows
from lab.errors import ConfigError, InputError
from lab.records import MetricScore

TAKEN = frozenset(
    {
        "answer_id",
        "check_status",
        "checkpoint",
        "checkpoint_id",
        "comment",
        "created_at",
        "criterion",
        "dataset",
        "excluded",
        "flag",
        "generation_id",
        "hallucination_score",
        "item_id",
        "latency_seconds",
        "mean_logprob",
        "n_spans",
        "n_tokens",
        "people",
        "prompt_id",
        "prompt_key",
        "reviewer",
        "reviewer_id",
        "sample_index",
        "seconds",
        "split",
        "study",
        "value",
    }
)
"""Columns of the store's frames: a metric of this name could not be told from them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoresConfig:
    """How a file of scores is read.

    A row belongs to a text by its id, or by its prompt (the text or the key) and its checkpoint.
    Columns that are not set are looked for under their usual names.
    """

    metrics: Mapping[str, str] = field(default_factory=dict)
    """Metric → the column of its scores; empty for every other column of numbers."""

    rename: Mapping[str, str] = field(default_factory=dict)
    """Other names for values of the checkpoint column, e.g. {"1": "human", "0": "gpt2"}."""

    dataset: str | None = None
    """Look only among the texts for this data set's prompts."""

    id_column: str | None = None
    """The column of the texts' ids (usually generation_id, as `lab export` writes them)."""

    prompt_column: str | None = None
    """The column of the prompts."""

    key_column: str | None = None
    """The column of the prompts' own names, instead of the prompts."""

    checkpoint_column: str | None = None
    """The column that names the system that wrote the text (usually checkpoint or system)."""

    checkpoint: str | None = None
    """One name for the system that wrote all texts, where no column tells."""

    text_column: str | None = None
    """The column of the texts; needed where a system has several for one prompt."""

    version: str = "outside"
    """What gave the scores, e.g. the program's name and version; stored with each."""

    limit: int | None = None
    """Take only so many rows, from the first on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredText:
    """What a row can be matched by."""

    generation_id: str
    """Id of the text."""

    dataset: str
    """Name of the prompt's data set."""

    key: str
    """The prompt's own name."""

    prompt: str
    """The prompt."""

    checkpoint: str
    """Name of the checkpoint."""

    text: str
    """The text."""


@dataclass(frozen=True, slots=True)
class _Columns:
    id: str | None
    prompt: str | None
    key: str | None
    checkpoint: str | None
    text: str | None


def import_scores(
    path: str, config: ScoresConfig, stored: Sequence[StoredText], own: Sequence[str] = ()
) -> list[MetricScore]:
    """Read scores.

    Args:
        path: a file (.jsonl, .json, .csv, .tsv, .parquet) with a row per text.
        config: the columns.
        stored: the texts that rows may belong to.
        own: names of the lab's own metrics, which `lab score` computes.

    Returns:
        One score per row and metric, in order; an empty cell, null or NaN gives none.

    Raises:
        ConfigError: a metric's name cannot be used.
        InputError: the file, a row or a field cannot be taken in; then nothing is.
    """
    rows = read_rows(path, limit=config.limit)
    found = _find_columns(rows, config)
    metrics = dict(config.metrics) or _number_columns(rows, found)
    for name, column in metrics.items():
        _check_name(name, own)
        if find_column(rows, column, "") is None:
            raise InputError(f"{path}: has no column {column!r}")
    texts = [one for one in stored if config.dataset in (None, one.dataset)]
    matched = _match(rows, found, config, texts)
    return [
        MetricScore(generation_id=text, metric=name, version=config.version, value=value)
        for row, text in zip(rows, matched, strict=True)
        for name, column in metrics.items()
        if (value := _value(row, column)) is not None
    ]


def _find_columns(rows: Sequence[Row], config: ScoresConfig) -> _Columns:
    id = find_column(rows, config.id_column, "generation_id")
    prompt = find_column(rows, config.prompt_column, "prompt")
    key = find_column(rows, config.key_column, "key" if prompt is None else "")
    checkpoint = None
    if config.checkpoint is None:
        usual = "checkpoint" if find_column(rows, None, "system") is None else "system"
        checkpoint = find_column(rows, config.checkpoint_column, usual)
    if id is None and (prompt is None and key is None):
        raise _unmatched(rows, "prompt (or key, or generation_id)")
    if id is None and checkpoint is None and config.checkpoint is None:
        raise _unmatched(rows, "checkpoint (or one name for all with --checkpoint)")
    text = find_column(rows, config.text_column, "text")
    return _Columns(id, prompt, key, checkpoint, text)


def _unmatched(rows: Sequence[Row], what: str) -> InputError:
    there = ", ".join(repr(name) for name in columns(rows))
    return InputError(
        f"{rows[0].path}: has no column {what}, so its rows belong to no text; there is: {there}; "
        "say which of them it is"
    )


def _number_columns(rows: Sequence[Row], found: _Columns) -> dict[str, str]:
    """Take every column that holds numbers, or nothing, in all rows, and is no key."""
    keys = {found.id, found.prompt, found.key, found.checkpoint, found.text}
    numbers = {}
    for name in columns(rows):
        values = [_number(row.values.get(name)) for row in rows]
        if name not in keys and None not in values and not all(map(math.isnan, values)):  # type: ignore[arg-type]
            numbers[name] = name
    if not numbers:
        there = ", ".join(repr(name) for name in columns(rows))
        raise InputError(
            f"{rows[0].path}: no column holds numbers only; there is: {there}; name the metrics "
            "with --metric"
        )
    return numbers


def _check_name(name: str, own: Sequence[str]) -> None:
    if not name.strip() or name != name.strip():
        raise ConfigError(f"the metric's name {name!r} is empty or has space around it")
    mend = f"give another with --metric OTHER={name}"
    if name.lower() in {one.lower() for one in own}:
        raise ConfigError(
            f"{name!r} is one of the lab's own metrics, which lab score gives; {mend}"
        )
    if name.lower() in TAKEN:
        raise ConfigError(f"{name!r} cannot be a metric's name, the lab uses it itself; {mend}")


def _match(
    rows: Sequence[Row], found: _Columns, config: ScoresConfig, texts: Sequence[StoredText]
) -> list[str]:
    known: dict[tuple[str, ...], list[StoredText]] = {}
    for text in texts:
        known.setdefault(_identity(text, found), []).append(text)
    checkpoints = {text.checkpoint for text in texts}
    seen: dict[str, Row] = {}
    for row in rows:
        wanted = _wanted(row, found, config)
        one = _one_of(row, found, known.get(wanted, []), wanted, checkpoints)
        if one in seen:
            raise row.error(None, f"is of the same text as {seen[one].place}; keep one of them")
        seen[one] = row
    return list(seen)


def _identity(text: StoredText, found: _Columns) -> tuple[str, ...]:
    if found.id:
        return (text.generation_id,)
    return (text.prompt if found.prompt else text.key, text.checkpoint)


def _wanted(row: Row, found: _Columns, config: ScoresConfig) -> tuple[str, ...]:
    if found.id:
        return (name_of(row, found.id).lower(),)
    name = config.checkpoint or name_of(row, found.checkpoint or "")
    prompt = optional_text(row, found.prompt) if found.prompt else name_of(row, found.key or "")
    if prompt is None:
        raise row.error(found.prompt, "is empty; give the prompt or leave the row out")
    return (prompt, config.rename.get(name, name))


def _one_of(
    row: Row,
    found: _Columns,
    candidates: Sequence[StoredText],
    wanted: tuple[str, ...],
    checkpoints: set[str],
) -> str:
    if not candidates:
        raise row.error(*_why_none(found, wanted, checkpoints))
    if len(candidates) > 1 and found.text:
        said = optional_text(row, found.text)
        candidates = [one for one in candidates if one.text == said][:1]
        if not candidates:
            raise row.error(found.text, "is none of the texts stored for this prompt and system")
    if len(candidates) > 1:
        sets = {one.dataset for one in candidates}
        mend = (
            f"say which data set with --dataset: {', '.join(sorted(sets))}"
            if len(sets) == len(candidates)
            else "give the texts too, in a column text, or their ids in generation_id"
        )
        raise row.error(None, f"{len(candidates)} stored texts have this prompt and system; {mend}")
    return candidates[0].generation_id


def _why_none(
    found: _Columns, wanted: tuple[str, ...], checkpoints: set[str]
) -> tuple[str | None, str]:
    if found.id:
        return found.id, f"no stored text has the id {wanted[0]!r}; `lab export` writes the ids"
    prompt, checkpoint = wanted
    if checkpoint not in checkpoints:
        listed = ", ".join(sorted(checkpoints)[:8]) or "none yet"
        return found.checkpoint, (
            f"no checkpoint named {checkpoint!r} has texts; there is: {listed}; "
            f"call it otherwise with --rename {checkpoint}=NAME"
        )
    shown = prompt if len(prompt) <= 60 else prompt[:59] + "…"
    return found.prompt or found.key, (
        f"{checkpoint} has no text for the prompt {shown!r}; bring it in with "
        "`lab generations import`"
    )


def _value(row: Row, column: str) -> float | None:
    number = _number(row.values.get(column))
    if number is None or math.isinf(number):
        given = row.values.get(column)
        raise row.error(column, f"{given!r} is not a finite number; mend it or leave it empty")
    return None if math.isnan(number) else number


def _number(value: object) -> float | None:
    """Read a number, NaN for an empty cell; None for anything else, truth values among them."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return math.nan
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None
