"""Turns a text's characters into uniform ones: mojibake, invisible ones, quotes, spaces."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ftfy import TextFixerConfig

_ENDS = r"\n\r\x0b\x0c\x85\u2028\u2029"
_JOINED = r"\u0600-\u08ff\u0900-\u0dff\u1000-\u109f\u1780-\u18af\ufb50-\ufdff\ufe70-\ufefc"
_NO_SPACES = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
_EMOJI = r"\u2190-\u2bff\u3030\u303d\u3297\u3299\ufe0f\u20e3\U0001f000-\U0001faff\U000e007f"

_ASCII_INVISIBLE = re.compile(r"\x1b\[[0-?]*+[ -/]*+[@-~]|[\x00-\x08\x0e-\x1f\x7f]")
_INVISIBLE = re.compile(
    r"\x1b\[[0-?]*+[ -/]*+[@-~]|[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u2060-\u2064\u206a-\u206f"
    r"\u3164\ufdd0-\ufdef\ufeff\uffa0\ufff9-\ufffc\ufffe\uffff\U0001d173-\U0001d17a]"
)
_REMOVABLE = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    r"\u3164\ufdd0-\ufdef\ufeff\uffa0\ufff9-\ufffc\ufffe\uffff\U0001d173-\U0001d17a"
    r"\U000e0000-\U000e007f]"
)
_TAGS = re.compile(r"(\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f)|[\U000e0000-\U000e007f]")
_JOINERS = re.compile(r"[\u200b-\u200d]+")
_SCOPES = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
_SCOPES_AND_ENDS = re.compile(rf"[\u202a-\u202e\u2066-\u2069{_ENDS}]")
_MARKS = re.compile(r"[\u200e\u200f\u061c]")
_LINES = re.compile(rf"[^{_ENDS}]+")
_RIGHT_TO_LEFT = re.compile(
    r"[\u0590-\u061b\u061d-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)

_LINE_END = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_WIDE = re.compile(r"[\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_RUN = re.compile(r"(?<=[^ \t\n])(?:\t[ \t]*+| [ \t]++)")
_BLANK = re.compile(r"^[ \t]+$", re.MULTILINE)
_MANY_ENDS = re.compile(r"\n{3,}")

_DOUBLE, _SINGLE = "“”„‟〝〞〟＂«»", "‘’‚‛＇‹›"
_QUOTES = str.maketrans(dict.fromkeys(_DOUBLE, '"') | dict.fromkeys(_SINGLE, "'"))
_QUOTE = re.compile(f"[{_DOUBLE}{_SINGLE}´]")
_TYPED = re.compile(r"``([^`\n]*?)''")
_ACUTE = re.compile(r"(?<=[^\W\d_])´(?=[^\W\d_])")
_INNER_SPACE = re.compile(r"(?<=«)[\xa0\u202f]|[\xa0\u202f](?=»)")


def mend(text: str) -> str:
    """Mend mojibake, and compose characters (NFC).

    Args:
        text: any text.

    Returns:
        The text as ftfy mends it (Speer, 2019, doi:10.5281/zenodo.2591652), without its changes to
        entities, quotes, widths, ligatures, line ends and control characters: those are left to
        the steps that are named after them, or change what was meant.
    """
    if text.isascii():
        return text
    import ftfy

    return ftfy.fix_text(text, _mending())


@lru_cache(maxsize=1)
def _mending() -> TextFixerConfig:
    import ftfy

    return ftfy.TextFixerConfig(
        unescape_html=False,
        remove_terminal_escapes=False,
        fix_latin_ligatures=False,
        fix_character_width=False,
        uncurl_quotes=False,
        fix_line_breaks=False,
        remove_control_chars=False,
        normalization="NFC",
        explain=False,
    )


def without_invisible(text: str) -> str:
    """Remove control characters and invisible ones that carry no meaning.

    Args:
        text: any text.

    Returns:
        The text. Line ends and tabs stay; joiners stay within emoji and in scripts that join
        their letters (Arabic, Persian, those of India), breaks without width in scripts without
        spaces (Thai, Lao, Khmer, Burmese), direction marks in lines with right-to-left letters,
        and scopes of direction that are opened and closed in one line.
    """
    if text.isascii():
        return _ASCII_INVISIBLE.sub("", text)
    if not _REMOVABLE.search(text):
        return text
    text = _TAGS.sub(r"\1", _INVISIBLE.sub("", text))
    if _SCOPES.search(text):
        text = _paired(text)
    if _MARKS.search(text):
        text = _LINES.sub(_marked, text)
    return _JOINERS.sub(_joiner, text)


def _paired(text: str) -> str:
    """Remove openers and closers of direction that have no partner in their line."""
    lone: list[int] = []
    opened: list[re.Match[str]] = []
    for match in _SCOPES_AND_ENDS.finditer(text):
        if match[0] < "\u202a":  # a line end
            lone += [before.start() for before in opened]
            opened = []
        elif match[0] not in "\u202c\u2069":
            opened.append(match)
        else:
            embeds = match[0] == "\u202c"
            fits = [n for n, before in enumerate(opened) if (before[0] < "\u2066") == embeds]
            if fits:
                lone += [before.start() for before in opened[fits[-1] + 1 :]]
                opened = opened[: fits[-1]]
            else:
                lone.append(match.start())
    gone = {*lone, *(before.start() for before in opened)}
    return "".join(one for place, one in enumerate(text) if place not in gone) if gone else text


def _marked(line: re.Match[str]) -> str:
    return line[0] if _RIGHT_TO_LEFT.search(line[0]) else _MARKS.sub("", line[0])


def _joiner(run: re.Match[str]) -> str:
    """Keep the first of a run of joiners that joins, or parts, what stands around it."""
    before = run.string[run.start() - 1 : run.start()]
    after = run.string[run.end() : run.end() + 1]
    for one in run[0]:
        if one == "\u200b" and _is(_NO_SPACES, before) and _is(_NO_SPACES, after):
            return one
        if one == "\u200c" and _is(_JOINED, before) and _is(_JOINED, after):
            return one
        if one == "\u200d" and (_is(_JOINED, before) or (_is(_EMOJI, before + after, 2))):
            return one
    return ""


def _is(of: str, text: str, n: int = 1) -> bool:
    return re.fullmatch(rf"[{of}]{{{n}}}", text) is not None


def straight(text: str) -> str:
    """Make quotation marks and apostrophes the straight ones of a keyboard.

    Args:
        text: any text.

    Returns:
        The text; marks of Chinese and Japanese, primes and backticks stay. ``…'' of typewriters
        and TeX is a pair of quotation marks.
    """
    if "``" in text:
        text = _TYPED.sub(r'"\1"', text)
    if text.isascii() or not _QUOTE.search(text):
        return text
    return _ACUTE.sub("'", _INNER_SPACE.sub("", text)).translate(_QUOTES)


def spaced(text: str) -> str:
    r"""Make white space and line ends uniform.

    Args:
        text: any text.

    Returns:
        The text with "\n" as line end, at most one blank line on end, one plain space where words
        are apart, none at the ends of lines or at either end; what a line is indented by stays.
    """
    text = _LINE_END.sub("\n", text)
    if not text.isascii():
        text = _WIDE.sub(" ", text)
    text = _BLANK.sub("", _RUN.sub(" ", text)).replace(" \n", "\n")
    return _MANY_ENDS.sub("\n\n", text).strip(" \t\n")
