"""What is entered in a real browser survives reloads, crashes, lost replies and other windows."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.apps.review.hands import DONE, TASK, chosen, press, saved, submit, values_of

pytestmark = pytest.mark.browser


def test_a_reload_keeps_what_was_entered(page: Page, bench: Any) -> None:
    press(page, "4", "3", "c")
    page.keyboard.type("half a thought")
    page.reload()
    page.wait_for_selector(TASK)
    expect(page.locator('[data-slot="comment"]')).to_have_value("half a thought")
    assert chosen(page) == ["4", "3"]


def test_another_browser_finds_the_draft(visit: Any, bench: Any, chromium: Any) -> None:
    page = visit.open()
    page.wait_for_selector(TASK)
    with page.expect_response("**/api/drafts"):
        press(page, "4", "3")
    elsewhere = chromium.new_context()
    elsewhere.add_cookies(visit.context.cookies())
    other = elsewhere.new_page()
    other.goto(visit.served.address + "/review/")
    other.wait_for_selector(TASK)
    expect(other.locator(".rl-point input:checked")).to_have_count(2)
    elsewhere.close()


@pytest.mark.slow
@pytest.mark.parametrize("bench", [{"kinds": "rrrr"}], indirect=True)
def test_answers_given_while_the_server_is_dead_arrive_once(
    chromium: Any, review_home: Any, bench: Any, served_for_killing: Any, visit_of: Any
) -> None:
    visit = visit_of(served_for_killing)
    visit.expect_trouble = True
    page = visit.open()
    page.wait_for_selector(TASK)
    submit(page, "1", "1", "1", "1")
    saved(page, 1)
    page.wait_for_timeout(300)
    served_for_killing.kill()
    submit(page, "2", "2", "2", "2")
    press(page, "3", "3", "3", "3", "Enter")
    bar = page.locator('[data-slot="bar-unsent-text"]')
    expect(bar).to_contain_text("2 answers are kept in this browser")
    served_for_killing.start()
    expect(bar).to_be_hidden(timeout=15000)
    saved(page, 3)
    page.wait_for_selector(TASK)
    submit(page, "4", "4", "4", "4")
    page.wait_for_selector(DONE)
    by_item = [set(values_of(bench, index).values()) for index in range(4)]
    assert by_item == [{1}, {2}, {3}, {4}]
    assert bench.n_answers() == 4


def test_a_reload_with_unsent_answers_sends_them(visit: Any, bench: Any) -> None:
    page = visit.open()
    page.wait_for_selector(TASK)
    visit.expect_trouble = True
    page.route("**/api/answers", lambda route: route.abort())
    press(page, "5", "5", "5", "5", "Enter")
    expect(page.locator('[data-slot="bar-unsent"]')).to_be_visible()
    page.unroute("**/api/answers")
    page.reload()
    page.wait_for_selector(TASK)
    saved(page, 1)
    assert set(values_of(bench).values()) == {5}


def test_a_lost_reply_does_not_double(visit: Any, bench: Any) -> None:
    page = visit.open()
    page.wait_for_selector(TASK)
    visit.expect_trouble = True
    lost = []

    def lose(route: Any) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.fetch())
        route.abort()

    page.route("**/api/answers", lose)
    press(page, "5", "5", "5", "5", "Enter")
    expect(page.locator('[data-slot="bar-unsent"]')).to_be_visible()
    page.evaluate("window.dispatchEvent(new Event('online'))")
    saved(page, 1)
    assert bench.n_answers() == 1


def test_an_ended_session_keeps_the_answer_until_the_next(visit: Any, bench: Any) -> None:
    page = visit.open()
    page.wait_for_selector(TASK)
    visit.expect_trouble = True
    cookies = visit.context.cookies()
    visit.context.clear_cookies()
    press(page, "2", "3", "2", "3", "Enter")
    expect(page.locator('[data-slot="bar-session"]')).to_be_visible()
    link = page.locator('[data-slot="bar-session-link"]')
    assert link.get_attribute("href") == "/sign-in?next=/review/"
    visit.context.add_cookies(cookies)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator('[data-slot="bar-session"]')).to_be_hidden()
    saved(page, 1)


def test_idle_and_hidden_time_does_not_count(page: Page, bench: Any) -> None:
    assets = page.evaluate(
        """performance.getEntriesByType('resource')
           .map((entry) => entry.name).find((name) => name.includes('clock.js'))"""
    )
    seconds = page.evaluate(
        """async (address) => {
          const { ActiveClock } = await import(address);
          let now = 0;
          const clock = new ActiveClock(() => now);
          now = 10000; clock.touch();
          now = 200000; clock.touch();
          now = 205000; clock.pause();
          now = 900000;
          return clock.seconds;
        }""",
        assets,
    )
    assert seconds == 45


@pytest.mark.parametrize("bench", [{"kinds": "rr", "break_minutes": 0.005}], indirect=True)
def test_a_break_is_offered_and_not_forced(page: Page, bench: Any) -> None:
    bar = page.locator('[data-slot="bar-break"]')
    press(page, "3")
    expect(bar).to_be_visible()
    expect(bar).to_contain_text("A short break")
    press(page, "4", "Escape")
    expect(bar).to_be_hidden()
    press(page, "5")
    expect(bar).to_be_visible()
    submit(page, "1")
    bar.get_by_role("button").click()
    expect(bar).to_be_hidden()
    saved(page, 1)
    assert list(values_of(bench).values()) == [3, 4, 5, 1]


@pytest.mark.parametrize("bench", [{"kinds": "rr", "break_minutes": 0}], indirect=True)
def test_no_break_is_offered_where_the_study_wants_none(page: Page, bench: Any) -> None:
    press(page, "3")
    page.evaluate("() => new Promise((resolve) => setTimeout(resolve, 1500))")
    expect(page.locator('[data-slot="bar-break"]')).to_be_hidden()
