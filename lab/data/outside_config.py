"""How an export of another annotation program becomes a closed study."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from lab.data.config import GenerationsConfig, check_name, texts_of
from lab.errors import ConfigError
from lab.records import SpanCategory, Split, Winner

Format = Literal["label-studio", "argilla"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideConfig:
    """Which fields of an export hold what.

    Where none of `criteria`, `compare` and `spans` is set, every field is taken as what its
    values are: numbers as ratings, winners as votes, marks as spans.
    """

    study: str
    """What the study shall be called."""

    dataset: str | None = None
    """The data set of the rated texts, by default called like the study: what it holds already of
    these prompts and texts is used, and the rest goes there."""

    format: Format
    """Which program wrote the export: label-studio or argilla."""

    criteria: Mapping[str, str] = field(default_factory=dict)
    """Criterion → the field of its ratings."""

    compare: Mapping[str, str] = field(default_factory=dict)
    """"overall" or a criterion → the field of its votes."""

    spans: tuple[str, ...] = ()
    """The fields of marks."""

    points: Mapping[str, str] = field(default_factory=dict)
    """Word of a choice → the point of the scale that it stands for."""

    outcomes: Mapping[str, str] = field(default_factory=dict)
    """Word of a choice → a, b, tie or both_bad."""

    labels: Mapping[str, str] = field(default_factory=dict)
    """Label of a mark → the category that it stands for."""

    rename: Mapping[str, str] = field(default_factory=dict)
    """Other names for values of the checkpoint columns."""

    prompt_column: str | None = None
    """The field of the prompts."""

    text_column: str | None = None
    """The field of the judged texts; of a pair the first (left) one."""

    text_b_column: str | None = None
    """The field of the second texts, where pairs were compared."""

    checkpoint_column: str | None = None
    """The field that names the system that wrote the text (usually checkpoint or system)."""

    checkpoint_b_column: str | None = None
    """The field that names the system that wrote the second text."""

    checkpoint: str | None = None
    """One name for the system that wrote all (first) texts, where no field tells."""

    checkpoint_b: str | None = None
    """One name for the system that wrote all second texts, where no field tells."""

    comment_column: str | None = None
    """The field of the annotators' free words."""

    source_column: str | None = None
    """The field of the texts that a generation must stay true to."""

    reference_column: str | None = None
    """The field of the human-written targets."""

    key_column: str | None = None
    """The field of the prompts' own names; else the number of the task that first has it."""

    split: Split = Split.TEST
    """The split that prompts not seen before go to."""

    lowest: int = 1
    """The lowest point of the scale."""

    highest: int = 5
    """The highest point of the scale."""

    limit: int | None = None
    """Take only so many tasks, from the first on."""

    licence: str | None = None
    """The licence of the texts, as an SPDX name or free words."""

    def __post_init__(self) -> None:
        check_name(self.study)
        self.texts()
        if self.format not in ("label-studio", "argilla"):
            raise ConfigError(f"format is {self.format!r}; it is label-studio or argilla")
        if self.lowest != 1 or self.highest < 2:
            raise ConfigError(
                f"the scale goes from {self.lowest} to {self.highest}; the lab's scales start at "
                "1 and have two points or more: recode the others with --point"
            )
        _check_targets("--outcome", self.outcomes, [str(one) for one in Winner])
        _check_targets("--label", self.labels, [str(one) for one in SpanCategory])
        points = [str(point) for point in range(self.lowest, self.highest + 1)]
        _check_targets("--point", self.points, points)
        pair = (self.text_b_column, self.checkpoint_b, self.checkpoint_b_column)
        if self.text_b_column is None and any(pair):
            raise ConfigError("a second checkpoint is set, but no --text-b-column with its texts")
        if self.text_b_column is not None and sum(map(bool, pair)) != 2:
            raise ConfigError(
                "--text-b-column needs one of --checkpoint-b NAME and --checkpoint-b-column FIELD"
            )
        if self.compare and self.text_b_column is None:
            raise ConfigError("--compare needs --text-b-column: the field of the second texts")

    @property
    def takes_all(self) -> bool:
        """Whether every field is taken as what its values are."""
        return not (self.criteria or self.compare or self.spans)

    def texts(self) -> GenerationsConfig:
        """Return the settings for the (first) texts."""
        return texts_of(self)


def _check_targets(flag: str, given: Mapping[str, str], known: list[str]) -> None:
    for word, target in given.items():
        if target not in known:
            raise ConfigError(f"{flag} {word}={target}: {target!r} is none of {', '.join(known)}")
