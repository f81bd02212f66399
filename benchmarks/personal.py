"""Recall and precision of scrubbing, per type and per country, on made text with planted values.

    python benchmarks/personal.py [--values N] [--seed S]

Values are drawn in the formats of seven countries and put into sentences of their languages, with
and without words that say what they are; beside them stand hard negatives: years, dates, prices,
thousands, order numbers, versions, ISBN, codes, coordinates, 16 digits that fail Luhn's test. A
planted value counts as found where all of it is replaced by the placeholder of its type; a finding
is wrong where it touches no planted value of its type. The check digits of planted values are made
by python-stdnum, and telephone numbers are drawn from libphonenumber's plans, which the recognisers
use too: what is measured is finding them among other text, not the plans. Names of persons, which a
model finds, are measured in `personal_names.py`, whose figures are printed behind these.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import phonenumbers
from stdnum import luhn
from stdnum.de import idnr
from stdnum.es import dni
from stdnum.fr import nir
from stdnum.iso7064 import mod_97_10
from stdnum.it import codicefiscale
from stdnum.nl import bsn

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.personal_names import measure
from lab.data.prepare.config import PERSONAL, PrepareConfig
from lab.data.prepare.personal import scrub_findings

Draw = Callable[[random.Random, str], str]

REGIONS = PrepareConfig(name="x").scrub_regions

SAID = {
    "US": {"phone": "call me at {}", "card": "card number {}", "national_id": "my SSN is {}"},
    "GB": {"phone": "ring {} after six", "card": "paid with {}", "national_id": "NI number {}"},
    "DE": {"phone": "Telefon: {}", "card": "Kreditkarte {}", "national_id": "Steuer-ID {}"},
    "FR": {"phone": "tél. {}", "card": "carte {}", "national_id": "numéro de sécu {}"},
    "ES": {"phone": "llámame al {}", "card": "tarjeta {}", "national_id": "DNI {}"},
    "IT": {"phone": "chiamami al {}", "card": "carta {}", "national_id": "codice fiscale {}"},
    "NL": {"phone": "bel {}", "card": "kaart {}", "national_id": "BSN {}"},
}
BARE = ("see {} there", "{}", "Ana García, {}", "({})", "it was {}, she said", "<td>{}</td>")
FILLER = (
    "The ferry left the harbour before dawn and nobody on the quay looked up.",
    "Der Zug kam um 10:30 an, und es regnete.",
    "La maison était vide depuis 1987.",
    "El mercado abre a las nueve.",
    "La torre fu costruita nel 1372 e restaurata nel 1999-2004.",
    "De trein naar Utrecht vertrekt van spoor 5b.",
)


def digits(draw: random.Random, n: int) -> str:
    return "".join(draw.choice("0123456789") for _ in range(n))


def email(draw: random.Random, region: str) -> str:
    names = {"DE": "jürgen.weiß", "FR": "élodie", "ES": "begoña", "US": "o'neil"}
    local = draw.choice(["rosa.smith", "r_s+news", "x", names.get(region, "j.de-vries"), "a1.b2"])
    host = draw.choice(["example.com", "mail.example.co.uk", "müller.de", "xn--bcher-kva.example"])
    return f"{local}{draw.randint(1, 99)}@{host}"


def phone(draw: random.Random, region: str) -> str:
    mobile = phonenumbers.PhoneNumberType.MOBILE
    fixed = phonenumbers.PhoneNumberType.FIXED_LINE
    while True:
        model = phonenumbers.example_number_for_type(region, draw.choice([mobile, fixed]))
        text = str(model.national_number)
        keep = 3
        number = phonenumbers.PhoneNumber(
            country_code=model.country_code,
            national_number=int(text[:keep] + digits(draw, len(text) - keep)),
            italian_leading_zero=model.italian_leading_zero,
        )
        if phonenumbers.is_valid_number_for_region(number, region):
            break
    form = phonenumbers.PhoneNumberFormat
    shown = phonenumbers.format_number(
        number, draw.choice([form.NATIONAL, form.INTERNATIONAL, form.E164])
    )
    return shown.replace("-", ".") if draw.random() < 0.15 else shown


def card(draw: random.Random, region: str) -> str:
    begin, n, groups = draw.choice(
        [
            ("4", 16, (4, 4, 4, 4)),
            ("53", 16, (4, 4, 4, 4)),
            ("2345", 16, (4, 4, 4, 4)),
            ("37", 15, (4, 6, 5)),
            ("6011", 16, (4, 4, 4, 4)),
            ("36", 14, (4, 6, 4)),
            ("3530", 16, (4, 4, 4, 4)),
        ]
    )
    number = begin + digits(draw, n - 1 - len(begin))
    number += luhn.calc_check_digit(number)
    return _grouped(number, groups, draw.choice([" ", "-", ""]))


def _grouped(number: str, groups: tuple[int, ...], separator: str) -> str:
    places = [sum(groups[:n]) for n in range(len(groups) + 1)]
    parts = [number[a:b] for a, b in pairwise(places)]
    return separator.join(parts)


def ip(draw: random.Random, region: str) -> str:
    if draw.random() < 0.5:
        return ".".join(str(draw.randint(1, 126)) for _ in range(4))
    groups = [f"{draw.randint(0x1000, 0xFFFF):x}" for _ in range(8)]
    return draw.choice([":".join(groups), f"2001:db8::{groups[0]}:{draw.randint(1, 9)}"])


def iban(draw: random.Random, region: str) -> str:
    forms = {"DE": 18, "NL": "BANK10", "GB": "BANK14", "AT": 16, "PL": 24, "CH": 17, "DK": 14}
    country = region if region in forms else draw.choice(["AT", "PL", "CH", "DK"])
    form = forms[country]
    if isinstance(form, int):
        body = digits(draw, form)
        if country == "DK":
            return iban(draw, "DE")
    else:
        body = draw.choice(["ABNA", "INGB", "NWBK"]) + digits(draw, int(form[4:]))
    check = mod_97_10.calc_check_digits(body + country)
    number = f"{country}{check}{body}"
    groups = tuple(min(4, len(number) - at) for at in range(0, len(number), 4))
    return _grouped(number, groups, draw.choice([" ", "", "-"]))


def national_id(draw: random.Random, region: str) -> str:
    while True:
        number = _NATIONAL[region](draw)
        if number:
            return number


def _us(draw: random.Random) -> str:
    area = draw.choice([number for number in range(1, 900) if number != 666])
    return f"{area:03}-{draw.randint(1, 99):02}-{draw.randint(1, 9999):04}"


def _gb(draw: random.Random) -> str:
    first, second = draw.choice("ABCEHJLMPRSWXY"), draw.choice("ABCEHJKLMPRSWXYZ")
    number = digits(draw, 6)
    if first + second in ("ZZ", "GB", "BG"):
        return ""
    return draw.choice(
        [
            f"{first}{second}{number}C",
            f"{first}{second} {number[:2]} {number[2:4]} {number[4:]} A",
        ]
    )


def _de(draw: random.Random) -> str:
    number = digits(draw, 11)
    return draw.choice([number, idnr.format(number)]) if idnr.is_valid(number) else ""


def _fr(draw: random.Random) -> str:
    body = draw.choice("12") + f"{draw.randint(0, 99):02}{draw.randint(1, 12):02}"
    body += f"{draw.randint(1, 95):02}" + digits(draw, 6)
    number = body + nir.calc_check_digits(body)
    return draw.choice([number, nir.format(number)]) if nir.is_valid(number) else ""


def _es(draw: random.Random) -> str:
    number = digits(draw, 8)
    letter = dni.calc_check_digit(number)
    return draw.choice([number + letter, f"{number}-{letter}"])


def _it(draw: random.Random) -> str:
    def consonants(n: int) -> str:
        return "".join(draw.choice("BCDFGLMNPRSTV") for _ in range(n))

    body = consonants(6) + f"{draw.randint(0, 99):02}{draw.choice('ABCDEHLMPRST')}"
    body += f"{draw.randint(1, 28):02}{draw.choice('ABCDEFGHIL')}{draw.randint(1, 999):03}"
    return body + codicefiscale.calc_check_digit(body)


def _nl(draw: random.Random) -> str:
    number = digits(draw, 9)
    return draw.choice([number, bsn.format(number)]) if bsn.is_valid(number) else ""


_NATIONAL: dict[str, Callable[[random.Random], str]] = {
    "US": _us, "GB": _gb, "DE": _de, "FR": _fr, "ES": _es, "IT": _it, "NL": _nl,
}  # fmt: skip
DRAWS: dict[str, Draw] = {
    "email": email, "phone": phone, "card": card, "ip": ip, "iban": iban,
    "national_id": national_id,
}  # fmt: skip


def no_card(draw: random.Random) -> str:
    """Draw 16 digits that fail Luhn's test, which one in ten passes by chance."""
    number = digits(draw, 16)
    return no_card(draw) if luhn.is_valid(number) else number


def negative(draw: random.Random) -> str:
    """Draw something that looks like personal data and is none."""
    n = draw.randint
    year = n(1500, 2035)
    return draw.choice(
        [
            f"in {year}-{year + 4}",
            f"on {year}-{n(1, 12):02}-{n(1, 28):02} at {n(0, 23):02}:{n(0, 59):02}:{n(0, 59):02}",
            f"am {n(1, 28):02}.{n(1, 12):02}.{year}",
            f"for ${n(1, 999)},{n(100, 999)}.{n(10, 99)}",
            f"für {n(1, 999)}.{n(100, 999)}.{n(100, 999)},00 €",
            f"{n(1, 99)} {n(100, 999)} {n(100, 999)} habitants",
            f"order {digits(draw, 10)}",
            f"order no. {n(100, 999)}-{n(100, 999)}-{n(1000, 9999)}",
            f"Bestellnummer {digits(draw, 11)}",
            f"tracking 1Z{digits(draw, 16)}",
            f"version {n(1, 9)}.{n(0, 20)}.{n(0, 20)}.{n(0, 999)}",
            f"v{n(1, 9)}.{n(0, 20)}.{n(0, 20)}.{n(0, 9)}",
            f"ISBN 978-{n(0, 9)}-{n(100, 999)}-{n(10000, 99999)}-{n(0, 9)}",
            f"ISBN 978{digits(draw, 10)}",
            f"item {digits(draw, 9)}",
            f"{digits(draw, 8)}{draw.choice('IOU')}",
            f"at {n(0, 89)}.{digits(draw, 6)}, {n(0, 179)}.{digits(draw, 6)}",
            f"pi is 3.{digits(draw, 12)}",
            f"icon@{n(1, 3)}x.png",
            f"pages {n(1, 400)}-{n(401, 900)}, vol. {n(1, 60)}",
            f"section {n(1, 9)}.{n(1, 9)}.{n(1, 9)}.{n(1, 9)}",
            f"{no_card(draw)} rows",
            f"scores {' '.join(str(n(1, 999)) for _ in range(8))}",
            f"MAC 00:{n(10, 99)}:{n(10, 99)}:{n(10, 99)}:{n(10, 99)}:{n(10, 99)}",
            f"{n(10, 999)}/{n(10, 999)} in {year}/{year % 100 + 1}",
            f"id {''.join(draw.choice('0123456789abcdef') for _ in range(32))}",
        ]
    )


def main() -> None:
    """Print recall and precision per type, recall per country, and the speed."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--values", type=int, default=300, help="values per type and country")
    asked.add_argument("--seed", type=int, default=0)
    given = asked.parse_args()
    draw = random.Random(given.seed)
    planted, hit, by_country = Counter[str](), Counter[str](), Counter[tuple[str, str]]()
    wrong, of_other_type = Counter[str](), Counter[str]()
    n_documents, seconds, n_characters = 0, 0.0, 0
    examples: dict[str, list[str]] = {}
    for region in REGIONS:
        for kind, make in DRAWS.items():
            for _ in range(given.values):
                value = make(draw, region)
                said = SAID[region].get(kind)
                form = said if said and draw.random() < 0.5 else draw.choice(BARE)
                if kind == "national_id" and region == "NL" and value.isdigit():
                    form = SAID["NL"][kind]
                before = f"{draw.choice(FILLER)} {negative(draw)}; {negative(draw)}.\n"
                text = f"{before}{form.format(value)}\n{negative(draw)}. {draw.choice(FILLER)}"
                start = len(before) + form.index("{}")
                end = start + len(value)
                began = time.process_time()
                findings = scrub_findings(text, PERSONAL, REGIONS)
                seconds += time.process_time() - began
                n_documents, n_characters = n_documents + 1, n_characters + len(text)
                planted[kind] += 1
                found = any(
                    one.start <= start and end <= one.end and one.type == kind for one in findings
                )
                hit[kind] += found
                by_country[kind, region] += found
                if not found:
                    examples.setdefault(f"{kind} missed", []).append(form.format(value))
                for one in findings:
                    if one.end <= start or end <= one.start:
                        wrong[one.type] += 1
                        shown = text[max(0, one.start - 15) : one.end + 8].replace("\n", " ")
                        examples.setdefault(f"{one.type} wrong", []).append(shown)
                    elif one.type != kind:
                        of_other_type[kind] += 1
    head = "".join(f"{region:>7}" for region in REGIONS)
    print(f"{'type':12}{'planted':>8}{'recall':>8}{'precision':>11}{'as other':>10} | recall{head}")
    for kind in DRAWS:
        taken = hit[kind] + wrong[kind]
        precision = hit[kind] / taken if taken else float("nan")
        each = "".join(f"{by_country[kind, one] / given.values:7.3f}" for one in REGIONS)
        print(
            f"{kind:12}{planted[kind]:8,}{hit[kind] / planted[kind]:8.3f}{precision:11.3f}"
            f"{of_other_type[kind]:10,} |       {each}"
        )
    print(
        f"{n_documents:,} documents of {n_characters / n_documents:.0f} characters: "
        f"{n_documents / seconds:,.0f} documents per processor second"
    )
    for what, several in sorted(examples.items()):
        print(f"{what} ({len(several)}), for example: {' ¦ '.join(map(repr, several[:5]))}")
    measure(given.seed)


if __name__ == "__main__":
    main()
