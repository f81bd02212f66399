"""The review page in German, in a real browser: by the browser's wish, and by the switch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from apps.review.wording import words
from tests.apps.review.hands import DONE, TASK, chosen, press, submit
from tests.apps.review.made import Bench
from tests.apps.review.watched import Visit, sign_in

pytestmark = pytest.mark.browser

SWITCH = '[data-slot="language"]'
SUBMIT = '[data-slot="submit-text"]'


@pytest.fixture
def page_in(chromium: Browser, served: Any, bench: Bench) -> Iterator[Callable[[str], Page]]:
    """Open the page in a browser that prefers a language."""
    visits: list[Visit] = []

    def make(locale: str) -> Page:
        context = chromium.new_context(viewport={"width": 1440, "height": 900}, locale=locale)
        sign_in(context, served, bench.person("ada"))
        visits.append(Visit(context, served))
        page = visits[-1].open()
        page.wait_for_selector(TASK)
        return page

    yield make
    for one in visits:
        one.context.close()
    assert [one.problems for one in visits if one.problems] == []


def language(page: Page) -> str:
    spoken: str = page.evaluate("document.documentElement.lang")
    return spoken


@pytest.mark.parametrize(
    ("locale", "expected"), [("de-AT", "de"), ("en-GB", "en"), ("fr-FR", "en")]
)
def test_the_browser_s_wish_is_the_default(
    page_in: Callable[[str], Page], locale: str, expected: str
) -> None:
    page = page_in(locale)
    assert language(page) == expected
    expect(page.locator(SUBMIT)).to_have_text(words(expected)["answer"]["submit"])
    expect(page.locator(SWITCH)).to_have_value(expected)


def test_the_switch_is_remembered_and_keeps_what_is_entered(
    page_in: Callable[[str], Page],
) -> None:
    page = page_in("en-GB")
    press(page, "4", "2")
    expect(page.locator(f"{SWITCH} option")).to_have_text(["English", "Deutsch"])
    page.locator(SWITCH).select_option("de")
    expect(page.locator(SUBMIT)).to_have_text("Absenden")
    assert language(page) == "de"
    expect(page.locator(".rl-point input:checked")).to_have_count(2)
    assert chosen(page) == ["4", "2"]
    page.reload()
    expect(page.locator(SUBMIT)).to_have_text("Absenden")


@pytest.mark.parametrize(
    "bench", [{"kinds": "rv", "vote_criteria": ["fluency", "coherence"]}], indirect=True
)
def test_a_whole_study_in_german(page_in: Callable[[str], Page]) -> None:
    page = page_in("de-DE")
    with page.expect_request("**/api/answers") as sent:
        press(page, "Enter")
        expect(page.locator('[data-slot="problem"]')).to_have_text(
            "Noch zu bewerten: coherence, fluency, relevance und creativity"
        )
        submit(page, "1", "2", "3", "4")
    assert sent.value.headers["x-lab-language"] == "de"
    expect(page.locator(".rl-vote legend").last).to_have_text("Insgesamt")
    submit(page, "t", "x", "ArrowLeft")
    page.wait_for_selector(DONE)
    expect(page.locator('[data-for="done"] h1')).to_have_text("Vielen Dank")
    expect(page.locator('[data-slot="done-text"]')).to_contain_text("2 Aufgaben")
    expect(page.locator('[data-slot="progress-text"]')).to_contain_text("2 von 2 · gespeichert")
