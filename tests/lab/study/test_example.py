"""Checks that the example protocol of the documents is whole and can be read."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from pathlib import Path

from lab.study.blindness import unblind_words
from lab.study.protocol import Protocol, from_dict, read_protocol, to_dict

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "docs" / "example-study.toml"


def test_the_example_is_read_and_blind() -> None:
    protocol = read_protocol(EXAMPLE)
    assert protocol.kinds == ("rate", "spans", "ab")
    assert [gold.kind for gold in protocol.gold] == ["rate", "ab", "spans"]
    assert [len(criterion.anchors) for criterion in protocol.criteria] == [5, 5, 5, 3]
    assert from_dict(to_dict(protocol)) == protocol
    assert unblind_words(protocol) == []


def test_the_example_names_every_field_but_the_baseline() -> None:
    values = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    fields = {field.name for field in dataclasses.fields(Protocol)}
    assert fields - set(values) == {"baseline"}


def test_the_document_lists_every_field() -> None:
    document = (ROOT / "docs" / "file-formats.md").read_text(encoding="utf-8")
    (section,) = re.findall(r"^## Protocols: .*?(?=^## )", document, re.MULTILINE | re.DOTALL)
    named = set(re.findall(r"^\| ([^|]+) \|", section, re.MULTILINE))
    listed = {word for row in named for word in re.findall(r"`(\w+)`", row)}
    assert {field.name for field in dataclasses.fields(Protocol)} <= listed
