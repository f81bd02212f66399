"""Drafts, words, sizes and accessibility of the page that marks are made on."""

from __future__ import annotations

import time
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.apps.review.spans_page import (
    LABELS,
    SIGNS,
    STORY,
    Open,
    judging,
    mark,
    words,
)

pytestmark = pytest.mark.browser


def test_a_draft_comes_back_as_it_was(spans: Open) -> None:
    text = SIGNS["emoji"]
    one = spans(text)
    one.drag_over("👨‍👩‍👧‍👦 and 🇩🇪")
    one.press("3", "m")
    one.page.locator(".rl-span-note").fill("👍 note")
    one.drag_over("Hi")
    content = one.content
    again = spans(text, content=content)
    assert again.content == content
    assert again.missing == LABELS["missing_category"].format(numbers=1)
    clean = spans(content={"spans": [], "judgements": {}, "clean": True})
    assert clean.missing == ""
    taken_back = spans(content={"spans": []}, answer={"kind": "spans"})
    assert taken_back.missing == ""


def test_what_others_wrote_is_never_markup(spans: Open) -> None:
    text = "<b>bold</b> <script>window.hacked = true</script> ${1} {{x}} \u202eabc\u202c end"
    note = "<img src=x onerror='window.hacked = true'>"
    one = spans(text, content={"spans": [mark(text, "<b>bold</b>", note=note)]})
    assert one.shown == text
    expect(one.page.locator(".rl-span-said")).to_have_text(note)
    assert one.page.evaluate("window.hacked") is None


@pytest.mark.parametrize(
    "text",
    [
        (STORY + "\n") * (1_000_000 // len(STORY)),
        "👩‍🚀 cafe\u0301 " * 70_000,
        "x" * 1_000_000,
    ],
    ids=["lines", "emoji", "one word"],
)
def test_a_megabyte_stays_usable(spans: Open, text: str) -> None:
    one = spans(text)
    assert one.page.locator(".rl-paper *").count() < 600
    begun = time.perf_counter()
    one.press("e", "PageDown", "Space", "ArrowRight", "Enter", "2", "Escape")
    assert time.perf_counter() - begun < 30, "a megabyte in one block takes minutes"
    assert [each["category"] for each in one.spans] == ["contradicts_source"]
    assert one.quotes[0] == text[one.spans[0]["start"] :][: len(one.quotes[0])]
    assert one.shown == text


@pytest.mark.parametrize("width", [400, 900, 1440])
def test_german_words_and_no_overflow(spans: Open, width: int) -> None:
    german = words("de")["spans"]
    content = {"spans": [mark(STORY, "ten apples", "contradicts_source")]}
    one = spans(
        language="de", content=content, window={"viewport": {"width": width, "height": 800}}
    )
    one.click("apples")
    editor = one.page.locator(".rl-span-editor")
    expect(editor).to_contain_text(german["category"]["contradicts_itself"])
    expect(one.page.locator(".rl-span-pick")).to_contain_text("Widerspricht der Quelle · Leicht")
    assert one.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    box = editor.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width


def test_both_languages_have_the_same_words() -> None:
    def names(table: dict[str, Any]) -> set[str]:
        inner = [
            f"{key}.{each}" for key, one in table.items() if isinstance(one, dict) for each in one
        ]
        return {*table, *inner}

    assert names(words("de")["spans"]) == names(LABELS)


@pytest.mark.parametrize("width", [400, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(spans: Open, width: int, scheme: str) -> None:
    window = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
    every = [
        mark(STORY, piece, category)
        for piece, category in zip(
            ["Rosa", "painter", "sea", "Ivy", "market"], LABELS["category"], strict=True
        )
    ]
    one = judging(spans, window=window, content={"spans": [*every, mark(STORY, "six", "")]})
    one.press("e", "Tab", "Tab")
    found = Axe().run(one.page, options={"resultTypes": ["violations"]}).response["violations"]
    serious = [each for each in found if each["impact"] in ("serious", "critical")]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in serious] == []
