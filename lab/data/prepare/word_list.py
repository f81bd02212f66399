"""Finds the words of a list in texts of any script."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from lab.data.prepare.wording import pieces, words_of
from lab.errors import InputError

Entries = dict[str, frozenset[tuple[str, ...]]]
"""First word of an entry → the entries that begin with it, as words."""


@dataclass(frozen=True, slots=True)
class WordList:
    """The words and phrases of a file."""

    path: str
    """The file."""

    entries: Entries
    """What is looked for."""

    def __len__(self) -> int:
        """Return the number of entries."""
        return sum(map(len, self.entries.values()))

    def found_in(self, text: str) -> bool:
        """Tell whether a text holds an entry as whole words, whatever their case.

        Args:
            text: any text.
        """
        return any(self._found_in(words_of(piece)) for piece in pieces(text))

    def _found_in(self, found: list[str]) -> bool:
        if self.entries.keys().isdisjoint(found):
            return False
        return any(
            tuple(found[place : place + len(entry)]) == entry
            for place, word in enumerate(found)
            for entry in self.entries.get(word, ())
        )


def read_word_list(path: str) -> WordList:
    """Read a list of words or phrases, one per line; empty lines are passed over.

    Args:
        path: a text file in UTF-8.

    Returns:
        The list.

    Raises:
        InputError: the file cannot be read, holds no word, or a line has none.
    """
    try:
        lines = Path(path).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else f"not UTF-8: {error}"
        raise InputError(f"word list {path!r} cannot be read: {reason}") from error
    entries: defaultdict[str, set[tuple[str, ...]]] = defaultdict(set)
    for number, line in enumerate(lines, start=1):
        if line.strip():
            entry = tuple(words_of(line))
            if not entry:
                raise InputError(f"word list {path!r}, line {number}: {line!r} has no word in it")
            entries[entry[0]].add(entry)
    if not entries:
        raise InputError(f"word list {path!r} is empty; give one word or phrase per line")
    return WordList(path, {first: frozenset(several) for first, several in entries.items()})
