"""Turns a TOML file's values into the typed fields of a protocol, or says which one is wrong."""

from __future__ import annotations

import difflib
import tomllib
import types
from collections.abc import Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from lab.errors import ConfigError, InputError
from lab.study.criteria import Criterion, default_criteria
from lab.study.gold import Gold

_WORDS: dict[type, str] = {
    str: "text in quotes",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
}


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file.

    Raises:
        InputError: the file is missing, unreadable, not UTF-8 or not TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file; give the path of a TOML file") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 at byte {error.start}; save it as UTF-8") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: not valid TOML: {error}") from None


def read_fields(values: Mapping[str, Any], record: type, where: str) -> dict[str, Any]:
    """Check plain values against a dataclass's fields.

    Args:
        values: the fields by name.
        record: the dataclass that they are for.
        where: what to call the values in messages.

    Returns:
        The values, lists turned into tuples; fields with a default may be absent.

    Raises:
        ConfigError: a field is unknown, missing or of the wrong type.
    """
    known = {field.name: field for field in fields(record)}
    for name in values:
        if name not in known:
            raise ConfigError(f"{where}: unknown field {name!r}{_suggestion(name, list(known))}")
    for name, field in known.items():
        if field.default is MISSING and name not in values:
            raise ConfigError(f"{where}: field {name!r} is missing; add it")
    hints = get_type_hints(record)
    return {
        name: _typed(value, hints[name], f"{where}: field {name!r}")
        for name, value in values.items()
    }


def _suggestion(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    listed = f"the fields are: {', '.join(known)}"
    return f"; did you mean {close[0]!r}? {listed}" if close else f"; {listed}"


def _typed(value: Any, hint: Any, where: str) -> Any:
    origin = get_origin(hint)
    if origin in (types.UnionType, Union):
        inner = next(each for each in get_args(hint) if each is not types.NoneType)
        return None if value is None else _typed(value, inner, where)
    if origin is Literal:
        return _typed(value, str, where)
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise _wrong(where, "a list", value)
        inner = get_args(hint)[0]
        return tuple(_typed(each, inner, f"{where}[{n}]") for n, each in enumerate(value))
    if origin is dict:
        return _table(value, get_args(hint)[1], where)
    if hint is Criterion:
        return _criterion(value, where)
    if hint is Gold:
        return _gold(value, where)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, hint) or isinstance(value, bool) is not (hint is bool):
        raise _wrong(where, _WORDS[hint], value)
    return value


def _criterion(value: Any, where: str) -> Criterion:
    if isinstance(value, Criterion):
        return value
    if isinstance(value, str):
        by_name = {criterion.name: criterion for criterion in default_criteria()}
        if value not in by_name:
            raise ConfigError(
                f"{where}: no criterion named {value!r}; there is: {', '.join(by_name)}; "
                "or write a table with name, question and anchors"
            )
        return by_name[value]
    if not isinstance(value, Mapping):
        raise _wrong(where, "a criterion's name, or a table", value)
    return _built(Criterion, value, where)


def _gold(value: Any, where: str) -> Gold:
    if isinstance(value, Gold):
        return value
    if not isinstance(value, Mapping):
        raise _wrong(where, "a table", value)
    return _built(Gold, value, where)


def _built(record: type, value: Mapping[str, Any], where: str) -> Any:
    fields_read = read_fields(value, record, where)
    try:
        return record(**fields_read)
    except ConfigError as error:
        raise ConfigError(f"{where}: {error}") from None


def _table(value: Any, inner: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise _wrong(where, "a table", value)
    return {name: _typed(each, inner, f"{where}, {name!r}") for name, each in value.items()}


def _wrong(where: str, expected: str, value: Any) -> ConfigError:
    return ConfigError(f"{where}: expected {expected}, got {value!r}")
