"""Drops rows that nobody wants to learn from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from lab.data.prepare.config import PrepareConfig
from lab.data.prepare.harmful import harmful_step
from lab.data.prepare.quality import fault
from lab.data.prepare.rows import Fields, whole, written
from lab.data.prepare.steps import Outcome, RowStep, Step
from lab.data.prepare.word_list import WordList, read_word_list
from lab.errors import ConfigError


def filtering_steps(config: PrepareConfig) -> list[Step]:
    """List the steps that drop rows: by licence, length, quality, words, and a classifier.

    Raises:
        InputError: the word list cannot be read.
        CheckpointError: the classifier cannot be found.
        ConfigError: a licence has no letter, or the classifier lacks the class.
    """
    steps: list[Step] = []
    if config.licences:
        allowed = frozenset(map(_licence, config.licences))
        if "" in allowed:
            raise ConfigError(f"licences are {list(config.licences)}; give no empty one")
        steps.append(RowStep("licence", {"allowed": list(config.licences)}, _Licensed(allowed)))
    if config.least_characters or config.most_characters is not None:
        least, most = config.least_characters, config.most_characters
        given = {"least characters": least, "most characters": most}
        settings = {name: value for name, value in given.items() if value is not None}
        steps.append(RowStep("length", settings, _Long(least, most)))
    if config.quality:
        steps.append(RowStep("quality", {"rules": "Gopher"}, _good))
    if config.word_list:
        listed = read_word_list(config.word_list)
        told = {"file": Path(config.word_list).name, "entries": len(listed)}
        steps.append(RowStep("word list", told, _Clean(listed)))
    if config.classifier:
        steps.append(
            harmful_step(config.classifier, config.classifier_label, config.classifier_threshold)
        )
    return steps


@dataclass(frozen=True, slots=True)
class _Licensed:
    """Keeps rows under some licences."""

    allowed: frozenset[str]

    def __call__(self, row: Fields) -> Outcome:
        if not row["licence"]:
            return Outcome((), "no licence told")
        kept = _licence(row["licence"]) in self.allowed
        return Outcome((row,)) if kept else Outcome((), "licence not allowed")


def _licence(name: str) -> str:
    """Fold a licence's name: "CC BY 4.0", "cc-by-4.0" and "CC_BY-4.0" are one."""
    return re.sub(r"[\s_-]+", "-", name.strip().casefold())


@dataclass(frozen=True, slots=True)
class _Long:
    """Keeps rows whose text, without white space around it, has so many characters."""

    least: int
    most: int | None

    def __call__(self, row: Fields) -> Outcome:
        length = len(written(row).strip())
        if length < self.least:
            return Outcome((), "empty" if not length else "too short")
        if self.most is not None and length > self.most:
            return Outcome((), "too long")
        return Outcome((row,))


def _good(row: Fields) -> Outcome:
    reason = fault(written(row))
    return Outcome((), reason) if reason else Outcome((row,))


@dataclass(frozen=True, slots=True)
class _Clean:
    """Keeps rows none of whose texts holds a word of a list."""

    listed: WordList

    def __call__(self, row: Fields) -> Outcome:
        found = self.listed.found_in(whole(row))
        return Outcome((), "word of the list") if found else Outcome((row,))
