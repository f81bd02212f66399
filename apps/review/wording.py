"""Turns the wording file into the words of the review app, for the browser and for errors."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

WORDING_PATH = Path(__file__).parent / "wording.toml"


@cache
def words() -> dict[str, Any]:
    """Read all words.

    Returns:
        The tables of `wording.toml`, by section.
    """
    return tomllib.loads(WORDING_PATH.read_text(encoding="utf-8"))


def error(name: str, **values: object) -> str:
    """Return one error's words.

    Args:
        name: its name in the section `error`.
        values: what to fill in.

    Returns:
        The sentence.
    """
    return str(words()["error"][name]).format(**values)
