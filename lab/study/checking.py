"""Turns a protocol's fields into the first one that cannot be, or into nothing."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, get_args, get_origin, get_type_hints

from lab.errors import ConfigError
from lab.records import Split
from lab.study.degrade import DEGRADATIONS

if TYPE_CHECKING:
    from lab.study.gold import Gold
    from lab.study.protocol import Protocol

_LEAST = {
    "n_prompts": 1,
    "reviewers_per_item": 1,
    "gold_tolerance": 0,
    "n_training": 0,
    "adjudicate_at": 1,
    "max_answers": 1,
}
_SHARES = ("repeats", "degraded", "aa_pairs", "suggestions", "qualification", "exclude_below_gold")


def check(protocol: Protocol) -> None:
    """Check all fields of a protocol against their ranges and against one another.

    Raises:
        ConfigError: names the field, what was given and what to do.
    """
    _check_choices(protocol)
    _check_numbers(protocol)
    _check_checkpoints(protocol)
    _check_criteria(protocol)
    _check_controls(protocol)
    _check_reviewers(protocol)
    for gold in protocol.gold:
        _check_gold(protocol, gold)


def _check_choices(protocol: Protocol) -> None:
    for field, hint in get_type_hints(type(protocol)).items():
        inner = get_args(hint)[0] if get_origin(hint) is tuple else hint
        choices = get_args(inner)
        if not choices or not all(isinstance(choice, str) for choice in choices):
            continue
        value = getattr(protocol, field)
        for one in value if isinstance(value, tuple) else [value]:
            if one not in choices:
                raise ConfigError(f"{field} is {one!r}; it must be one of: {', '.join(choices)}")
    if protocol.split not in tuple(Split):
        raise ConfigError(f"split is {protocol.split!r}; it must be one of: {', '.join(Split)}")
    if protocol.design == "mixed" and len(set(protocol.mixed_of)) < 2:
        raise ConfigError(
            f"mixed_of is {list(protocol.mixed_of)}; name two or three of rate, ab, spans, or set "
            "design to the one that you want"
        )
    for field in ("name", "dataset", "question"):
        if not getattr(protocol, field).strip():
            raise ConfigError(f"{field} is empty; give the study a {field}")
    if protocol.prompt_pattern is not None:
        try:
            re.compile(protocol.prompt_pattern)
        except re.error as error:
            raise ConfigError(
                f"prompt_pattern is {protocol.prompt_pattern!r}, which is no regular expression "
                f"({error}); mend it"
            ) from None


def _check_numbers(protocol: Protocol) -> None:
    for field, least in _LEAST.items():
        if (value := getattr(protocol, field)) is not None and value < least:
            raise ConfigError(f"{field} is {value}; it must be at least {least}")
    for field in _SHARES:
        if (value := getattr(protocol, field)) is not None and not 0 <= value <= 1:
            raise ConfigError(f"{field} is {value}; it is a share and must lie in [0, 1]")
    for field in ("seconds_per_item", "exclude_faster_than"):
        if (value := getattr(protocol, field)) is not None and not 0 < value < math.inf:
            raise ConfigError(f"{field} is {value}; it must be above 0")
    if not 0 <= protocol.break_minutes < math.inf:
        raise ConfigError(
            f"break_minutes is {protocol.break_minutes}; it must be above 0, or 0 for no breaks"
        )


def _check_checkpoints(protocol: Protocol) -> None:
    names = protocol.systems
    if doubled := _doubled(names):
        why = (
            "; reference = true adds the human references under that name"
            if doubled == "reference" and protocol.reference
            else ""
        )
        raise ConfigError(f"checkpoints names {doubled!r} twice; name each checkpoint once{why}")
    if not protocol.checkpoints:
        raise ConfigError("checkpoints is empty; name those whose texts are to be judged")
    if "ab" in protocol.kinds and len(names) < 2:
        raise ConfigError(
            f"design {protocol.design!r} compares checkpoints, but there is only {names[0]!r}; "
            "name a second one, or set design = 'rate'"
        )
    _check_order(protocol)
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


def _check_order(protocol: Protocol) -> None:
    if protocol.order != "active":
        if protocol.seek != "winner":
            raise ConfigError(
                f"seek is {protocol.seek!r}, but order is {protocol.order!r}, which chooses no "
                "pairs; set order = 'active', or leave seek out"
            )
        return
    if "ab" not in protocol.kinds:
        raise ConfigError(
            f"order is 'active', but design {protocol.design!r} has no pairs to choose from; set "
            "order = 'balanced', or a design with pairs"
        )
    if len(protocol.systems) < 3:
        raise ConfigError(
            f"order is 'active', but {' and '.join(protocol.systems)} make a single pair; set "
            "order = 'balanced', or name a third checkpoint"
        )


def _check_criteria(protocol: Protocol) -> None:
    names = [criterion.name for criterion in protocol.criteria]
    if doubled := _doubled(names):
        raise ConfigError(f"criteria names {doubled!r} twice; name each criterion once")
    if "rate" in protocol.kinds and not names:
        raise ConfigError(f"design {protocol.design!r} rates texts, but criteria is empty; add one")
    if doubled := _doubled(protocol.vote_criteria):
        raise ConfigError(f"vote_criteria names {doubled!r} twice; name each criterion once")
    for name in protocol.vote_criteria:
        if name not in names or name == "overall":
            raise ConfigError(
                f"vote_criteria names {name!r}, which is not among the criteria for votes; there "
                f"is: {', '.join(each for each in names if each != 'overall')}"
            )
    if protocol.vote_criteria:
        _need(protocol, "vote_criteria", list(protocol.vote_criteria), ("ab",))


def _check_controls(protocol: Protocol) -> None:
    for field, kinds in (
        ("degraded", ("rate", "ab")),
        ("n_training", ("rate", "ab")),
        ("aa_pairs", ("ab",)),
        ("suggestions", ("spans",)),
    ):
        if value := getattr(protocol, field):
            _need(protocol, field, value, kinds)
    names = [criterion.name for criterion in protocol.criteria]
    for field in ("degraded", "n_training"):
        if getattr(protocol, field) and not set(names) & set(DEGRADATIONS):
            raise ConfigError(
                f"{field} is {getattr(protocol, field)}, but the lab cannot make a text worse on "
                f"any of: {', '.join(names)}; it can on: {', '.join(DEGRADATIONS)}; write gold "
                f"items instead, and leave {field} out"
            )
    trains = protocol.n_training or any(gold.training for gold in protocol.gold)
    if protocol.qualification and not trains:
        raise ConfigError(
            f"qualification is {protocol.qualification}, but there is no training item to qualify "
            "by; set n_training, or training = true on gold items"
        )


def _check_reviewers(protocol: Protocol) -> None:
    given = (protocol.adjudicator is not None, protocol.adjudicate_at is not None)
    if given == (True, False):
        raise ConfigError(
            f"adjudicator is {protocol.adjudicator!r}, but nothing says when; set adjudicate_at to "
            "the difference in points from which an item goes there"
        )
    if given == (False, True):
        raise ConfigError(
            f"adjudicate_at is {protocol.adjudicate_at}, but there is no adjudicator; set "
            "adjudicator to the name of an account"
        )
    if given == (True, True):
        _need(protocol, "adjudicate_at", protocol.adjudicate_at, ("rate", "ab"))
        if protocol.reviewers_per_item < 2:
            raise ConfigError(
                "adjudicate_at is set, but one reviewer per item cannot disagree; set "
                "reviewers_per_item to 2 or more"
            )


def _check_gold(protocol: Protocol, gold: Gold) -> None:
    where = f"gold for prompt {gold.prompt!r}"
    if gold.kind not in protocol.kinds:
        raise ConfigError(
            f"{where}: it is of the kind {gold.kind!r}, but the study asks only "
            f"{', '.join(protocol.kinds)}; leave it out, or change the design"
        )
    points = {criterion.name: len(criterion.anchors) for criterion in protocol.criteria}
    for name, value in (gold.ratings or {}).items():
        if name not in points:
            raise ConfigError(
                f"{where}: no criterion named {name!r}; there is: {', '.join(points)}"
            )
        if not 1 <= value <= points[name]:
            raise ConfigError(
                f"{where}: {name} is {value}; it must be a point from 1 to {points[name]}"
            )


def _need(protocol: Protocol, field: str, value: Any, kinds: tuple[str, ...]) -> None:
    """Refuse a field that only makes sense beside items of a kind that the study does not have."""
    if not set(kinds) & set(protocol.kinds):
        wanted = " or ".join(f"'{kind}'" for kind in kinds)
        raise ConfigError(
            f"{field} is {value}, but design {protocol.design!r} has no items of the kind "
            f"{wanted}; leave {field} out, or change the design"
        )


def _doubled(names: Any) -> str | None:
    return next((name for name in sorted(names) if list(names).count(name) > 1), None)
