"""Settings of the imports: which columns hold what, and how rows are split."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from lab.errors import ConfigError
from lab.records import Split


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportConfig:
    """How a file of prompts becomes a data set.

    A column that is not set is looked for under its usual name (prompt, source, reference, key,
    split, tags, text) and left out where there is none; a column that is set must exist.
    """

    name: str
    """What the data set shall be called."""

    prompt_column: str | None = None
    """The column of the prompts."""

    source_column: str | None = None
    """The column of the texts that a generation must stay true to."""

    reference_column: str | None = None
    """The column of the human-written targets."""

    key_column: str | None = None
    """The column of the rows' own names; else a row's number, or its key in a JSON object."""

    text_column: str | None = None
    """The column of plain texts to learn from, where there are no prompts."""

    split_column: str | None = None
    """The column that says train, validation or test; without it rows are split at random."""

    tags_column: str | None = None
    """The column of words on the prompts: with commas between them, or a JSON list."""

    train_share: float = 0.8
    """Share of the training split, in [0, 1]."""

    validation_share: float = 0.1
    """Share of the validation split, in [0, 1]."""

    test_share: float = 0.1
    """Share of the test split, in [0, 1]; the three add up to 1."""

    seed: int = 0
    """Decides which prompts go to which split."""

    limit: int | None = None
    """Take only so many rows, from the first on."""

    lines: bool = False
    """Whether each line of a .txt file is a text of its own; else each paragraph is."""

    licence: str | None = None
    """The licence of the texts, as an SPDX name or free words."""

    consent: str | None = None
    """On what ground the texts may be used: consent, contract, public domain, in free words."""

    hub_subset: str | None = None
    """The subset ("config") of a data set from the Hugging Face hub."""

    def __post_init__(self) -> None:
        check_name(self.name)
        check_limit(self.limit)
        if self.text_column is not None and self.prompt_column is not None:
            raise ConfigError(
                f"both a column of prompts ({self.prompt_column!r}) and one of plain texts "
                f"({self.text_column!r}) are set; for targets to prompts set the reference column"
            )
        shares = (self.train_share, self.validation_share, self.test_share)
        if not all(0 <= share <= 1 for share in shares) or not math.isclose(sum(shares), 1):
            given = " + ".join(f"{share:g}" for share in shares)
            raise ConfigError(
                f"the shares of train, validation and test are {given}; "
                "give three numbers from 0 to 1 that add up to 1"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationsConfig:
    """How a file of texts that other systems wrote becomes generations.

    Columns that are not set are looked for under their usual names, as for prompts.
    """

    name: str
    """What the data set of the prompts not seen before shall be called."""

    prompt_column: str | None = None
    """The column of the prompts."""

    text_column: str | None = None
    """The column of the generated texts."""

    checkpoint_column: str | None = None
    """The column that names the system that wrote the text (usually checkpoint or system)."""

    checkpoint: str | None = None
    """One name for the system that wrote all texts, where no column tells."""

    source_column: str | None = None
    """The column of the texts that a generation must stay true to."""

    reference_column: str | None = None
    """The column of the human-written targets."""

    key_column: str | None = None
    """The column of the prompts' own names; else the number of the row that first has it."""

    split: Split = Split.TEST
    """The split that prompts not seen before go to."""

    limit: int | None = None
    """Take only so many rows, from the first on."""

    licence: str | None = None
    """The licence of the texts, as an SPDX name or free words."""

    def __post_init__(self) -> None:
        check_name(self.name)
        check_limit(self.limit)
        if self.checkpoint is not None and self.checkpoint_column is not None:
            raise ConfigError(
                f"both a column of checkpoints ({self.checkpoint_column!r}) and one name for all "
                f"({self.checkpoint!r}) are set; keep one of them"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingsConfig:
    """How a file of ratings that exist already becomes a closed study.

    A cell holds one number, or a list with one number per rater. Columns that are not set are
    looked for under their usual names, as for prompts.
    """

    study: str
    """What the study shall be called."""

    dataset: str | None = None
    """The data set of the rated texts, by default called like the study: what it holds already of
    these prompts and texts is used, and the rest goes there."""

    criteria: Mapping[str, str]
    """Criterion → the column of its values, e.g. {"fluency": "grammar"}."""

    rename: Mapping[str, str] = field(default_factory=dict)
    """Other names for values of the checkpoint column, e.g. {"1": "human", "0": "gpt2"}."""

    prompt_column: str | None = None
    """The column of the prompts."""

    text_column: str | None = None
    """The column of the rated texts."""

    checkpoint_column: str | None = None
    """The column that names the system that wrote the text (usually checkpoint or system)."""

    checkpoint: str | None = None
    """One name for the system that wrote all texts, where no column tells."""

    reviewer_column: str | None = None
    """The column that tells raters apart; without it, the n-th row or list place of a text is
    rater n."""

    comment_column: str | None = None
    """The column of the raters' free words."""

    seconds_column: str | None = None
    """The column of the time that a rater took, in seconds."""

    source_column: str | None = None
    """The column of the texts that a generation must stay true to."""

    reference_column: str | None = None
    """The column of the human-written targets."""

    key_column: str | None = None
    """The column of the prompts' own names; else the number of the row that first has it."""

    split: Split = Split.TEST
    """The split that prompts not seen before go to."""

    lowest: int = 1
    """The lowest point of the scale."""

    highest: int = 5
    """The highest point of the scale."""

    limit: int | None = None
    """Take only so many rows, from the first on."""

    licence: str | None = None
    """The licence of the texts, as an SPDX name or free words."""

    def __post_init__(self) -> None:
        self.texts()
        if not self.criteria:
            raise ConfigError("no criterion is set; say which column holds which criterion")
        if self.lowest >= self.highest:
            raise ConfigError(
                f"the scale goes from {self.lowest} to {self.highest}; the lowest point must be "
                "below the highest"
            )

    def texts(self) -> GenerationsConfig:
        """Return the settings for the rated texts."""
        return texts_of(self)


def texts_of(config: Any) -> GenerationsConfig:
    """Return the settings for the (first) texts of answers to be imported.

    Args:
        config: has a study, a data set, and all fields of `GenerationsConfig` but the name.
    """
    shared = {item.name for item in fields(GenerationsConfig)} - {"name"}
    return GenerationsConfig(
        name=config.study if config.dataset is None else config.dataset,
        **{name: getattr(config, name) for name in shared},
    )


def check_name(name: str) -> None:
    """Refuse a name that no command could give.

    Raises:
        ConfigError: the name is empty or has space around it.
    """
    if not name or name != name.strip():
        raise ConfigError(f"the name {name!r} is empty or has space around it; give another")


def check_limit(limit: int | None) -> None:
    """Refuse a limit below 1.

    Raises:
        ConfigError: the limit is 0 or negative.
    """
    if limit is not None and limit < 1:
        raise ConfigError(f"the limit is {limit} rows; give 1 or more, or none for all")
