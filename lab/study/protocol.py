"""Turns the plan of a study, as a file or a stored dict, into a checked Protocol, and back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from lab.errors import ConfigError
from lab.study.checking import check
from lab.study.criteria import Criterion, default_criteria
from lab.study.gold import Gold
from lab.study.guidelines import DEFAULT_GUIDELINES, DEFAULT_QUESTION
from lab.study.reading import read_fields, read_toml

Kind = Literal["rate", "ab", "spans"]

REFERENCE = "reference"
"""Name of the checkpoint whose texts are the human references."""

BEFORE = {"order": "fixed", "repeats": 0.0}
"""What held for studies whose stored protocol does not name these fields yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol:
    """The whole plan of one study; once a study is made of it, it does not change."""

    name: str
    """What the commands and the dashboard call the study."""

    title: str = ""
    """What reviewers are shown as its name; empty for the name itself."""

    question: str = DEFAULT_QUESTION
    """What a reviewer is asked about a pair."""

    design: Literal["rate", "ab", "spans", "mixed"] = "mixed"
    """"rate" (one text at a time), "ab" (blind pairs), "spans" (faulty pieces are marked) or
    "mixed" (several of them, for every prompt)."""

    mixed_of: tuple[Kind, ...] = ("rate", "ab")
    """What a mixed design is made of: "rate", "ab", "spans"."""

    checkpoints: tuple[str, ...]
    """Names of the checkpoints whose texts are judged."""

    reference: bool = False
    """Whether the human references are judged as one more system, blind like the others."""

    dataset: str
    """Name of the data set that the prompts come from."""

    split: str = "test"
    """Part of the data set: "train", "validation" or "test"."""

    prompt_keys: tuple[str, ...] = ()
    """Only prompts whose key fits one of these patterns (with * ? [abc]); empty for all."""

    prompt_pattern: str | None = None
    """Only prompts in whose text this regular expression is found."""

    n_prompts: int | None = None
    """Number of prompts, drawn by the seed; None for all that every checkpoint has a text for."""

    pairs: Literal["all", "baseline"] = "all"
    """"all" pairs of checkpoints, or each one against the "baseline"."""

    baseline: str | None = None
    """The checkpoint that the others are compared with; only with pairs = "baseline"."""

    criteria: tuple[Criterion, ...] = default_criteria()
    """What texts are rated on."""

    vote_criteria: tuple[str, ...] = ()
    """Names of the criteria on which pairs are compared besides overall."""

    reviewers_per_item: int = 3
    """How many different people judge each item."""

    order: Literal["fixed", "balanced", "active"] = "balanced"
    """"fixed" (everybody in the order of the items), "balanced" (prompts at random per reviewer,
    those with the fewest answers first) or "active" (the same, but which pair of checkpoints comes
    next follows from the votes so far)."""

    seek: Literal["winner", "ranking"] = "winner"
    """What an active study asks its pairs for: which checkpoint is the best, or how all rank."""

    repeats: float = 0.1
    """Share of the ordinary items that come again, in [0, 1], to see whether reviewers agree
    with themselves."""

    degraded: float = 0.0
    """Share of the prompts with one text made worse on purpose, in [0, 1]."""

    aa_pairs: float = 0.0
    """Share of the prompts with a pair of two samples of one checkpoint, in [0, 1]."""

    gold: tuple[Gold, ...] = ()
    """Items whose right answer is known."""

    gold_tolerance: int = 1
    """Points by which a rating of a gold item may be off and still be right."""

    n_training: int = 0
    """Number of training items that the lab makes itself, besides gold ones with training."""

    qualification: float = 0.0
    """Least share of right training answers with which a reviewer may go on, in [0, 1]."""

    suggestions: float = 0.0
    """Share of the span items, in [0, 1], where the checker's suggestions are shown once the
    reviewer has marked the text alone."""

    adjudicator: str | None = None
    """Name of the account that settles disagreements."""

    adjudicate_at: int | None = None
    """Difference in points from which ratings go to the adjudicator, as do opposite winners."""

    max_answers: int | None = None
    """After so many answers nothing new is handed out; None for no limit."""

    stopping_rule: str = ""
    """When the study ends, in words."""

    exclude_below_gold: float | None = None
    """Reviewers with a smaller share of right answers to controls are to be left out."""

    exclude_faster_than: float | None = None
    """Reviewers with a smaller median time per answer, in seconds, are to be left out."""

    exclusion_rule: str = ""
    """Whose answers are to be left out and why, in words."""

    break_minutes: float = 25.0
    """A break is offered after so much active time, in minutes; 0 for never."""

    seed: int = 0
    """Seed of every draw: prompts, controls, order of the items, order within pairs."""

    seconds_per_item: float = 60.0
    """Time that one item is expected to take one reviewer, in seconds, for planning."""

    guidelines: str = DEFAULT_GUIDELINES
    """What reviewers read before they start, in Markdown."""

    def __post_init__(self) -> None:
        check(self)

    @property
    def kinds(self) -> tuple[str, ...]:
        """What reviewers are asked: some of "rate", "spans" and "ab", in this order."""
        chosen = self.mixed_of if self.design == "mixed" else (self.design,)
        return tuple(kind for kind in ("rate", "spans", "ab") if kind in chosen)

    @property
    def systems(self) -> tuple[str, ...]:
        """Names of all that is judged: the checkpoints, and the references where they take part."""
        return (*self.checkpoints, REFERENCE) if self.reference else self.checkpoints

    @property
    def compared_on(self) -> tuple[str, ...]:
        """What each pair is compared on: "overall", then the criteria for votes."""
        return ("overall", *self.vote_criteria)


def to_dict(protocol: Protocol) -> dict[str, Any]:
    """Write a protocol as plain dicts, lists, strings and numbers, as a study stores it."""
    plain: dict[str, Any] = json.loads(json.dumps(asdict(protocol)))
    return plain


def from_dict(values: Mapping[str, Any], where: str = "protocol") -> Protocol:
    """Read a protocol from plain values.

    Args:
        values: the fields of Protocol by name. `criteria` is a list of tables with name, question
            and anchors, or of the names of default criteria; `gold` a list of tables.
        where: what to call the values in messages, e.g. the file that they come from.

    Returns:
        The protocol, checked.

    Raises:
        ConfigError: an unknown, missing or wrongly typed field, or fields that contradict one
            another.
    """
    fields = read_fields(values, Protocol, where)
    try:
        return Protocol(**fields)
    except ConfigError as error:
        raise ConfigError(f"{where}: {error}") from None


def from_stored(values: Mapping[str, Any]) -> Protocol:
    """Read the protocol of a stored study, also of one made before all fields were there."""
    return from_dict(BEFORE | dict(values), f"study {values.get('name')!r}")


def sha256(protocol: Protocol) -> str:
    """Hash a protocol: SHA-256 over its canonical JSON (sorted keys, no spaces, UTF-8)."""
    text = json.dumps(to_dict(protocol), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def read_protocol(path: str | Path) -> Protocol:
    """Read a protocol from a TOML file whose keys are the fields of Protocol.

    Raises:
        InputError: the file is missing, unreadable or not TOML; names the line.
        ConfigError: a field is unknown, missing, wrongly typed or contradicts another.
    """
    return from_dict(read_toml(Path(path)), str(path))
