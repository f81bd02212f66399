"""Every screen of the review page under axe-core, light and dark, wide and narrow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from lab.records import Message, Role, StudyStatus
from tests.apps.review.hands import DONE, TASK, press, submit
from tests.apps.review.made import Bench
from tests.apps.review.watched import Visit, sign_in

pytestmark = pytest.mark.browser

LOOKS = [("light", 1440), ("dark", 1440), ("light", 400), ("dark", 400)]


@pytest.fixture(params=LOOKS, ids=lambda look: f"{look[0]}-{look[1]}")
def seen(
    request: pytest.FixtureRequest, chromium: Browser, served: Any, bench: Bench
) -> Iterator[Visit]:
    """Open a window of some look in which Ada is signed in."""
    scheme, width = request.param
    context = chromium.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    )
    sign_in(context, served, bench.person("ada"))
    one = Visit(context, served)
    yield one
    context.close()
    assert one.problems == []


def begin(visit: Visit, screen: str = TASK) -> Page:
    page = visit.open()
    page.wait_for_selector(screen)
    return page


def clean(page: Page) -> None:
    """Let axe find nothing serious or critical in what is shown."""
    found = Axe().run(page).response["violations"]
    bad = [
        (one["id"], [node["html"][:120] for node in one["nodes"]])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
    assert bad == []


def test_ratings_and_panels(seen: Visit, bench: Bench) -> None:
    page = begin(seen)
    clean(page)
    press(page, "3", "4", "Enter")
    expect(page.locator('[data-slot="problem"]')).to_be_visible()
    clean(page)
    for key in ("g", "?", "f", "s"):
        press(page, key)
        expect(page.locator("dialog[open]")).to_be_visible()
        clean(page)
        press(page, "Escape")


@pytest.mark.parametrize(
    "bench", [{"kinds": "vr", "vote_criteria": ["fluency", "coherence"]}], indirect=True
)
def test_votes(seen: Visit, bench: Bench) -> None:
    page = begin(seen)
    press(page, "ArrowLeft", "t")
    clean(page)


@pytest.mark.parametrize("bench", [{"kinds": "hr"}], indirect=True)
def test_marks_and_suggestions(seen: Visit, bench: Bench) -> None:
    page = begin(seen)
    clean(page)
    press(page, "e", "Enter", "ArrowRight", "Enter", "1")
    expect(page.locator('[data-slot="text-0"] mark')).not_to_have_count(0)
    clean(page)
    press(page, "e", "Enter")
    expect(page.locator('[data-slot="question"]')).to_contain_text("suggestion")
    clean(page)


@pytest.mark.parametrize("bench", [{"kinds": "tr", "break_minutes": 0.005}], indirect=True)
def test_training_a_break_and_a_message(seen: Visit, bench: Bench) -> None:
    bench.person("lea", Role.LEAD)
    message = Message(
        sender_id=bench.accounts["lea"].id, recipient_id=bench.accounts["ada"].id, text="Well done."
    )
    bench.store.add([message])
    page = begin(seen)
    press(page, "5", "5", "5", "5", "Enter")
    expect(page.locator('[data-slot="reply"]')).to_be_visible()
    expect(page.locator('[data-slot="bar-break"]')).to_be_visible()
    expect(page.locator('[data-slot="bar-message"]')).to_be_visible()
    clean(page)


@pytest.mark.parametrize("bench", [{"kinds": "r"}], indirect=True)
def test_thanks_and_another_window(seen: Visit, bench: Bench) -> None:
    page = begin(seen)
    submit(page, "1", "1", "1", "1")
    page.wait_for_selector(DONE)
    clean(page)
    begin(seen, DONE)
    page.wait_for_selector('.rl[data-screen="elsewhere"]')
    clean(page)


@pytest.mark.parametrize("bench", [{"kinds": "tr", "qualification": 1.0}], indirect=True)
def test_not_qualified(seen: Visit, bench: Bench) -> None:
    page = begin(seen)
    press(page, "5", "5", "5", "5", "Enter")
    page.wait_for_selector('[data-slot="reply"]')
    press(page, "Enter")
    page.wait_for_selector('.rl[data-screen="unqualified"]')
    clean(page)


def test_pauses_and_nothing_open(seen: Visit, bench: Bench) -> None:
    bench.set_status(StudyStatus.CLOSED)
    page = begin(seen, '.rl[data-screen="empty"]')
    clean(page)
    bench.set_status(StudyStatus.OPEN)
    page.reload()
    page.wait_for_selector(TASK)
    bench.set_status(StudyStatus.PAUSED)
    press(page, "1", "1", "1", "1", "Enter", "1", "1", "1", "1", "Enter")
    page.wait_for_selector('.rl[data-screen="paused"]')
    clean(page)


def test_several_studies(seen: Visit, bench: Bench, another_bench: Callable[[], Bench]) -> None:
    clean(begin(seen, '.rl[data-screen="choose"]'))


def test_something_refused(seen: Visit, bench: Bench) -> None:
    page = begin(seen)
    seen.expect_trouble = True
    page.route("**/api/undo", lambda route: route.fulfill(status=403, json={"error": "No."}))
    page.route("**/api/answers", lambda route: route.fulfill(status=422, json={"error": "No."}))
    press(page, "1", "1", "1", "1", "Enter")
    expect(page.locator('[data-slot="bar-rejected"]')).to_be_visible()
    clean(page)
