"""Replaces personal data by placeholders.

Row steps find what has a form of its own; a set step finds names with a checkpoint. Reports get
counts by type only, never what was found.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from lab.data.prepare.config import Personal, PrepareConfig
from lab.data.prepare.recognisers.addresses import find_addresses
from lab.data.prepare.recognisers.cards import find_cards
from lab.data.prepare.recognisers.emails import find_emails
from lab.data.prepare.recognisers.findings import (
    PLACEHOLDERS,
    Finding,
    replaced,
    without_overlaps,
)
from lab.data.prepare.recognisers.ibans import find_ibans
from lab.data.prepare.recognisers.national import find_national_ids
from lab.data.prepare.recognisers.phones import find_phones, unknown_regions
from lab.data.prepare.rows import Fields, map_texts
from lab.data.prepare.steps import Outcome, RowStep, Step
from lab.errors import ConfigError

Recogniser = Callable[[str], Iterator[tuple[int, int]]]

# Six digits near one another: what a text must have to hold any number that is looked for, other
# than addresses of the internet.
_NUMBER = re.compile(r"\d(?:\D{0,4}\d){5}")
_ALWAYS = ("email", "ip")
_WHOLE = 3
"""Searches of the whole text in a row; what is left beside findings then is searched for there."""

_REACH = 160
"""Characters on either side of a finding that decide whether it is one, and what is part of it."""


def personal_steps(config: PrepareConfig) -> list[Step]:
    """List the steps that the settings ask for.

    Args:
        config: what is looked for, and for which countries.

    Returns:
        A step for data with a form of its own, and one for names where a checkpoint is given.

    Raises:
        ConfigError: a country is not known.
    """
    steps: list[Step] = []
    if config.scrub and config.scrub_types:
        types, regions = tuple(config.scrub_types), tuple(config.scrub_regions)
        if unknown := unknown_regions(regions):
            raise ConfigError(
                f"scrub_regions has {unknown[0]!r}, which is no country with telephone numbers; "
                "give ISO 3166 codes such as US or DE"
            )
        settings = {"types": types, "regions": regions}
        steps.append(RowStep("personal data", settings, Scrubbed(types, regions)))
    if config.names:
        from lab.data.prepare.recognisers.names import names_step

        steps.append(names_step(config.names))
    return steps


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """Scrubs one row."""

    types: Sequence[Personal]
    """What is looked for."""

    regions: Sequence[str]
    """Countries whose phone and id formats are looked for."""

    def __call__(self, row: Fields) -> Outcome:
        """Replace what is found in the row's texts, tags and names."""
        tally: Counter[str] = Counter()
        scrub = partial(scrubbed, types=self.types, regions=self.regions, tally=tally)
        made = map_texts(row, scrub)
        counts = dict(tally)
        made = _without_in_names(made, scrub)
        return Outcome((made,), counts=counts)


def scrubbed(
    text: str, types: Sequence[Personal], regions: Sequence[str], tally: Counter[str]
) -> str:
    """Replace personal data in a text by placeholders.

    It is looked for again until none is left, since what stood beside a finding may be one itself
    once that is gone. So scrubbing a scrubbed text changes nothing.

    Args:
        text: any text.
        types: what is looked for.
        regions: ISO 3166 codes of the countries whose phone and id formats are looked for.
        tally: type → how many; added to.

    Returns:
        The text with placeholders; the same object where nothing was found.
    """
    searches = 0
    while findings := scrub_findings(text, types, regions):
        text = replaced(text, findings, tally)
        searches += 1
        if searches % _WHOLE == 0:
            text = _scrubbed_beside(text, _places(findings), types, regions, tally)
    return text


def _places(findings: Sequence[Finding]) -> list[int]:
    """Return where the placeholders of findings end."""
    longer, found = 0, []
    for one in findings:
        longer += len(PLACEHOLDERS[one.type]) - (one.end - one.start)
        found.append(one.end + longer)
    return found


def _scrubbed_beside(
    text: str,
    places: Sequence[int],
    types: Sequence[Personal],
    regions: Sequence[str],
    tally: Counter[str],
) -> str:
    """Replace what is found near some places, until nothing is.

    Numbers that are found one after another, each once the one beside it is gone, would take a
    search of the whole text for each.

    Args:
        text: the text.
        places: where something was replaced, ascending.
        types: what is looked for.
        regions: as for `scrubbed`.
        tally: type → how many; added to.

    Returns:
        The text with more placeholders. What lies at the edge of what is searched does not count.
    """
    for place in reversed(places):
        first = last = place
        while True:
            start, end = max(0, first - 2 * _REACH), min(len(text), last + 2 * _REACH)
            part = text[start:end]
            low = _REACH if start else 0
            high = len(part) - (_REACH if end < len(text) else 0)
            found = [
                one
                for one in scrub_findings(part, types, regions)
                if low <= one.start and one.end <= high
            ]
            if not found:
                break
            text = text[:start] + replaced(part, found, tally) + text[end:]
            first, last = start + found[0].start, start + _places(found)[-1]
    return text


def scrub_findings(text: str, types: Sequence[Personal], regions: Sequence[str]) -> list[Finding]:
    """Find personal data in a text, once.

    Args:
        text: any text.
        types: what is looked for.
        regions: ISO 3166 codes of the countries whose phone and id formats are looked for.

    Returns:
        Findings in the order of the text, without overlaps.
    """
    return without_overlaps(_found(text, types, regions))


def _found(text: str, types: Sequence[Personal], regions: Sequence[str]) -> Iterator[Finding]:
    recognisers: dict[Personal, Recogniser] = {
        "email": find_emails,
        "ip": find_addresses,
        "card": find_cards,
        "iban": find_ibans,
        "phone": partial(find_phones, regions=regions),
        "national_id": partial(find_national_ids, regions=regions),
    }
    has_number = _NUMBER.search(text) is not None
    for kind in types:
        if has_number or kind in _ALWAYS:
            for start, end in recognisers[kind](text):
                yield Finding(start, end, kind)


def _without_in_names(row: Fields, scrub: Callable[[str], str]) -> Fields:
    """Scrub what names and sorts a row.

    A key or a group in which something is found becomes its hash, so that rows stay apart or
    together as they were.
    """
    changed: Fields = {
        name: hashlib.sha256(row[name].encode()).hexdigest()[:32]
        for name in ("key", "group")
        if row[name] and scrub(row[name]) != row[name]
    }
    for name in ("stratum", "place"):
        if row[name] and (made := scrub(row[name])) != row[name]:
            changed[name] = made
    if row["tags"] and (tags := [scrub(tag) for tag in row["tags"]]) != row["tags"]:
        changed["tags"] = tags
    return row | changed if changed else row
