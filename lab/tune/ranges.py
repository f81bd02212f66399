"""Turns words such as `learning_rate=1e-4..1e-2:log` into the ranges that a search draws from."""

from __future__ import annotations

import difflib
import math
import types
import typing
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from lab.errors import ConfigError

FORM = "write learning_rate=1e-4..1e-2:log, warmup=0..0.2 or batch_rows=8,16,32"


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """What one setting may be."""

    name: str
    """The setting: a field of the config."""
    low: float | None = None
    """The lowest value; None where there are choices."""
    high: float | None = None
    """The highest value, itself included; None where there are choices."""
    log: bool = False
    """Whether the logarithm is drawn evenly, in place of the value."""
    whole: bool = False
    """Whether only whole numbers are drawn."""
    choices: tuple[Any, ...] = ()
    """The values to choose among; empty where there are bounds."""

    def __str__(self) -> str:
        """Write it as it may be given."""
        if self.choices:
            return f"{self.name}={','.join(_shown(choice) for choice in self.choices)}"
        return f"{self.name}={self.low:g}..{self.high:g}{':log' if self.log else ''}"


def read_range(text: str, config: type, taken: Collection[str] = ()) -> Range:
    """Read one range.

    Args:
        text: NAME=LOW..HIGH, NAME=LOW..HIGH:log or NAME=VALUE,VALUE,…; in a name - is _.
        config: the dataclass whose fields can be searched.
        taken: fields that cannot be searched.

    Returns:
        The range, its values of the field's own type.

    Raises:
        ConfigError: the field does not exist or cannot be searched, or the values do not fit it.
    """
    name, equals, values = text.partition("=")
    name = name.strip().replace("-", "_")
    hints = typing.get_type_hints(config)
    if name not in hints:
        short = [one for one in hints if "".join(word[0] for word in one.split("_")) == name]
        near = short or difflib.get_close_matches(name, hints, n=3)
        raise ConfigError(
            f"--range {text!r}: no setting is named {name!r}; "
            + (f"did you mean {' or '.join(near)}?" if near else f"there is: {', '.join(hints)}")
        )
    if name in taken:
        raise ConfigError(f"--range {text!r}: {name} cannot be searched; give it as --{name}")
    if not equals or not values.strip():
        raise ConfigError(f"--range {text!r} has no values; {FORM}")
    kinds = _kinds(text, name, hints[name])
    if ".." in values:
        return _bounds(text, name, values, kinds)
    choices = tuple(_value(text, name, word.strip(), kinds) for word in values.split(","))
    if len(set(choices)) != len(choices):
        raise ConfigError(f"--range {text!r}: a value stands twice; keep one of each")
    return Range(name=name, choices=choices)


def _bounds(text: str, name: str, values: str, kinds: Sequence[Any]) -> Range:
    kind = next((kind for kind in kinds if kind in (int, float)), None)
    if kind is None:
        raise ConfigError(
            f"--range {text!r}: {name} is no number; list its values, as in {name}="
            + ",".join(_allowed(kinds) or ["one", "other"])
        )
    bounds, _, scale = values.partition(":")
    if scale not in ("", "log"):
        raise ConfigError(f"--range {text!r}: {scale!r} is no scale; give :log or nothing")
    low, high = (_value(text, name, word.strip(), [kind]) for word in bounds.split("..", 1))
    if low >= high:
        raise ConfigError(
            f"--range {text!r}: {low:g} is not below {high:g}; put the lower first"
            + (f", or give {name} alone by its flag" if low == high else "")
        )
    if scale and low <= 0:
        raise ConfigError(f"--range {text!r}: on a log scale {low:g} is not allowed; begin above 0")
    return Range(name=name, low=low, high=high, log=bool(scale), whole=kind is int)


def _kinds(text: str, name: str, hint: Any) -> list[Any]:
    """Return what a field may hold, None among it."""
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        return [kind for part in typing.get_args(hint) for kind in _kinds(text, name, part)]
    if typing.get_origin(hint) is typing.Literal:
        return [hint]
    if hint in (int, float, str, bool, type(None)):
        return [hint]
    raise ConfigError(f"--range {text!r}: {name} is a list and cannot be searched")


def _value(text: str, name: str, word: str, kinds: Sequence[Any]) -> Any:
    for kind in kinds:
        found = _read(word, kind)
        if found is not _NOTHING:
            return found
    allowed = _allowed(kinds)
    words = {int: "a whole number", float: "a number", str: "a text"}
    expected = " or ".join(allowed or [words[kind] for kind in kinds if kind in words])
    raise ConfigError(f"--range {text!r}: {name} cannot be {word!r}; give {expected}")


_NOTHING = object()


def _read(word: str, kind: Any) -> Any:
    if typing.get_origin(kind) is typing.Literal:
        return word if word in typing.get_args(kind) else _NOTHING
    if kind is type(None):
        return None if word == "none" else _NOTHING
    if kind is bool:
        return {"true": True, "false": False}.get(word, _NOTHING)
    if kind is str:
        return word
    try:
        found = kind(word)
    except ValueError:
        return _NOTHING
    return found if math.isfinite(found) else _NOTHING


def _allowed(kinds: Sequence[Any]) -> list[str]:
    """Return the words that can be listed; empty where there are endlessly many."""
    found: list[str] = []
    for kind in kinds:
        if typing.get_origin(kind) is typing.Literal:
            found += typing.get_args(kind)
        elif kind is bool:
            found += ["true", "false"]
    return found


def _shown(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)
