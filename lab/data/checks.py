"""Turns a file of verdicts that RAGAS, Phoenix, Langfuse or LettuceDetect gave into check results.

Knows the four forms by their columns (`lab.data.verdicts`) and which stored text each row is of.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from lab.data.rows import read_rows
from lab.data.scores import StoredText
from lab.data.verdicts import (
    Piece,
    Verdict,
    lettucedetect,
    named,
    phoenix_or_langfuse,
    ragas,
)
from lab.errors import ConfigError
from lab.records import CheckResult, CheckStatus, HallucinationSpan, SpanType

Format = Literal["ragas", "phoenix", "langfuse", "lettucedetect"]
Higher = Literal["worse", "better"]

_WORSE = (
    "hallucin",
    "unfaithful",
    "inconsisten",
    "contradict",
    "unsupported",
    "unground",
    "incorrect",
)
_BETTER = ("faithful", "ground", "consisten", "factual", "correct", "support")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecksConfig:
    """How a file of verdicts is read."""

    format: Format
    """Which program wrote the file."""

    score: str | None = None
    """Which score of the file: RAGAS's column (usually faithfulness), Phoenix's annotation or
    Langfuse's score by its name (needed where there are several)."""

    checker: str | None = None
    """What the lab calls the check (usually the score's name, or lettucedetect)."""

    higher: Higher | None = None
    """What a higher score means; needed where the score's name does not tell."""

    version: str = "outside"
    """What gave the verdicts, e.g. the program's version and the judge; stored with each."""

    dataset: str | None = None
    """Look only among the texts for this data set's prompts."""

    limit: int | None = None
    """Take only so many rows, from the first on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidOutside:
    """What another program said of a stored text."""

    result: CheckResult
    """The text as a whole; higher is worse, in [0, 1]."""

    spans: tuple[HallucinationSpan, ...]
    """The marked pieces, in text order; only LettuceDetect has any."""


def import_checks(
    path: str, config: ChecksConfig, stored: Sequence[StoredText], own: Collection[str] = ()
) -> list[SaidOutside]:
    """Read verdicts.

    Args:
        path: a file (.jsonl, .json, .csv, .parquet) with a row per text.
        config: the form, and which score of it.
        stored: the texts that rows may belong to.
        own: names of the lab's own checks.

    Returns:
        One per stored text that a row is of, in order. A row without a score gives one that is
        not applicable.

    Raises:
        ConfigError: the check's name cannot be used, or what a score means is not clear.
        InputError: the file, a row or a field cannot be taken in; then nothing is.
    """
    if config.format not in get_args(Format):
        raise ConfigError(f"the format {config.format!r} is none of {', '.join(get_args(Format))}")
    texts = [one for one in stored if config.dataset in (None, one.dataset)]
    rows = read_rows(path, limit=config.limit)
    if config.format == "lettucedetect":
        name = "lettucedetect"
        read = lettucedetect(rows, texts)
    elif config.format == "ragas":
        name = config.score or "faithfulness"
        read = ragas(rows, texts, name)
    else:
        name, rows = named(rows, config.score)
        read = phoenix_or_langfuse(rows, texts)
    checker = _checker(config.checker or name, own)
    direction = _higher(config, name, own)
    found: list[SaidOutside] = []
    for verdict in read:
        if verdict.score is not None and verdict.is_number and direction is None:
            raise ConfigError(
                f"whether a higher {name!r} is better or worse is not clear from its name; "
                "say --higher better or --higher worse"
            )
        found += _records(verdict, checker, config.version, turned=direction == "better")
    return found


def _checker(name: str, own: Collection[str]) -> str:
    if not name.strip() or name != name.strip():
        raise ConfigError(f"the check's name {name!r} is empty or has space around it")
    if name.casefold() in {one.casefold() for one in own}:
        raise ConfigError(
            f"{name!r} is one of the lab's own checks, which `lab check` makes; call what comes "
            f"from outside otherwise: --checker outside-{name}"
        )
    return name


def _higher(config: ChecksConfig, name: str, own: Collection[str]) -> Higher | None:
    """Tell what a higher score means, by what is said or by the name; None for not clear."""
    if config.format == "lettucedetect":
        return "worse"
    if config.higher is not None:
        return config.higher
    if config.format == "ragas":
        return "better"
    folded = name.casefold()
    if name in own or any(stem in folded for stem in _WORSE):
        return "worse"
    return "better" if any(stem in folded for stem in _BETTER) else None


def _records(
    verdict: Verdict, checker: str, version: str, *, turned: bool
) -> Iterator[SaidOutside]:
    score = verdict.score
    if score is not None and turned and verdict.is_number:
        score = round(1.0 - score, 12)
    for generation_id in verdict.generation_ids:
        result = CheckResult(
            generation_id=generation_id,
            checker=checker,
            version=version,
            status=CheckStatus.NOT_APPLICABLE if score is None else CheckStatus.OK,
            score=score,
            reason="the file has no score for this text" if score is None else None,
        )
        yield _said(result, verdict.pieces)


def _said(result: CheckResult, pieces: Sequence[Piece]) -> SaidOutside:
    spans = tuple(
        HallucinationSpan(
            check_result_id=result.id,
            generation_id=result.generation_id,
            checker=result.checker,
            start=piece.start,
            end=piece.end,
            type=SpanType(piece.type),
            score=piece.confidence,
            evidence=piece.evidence,
        )
        for piece in sorted(pieces, key=lambda one: (one.start, -one.end))
    )
    return SaidOutside(result=result, spans=spans)
