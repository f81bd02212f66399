"""Turns HTML into the text that a reader would see; leaves what only looks a little like it."""

from __future__ import annotations

import html
import re
from functools import lru_cache
from html.entities import html5

_BLOCKS = "address article aside blockquote center dd details dialog dir div dl dt fieldset "
_BLOCKS += "figcaption figure footer form header hgroup legend li main menu nav option section "
_BLOCKS += "summary tbody tfoot thead tr caption"
_APART = "h1 h2 h3 h4 h5 h6 hr ol p pre table ul"
_CUT = "audio canvas head iframe math object script style svg template title video"
_INLINE = "a abbr acronym applet area b base basefont bdi bdo big br button cite code col colgroup "
_INLINE += "data datalist del dfn em embed font i img input ins kbd label link map mark meta meter "
_INLINE += "noscript nobr optgroup output param picture progress q rp rt ruby s samp search select "
_INLINE += "small source span strike strong sub sup td textarea th time track tt u var wbr html "
_INLINE += "body"

_BARE = "allowfullscreen async autofocus autoplay checked compact controls default defer disabled "
_BARE += "download formnovalidate hidden ismap itemscope loop multiple muted nomodule noshade "
_BARE += "novalidate nowrap open playsinline readonly required reversed selected"
"""Attributes that need no value; with them alone, `<b and c>` is no tag."""

_STRUCTURE = re.compile(r"<(?:p|div|body|li|td|table|ul|ol|h[1-6])[\s>]", re.IGNORECASE)
_BREAK = re.compile(r"<br[ ]?/?>\r?\n", re.IGNORECASE)
_LINE, _PARAGRAPH = "\1", "\2"
"""Stand for the ends of blocks while the text is put together; no text needs these characters."""

_ENDS = re.compile(rf"\n?[{_LINE}{_PARAGRAPH}][\s{_LINE}{_PARAGRAPH}]*")
_ONE_END = re.compile(r"(?<!\n)\n(?!\n)")
_MANY_ENDS = re.compile(r"\n{3,}")

_NAME = r"(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"
_ENTITY = re.compile(f"&{_NAME}")
_LONE_AND = re.compile(f"&(?!{_NAME})")


def plain(text: str) -> str:
    """Remove tags, comments, scripts and styles, and turn entities into characters, once.

    Args:
        text: any text. Only the tags of HTML are taken for tags, so `a < b`, `List<String>`
            and `<name@example.org>` stay; a script or style without an end stays too.

    Returns:
        The text; blocks are on lines of their own. Line ends count as written where no block
        says otherwise; else single ones count as spaces.
    """
    if "<" in text and _has_tags(text):
        return _rendered(text)
    return _ENTITY.sub(_character, text) if "&" in text else text


@lru_cache(maxsize=1)
def _tags() -> re.Pattern[str]:
    names = "|".join(f"{_BLOCKS} {_APART} {_CUT} {_INLINE}".split())
    value = r"""(?:"[^"]*"|'[^']*'|[^\s"'=<>`]++)"""
    attribute = rf"[a-z_:@][\w:.@-]*+\s*+=\s*+{value}|(?:{'|'.join(_BARE.split())})(?=[\s/>])"
    return re.compile(
        rf"(?P<tag><(?P<end>/?)(?P<name>{names})(?:\s++(?:{attribute}))*+\s*+/?>"
        r"|<!doctype\s[^<>]*+>|<\?xml\s[^<>]*+>)|(?P<comment><!--)|<",
        re.IGNORECASE,
    )


def _has_tags(text: str) -> bool:
    last_comment = text.rfind("-->")
    return any(
        match["tag"] or (match["comment"] and match.start() < last_comment)
        for match in _tags().finditer(text)
    )


def _rendered(text: str) -> str:
    from selectolax.lexbor import LexborHTMLParser

    text = _BREAK.sub("<br>", text.replace(_LINE, "").replace(_PARAGRAPH, ""))
    if _STRUCTURE.search(text) and "<pre" not in text.lower():
        # Line ends of the source are spaces; blank lines are left.
        text = _ONE_END.sub(" ", "\n".join(line.strip() for line in text.split("\n")))
    tree = LexborHTMLParser(_only_known(text))
    tree.strip_tags(_CUT.split())
    body = tree.body
    if body is None:
        return ""
    for names, end in (("br", "\n"), ("td th", " ")):
        for node in body.css(", ".join(names.split())):
            node.insert_after(end)
    for names, end in ((_BLOCKS, _LINE), (_APART, _PARAGRAPH)):
        for node in body.css(", ".join(names.split())):
            node.insert_before(end)
            node.insert_after(end)
    lines = _ENDS.sub(_ended, body.text(deep=True)).split("\n")
    return _MANY_ENDS.sub("\n\n", "\n".join(line.rstrip() for line in lines)).strip("\n")


def _ended(match: re.Match[str]) -> str:
    """Turn ends of blocks, with the space after them, into line ends."""
    return "\n\n" if _PARAGRAPH in match[0] or match[0].count("\n") > 1 else "\n"


def _only_known(text: str) -> str:
    """Write "<" and "&" that begin no tag and no entity so that the parser takes them as such."""
    text = _LONE_AND.sub("&amp;", text)
    ends = {name: text.lower().rfind(f"</{name}") for name in _CUT.split()}
    last_comment = text.rfind("-->")

    def escaped(match: re.Match[str]) -> str:
        name = (match["name"] or "").lower()
        unclosed = name in ends and not match["end"] and ends[name] < match.start()
        if match["tag"] and not unclosed:
            return match[0]
        if match["comment"] and match.start() < last_comment:
            return match[0]
        return "&lt;" + match[0][1:]

    return _tags().sub(escaped, text)


def _character(match: re.Match[str]) -> str:
    entity = match[0]
    if entity[1] != "#" and entity[1:] not in html5:
        return entity
    return html.unescape(entity)
