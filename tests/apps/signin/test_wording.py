"""The words of the sign-in pages in every language."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from apps.signin import wording
from apps.signin.wording import choose_language, words_for

FOLDER = Path(wording.__file__).parent


def flat(tables, prefix=""):
    for name, value in tables.items():
        if isinstance(value, dict):
            yield from flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def read(file):
    return dict(flat(tomllib.loads((FOLDER / file).read_text(encoding="utf-8"))))


@pytest.mark.parametrize("file", list(wording.FILES.values())[1:])
def test_every_language_has_the_same_texts_with_the_same_fields(file):
    english, other = read("wording.toml"), read(file)
    assert english.keys() == other.keys()
    for name, text in english.items():
        assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", other[name])), name


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("en-GB,en;q=0.9,de;q=0.8", "en"),
        ("fr;q=1.0, de;q=0.2", "de"),
        ("fr", "en"),
        ("*", "en"),
        ("en;q=0.1, de;q=0.7", "de"),
        ("de;q=0", "en"),
        ("de;q=nonsense", "en"),
        (";;,,q=1", "en"),
    ],
)
def test_the_browser_chooses_the_language(accepted, language):
    assert choose_language(accepted) == language
    scope = {"type": "http", "headers": [(b"accept-language", accepted.encode())]}
    assert words_for(scope).language == language
