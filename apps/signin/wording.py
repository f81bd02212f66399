"""Turns what a browser prefers to read into the words of the sign-in pages in that language."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from starlette.datastructures import Headers
from starlette.types import Scope

FILES = {"en": "wording.toml", "de": "wording.de.toml"}
"""Language → its file; the first is for everybody else."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words in one language."""

    language: str
    """Its BCP 47 tag, for the page's `lang`."""

    tables: dict[str, Any]
    """The sections of the file."""

    def __call__(self, name: str, /, **values: object) -> str:
        """Return a text by its name, such as "join.title", with its {names} filled in."""
        text: Any = self.tables
        for part in name.split("."):
            text = text[part]
        return str(text).format(**values)


def words_for(scope: Scope) -> Words:
    """Return the words in the language that a request's browser likes best.

    Args:
        scope: the ASGI scope of the request.
    """
    return _read(choose_language(Headers(scope=scope).get("accept-language", "")))


def choose_language(accepted: str) -> str:
    """Choose among the languages that there are (RFC 9110, section 12.5.4).

    Args:
        accepted: the header Accept-Language.

    Returns:
        The best liked that there is; English where none of them is.
    """
    liked: dict[str, float] = {}
    for part in accepted.split(","):
        tag, _, quality = part.strip().partition(";")
        language = tag.strip().lower().split("-")[0]
        liked[language] = max(liked.get(language, 0.0), _weight(quality))
    best = max(FILES, key=lambda language: liked.get(language, 0.0))
    return best if liked.get(best) else next(iter(FILES))


def _weight(quality: str) -> float:
    name, _, value = quality.strip().partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0


@cache
def _read(language: str) -> Words:
    path = Path(__file__).with_name(FILES[language])
    return Words(language, tomllib.loads(path.read_text(encoding="utf-8")))
