"""Turns ranges and fixed settings into an error where a value could never be trained with."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from lab.errors import ConfigError

if TYPE_CHECKING:
    from lab.train.config import TrainConfig
    from lab.tune.ranges import Range

MOST_TRIED = 2000
"""Ways to join one value with the others that are looked at before it is taken to fit."""
ADAPTERS = ("lora", "dora")
SIZES = ("layers", "width", "heads", "vocabulary", "parameters", "tokenizer")
ONLY_WITH = {
    **{f"lora_{part}": ("weights", ADAPTERS) for part in ("rank", "alpha", "dropout")},
    "last_blocks": ("weights", ("last",)),
}
"""Settings that decide about something only with certain values of another one."""


def check_ranges(ranges: Sequence[Range], config: TrainConfig) -> None:
    """Refuse what would fail in each trial, or change none, before any trial is begun.

    Args:
        ranges: what is searched.
        config: the settings that all trials have.

    Raises:
        ConfigError: names the range, the value and what is allowed, or what it needs.
    """
    for one in ranges:
        _check_use(one, ranges, config)
        others = [other for other in ranges if other is not one]
        for value in _ends(one):
            _check_value(one, value, others, config)


def _check_use(one: Range, ranges: Sequence[Range], config: TrainConfig) -> None:
    possible = {other.name: _ends(other) for other in ranges}
    if one.name in SIZES and set(possible.get("architecture", [config.architecture])) == {"hub"}:
        raise ConfigError(
            f"--range '{one}': {one.name} changes nothing in a checkpoint that is fine-tuned; "
            "leave it out"
        )
    if one.name not in ONLY_WITH:
        return
    name, needed = ONLY_WITH[one.name]
    if not set(needed) & set(possible.get(name, [getattr(config, name)])):
        raise ConfigError(
            f"--range '{one}': {one.name} changes nothing with {name} "
            f"{getattr(config, name)!r}; give --{name} {' or '.join(needed)}, or leave it out"
        )


def _check_value(one: Range, value: Any, others: Sequence[Range], config: TrainConfig) -> None:
    """Refuse a value that fits no values of the others."""
    first: ConfigError | None = None
    joined = itertools.product(*(_ends(other) for other in others))
    for drawn in itertools.islice(joined, MOST_TRIED):
        settings = dict(zip((other.name for other in others), drawn, strict=True))
        try:
            dataclasses.replace(config, **settings, **{one.name: value})
            return
        except ConfigError as error:
            first = first or error
    if first is not None:
        inside = value not in (one.low, one.high, *one.choices)
        advice = f"; list the values of {one.name}, as in {one.name}=16,32" if inside else ""
        raise ConfigError(f"--range '{one}': {first}{advice}") from first


def _ends(one: Range) -> list[Any]:
    """Return the values that stand for all: the choices, or both bounds.

    Whole numbers have their second one too, since some settings must be multiples.
    """
    if one.choices or one.low is None:
        return list(one.choices)
    return [one.low, *([one.low + 1] if one.whole else []), one.high]
