"""Scrubbing: what is found in many countries' formats, what is left alone, what reports tell.

The numbers are published examples: of payment networks' test cards, Ofcom's and others' numbers for
drama, the IBAN registry, and the documentation of python-stdnum.
"""

from __future__ import annotations

import logging
import random
import re
from collections import Counter
from pathlib import Path
from typing import Any

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.personal import negative
from lab.data.prepare.config import PERSONAL, PrepareConfig
from lab.data.prepare.personal import Scrubbed, personal_steps, scrubbed
from lab.data.prepare.recognisers.cards import find_cards
from lab.data.prepare.recognisers.national import FORMS, Form
from lab.data.prepare.recognisers.phones import find_phones, possible_number
from lab.data.prepare.rows import new_row
from lab.data.prepare.run import prepare
from lab.errors import ConfigError

REGIONS = PrepareConfig(name="x").scrub_regions


def scrub(text: str, *regions: str, types: tuple = PERSONAL) -> str:
    return scrubbed(text, types, regions or REGIONS, Counter())


@pytest.mark.parametrize(
    "value",
    [
        "rosa.smith+news@example.co.uk",
        "jürgen@müller.de",
        "иван@пример.рф",
        '"john doe"@example.com',
        "u@[192.168.0.1]",
        "o'hara@example.museum",
    ],
)
def test_email(value: str) -> None:
    assert scrub(f"Write to <{value}>, or '{value}'.") == "Write to <[EMAIL]>, or '[EMAIL]'."


@pytest.mark.parametrize(
    "text", ["icon@2x.png", "a@localhost", "to\n@rosa.it", "name at host dot com", "5 @ 3 each"]
)
def test_no_email(text: str) -> None:
    assert scrub(text) is text


def test_an_email_stands_between_words_without_spaces() -> None:
    assert scrub("请联系rosa@example.com谢谢") == "请联系[EMAIL]谢谢"
    assert scrub("/a?email=rosa@example.com&b=1") == "/a?email=[EMAIL]&b=1"


@pytest.mark.parametrize(
    "value",
    [
        "(415) 555-2671",
        "415-555-2671",
        "415.555.2671",
        "+1 (415) 555-2671 ext. 23",
        "020 7946 0958",
        "+44 20 7946 0958",
        "030/901820",
        "0171 1234567",
        "06 12 34 56 78",
        "+33 6 12 34 56 78",
        "612 34 56 78",
        "06-12345678",
        "333 1234567",
        "+81 3-1234-5678",
        "0049 30 901820",
    ],
)
def test_phone(value: str) -> None:
    assert scrub(f"Ana, {value}, and {value}.") == "Ana, [PHONE], and [PHONE]."


@pytest.mark.parametrize("value", ["4155552671", "912 345 678", "333 1234567"])
def test_a_number_without_groups_is_a_phone_near_a_word_that_says_so(value: str) -> None:
    assert scrub(f"Tel.: {value}") == "Tel.: [PHONE]"
    assert scrub(f"{value} is her mobile") == "[PHONE] is her mobile"
    assert scrub(f"Order {value}") == f"Order {value}"


@pytest.mark.parametrize(
    "text",
    [
        "In 1995 2004 and 2005-2010",
        "ISBN 978-3-16-148410-0",
        "On 2024-05-12 13:00 and 12.05.2024 10:30",
        "$415 555 2671 and 600 123 456 euros",
        "pi is 3.1415926535, 0.4155552671 is not",
        "invoice 415-555-2671",
        "population 912 345 678",
        "0209718556154571 rows",
        "06441518U",
        "line 1:\n555\n2671 415",
        "order number 4155552671",
    ],
)
def test_no_phone(text: str) -> None:
    assert scrub(text) is text


def test_national_forms_are_those_of_the_regions() -> None:
    assert scrub("06 12 34 56 78", "US") == "06 12 34 56 78"
    assert scrub("+33 6 12 34 56 78", "US") == "[PHONE]"


@pytest.mark.parametrize(
    "value",
    [
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "5555555555554444",
        "3782 822463 10005",
        "6011111111111117",
        "3530111333300000",
        "6200000000000005",
        "2223003122003222",
    ],
)
def test_card(value: str) -> None:
    assert scrub(f"card 12 {value}.") == "card 12 [CARD]."
    wrong = value[:-1] + str((int(value[-1]) + 1) % 10)
    assert "[CARD]" not in scrub(f"card 12 {wrong}.")


def test_no_negative_of_the_benchmark_is_a_card() -> None:
    draw = random.Random(1)
    assert not [text for _ in range(3_000) for text in [negative(draw)] if [*find_cards(text)]]


@pytest.mark.parametrize(
    "value", ["8.8.8.8", "192.168.0.1", "2001:db8:85a3::8a2e:370:7334", "fe80::1", "::ffff:1.2.3.4"]
)
def test_address(value: str) -> None:
    assert scrub(f"from {value}.") == "from [IP]."


@pytest.mark.parametrize(
    "text",
    [
        "version 1.2.3.4",
        "v1.2.3.4",
        "§ 1.2.3.4",
        "section 1.2.3.4",
        "1.2.3.4.5",
        "300.1.2.3",
        "127.0.0.1",
        "::1",
        "255.255.255.0",
        "12:30:45",
        "std::map a::b",
        "00:1B:44:11:3A:B7",
    ],
)
def test_no_address(text: str) -> None:
    assert scrub(text) is text


@pytest.mark.parametrize(
    "value",
    [
        "DE89 3704 0044 0532 0130 00",
        "GB29NWBK60161331926819",
        "FR14 2004 1010 0505 0001 3M02 606",
        "NL91 ABNA 0417 1643 00",
        "ES91 2100 0418 4502 0005 1332",
        "IT60 X054 2811 1010 0000 0123 456",
    ],
)
def test_iban(value: str) -> None:
    assert scrub(f"to {value} now") == "to [IBAN] now"
    wrong = value[:2] + f"{(int(value[2:4]) + 1) % 98:02}" + value[4:]
    assert "[IBAN]" not in scrub(f"to {wrong} now")


@pytest.mark.parametrize(
    ("region", "value"),
    [
        ("US", "536-90-4399"),
        ("US", "ssn 536904399"),
        ("GB", "AB 12 34 56 C"),
        ("GB", "nhs 943 476 5870"),
        ("DE", "36 574 261 809"),
        ("DE", "36574261809"),
        ("DE", "Steuer-ID 36574261809"),
        ("FR", "2 95 10 99 126 111 93"),
        ("FR", "253072A07300443"),
        ("ES", "54.362.315-K"),
        ("ES", "X-2482300W"),
        ("IT", "RCCMNL83S18D969H"),
        ("NL", "1112.22.333"),
        ("NL", "bsn 111222333"),
        ("BE", "85.07.30-033 28"),
        ("CH", "756.9217.0769.85"),
        ("SE", "880320-0016"),
        ("DK", "211062-5629"),
        ("NO", "151086 95088"),
        ("FI", "131052-308T"),
        ("PL", "44051401359"),
        ("CZ", "710319/2745"),
        ("IE", "6433435F"),
        ("PT", "nif 501 964 843"),
        ("CA", "sin 123-456-782"),
        ("AU", "tfn 123 456 782"),
        ("BR", "390.533.447-05"),
        ("MX", "BOXW310820HNERXN09"),
        ("IN", "aadhaar 2341 2341 2346"),
        ("JP", "my number 6214 9832 0257"),
        ("KR", "971013-9019902"),
        ("ZA", "7503305044089"),
    ],
)
def test_national_id(region: str, value: str) -> None:
    made = scrub(f"see {value}.", region, types=("national_id",))
    assert made.endswith("[NATIONAL_ID].")
    assert not any(character.isdigit() for character in made)


@pytest.mark.parametrize(
    "text",
    ["part 536904399", "Bestellnummer 36574261809", "item 111222333", "54362315-A", "AB 12 34"],
)
def test_no_national_id(text: str) -> None:
    assert scrub(text) is text


def test_the_longest_finding_counts() -> None:
    assert scrub("to DE89 3704 0044 0532 0130 00") == "to [IBAN]"
    assert scrub("u@[192.168.0.1]") == "[EMAIL]"


PIECES = """12 4111 1111 415 555 2671 ( ) + - . : @ a@b.co 1.2.3.4 fe80:: DE89 3704 0044 0532 0130
00 tel order [PHONE] 36 574 261 809 536-90-4399"""


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(PIECES.split()),
        max_size=14,
    ),
    st.sampled_from(["", " "]),
)
def test_scrubbing_twice_is_scrubbing_once(parts: list[str], gap: str) -> None:
    once = scrub(gap.join(parts))
    assert scrub(once) is once


def test_all_texts_of_a_row_are_scrubbed_and_counted() -> None:
    row = new_row(
        key="rosa@example.com",
        place="f, key 'a@example.com'",
        prompt="mail a@example.com",
        source="from 8.8.8.8",
        reference="none",
        rejected="mail b@example.com or c@example.com",
        messages=[{"role": "user", "content": "I am a@example.com"}],
        group="a@example.com",
        tags=["a@example.com", "story"],
        stratum="a@example.com",
    )
    outcome = Scrubbed(PERSONAL, REGIONS)(row)
    (made,) = outcome.rows
    assert outcome.counts == {"email": 4, "ip": 1}
    assert "example.com" not in str(made)
    assert made["messages"] == [{"role": "user", "content": "I am [EMAIL]"}]
    assert made["tags"] == ["[EMAIL]", "story"]
    assert made["key"] != made["group"]
    assert row["key"] == "rosa@example.com"


def test_a_row_without_findings_is_the_same_object() -> None:
    row = new_row(key="1", place="f", reference="In 1995 we paid $1,200.50 for 12 items.")
    assert Scrubbed(PERSONAL, REGIONS)(row).rows[0] is row


def test_long_texts_take_time_that_grows_with_their_length_only() -> None:
    for part in (
        "1",
        "a",
        "1 ",
        "12 ",
        "1.2.",
        "ab:",
        "a@",
        "@a.",
        "AB12",
        "(1",
        "1-",
        "0 ",
        "00 ",
    ):
        scrub(part * 2_000)


def test_few_runs_of_digits_are_parsed_as_telephone_numbers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    n_parsed = 0

    def counted(*given: Any, **settings: Any) -> Any:
        nonlocal n_parsed
        n_parsed += 1
        return phonenumbers.parse(*given, **settings)

    monkeypatch.setattr("phonenumbers.phonenumbermatcher.parse", counted)
    draw = random.Random(3)
    n = len(list(find_phones("".join(draw.choices("0123456789   ", k=2_000)), REGIONS)))
    assert n < n_parsed < 400  # each try of each region's matcher would be a parse: 3,000
    n_parsed = 0
    assert list(find_phones("0 " * 1_000, REGIONS)) == []
    assert n_parsed < 200


@pytest.mark.parametrize("region", ["US", "GB", "DE", "IT", "AR", "IM", "KZ", "MX"])
def test_every_valid_number_has_a_possible_form(region: str) -> None:
    draw = random.Random(region)
    plan = phonenumbers.PhoneMetadata.metadata_for_region(region)
    assert plan is not None
    prefixes = ["", "0", "1", "8", "00", "011", str(plan.country_code), f"{plan.country_code}0"]
    known = [phonenumbers.example_number_for_type(region, kind) for kind in range(11)]
    starts = [str(one.national_number)[:4] for one in known if one]
    n_valid = 0
    for _ in range(400):
        end = "".join(draw.choices("0123456789", k=draw.randint(3, 7)))
        digits = draw.choice(prefixes) + draw.choice(starts) + end
        try:
            valid = phonenumbers.is_valid_number(phonenumbers.parse(digits, region))
        except phonenumbers.NumberParseException:
            continue
        assert not valid or possible_number(region).fullmatch(digits), digits
        n_valid += valid
    assert n_valid > 10


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([form for forms in FORMS.values() for form in forms]).flatmap(
        lambda form: st.tuples(
            st.just(form), st.from_regex(re.compile(form.shape, re.ASCII), fullmatch=True)
        )
    )
)
def test_every_national_number_begins_as_its_form_says(drawn: tuple[Form, str]) -> None:
    form, value = drawn
    assert re.match(form.begins, value, re.ASCII)


def test_an_unknown_region_is_said() -> None:
    with pytest.raises(ConfigError, match="'UK'"):
        personal_steps(PrepareConfig(name="x", scrub_regions=("UK",)))
    assert personal_steps(PrepareConfig(name="x", scrub=False)) == []


PLANTED = {
    "email": "rosa.smith@example.com",
    "phone": "+44 20 7946 0958",
    "card": "4111 1111 1111 1111",
    "ip": "203.0.113.77",
    "iban": "DE89 3704 0044 0532 0130 00",
    "national_id": "536-90-4399",
}


def test_no_value_is_left_in_folder_report_or_log(
    write, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    texts = [
        f"A long walk number {number} by the old harbour was seen by {name}: {value} was there."
        for number, (name, value) in enumerate(PLANTED.items())
    ]
    rows = [{"key": f"k{n}", "prompt": text, "reference": text} for n, text in enumerate(texts)]
    origin = write("rows.jsonl", rows)
    config = PrepareConfig(name="tales", near="off", quality=False)
    told: list[str] = []
    prepared = prepare([origin], config, tmp_path / "data", lambda share, text: told.append(text))
    report = (prepared.dataset.steps or {})["steps"]
    (step,) = [one for one in report if one["name"] == "personal data"]
    assert step["counts"] == dict.fromkeys(PLANTED, 2)
    assert step["n_changed"] == len(PLANTED)
    everything = [path.read_bytes() for path in tmp_path.rglob("data/**/*") if path.is_file()]
    everything += [str(prepared).encode(), "".join(told).encode(), caplog.text.encode()]
    for value in PLANTED.values():
        assert not any(value.encode() in one for one in everything), value
