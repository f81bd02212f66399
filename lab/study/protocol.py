"""Turns the plan of a study, as a file or a stored dict, into a checked Protocol, and back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from lab.errors import ConfigError
from lab.records import Split
from lab.study.criteria import Criterion, default_criteria
from lab.study.guidelines import DEFAULT_GUIDELINES
from lab.study.reading import read_fields, read_toml

Design = Literal["rate", "ab", "mixed"]
Pairs = Literal["all", "baseline"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol:
    """The whole plan of one study; once a study is made of it, it does not change."""

    name: str
    """What the commands and the apps call the study."""

    question: str = "Which text would you rather have got for this prompt?"
    """What a reviewer is asked about a pair."""

    design: Design = "mixed"
    """"rate" (one text at a time), "ab" (blind pairs) or "mixed" (both, for every prompt)."""

    checkpoints: tuple[str, ...]
    """Names of the checkpoints whose texts are judged."""

    dataset: str
    """Name of the data set that the prompts come from."""

    split: str = "test"
    """Part of the data set: "train", "validation" or "test"."""

    n_prompts: int | None = None
    """Number of prompts, drawn by the seed; None for all that every checkpoint has a text for."""

    pairs: Pairs = "all"
    """"all" pairs of checkpoints, or each one against the "baseline"."""

    baseline: str | None = None
    """The checkpoint that the others are compared with; only with pairs = "baseline"."""

    criteria: tuple[Criterion, ...] = default_criteria()
    """What texts are rated on."""

    reviewers_per_item: int = 3
    """How many different people judge each item."""

    seed: int = 0
    """Seed of every draw: prompts, order of the items, order within pairs."""

    seconds_per_item: float = 60.0
    """Time that one item is expected to take one reviewer, in seconds, for planning."""

    guidelines: str = DEFAULT_GUIDELINES
    """What reviewers read before they start, in Markdown."""

    def __post_init__(self) -> None:
        _check_values(self)
        _check_checkpoints(self)
        _check_criteria(self)


def to_dict(protocol: Protocol) -> dict[str, Any]:
    """Write a protocol as plain dicts, lists, strings and numbers, as a study stores it."""
    plain: dict[str, Any] = json.loads(json.dumps(asdict(protocol)))
    return plain


def from_dict(values: Mapping[str, Any], where: str = "protocol") -> Protocol:
    """Read a protocol from plain values.

    Args:
        values: the fields of Protocol by name. `criteria` is a list of tables with name, question
            and anchors, or of the names of default criteria.
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


def _check_values(protocol: Protocol) -> None:
    for field, choices in (
        ("design", get_args(Design)),
        ("pairs", get_args(Pairs)),
        ("split", tuple(Split)),
    ):
        if (value := getattr(protocol, field)) not in choices:
            raise ConfigError(f"{field} is {value!r}; it must be one of: {', '.join(choices)}")
    for field in ("name", "dataset", "question"):
        if not getattr(protocol, field).strip():
            raise ConfigError(f"{field} is empty; give the study a {field}")
    for field, least in (("n_prompts", 1), ("reviewers_per_item", 1)):
        if (value := getattr(protocol, field)) is not None and value < least:
            raise ConfigError(f"{field} is {value}; it must be at least {least}")
    if not 0 < protocol.seconds_per_item < float("inf"):
        raise ConfigError(f"seconds_per_item is {protocol.seconds_per_item}; it must be above 0")


def _check_checkpoints(protocol: Protocol) -> None:
    names = protocol.checkpoints
    if doubled := sorted({name for name in names if names.count(name) > 1}):
        raise ConfigError(f"checkpoints names {doubled[0]!r} twice; name each checkpoint once")
    if not names:
        raise ConfigError("checkpoints is empty; name those whose texts are to be judged")
    if protocol.design != "rate" and len(names) < 2:
        raise ConfigError(
            f"design {protocol.design!r} compares checkpoints, but there is only {names[0]!r}; "
            "name a second one, or set design = 'rate'"
        )
    if protocol.pairs == "baseline" and protocol.baseline not in names:
        raise ConfigError(
            f"pairs = 'baseline' needs a baseline among the checkpoints, got "
            f"{protocol.baseline!r}; set baseline to one of: {', '.join(names)}"
        )
    if protocol.pairs == "all" and protocol.baseline is not None:
        raise ConfigError(
            f"baseline is {protocol.baseline!r}, but pairs = 'all' compares every pair; "
            "set pairs = 'baseline', or leave baseline out"
        )


def _check_criteria(protocol: Protocol) -> None:
    names = [criterion.name for criterion in protocol.criteria]
    if doubled := sorted({name for name in names if names.count(name) > 1}):
        raise ConfigError(f"criteria names {doubled[0]!r} twice; name each criterion once")
    if protocol.design != "ab" and not names:
        raise ConfigError(f"design {protocol.design!r} rates texts, but criteria is empty; add one")
