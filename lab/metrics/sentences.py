"""A text into its sentences, in any script, in time linear in the text."""

from __future__ import annotations

import re

SPLITTER = "sentences-1"
"""Name of these rules, for the version of a metric that depends on them."""

_END = re.compile(
    r"""
      (?<=\s)[.!?]++(?:\s?(?:''|["'”’)\]»]))*(?=\s|$)
    | (?<![.!?…؟।])(?P<mark>[.!?…؟।]++)(?P<close>["'”’)\]»]*)(?=\s|$)
    | [。！？｡]+[”’」』）]*
    | \n\s*
    """,
    re.VERBOSE,
)
_ABBREVIATION_TEXT = """
mr mrs ms dr prof sr jr st rev gen col capt lt sgt gov sen rep hon vs etc eg ie cf al no vol fig
approx inc ltd co corp dept est jan feb mar apr jun jul aug sep sept oct nov dec
"""
_ABBREVIATIONS = frozenset(_ABBREVIATION_TEXT.split())
_LAST_WORD = re.compile(r"([^\W\d_][\w.]*)$")
_INITIALS = re.compile(r"[^\W\d_a-z](?:\.[^\W\d_a-z])*")  # J, U.S
_LONGEST_ABBREVIATION = 12


def split_sentences(text: str) -> list[str]:
    """Cut a text into sentences, without the space around them.

    A sentence ends at a line break, at a full stop of Chinese or Japanese, and at `.`, `!`, `?`
    and their kin, with closing quotes, before a space. It does not end where a small letter
    follows ("What?" he said), nor after an abbreviation or an initial; a mark with a space before
    it, as in text that was cut into tokens, always ends one.

    Args:
        text: any text.

    Returns:
        The sentences in order; none for a blank text.
    """
    found, start = [], 0
    for end in _END.finditer(text):
        if end.start() >= start and _ends(text, end):
            found.append(text[start : end.end()].strip())
            start = end.end()
    found.append(text[start:].strip())
    return [sentence for sentence in found if sentence]


def _ends(text: str, end: re.Match[str]) -> bool:
    if end["mark"] is None:
        return True
    following = _first_letter(text, end.end())
    if following.islower():
        return False
    if end["mark"] != "." or end["close"]:
        return True
    before = _LAST_WORD.search(text[max(0, end.start() - _LONGEST_ABBREVIATION) : end.start()])
    if before is None:
        return True
    word = before[1]
    is_initials = _INITIALS.fullmatch(word) is not None and word != "I"
    return not (is_initials or word.lower().replace(".", "") in _ABBREVIATIONS)


def _first_letter(text: str, place: int) -> str:
    """Return the first character from a place on that is neither space nor opening mark."""
    while place < len(text) and (text[place].isspace() or text[place] in "\"'“‘(["):
        place += 1
    return text[place : place + 1]
