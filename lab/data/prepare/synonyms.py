"""Turns a user's table of synonyms into words that may stand for one another."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from lab.errors import InputError

Synonyms = dict[str, tuple[str, ...]]


def read_synonyms(path: str | Path) -> Synonyms:
    """Read a table of synonyms.

    Args:
        path: a file with one word per line and its synonyms behind it, with tabs between or, in a
            .csv file, commas. Empty lines and lines that begin with # are skipped; a word on
            several lines has the synonyms of all.

    Returns:
        Word in small letters → its synonyms.

    Raises:
        InputError: names the file, the line and what is wrong with it.
    """
    path = Path(path)
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(f"{path}, line {line}: not UTF-8; save the table as UTF-8") from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(f"{path}: the table of synonyms cannot be read: {reason}") from error
    separator = "," if path.suffix.lower() == ".csv" else "\t"
    found: dict[str, dict[str, None]] = {}
    lines = csv.reader(io.StringIO(text), delimiter=separator)
    try:
        for cells in lines:
            parts = [cell.strip() for cell in cells]
            if any(parts) and not parts[0].startswith("#"):
                word, synonyms = _entry(parts, path, lines.line_num)
                found.setdefault(word, {}).update(dict.fromkeys(synonyms))
    except csv.Error as error:
        raise InputError(f"{path}, line {lines.line_num}: {error}; mend it") from error
    if not found:
        raise InputError(f"{path}: holds no word with synonyms; give at least one")
    return {word: tuple(synonyms) for word, synonyms in found.items()}


def _entry(parts: list[str], path: Path, line: int) -> tuple[str, list[str]]:
    word = parts[0].lower()
    synonyms = [part for part in parts[1:] if part and part.lower() != word]
    if not word or len(word.split()) > 1:
        raise InputError(f"{path}, line {line}: {parts[0]!r:.60} is not one word; give one first")
    if not synonyms:
        raise InputError(
            f"{path}, line {line}: {parts[0]!r:.60} has no synonym; write the word and its "
            "synonyms with tabs between them (commas in a .csv file)"
        )
    return word, synonyms
