"""Turns a text into the reason why nobody should learn from it, if there is one.

The rules are those of Gopher's quality and repetition filters (Rae et al. 2021, Scaling Language
Models: Methods, Analysis & Insights from Training Gopher, section A.1.1 and table A1) that hold
in any language, with its thresholds. A text is dropped where

- symbols (# or an ellipsis) per word are more than 0.1, or over 30 % of the lines end with an
  ellipsis;
- over 30 % of the lines, or of the paragraphs, repeat an earlier one, or over 20 % of the
  characters stand in such lines, or paragraphs;
- over 20, 18 or 16 % of the characters stand in the most frequent run of 2, 3 or 4 words, if that
  comes twice or more;
- over 15, 14, 13, 12, 11 or 10 % of the characters stand in runs of 5, 6, 7, 8, 9 or 10 words that
  repeat an earlier one, each character counted once.

The first of several equal lines or runs is no repeat. A row of # counts once, so that headings in
Markdown do no harm. In scripts without spaces two (Han, kana) or four characters (Thai and its
like) take the place of a word. Texts of fewer than 50 words, which Gopher drops, are only asked to
have a word at all, since a share of so little says nothing; and of very long texts the first
million characters are judged. Left out are Gopher's rules that suit English web pages only (stop
words, length of words) or would drop good answers (lists with bullets, words without a letter, as
in sums).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from lab.data.prepare.wording import (
    PIECE,
    characters_per_word,
    joint_hashes,
    run_hashes,
    word_hashes,
    words_of,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LEAST_WORDS = 50
"""From so many words on the shares are looked at."""

MOST_SYMBOLS = 0.1
"""Most symbols per word."""

MOST_ELLIPSIS_LINES = 0.3
"""Largest share of lines that end with an ellipsis."""

MOST_REPEATED = 0.3
"""Largest share of lines, and of paragraphs, that repeat an earlier one."""

MOST_REPEATED_CHARACTERS = 0.2
"""Largest share of characters in such lines, and in such paragraphs."""

MOST_IN_TOP = {2: 0.20, 3: 0.18, 4: 0.16}
"""Words per run → largest share of characters in the most frequent run."""

MOST_IN_REPEATS = {5: 0.15, 6: 0.14, 7: 0.13, 8: 0.12, 9: 0.11, 10: 0.10}
"""Words per run → largest share of characters in repeated runs."""

_ELLIPSIS = r"(?:\.{3,}|…)"
_SYMBOLS = re.compile(rf"#+|{_ELLIPSIS}")
_ELLIPSIS_END = re.compile(rf"{_ELLIPSIS}\s*$")
_PARAGRAPHS = re.compile(r"\n\s*\n")


def fault(text: str) -> str:
    """Return why a text is no good, in few words; empty where it is good.

    Args:
        text: any text.
    """
    text = text[:PIECE]
    found = words_of(text)
    if not found:
        return "no words"
    per_word = characters_per_word(text)
    n_words = len(found) / per_word
    if n_words < LEAST_WORDS:
        return ""
    lines = [line for line in map(str.strip, text.split("\n")) if line]
    return (
        _symbol_fault(text, lines, n_words)
        or _line_fault("lines", lines)
        or _line_fault("paragraphs", _paragraphs(text))
        or _run_fault(found, per_word)
    )


def _symbol_fault(text: str, lines: list[str], n_words: float) -> str:
    if len(_SYMBOLS.findall(text)) > MOST_SYMBOLS * n_words:
        return "symbols"
    n_open = sum(_ELLIPSIS_END.search(line) is not None for line in lines)
    return "lines ending with ellipsis" if n_open > MOST_ELLIPSIS_LINES * len(lines) else ""


def _paragraphs(text: str) -> list[str]:
    return [part for part in map(str.strip, _PARAGRAPHS.split(text)) if part]


def _line_fault(name: str, parts: list[str]) -> str:
    seen: set[str] = set()
    repeats = [part for part in parts if part in seen or seen.add(part)]  # type: ignore[func-returns-value]
    if len(repeats) > MOST_REPEATED * len(parts):
        return f"repeated {name}"
    n_characters = sum(map(len, parts))
    too_many = sum(map(len, repeats)) > MOST_REPEATED_CHARACTERS * n_characters
    return f"repeated {name}" if too_many else ""


def _run_fault(found: list[str], per_word: int) -> str:
    import numpy as np

    lengths = np.fromiter(map(len, found), np.int64, len(found))
    for n, runs in _runs(word_hashes(found), per_word):
        repeats = _repeats(runs)
        if not len(repeats):
            return ""  # where no run of n words comes twice, no longer one does
        if n in MOST_IN_TOP and _share(_top(runs), n * per_word, lengths) > MOST_IN_TOP[n]:
            return f"most frequent {n} words"
        share = _share(repeats, n * per_word, lengths)
        if n in MOST_IN_REPEATS and share > MOST_IN_REPEATS[n]:
            return f"repeated {n} words"
    return ""


def _runs(hashes: NDArray[np.uint64], per_word: int) -> Iterator[tuple[int, NDArray[np.uint64]]]:
    """Hash the runs of 2, 3, … 10 words, each time from those of a word less."""
    runs = run_hashes(hashes, per_word)
    for n in range(2, max(MOST_IN_REPEATS) + 1):
        for offset in range((n - 1) * per_word, n * per_word):
            runs = joint_hashes([hashes[offset:]], begun=runs[: len(hashes) - offset])
        yield n, runs


def _repeats(runs: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Return where runs start that began earlier as well."""
    import numpy as np

    order = np.argsort(runs, kind="stable")
    return order[1:][runs[order[1:]] == runs[order[:-1]]]


def _top(runs: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Return where the most frequent run starts; of several the one that comes first."""
    import numpy as np

    _, firsts, counts = np.unique(runs, return_index=True, return_counts=True)
    first = firsts[counts == counts.max()].min()
    return np.flatnonzero(runs == runs[first])


def _share(starts: NDArray[np.int64], n: int, lengths: NDArray[np.int64]) -> float:
    """Return the share of characters in the runs of `n` words that start at these places."""
    import numpy as np

    edges = np.zeros(len(lengths) + 1, np.int64)
    np.add.at(edges, starts, 1)
    np.add.at(edges, starts + n, -1)
    return float(lengths[np.cumsum(edges)[:-1] > 0].sum() / lengths.sum())
