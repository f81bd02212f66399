"""Turns a frozen config dataclass into flags, and flags with a TOML file into the config."""

from __future__ import annotations

import argparse
import ast
import dataclasses
import enum
import inspect
import types
import typing
from collections.abc import Collection
from pathlib import Path
from typing import Any, TypeVar

from lab.errors import ConfigError

Config = TypeVar("Config")


def add_home(parser: argparse.ArgumentParser) -> None:
    """Add the option that every command has: where the lab lives."""
    parser.add_argument(
        "--home", metavar="FOLDER", help="the lab's folder (default: LAB_HOME, else ./lab-home)"
    )


def add_config(
    parser: argparse.ArgumentParser, config: type, skip: Collection[str] = (), file: bool = True
) -> None:
    """Add one flag per field of a config; the field's docstring is the help text.

    Args:
        parser: the command's parser.
        config: a dataclass.
        skip: fields that the command sets by itself.
        file: whether to offer `--config FILE`.
    """
    hints = typing.get_type_hints(config)
    texts = field_docstrings(config)
    if file:
        parser.add_argument("--config", metavar="FILE", help="settings as TOML; flags win over it")
    for item in dataclasses.fields(config):
        if item.name not in skip:
            _add_field(parser, item, hints[item.name], texts.get(item.name, ""))


def read_config(
    arguments: argparse.Namespace, config: type[Config], skip: Collection[str] = (), **fixed: Any
) -> Config:
    """Build the config from the settings file, the flags given and the command's own values.

    Raises:
        ConfigError: the file is not TOML or names a field that does not exist, or a field that
            must be given is not.
    """
    path = getattr(arguments, "config", None)
    values = {} if path is None else read_settings(path, config)
    for item in dataclasses.fields(config):  # type: ignore[arg-type]
        given = getattr(arguments, item.name, None)
        if item.name not in skip and given is not None:
            values[item.name] = given
    values |= fixed
    for item in dataclasses.fields(config):  # type: ignore[arg-type]
        if _is_required(item) and item.name not in values:
            raise ConfigError(
                f"{_flag(item.name)} is missing: {field_docstrings(config)[item.name]}"
            )
    return config(**values)


def field_docstrings(config: type) -> dict[str, str]:
    """Read the string under each field of a class, as one line each."""
    body = ast.parse(inspect.cleandoc(inspect.getsource(config))).body[0]
    if not isinstance(body, ast.ClassDef):
        raise ValueError(f"field_docstrings: {config!r} is not a class")
    texts: dict[str, str] = {}
    for before, after in zip(body.body, body.body[1:], strict=False):
        if (
            isinstance(before, ast.AnnAssign)
            and isinstance(before.target, ast.Name)
            and isinstance(after, ast.Expr)
            and isinstance(after.value, ast.Constant)
        ):
            texts[before.target.id] = " ".join(str(after.value.value).split())
    return texts


def _add_field(
    parser: argparse.ArgumentParser, item: dataclasses.Field[Any], hint: Any, text: str
) -> None:
    flag = _flag(item.name)
    silent = (None, "", (), dataclasses.MISSING)
    default = " ".join(map(str, item.default)) if isinstance(item.default, tuple) else item.default
    shown = "" if item.default in silent else f" (default: {default})"
    options: dict[str, Any] = {"help": (text + shown).replace("%", "%%"), "default": None}
    kind, many = _simple_type(hint)
    if kind is bool:
        parser.add_argument(flag, action=argparse.BooleanOptionalAction, **options)
        return
    choices = _choices(kind)
    if choices:
        options["choices"] = choices
    else:
        options["metavar"] = {int: "N", float: "X", str: "TEXT"}.get(kind, "TEXT")
    if many:
        options["nargs"] = "+"
    parser.add_argument(flag, type=str if choices else kind, **options)


def _is_required(item: dataclasses.Field[Any]) -> bool:
    return item.default is dataclasses.MISSING and item.default_factory is dataclasses.MISSING


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def _choices(kind: Any) -> list[str]:
    if typing.get_origin(kind) is typing.Literal:
        return list(typing.get_args(kind))
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return [member.value for member in kind]
    return []


def _simple_type(hint: Any) -> tuple[Any, bool]:
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        hint = next(part for part in typing.get_args(hint) if part is not type(None))
    if typing.get_origin(hint) in (tuple, list):
        return typing.get_args(hint)[0], True
    return hint, False


def read_settings(path: str, config: type) -> dict[str, Any]:
    """Read a TOML file whose fields are those of a config.

    Raises:
        ConfigError: there is no such file, it is not TOML, or names a field that does not exist.
    """
    import tomllib

    try:
        values = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not TOML: {error}") from error
    except OSError as error:
        raise ConfigError(
            f"--config {path}: {error.strerror or error}; give a TOML file with lines such as "
            f"{_example(config)}, or leave it out"
        ) from error
    known = [item.name for item in dataclasses.fields(config)]
    for name in values:
        if name not in known:
            raise ConfigError(f"{path}: unknown field {name!r}; {_nearest(name, known)}")
    return values


def _example(config: type) -> str:
    """Write one field with its default as TOML; fields of numbers are alike in TOML and Python."""
    fields = dataclasses.fields(config)
    numbers = (item for item in fields if type(item.default) in (int, float))
    return next((f"`{item.name} = {item.default}`" for item in numbers), f'`{fields[0].name} = ""`')


def _nearest(name: str, known: list[str]) -> str:
    """Say which fields a name may stand for, and where all are."""
    from difflib import get_close_matches

    near = get_close_matches(name.lower().replace("-", "_"), known, n=3)
    meant = f"did you mean {' or '.join(map(repr, near))}? " if near else ""
    return f"{meant}{'T' if near else 't'}he fields are the flags that `--help` lists"


def add_address(parser: argparse.ArgumentParser, port: int) -> None:
    """Add the options that every served app has: host and port."""
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)"
    )
    parser.add_argument("--port", type=int, default=port, help=f"(default: {port})")
    parser.add_argument(
        "--root-path",
        default="",
        metavar="PREFIX",
        help="the prefix that a proxy in front strips, such as /lab",
    )


def add_rename(parser: argparse.ArgumentParser) -> None:
    """Add the option that renames the systems of a file."""
    add_pairs(
        parser,
        "--rename",
        "VALUE=NAME",
        "call the checkpoint VALUE of the file NAME; once per checkpoint",
    )


def add_pairs(parser: argparse.ArgumentParser, flag: str, form: str, text: str) -> None:
    """Add an option that may be given again and again; see `pairs`.

    Args:
        parser: the command's parser.
        flag: the option.
        form: what one looks like.
        text: its help.
    """
    parser.add_argument(flag, action="append", default=[], metavar=form, help=text)


def pairs(words: list[str], flag: str) -> dict[str, str]:
    """Read words of the form LEFT=RIGHT.

    Raises:
        ConfigError: a word is not of this form, or a left side stands twice.
    """
    found: dict[str, str] = {}
    for word in words:
        left, _, right = word.partition("=")
        if not left or not right:
            raise ConfigError(f"{flag} {word!r}: write it as LEFT=RIGHT, e.g. fluency=grammar")
        if left in found:
            raise ConfigError(f"{flag} {word!r}: {left!r} is given twice; keep one")
        found[left] = right
    return found
