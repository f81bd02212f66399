"""Turns lists of values into every combination of decoding settings."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Mapping
from typing import Any

from lab.errors import ConfigError
from lab.sample.config import DRAWING, SampleConfig, decoding


def expand(base: SampleConfig, values: Mapping[str, Any]) -> list[SampleConfig]:
    """Combine values, each with each.

    Args:
        base: the settings that no list changes.
        values: field → list of values; what is no list is a list of one.

    Returns:
        The combinations in the order of the lists, the last field fastest; of those that decode
        alike (greedy at two temperatures) the first. A strategy beside others gets only the
        settings that it has: penalty_alpha is for contrastive search, top_p for drawing.

    Raises:
        ConfigError: a list is empty, or a value is not allowed; names the combination.
    """
    lists = {name: value if isinstance(value, list) else [value] for name, value in values.items()}
    if empty := [name for name, found in lists.items() if not found]:
        raise ConfigError(f"{empty[0]}: the list is empty; give at least one value")
    found: dict[str, SampleConfig] = {}
    for combination in itertools.product(*lists.values()):
        changes = dict(zip(lists, combination, strict=True))
        config = _changed(base, changes | _left_out(changes, lists))
        found.setdefault(repr((decoding(config), config.seed)), config)
    return list(found.values())


def words(config: SampleConfig) -> str:
    """Name the settings of a combination, shortly."""
    return ", ".join(f"{name} {value}" for name, value in decoding(config).items())


def _left_out(changes: Mapping[str, Any], lists: Mapping[str, list[Any]]) -> dict[str, Any]:
    """Return the defaults of what a strategy does not have, where the grid has several."""
    strategy = changes.get("strategy")
    if len(lists.get("strategy", [])) < 2:
        return {}
    foreign = DRAWING if strategy == "contrastive" else ("penalty_alpha",)
    usual = SampleConfig()
    return {name: getattr(usual, name) for name in foreign}


def _changed(base: SampleConfig, changes: dict[str, Any]) -> SampleConfig:
    try:
        return dataclasses.replace(base, **changes)
    except ConfigError as error:
        shown = ", ".join(f"{name} = {value!r}" for name, value in changes.items())
        raise ConfigError(f"{error} (in the combination {shown})") from error
