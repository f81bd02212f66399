"""Checks the values of a settings dataclass; knows no single setting, imports nothing heavy."""

from __future__ import annotations

import math
from typing import Any, Literal, get_args, get_origin, get_type_hints

from lab.errors import ConfigError


def check_types(config: Any) -> None:
    """Make sure that every field holds a value of its own type, as a settings file may not.

    Args:
        config: a dataclass with fields of type str, int, float, bool, Literal, or one with None,
            or tuples of one of them, for which a list is taken too.

    Raises:
        ConfigError: names the field, the value and what is allowed.
    """
    for name, hint in get_type_hints(type(config)).items():
        value = getattr(config, name)
        if get_origin(hint) is tuple:
            _check_tuple(config, name, value, get_args(hint)[0])
            continue
        kinds = [hint] if get_origin(hint) is Literal else list(get_args(hint)) or [hint]
        if value is None and type(None) in kinds:
            continue
        kind = next(kind for kind in kinds if kind is not type(None))
        if get_origin(kind) is Literal:
            allowed = " or ".join(repr(choice) for choice in get_args(kind))
            require(value in get_args(kind), name, value, allowed)
        else:
            require(_fits(value, kind), name, value, _WORDS[kind])


def require(holds: bool, field: str, value: object, allowed: str) -> None:
    """Refuse a value unless a condition holds.

    Args:
        holds: the condition.
        field: the setting's name.
        value: what was given.
        allowed: what may be given, in words.

    Raises:
        ConfigError: the condition does not hold.
    """
    if not holds:
        raise ConfigError(f"{field} {value!r} is not allowed; give {allowed}")


def _check_tuple(config: Any, name: str, value: object, kind: Any) -> None:
    choices = get_args(kind)
    each = " or ".join(map(repr, choices)) if choices else _WORDS[kind]
    words = f"a list, each {each}"
    if not isinstance(value, list | tuple):
        require(False, name, value, words)
        return
    for one in value:
        require(one in choices if choices else _fits(one, kind), name, value, words)
    object.__setattr__(config, name, tuple(value))  # a settings file has lists


_WORDS = {str: "a text", int: "a whole number", float: "a finite number", bool: "true or false"}


def _fits(value: object, kind: type) -> bool:
    if isinstance(value, bool):
        return kind is bool
    if kind is float:
        return isinstance(value, int | float) and math.isfinite(value)
    return isinstance(value, kind)
