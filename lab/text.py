"""Text into words and content words, in any script, in time linear in the text.

A word is a run of letters, digits and combining marks, with inner apostrophes and hyphens
("don't", "twenty-one"); each Han, Hiragana and Katakana character is a word of its own, since
those scripts put no spaces between words. Punctuation and emoji are no words.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import lru_cache

_IDEOGRAPHS = (
    "\u3005-\u3007\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)

_PLAIN = re.compile(r"[\x00-\u02ff\u2010-\u206f]*")  # Latin and its punctuation: no marks
_PLAIN_WORD = re.compile(r"[^\W_]+(?:['’‑-][^\W_]+)*")


@lru_cache(maxsize=1)
def word_pattern() -> re.Pattern[str]:
    """Return the pattern of one word in any script, compiled at the first call."""
    # `\w` leaves out combining marks, which would cut every Hindi or vocalised Hebrew word.
    marks = "".join(
        re.escape(character)
        for character in map(chr, range(sys.maxunicode + 1))
        if unicodedata.category(character)[0] == "M"
    )
    letter = rf"(?:(?![{_IDEOGRAPHS}])[^\W_]|[{marks}])"
    return re.compile(rf"[{_IDEOGRAPHS}]|{letter}+(?:['’‑-]{letter}+)*")


def words(text: str) -> list[str]:
    """Cut a text into its words, as written.

    Args:
        text: any text, also empty, in any script.

    Returns:
        The words in order.
    """
    return _pattern_for(text).findall(text)


def word_spans(text: str) -> list[tuple[int, int]]:
    """Find where the words of a text stand: from a first character to one past the last."""
    return [match.span() for match in _pattern_for(text).finditer(text)]


def _pattern_for(text: str) -> re.Pattern[str]:
    # The pattern of all scripts takes fourteen times as long, for the same words.
    return _PLAIN_WORD if _PLAIN.fullmatch(text) else word_pattern()


def folded_words(text: str) -> list[str]:
    """Cut a text into words folded for comparison: NFKC, case-folded, straight apostrophes.

    Args:
        text: any text.

    Returns:
        The words in order.
    """
    return words(unicodedata.normalize("NFKC", text).casefold().replace("’", "'"))


_STOP_TEXT = """
a about above after again against all almost also although always am among an and another any
anyone anything are around as at away back be became because become been before behind being
below beside between both but by can cannot could did do does doing done down during each
either else enough even ever every everyone everything few for from get gets getting go goes
going gone got had has have having he her here hers herself him himself his how i if in inside
into is it its itself just least less like made make makes many may me might more most much
must my myself near neither never no nobody none nor not nothing now of off often on once one
only onto or other others ought our ours ourselves out outside over own per perhaps put quite
rather same shall she should since so some someone something soon still such than that the
their theirs them themselves then there these they this those though through to together too
toward towards under until up upon us very was we were what whatever when where whether which
while who whom whose why will with within without would yet you your yours yourself yourselves
"""
STOP_WORDS = frozenset(_STOP_TEXT.split())
"""English words with a function rather than a content. A contraction counts as its first part."""


def is_content(word: str) -> bool:
    """Tell whether a folded word carries content: it, without its contraction, is no stop word."""
    stem = word.split("'")[0]
    return word not in STOP_WORDS and stem not in STOP_WORDS and not word.endswith("n't")
