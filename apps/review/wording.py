"""Turns the wording files into the words of the review app, for the browser and for errors."""

from __future__ import annotations

import tomllib
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
DEFAULT = "en"
"""The language of `wording.toml`; any other one is in `wording.<language>.toml`."""

spoken: ContextVar[str] = ContextVar("spoken", default=DEFAULT)
"""The language of whoever is being answered."""


@cache
def languages() -> tuple[str, ...]:
    """List the languages that there is a wording file of, English first."""
    others = (path.name.split(".")[1] for path in FOLDER.glob("wording.*.toml"))
    return (DEFAULT, *sorted(others))


@cache
def words(language: str = DEFAULT) -> dict[str, Any]:
    """Read all words of a language.

    Args:
        language: one of `languages()`.

    Returns:
        The tables of its wording file, by section.

    Raises:
        ValueError: there is no such language.
    """
    if language not in languages():
        raise ValueError(f"no language {language!r}; there are {', '.join(languages())}")
    name = "wording.toml" if language == DEFAULT else f"wording.{language}.toml"
    return tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))


def error(name: str, **values: object) -> str:
    """Return one error's words in the language of whoever is being answered.

    Args:
        name: its name in the section `error`.
        values: what to fill in.

    Returns:
        The sentence.
    """
    return str(words(spoken.get())["error"][name]).format(**values)
