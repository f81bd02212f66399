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

_SYMBOLS = re.compile(r"#+|\.{3,}|…")
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
    # Whether there is any is told far sooner than how many there are.
    has_symbols = "#" in text or "…" in text or "..." in text
    if has_symbols and len(_SYMBOLS.findall(text)) > MOST_SYMBOLS * n_words:
        return "symbols"
    n_open = sum(line.endswith(("...", "…")) for line in lines)
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

    edges = np.zeros(len(found) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, found), np.int64, len(found)), out=edges[1:])
    for n, starts, is_first in _repeated_runs(word_hashes(found), per_word):
        length = n * per_word
        if n in MOST_IN_TOP and _is_more(MOST_IN_TOP[n], _top(starts, is_first), length, edges):
            return f"most frequent {n} words"
        repeats = starts[~is_first[:-1]]
        if n in MOST_IN_REPEATS and _is_more(MOST_IN_REPEATS[n], repeats, length, edges):
            return f"repeated {n} words"
    return ""


def _repeated_runs(
    hashes: NDArray[np.uint64], per_word: int
) -> Iterator[tuple[int, NDArray[np.int64], NDArray[np.bool_]]]:
    """Find the runs of 2, 3, … 10 words that come twice or more, as long as there are any.

    Only where a run comes twice can one that is a word longer; so there are soon few to look at.

    Yields:
        Words per run; where runs start, equal ones together and in the text's order; and for each
        of them, and one past the last, whether another run begins. Runs that come once may be
        among them.
    """
    import numpy as np

    end = 2 * per_word
    starts = np.arange(max(len(hashes) - end + 1, 0))
    runs = run_hashes(hashes, per_word)[: len(starts)]
    for n in range(2, max(MOST_IN_REPEATS) + 1):
        for offset in range(end - per_word, end):
            runs = joint_hashes([hashes[starts + offset]], begun=runs)
        order = runs.argsort(kind="stable")
        starts, runs = starts[order], runs[order]
        is_first = np.ones(len(runs) + 1, np.bool_)
        np.not_equal(runs[1:], runs[:-1], out=is_first[1:-1])
        if is_first.all():
            return
        yield n, starts, is_first
        end += per_word
        kept = ~(is_first[:-1] & is_first[1:]) & (starts <= len(hashes) - end)
        starts, runs = starts[kept], runs[kept]


def _top(starts: NDArray[np.int64], is_first: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return where the most frequent run starts; of several the one that comes first."""
    edges = is_first.nonzero()[0]
    firsts, counts = edges[:-1], edges[1:] - edges[:-1]
    most = counts.max()
    tied = firsts[counts == most]
    top = tied[starts[tied].argmin()]
    return starts[top : top + most]


def _is_more(
    share: float, starts: NDArray[np.int64], length: int, edges: NDArray[np.int64]
) -> bool:
    """Tell whether runs hold more than a share of the characters, each counted once.

    Args:
        share: the share.
        starts: where the runs start, in words.
        length: words of a run.
        edges: characters before each word, and all.
    """
    import numpy as np

    if (edges[starts + length] - edges[starts]).sum() / edges[-1] <= share:
        return False  # not even if those in several runs are counted several times
    changes = np.zeros(len(edges), np.int64)
    changes[starts] += 1
    changes[starts + length] -= 1
    inside = np.cumsum(changes)[:-1] > 0
    return bool(np.diff(edges)[inside].sum() / edges[-1] > share)
