"""A file of format rules into a metric: the share of the rules that a text obeys."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from lab.errors import ConfigError
from lab.metrics.aids import Aids
from lab.metrics.types import Metric, ScoreInput, Value
from lab.text import words

KNOWN = ("name", "must", "must_not", "words", "lines", "json", "schema")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What a text has to look like."""

    must: tuple[str, ...] = ()
    """Patterns that are somewhere in the text."""

    must_not: tuple[str, ...] = ()
    """Patterns that are nowhere in the text."""

    words: tuple[int, int] | None = None
    """Fewest and most words."""

    lines: tuple[int, int] | None = None
    """Fewest and most lines that are not blank."""

    json: bool = False
    """Whether the text is JSON."""

    schema: str | None = None
    """A JSON schema that the text follows, as JSON."""

    @property
    def n_rules(self) -> int:
        """How many rules there are."""
        single = (self.words is not None, self.lines is not None, self.json, bool(self.schema))
        return len(self.must) + len(self.must_not) + sum(single)


def broken(text: str, rules: Rules) -> list[str]:
    """List the rules that a text breaks, each in words.

    Args:
        text: any text.
        rules: what it has to look like.
    """
    found = [f"must have {one!r}" for one in rules.must if not _matches(one, text)]
    found += [f"must not have {one!r}" for one in rules.must_not if _matches(one, text)]
    n_lines = sum(1 for line in text.splitlines() if line.strip())
    for name, bounds, n in (
        ("words", rules.words, len(words(text)) if rules.words else 0),
        ("lines", rules.lines, n_lines),
    ):
        if bounds and not bounds[0] <= n <= bounds[1]:
            found.append(f"{bounds[0]} to {bounds[1]} {name}, has {n}")
    return found + _broken_json(text, rules)


def _matches(pattern: str, text: str) -> bool:
    return re.search(pattern, text, re.MULTILINE) is not None


def _broken_json(text: str, rules: Rules) -> list[str]:
    if not rules.json and rules.schema is None:
        return []
    from jsonschema import validators  # type: ignore[import-untyped]

    schema = None if rules.schema is None else json.loads(rules.schema)
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return ["must be JSON"] * (rules.json + (schema is not None))
    if schema is None:
        return []
    follows = validators.validator_for(schema)(schema).is_valid(content)
    return [] if follows else ["must follow the schema"]


def compute(rules: Rules, inputs: list[ScoreInput], aids: Aids) -> list[Value]:
    """Format rules: share of the rules of a file that the text obeys.

    Range 0 to 1, higher is more obedient. 1: all of them; 0: none. Rules are patterns that must
    or must not be in the text, numbers of words and lines, JSON and a JSON schema, each of the
    same weight. Every text has a value. After Zhou et al. 2023, Instruction-Following Evaluation
    for Large Language Models.
    """
    return [
        Value(1 - len(broken(given.generation.text, rules)) / rules.n_rules) for given in inputs
    ]


def read_rules(path: str | Path) -> Metric:
    """Read a file of format rules.

    Args:
        path: a TOML file; `docs/file-formats.md` shows its fields.

    Returns:
        The metric of the name in the file, its version the hash of the rules.

    Raises:
        ConfigError: the file is missing, is not TOML, or a field is unknown or not usable.
    """
    path = Path(path)
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ConfigError(f"rules file {str(path)!r} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"rules file {path.name!r} is not TOML: {error}") from error
    rules = _rules(content, path)
    return Metric(
        name=_name(content, path),
        definition=f"rules-1|{sha256(repr(rules).encode()).hexdigest()[:12]}",
        better="higher",
        range=(0.0, 1.0),
        compute=partial(compute, rules),
    )


def _name(content: dict[str, Any], path: Path) -> str:
    name = content.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ConfigError(
            f"rules file {path.name!r}: `name` is {name!r}; give the metric's name in small "
            "letters, digits and _"
        )
    return name


def _rules(content: dict[str, Any], path: Path) -> Rules:
    for field in content:
        if field not in KNOWN:
            raise ConfigError(
                f"rules file {path.name!r}: unknown field {field!r}; there is: {', '.join(KNOWN)}"
            )
    rules = Rules(
        must=_patterns(content, "must", path),
        must_not=_patterns(content, "must_not", path),
        words=_bounds(content, "words", path),
        lines=_bounds(content, "lines", path),
        json=content.get("json") is True,
        schema=_schema(content, path),
    )
    if not rules.n_rules:
        raise ConfigError(
            f"rules file {path.name!r} has no rule; add one of: {', '.join(KNOWN[1:])}"
        )
    return rules


def _patterns(content: dict[str, Any], field: str, path: Path) -> tuple[str, ...]:
    given = content.get(field, [])
    patterns = [given] if isinstance(given, str) else given
    for pattern in patterns if isinstance(patterns, list) else [patterns]:
        try:
            re.compile(pattern)
        except (re.error, TypeError) as error:
            raise ConfigError(
                f"rules file {path.name!r}: {field} has {pattern!r}, which is no regular "
                f"expression: {error}"
            ) from error
    return tuple(patterns)


def _bounds(content: dict[str, Any], field: str, path: Path) -> tuple[int, int] | None:
    given = content.get(field)
    if given is None:
        return None
    whole = isinstance(given, list) and all(type(end) is int for end in given)
    if not whole or len(given) != 2 or not 0 <= given[0] <= given[1]:
        raise ConfigError(
            f"rules file {path.name!r}: {field} is {given!r}; give fewest and most, as [3, 5]"
        )
    return given[0], given[1]


def _schema(content: dict[str, Any], path: Path) -> str | None:
    given = content.get("schema")
    if given is None:
        return None
    from jsonschema import SchemaError, validators

    try:
        schema = given if isinstance(given, dict) else json.loads((path.parent / given).read_text())
        validators.validator_for(schema).check_schema(schema)
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise ConfigError(
            f"rules file {path.name!r}: schema {given!r} cannot be read as JSON: {error}"
        ) from error
    except SchemaError as error:
        raise ConfigError(
            f"rules file {path.name!r}: schema is no JSON schema: {error.message}"
        ) from error
    return json.dumps(schema, sort_keys=True)
