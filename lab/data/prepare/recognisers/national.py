"""Finds numbers that a country gives to a person, such as for tax, health or social security."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from lab.data.prepare.recognisers.context import told


@dataclass(frozen=True, slots=True)
class Form:
    """One kind of number."""

    shape: str
    """Regular expression of how it is written; a group "plain" in it is a writing that tells
    nothing, such as nine digits in a row, and needs a word near it."""

    module: str = ""
    """Module of python-stdnum whose `is_valid` checks digits, dates and parts; none where all that
    there is to check is in the shape."""

    words: str = ""
    """Regular expression of the words that it stands near; none where it needs none."""

    always: bool = False
    """Whether every writing needs a word near it."""

    begins: str = r"\d"
    """Regular expression of one character that it begins with, and perhaps of what must follow."""


_NINO = r"(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d\d ?\d\d ?\d\d ?[A-D]"
_SSN = r"ssns?|social[ -]security|itins?|taxpayer"
_S = r"[ .\u00a0-]?"

FORMS: dict[str, tuple[Form, ...]] = {
    "US": (
        Form(r"\d{3}-\d\d-\d{4}|(?P<plain>\d{3} \d\d \d{4}|\d{9})", "us.ssn", _SSN),
        Form(r"9\d\d-\d\d-\d{4}|(?P<plain>9\d{8})", "us.itin", _SSN),
    ),
    "GB": (
        Form(_NINO, begins=r"[A-Z](?=[A-Z] ?\d)"),  # HMRC, National Insurance Manual, NIM39110
        Form(r"\d{3}[ -]?\d{3}[ -]?\d{4}", "gb.nhs", r"nhs", always=True),
    ),
    "DE": (Form(r"[1-9]\d[ ]?\d{3}[ ]?\d{3}[ ]?\d{3}", "de.idnr", r"steuer[- ]?\w*|idnr|tin"),),
    "FR": (
        Form(r"[1-478][ .]?\d\d[ .]?\d\d[ .]?\d[\dABab][ .]?\d{3}[ .]?\d{3}[ .-]?\d\d", "fr.nir"),
    ),
    "ES": (
        Form(r"\d{8}[ -]?[A-Za-z]|\d{1,2}\.\d{3}\.\d{3}[ -]?[A-Za-z]", "es.dni"),
        Form(r"[XYZxyz][ -]?\d{7}[ -]?[A-Za-z]", "es.nie", begins=r"[XYZxyz]"),
    ),
    "IT": (
        Form(
            r"[A-Z]{3} ?[A-Z]{3} ?[\dL-NP-V]{2}[A-EHLMPR-T][\dL-NP-V]{2} ?[A-Z][\dL-NP-V]{3}[A-Z]",
            "it.codicefiscale",
            begins=r"[A-Z](?=[A-Z]{2} ?[A-Z]{3})",
        ),
    ),
    "NL": (
        Form(
            r"\d{4}\.\d\d\.\d{3}|(?P<plain>\d{9}|\d{3}[ .]\d{3}[ .]\d{3})",
            "nl.bsn",
            r"bsn|burgerservice\w*|sofi\w*",
        ),
    ),
    "BE": (Form(r"\d\d\.?\d\d\.?\d\d[- ]?\d{3}[. ]?\d\d", "be.nn"),),
    "PT": (
        Form(r"\d{8} ?\d ?[A-Z0-9]{2}\d", "pt.cc"),
        Form(rf"\d{{3}}{_S}\d{{3}}{_S}\d{{3}}", "pt.nif", r"nif|contribuinte|fiscal", always=True),
    ),
    "AT": (Form(r"\d{4} ?\d{6}", "at.vnr", r"sv\w*|\w*versicherung\w*", always=True),),
    "CH": (Form(r"756\.?\d{4}\.?\d{4}\.?\d\d", "ch.ssn"),),
    "SE": (
        Form(
            r"(?:\d\d)?\d{6}[-+]\d{4}|(?P<plain>(?:\d\d)?\d{10})", "se.personnummer", r"person\w*"
        ),
    ),
    "DK": (Form(r"\d{6}-\d{4}|(?P<plain>\d{10})", "dk.cpr", r"cpr\w*|person\w*"),),
    "NO": (Form(r"\d{6} ?\d{5}", "no.fodselsnummer"),),
    "FI": (Form(r"\d{6}[-+A-FU-Y]\d{3}[0-9A-FHJ-NPR-Y]", "fi.hetu"),),
    "PL": (Form(r"\d{11}", "pl.pesel"),),
    "CZ": (Form(r"\d{6}/\d{3,4}|(?P<plain>\d{9,10})", "cz.rc", r"rodn\w*|rč"),),
    "IE": (Form(r"\d{7}[A-Wa-w][A-IWTa-iwt]?", "ie.pps"),),
    "CA": (
        Form(rf"\d{{3}}{_S}\d{{3}}{_S}\d{{3}}", "ca.sin", r"sins?|social[ -]insurance|nas", True),
    ),
    "AU": (Form(r"\d{3} ?\d{3} ?\d{3}", "au.tfn", r"tfns?|tax[ -]file", always=True),),
    "BR": (Form(r"\d{3}\.\d{3}\.\d{3}-\d\d|(?P<plain>\d{11})", "br.cpf", r"cpf"),),
    "MX": (Form(r"[A-Z]{4}\d{6}[HM][A-Z]{5}[A-Z0-9]\d", "mx.curp", begins=r"[A-Z](?=[A-Z]{3}\d)"),),
    "IN": (
        Form(
            r"[2-9]\d{3}[ -]?\d{4}[ -]?\d{4}", "in_.aadhaar", r"aadha?ar|uidai?|आधार", always=True
        ),
    ),
    "JP": (
        Form(r"\d{4}[ -]?\d{4}[ -]?\d{4}", "jp.in_", r"my[ -]?number|マイナンバー|個人番号", True),
    ),
    "KR": (Form(r"\d{6}-\d{7}", "kr.rrn"),),
    "ZA": (Form(r"\d{6} ?\d{4} ?\d{3}", "za.idnr"),),
}
"""Country, as ISO 3166 code → its kinds of numbers. What tells a form without words is its check
digits or letters, its dates or the narrowness of its shape."""

_GAPS = str.maketrans("", "", " .\u00a0")


def find_national_ids(text: str, regions: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Find national numbers of persons.

    Args:
        text: any text.
        regions: ISO 3166 codes of the countries whose numbers are looked for; those that are not
            in FORMS have none that are known here.

    Yields:
        Start and end of each, in the order of the forms; overlaps are possible.
    """
    starts: dict[str, list[int]] = {}
    for form, first, shape, words in _compiled(tuple(regions)):
        if form.begins not in starts:
            starts[form.begins] = [found.start() for found in first.finditer(text)]
        done = 0
        for start in starts[form.begins]:
            found = shape.match(text, start) if start >= done else None
            if found is None:
                continue
            done = found.end()
            if _is_valid(form.module, found[0]) and _is_said(form, words, text, found):
                yield found.span()


def _is_said(form: Form, words: re.Pattern[str], text: str, found: re.Match[str]) -> bool:
    if form.always or found.groupdict().get("plain") is not None:
        return told(text, *found.span(), words) == "wanted"
    return not (found[0].isdigit() and told(text, *found.span(), words) == "other")


@cache
def _compiled(
    regions: tuple[str, ...],
) -> list[tuple[Form, re.Pattern[str], re.Pattern[str], re.Pattern[str]]]:
    """Compile, for each form: its first character, its shape from there on, its words.

    First characters are looked for apart, since a pattern that begins with what stands before a
    number is tried at every place of a text.
    """
    return [
        (
            form,
            re.compile(rf"{form.begins}(?<!\w.)(?<!\d[.,/-].)", re.ASCII),
            re.compile(rf"(?:{form.shape})(?!\w|[.,/-]\d)", re.ASCII),
            re.compile(rf"\b(?:{form.words or '(?!)'})\b", re.IGNORECASE),
        )
        for region in regions
        for form in FORMS.get(region, ())
    ]


def _is_valid(module: str, shown: str) -> bool:
    if not module:
        return True
    country, name = module.split(".")
    return bool(import_module(f"stdnum.{country}.{name}").is_valid(shown.translate(_GAPS)))
