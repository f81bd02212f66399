"""Finds telephone numbers in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice

from lab.data.prepare.recognisers.context import PHONE, is_other, says

_GAP = r"[- \t().\u00a0\u2010-\u2015/]"
_RUN = re.compile(
    rf"(?<![^\W_])(?:[+＋]\s?)?[(（]?\d(?:{_GAP}{{0,3}}\d){{6,17}}(?!\d|[A-WYZa-wyz])"
)
_DATE = re.compile(
    r"\d{4}[-./]\d{1,2}[-./]\d{1,2}(?:\D|$)|\d{1,2}[-./]\d{1,2}[-./]\d{4}(?!\d)|"
    r"(?:1[5-9]|20)\d\d(?:\s?[-–/]\s?|\s)(?:1[5-9]|20)\d\d(?!\d)"
)
_DECIMAL = re.compile(r"\d+\.\d+")
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:(?:[ .\u00a0]\d{3})+)")
_ANY = "ZZ"
_MOST_GROUPS = 8
_LONGEST_BARE = 12
_DIGITS = re.compile(r"\d+")

# Marks that join a number to what stands before it.
_JOINED = ("/", "=", "#", "_", "@", "-", ".", ",", "&")
_EXTENSION = re.compile(r",?\s?(?:x|ext\.?|extension)\s?\d{1,6}(?!\w)", re.IGNORECASE)
_FIRST_GAP = re.compile(r"\d[^\d]+(?=\d)")
_MONEY = re.compile(
    r"(?:[$€£¥₹%]|\b(?:usd|eur|gbp|chf|euros?|dollars?|pounds?))\s?$", re.IGNORECASE
)
_AMOUNT = re.compile(
    r"\s?(?:[$€£¥₹%°]|(?:usd|eur|gbp|chf|euros?|dollars?|pounds?|km|kg|mm|cm)\b)", re.I
)


def unknown_regions(regions: Sequence[str]) -> list[str]:
    """Return those regions that have no numbering plan.

    Args:
        regions: ISO 3166 codes of countries.
    """
    from phonenumbers import SUPPORTED_REGIONS

    return [region for region in regions if region not in SUPPORTED_REGIONS]


def find_phones(text: str, regions: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Find telephone numbers that the numbering plans of countries allow.

    A number in international form (+49 …) counts whatever the country. One in national form
    counts where it is grouped as its country groups it, or begins with 0; where it has no
    groups, or such as thousands have (912 345 678), only near a word such as "phone" or "tel".
    Near such a word any grouping will do. Dates, years, prices, and numbers behind words such as
    "order" or "ISBN" do not count.

    Args:
        text: any text.
        regions: ISO 3166 codes of the countries whose national forms are looked for.

    Yields:
        Start and end of each.
    """
    place = 0
    while run := _RUN.search(text, place):
        found = _in_run(text, run.start(), run.end(), regions)
        if found is None:
            # The run may have begun with another number: the next may stand inside it.
            place = _next_start(text, run.start(), run.end())
            continue
        extension = _EXTENSION.match(text, found[1])
        place = extension.end() if extension else found[1]
        yield found[0], place


def _next_start(text: str, start: int, end: int) -> int:
    gap = _FIRST_GAP.search(text, start, end)
    return gap.end() if gap else end


def _in_run(text: str, start: int, end: int, regions: Sequence[str]) -> tuple[int, int] | None:
    shown = text[start:end]
    abroad = shown[0] in "+＋"
    if not abroad and not _may_begin(shown, regions):
        return None
    if _DATE.match(text, start) or is_other(text, start, PHONE):
        return None
    before = text[max(0, start - 12) : start]
    if _MONEY.search(before) or _AMOUNT.match(text, end):
        return None
    if abroad:
        return _match(shown, start, [_ANY], strict=False)
    near = says(text, start, end, PHONE)
    found = _match(shown, start, regions, strict=not near)
    return found if found and (near or _looks_like_one(text, *found)) else None


def _looks_like_one(text: str, start: int, end: int) -> bool:
    """Tell whether a number in national form looks like one without a word that says so."""
    before, shown = text[max(0, start - 2) : start], text[start:end]
    if before[-1:] in _JOINED and before[:-1].strip():
        return False
    if _DECIMAL.fullmatch(shown) or (shown.isdigit() and len(shown) > _LONGEST_BARE):
        return False
    return shown[0] == "0" or not (shown.isdigit() or _THOUSANDS.fullmatch(shown))


def _match(
    shown: str, offset: int, regions: Sequence[str], *, strict: bool
) -> tuple[int, int] | None:
    import phonenumbers

    leniency = phonenumbers.Leniency
    level = leniency.STRICT_GROUPING if strict else leniency.VALID
    for region in regions:
        if region != _ANY and not _may_begin(shown, (region,)):
            continue
        for found in phonenumbers.PhoneNumberMatcher(shown, region, level, max_tries=8):
            start = found.start + (shown[found.start] in "(（" and ")" not in found.raw_string)
            return offset + start, offset + found.end
    return None


def _may_begin(shown: str, regions: Sequence[str]) -> bool:
    """Tell whether a number of a region may begin where a run of digits does.

    A search is a hundred times as slow as this, and in tables most runs are no numbers.
    """
    form = _forms(tuple(regions))
    digits = ""
    for group in islice(_DIGITS.findall(shown), _MOST_GROUPS):
        digits += group
        if len(digits) > 5 and form.fullmatch(digits):
            return True
    return False


@cache
def _forms(regions: tuple[str, ...]) -> re.Pattern[str]:
    """Return the forms of digits that numbers of regions have, dialled from inside or abroad."""
    found = [r"(?:00|011)\d+"]
    for region in regions:
        plan, prefix, needs_prefix = _plan(region)
        found.append(f"(?:{prefix}){'' if needs_prefix or not prefix else '?'}(?:{plan})")
    return re.compile("|".join(found))


@cache
def _plan(region: str) -> tuple[str, str, bool]:
    """Return a region's form of numbers, the prefix within the country, and whether it must be."""
    from phonenumbers import PhoneMetadata

    about = PhoneMetadata.metadata_for_region(region)
    if about is None or about.general_desc is None:
        raise ValueError(f"region {region!r}: has no numbering plan; see unknown_regions")
    prefix = about.national_prefix or ""
    forms = about.number_format
    asking = [form for form in forms if prefix in (form.national_prefix_formatting_rule or "")]
    optional = any(form.national_prefix_optional_when_formatting for form in forms)
    # A few forms, of short numbers only, ask for no prefix where all others do.
    needs_prefix = bool(prefix) and not optional and len(asking) > len(forms) / 2
    return about.general_desc.national_number_pattern or "", prefix, needs_prefix
