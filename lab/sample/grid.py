"""Turns lists of values into every combination of decoding settings."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Mapping
from typing import Any

from lab.errors import ConfigError
from lab.sample.config import SampleConfig, decoding


def expand(base: SampleConfig, values: Mapping[str, Any]) -> list[SampleConfig]:
    """Combine values, each with each.

    Args:
        base: the settings that no list changes.
        values: field → list of values; what is no list is a list of one.

    Returns:
        The combinations in the order of the lists, the last field fastest; of those that decode
        alike (greedy at two temperatures) the first.

    Raises:
        ConfigError: a list is empty, or a value is not allowed; names the combination.
    """
    lists = {name: value if isinstance(value, list) else [value] for name, value in values.items()}
    if empty := [name for name, found in lists.items() if not found]:
        raise ConfigError(f"{empty[0]}: the list is empty; give at least one value")
    found: dict[str, SampleConfig] = {}
    for combination in itertools.product(*lists.values()):
        config = _changed(base, dict(zip(lists, combination, strict=True)))
        found.setdefault(repr((decoding(config), config.seed)), config)
    return list(found.values())


def words(config: SampleConfig) -> str:
    """Name the settings of a combination, shortly."""
    return ", ".join(f"{name} {value}" for name, value in decoding(config).items())


def _changed(base: SampleConfig, changes: dict[str, Any]) -> SampleConfig:
    try:
        return dataclasses.replace(base, **changes)
    except ConfigError as error:
        shown = ", ".join(f"{name} = {value!r}" for name, value in changes.items())
        raise ConfigError(f"{error} (in the combination {shown})") from error
