"""One page of an account works at a time, in real browsers; places are held; leads are heard."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from lab.records import Message, Role
from storage.client import Store
from tests.apps.review.hands import ELSEWHERE, TASK, chosen, leases, press, saved, shown, submit
from tests.apps.review.watched import Visit

pytestmark = pytest.mark.browser

GO_ON = '[data-do="take-over"]'


@pytest.fixture
def other_device(chromium: Browser, visit: Visit) -> Any:
    """Give another browser in which the same person is signed in."""
    context = chromium.new_context(viewport={"width": 400, "height": 860})
    context.add_cookies(visit.context.cookies())
    one = Visit(context, visit.served)
    yield one
    context.close()
    assert one.problems == []


def looks(page: Page) -> None:
    """Let a page ask at once whether it is still the one at work, as it does when it is used."""
    page.evaluate("window.dispatchEvent(new Event('focus'))")


@pytest.mark.parametrize("bench", [{"kinds": "rrr"}], indirect=True)
def test_a_second_tab_takes_over_and_gives_back(visit: Visit, bench: Any) -> None:
    first = visit.open()
    first.wait_for_selector(TASK)
    press(first, "4", "4")
    second = visit.open()
    second.wait_for_selector(TASK)
    first.wait_for_selector(ELSEWHERE)
    expect(first.locator('[data-for="elsewhere"] h1')).to_be_focused()
    assert chosen(second) == ["4", "4"]
    submit(second, "5", "5")
    saved(second, 1)
    press(second, "2")
    first.locator(GO_ON).click()
    first.wait_for_selector(TASK)
    second.wait_for_selector(ELSEWHERE)
    assert chosen(first) == ["2"]
    submit(first, "1", "1", "1")
    saved(first, 2)
    by_item = sorted(one["value"] for one in bench.ratings())
    assert by_item == [1, 1, 1, 2, 4, 4, 5, 5]


@pytest.mark.parametrize("bench", [{"kinds": "rrr"}], indirect=True)
def test_another_device_takes_over_with_the_draft(
    visit: Visit, other_device: Visit, bench: Any
) -> None:
    here = visit.open()
    here.wait_for_selector(TASK)
    with here.expect_response("**/api/drafts"):
        press(here, "3", "1")
    there = other_device.open()
    there.wait_for_selector(TASK)
    assert shown(there) == shown(here)
    assert chosen(there) == ["3", "1"]
    looks(here)
    here.wait_for_selector(ELSEWHERE)
    with there.expect_response("**/api/drafts"):
        press(there, "5")
    press(here, "Tab")
    here.locator(GO_ON).focus()
    press(here, "Enter")
    here.wait_for_selector(TASK)
    assert chosen(here) == ["3", "1", "5"]
    looks(there)
    there.wait_for_selector(ELSEWHERE)


def test_keys_do_nothing_in_a_page_that_was_left(visit: Visit, bench: Any) -> None:
    first = visit.open()
    first.wait_for_selector(TASK)
    second = visit.open()
    first.wait_for_selector(ELSEWHERE)
    press(first, "1", "1", "1", "1", "Enter", "u", "s", "g")
    expect(first.locator("dialog[open]")).to_have_count(0)
    second.wait_for_selector(TASK)
    assert chosen(second) == []
    assert bench.n_answers() == 0


def test_an_answer_on_its_way_is_taken_from_a_page_that_was_left(visit: Visit, bench: Any) -> None:
    first = visit.open()
    first.wait_for_selector(TASK)
    visit.expect_trouble = True
    first.route("**/api/answers", lambda route: route.abort())
    press(first, "5", "5", "5", "5", "Enter")
    expect(first.locator('[data-slot="bar-unsent"]')).to_be_visible()
    second = visit.open()
    second.wait_for_selector(TASK)
    first.wait_for_selector(ELSEWHERE)
    saved(second, 1)
    assert {one["value"] for one in bench.ratings()} == {5}


def test_places_are_held_while_there_is_life(visit: Visit, bench: Any, review_store: Store) -> None:
    page = visit.context.new_page()
    visit.watch(page)
    page.clock.install()
    page.goto(visit.served.address + "/review/")
    page.wait_for_selector(TASK)
    before = leases(review_store, bench)
    press(page, "3")
    with page.expect_response("**/api/renew") as renewed:
        page.clock.fast_forward("04:10")
    assert len(renewed.value.json()["held"]) == 2
    assert leases(review_store, bench) == before + 2


def test_a_message_of_the_lead_stays_until_it_is_read(
    visit: Visit, bench: Any, review_store: Store
) -> None:
    page = visit.open()
    page.wait_for_selector(TASK)
    bench.person("lea", Role.LEAD)
    words = ["Please read <b>slowly</b>.", "And take breaks."]
    for text in words:
        message = Message(
            sender_id=bench.accounts["lea"].id, recipient_id=bench.accounts["ada"].id, text=text
        )
        review_store.add([message])
    looks(page)
    bar = page.locator('[data-slot="bar-message"]')
    expect(bar.locator('[data-slot="bar-message-text"]')).to_have_text(words[0])
    page.reload()
    expect(bar.locator('[data-slot="bar-message-text"]')).to_have_text(words[0])
    bar.get_by_role("button").click()
    expect(bar.locator('[data-slot="bar-message-text"]')).to_have_text(words[1])
    bar.get_by_role("button").click()
    expect(bar).to_be_hidden()
    page.reload()
    page.wait_for_selector(TASK)
    with page.expect_response("**/api/here"):
        looks(page)
    expect(bar).to_be_hidden()


@pytest.mark.parametrize("bench", [{"kinds": "rrr"}], indirect=True)
def test_what_comes_in_late_does_not_bring_a_left_page_back(visit: Visit, bench: Any) -> None:
    first = visit.open()
    first.wait_for_selector(TASK)
    held = []
    first.route("**/tasks", lambda route: held.append((route, route.fetch())))
    submit(first, "4", "4", "4", "4")
    saved(first, 1)
    first.wait_for_timeout(100)
    second = visit.open()
    second.wait_for_selector(TASK)
    first.wait_for_selector(ELSEWHERE)
    ((route, reply),) = held
    with first.expect_response("**/tasks"):
        route.fulfill(response=reply)
    first.wait_for_timeout(100)
    assert first.locator(ELSEWHERE).is_visible()
    first.unroute("**/tasks")
    first.locator(GO_ON).click()
    first.wait_for_selector(TASK)
    second.wait_for_selector(ELSEWHERE)
