"""Finds telephone numbers in a text."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from functools import cache, lru_cache
from itertools import accumulate, islice
from typing import TYPE_CHECKING, Any

from lab.data.prepare.recognisers.context import PHONE, told

if TYPE_CHECKING:
    from phonenumbers import PhoneNumberMatch, PhoneNumberMatcher

_GAP = r"[- \t().\u00a0\u2010-\u2015/]"
# A plus, a bracket or a digit, and then what may follow it.
_RUN = re.compile(
    r"[+＋(（\d](?<![^\W_].)(?:(?<=[+＋])\s?[(（]?\d|(?<=[(（])\d|(?<=\d))"
    rf"(?:{_GAP}{{0,3}}\d){{6,17}}(?!\d|[A-WYZa-wyz])"
)
_DATE = re.compile(
    r"\d{4}[-./]\d{1,2}[-./]\d{1,2}(?:\D|$)|\d{1,2}[-./]\d{1,2}[-./]\d{4}(?!\d)|"
    r"(?:1[5-9]|20)\d\d(?:\s?[-–/]\s?|\s)(?:1[5-9]|20)\d\d(?!\d)"
)
_DECIMAL = re.compile(r"\d+\.\d+")
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:(?:[ .\u00a0]\d{3})+)")
_ANY = "ZZ"
_TRIES = 8
_TYPES = (
    *("fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "personal_number"),
    *("voip", "pager", "uan", "voicemail"),
)
_BETWEEN = re.compile(r"[ \t\u00a0]{1,3}")
_MOST_GROUPS = 8
_LEAST = 7
_Range = tuple[int, int]
_Beginning = tuple[_Range, re.Match[str] | None]  # and the run that follows, where one does
_SURE = 3  # digits in a group
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
    Near such a word any grouping will do. Where several stand in a row, with spaces between, each
    counts that is grouped as the one beside it or is told from it by its groups. Dates, years,
    prices, and numbers behind words such as "order" or "ISBN" do not count.

    Args:
        text: any text.
        regions: ISO 3166 codes of the countries whose national forms are looked for.

    Yields:
        Start and end of each.
    """
    place, last = 0, (0, 0)
    while run := _RUN.search(text, place):
        is_next = _BETWEEN.fullmatch(text, last[1], run.start()) is not None
        firsts = list(_beginning(text, run, regions, alone=is_next))
        found = _of_equal_ones(text, firsts, regions, last if is_next else None)
        found = found or _before_another(text, firsts, regions)
        found = found or _in_run(text, run.start(), run.end(), regions)
        found = found or (_longest(text, firsts, regions) if is_next else None)
        if found is None:
            # The run may have begun with another number: the next may stand inside it.
            place = _next_start(text, run.start(), run.end())
            continue
        extension = _EXTENSION.match(text, found[1])
        place = extension.end() if extension else found[1]
        last = found[0], place
        yield last


def _next_start(text: str, start: int, end: int) -> int:
    gap = _FIRST_GAP.search(text, start, end)
    return gap.end() if gap else end


def _of_equal_ones(
    text: str, firsts: Sequence[_Beginning], regions: Sequence[str], last: _Range | None
) -> _Range | None:
    """Return the beginning that is a number, if one next to it is grouped alike."""
    before = _lengths(text, *last) if last else None
    for place, other in firsts:
        alike = _lengths(text, *place)
        is_one = alike == before or (other and _begins_alike(text, other, place, alike, regions))
        if is_one and _is_number(text, place, regions):
            return place
    return None


def _begins_alike(
    text: str, run: re.Match[str], place: _Range, alike: list[int], regions: Sequence[str]
) -> bool:
    """Tell whether a run begins with a number that is grouped as the one at a place before it.

    Of pairs of digits, which whole tables consist of, the first must be the same.
    """
    if _lengths(text, *run.span())[: len(alike)] != alike:
        return False
    if max(alike) < _SURE and not text.startswith(
        text[place[0] : place[0] + alike[0]], run.start()
    ):
        return False
    return any(
        _lengths(text, *one) == alike and _is_number(text, one, regions)
        for one, _ in _beginning(text, run, regions, alone=True)
    )


def _before_another(
    text: str, firsts: Sequence[_Beginning], regions: Sequence[str]
) -> _Range | None:
    """Return the longest beginning that is a number and that another follows."""
    for place, other in firsts:
        longest = _longest(text, [(place, other)], regions) if other else None
        if other and longest:
            following = list(_beginning(text, other, regions, alone=True))
            if any(_is_number(text, one, regions) for one, _ in following):
                return longest
    return None


def _longest(text: str, firsts: Sequence[_Beginning], regions: Sequence[str]) -> _Range | None:
    """Return the longest beginning that is a number; of pairs, as in tables, none."""
    for place, _ in firsts:
        if max(_lengths(text, *place)) >= _SURE and _is_number(text, place, regions):
            return place
    return None


def _next_run(text: str, end: int) -> re.Match[str] | None:
    gap = _BETWEEN.match(text, end)
    return _RUN.match(text, gap.end()) if gap else None


def _lengths(text: str, start: int, end: int) -> list[int]:
    return [len(group) for group in _DIGITS.findall(text, start, end)]


def _is_number(text: str, place: _Range, regions: Sequence[str]) -> bool:
    return _in_run(text, *place, regions) == place


def _beginning(
    text: str, run: re.Match[str], regions: Sequence[str], *, alone: bool
) -> Iterator[_Beginning]:
    """Yield where the first groups of a run stand that may be a number, the longest first.

    With each comes the run that follows; those that none follows only if they may be alone.
    """
    if not run[0][0].isdigit():
        return
    groups = list(islice(_DIGITS.finditer(text, *run.span()), _MOST_GROUPS))
    shown = list(accumulate(group[0] for group in groups))
    for group, digits in zip(reversed(groups), reversed(shown), strict=True):
        if len(digits) < _LEAST:
            return
        if not _may_be(digits, tuple(regions)):
            continue
        other = _next_run(text, group.end())
        if alone or other:
            yield (run.start(), group.end()), other


def _in_run(text: str, start: int, end: int, regions: Sequence[str]) -> tuple[int, int] | None:
    shown = text[start:end]
    abroad = shown[0] in "+＋"
    if not abroad and not _may_begin(_beginnings(shown), tuple(regions)):
        return None
    if _DATE.match(text, start):
        return None
    said = told(text, start, end, PHONE)
    if said == "other":
        return None
    before = text[max(0, start - 12) : start]
    if _MONEY.search(before) or _AMOUNT.match(text, end):
        return None
    near = said == "wanted"
    where = (_ANY,) if abroad else tuple(regions)
    found = _match(shown, where, strict=not (abroad or near))
    if found is None:
        return None
    place = start + found[0], start + found[1]
    return place if abroad or near or _looks_like_one(text, *place) else None


def _looks_like_one(text: str, start: int, end: int) -> bool:
    """Tell whether a number in national form looks like one without a word that says so."""
    before, shown = text[max(0, start - 2) : start], text[start:end]
    if before[-1:] in _JOINED and before[:-1].strip():
        return False
    if _DECIMAL.fullmatch(shown) or (shown.isdigit() and len(shown) > _LONGEST_BARE):
        return False
    return shown[0] == "0" or not (shown.isdigit() or _THOUSANDS.fullmatch(shown))


@lru_cache(maxsize=1 << 12)
def _match(shown: str, regions: tuple[str, ...], *, strict: bool) -> tuple[int, int] | None:
    """Return where in a run of digits the first number of a region stands."""
    import phonenumbers

    leniency = phonenumbers.Leniency
    level = leniency.STRICT_GROUPING if strict else leniency.VALID
    if regions == (_ANY,):
        return _first(phonenumbers.PhoneNumberMatcher(shown, _ANY, level, max_tries=_TRIES))
    parts, beginnings = None, _beginnings(shown)
    for region in regions:
        if not _may_begin(beginnings, (region,)):
            continue
        parts = _parts(shown) if parts is None else parts
        form = possible_number(region)
        worth = {part for part, digits in parts.items() if form.fullmatch(digits)}
        if worth and (found := _first(_sifting()(shown, region, level, worth))):
            return found
    return None


def _first(matcher: PhoneNumberMatcher) -> tuple[int, int] | None:
    for found in matcher:
        unclosed = found.raw_string[0] in "(（" and ")" not in found.raw_string
        return found.start + unclosed, found.end
    return None


def _parts(shown: str) -> dict[str, str]:
    """Return the parts of a run that a matcher tries, if none is a number, and their digits."""
    from phonenumbers import Leniency, normalize_digits_only

    matcher = _sifting()(shown, _ANY, Leniency.VALID, ())
    matcher.has_next()
    return {
        part: "".join(_DIGITS.findall(part)) if part.isascii() else normalize_digits_only(part)
        for part in matcher.tried
    }


@cache
def _sifting() -> type[Any]:
    """Make a matcher that tries only what is worth it, since most of its time goes there."""
    from phonenumbers import PhoneNumberMatcher

    class Sifting(PhoneNumberMatcher):
        def __init__(self, shown: str, region: str, level: int, worth: Container[str]):
            super().__init__(shown, region, level, max_tries=_TRIES)
            self.worth, self.tried = worth, list[str]()

        def _parse_and_verify(self, candidate: str, offset: int) -> PhoneNumberMatch | None:
            self.tried.append(candidate)
            return super()._parse_and_verify(candidate, offset) if candidate in self.worth else None

    return Sifting


@cache
def possible_number(region: str) -> re.Pattern[str]:
    """Return a form that the digits of every valid number have that is dialled in a region.

    Args:
        region: ISO 3166 code of a country.

    Returns:
        The form; numbers of it need not be valid. To parse a number takes hundreds of times as
        long as to look whether it has the form.
    """
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

    about = PhoneMetadata.metadata_for_region(region)
    if about is None or about.country_code is None:
        raise ValueError(f"region {region!r}: has no numbering plan; see unknown_regions")
    one_plan = COUNTRY_CODE_TO_REGION_CODE[about.country_code]
    # Numbers with the code of the country go by the rules of the first of those that share it.
    rules = [about, PhoneMetadata.metadata_for_region(one_plan[0])]
    if any(one is None or one.national_prefix_transform_rule for one in rules):
        return re.compile(r"\d+")
    prefixes = "|".join(one.national_prefix_for_parsing or "" for one in rules if one)
    plans = "|".join(dict.fromkeys(form for other in one_plan for form in _valid(other)))
    inside = rf"(?:{about.country_code})?(?:{prefixes})?(?:{prefixes})?(?:{plans})"
    return re.compile(rf"(?:{about.international_prefix or '(?!)'})\d+|{inside}")


def _valid(region: str) -> Iterator[str]:
    """Yield the forms that the valid numbers of a region have, by their types."""
    from phonenumbers import PhoneMetadata

    about = PhoneMetadata.metadata_for_region(region)
    for name in _TYPES:
        kind = getattr(about, name, None)
        if kind is not None and kind.national_number_pattern:
            yield kind.national_number_pattern


@lru_cache(maxsize=1 << 14)
def _may_be(digits: str, regions: tuple[str, ...]) -> bool:
    """Tell whether digits may be a number of a region."""
    return _forms(regions).fullmatch(digits) is not None and any(
        possible_number(region).fullmatch(digits) for region in regions
    )


def _may_begin(beginnings: Sequence[str], regions: tuple[str, ...]) -> bool:
    """Tell whether a number of a region may begin where a run of digits does.

    A search is a hundred times as slow as this, and in tables most runs are no numbers.
    """
    return any(map(_forms(regions).fullmatch, beginnings))


def _beginnings(shown: str) -> list[str]:
    """Return the digits of the first groups of a run, from six digits on."""
    found = accumulate(islice(_DIGITS.findall(shown), _MOST_GROUPS))
    return [digits for digits in found if len(digits) > 5]


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
