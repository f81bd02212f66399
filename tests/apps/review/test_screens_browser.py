"""The screens around the tasks, small windows and touch, in a real browser."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from lab.records import StudyStatus
from tests.apps.review.hands import (
    DONE,
    TASK,
    no_overflow,
    press,
    saved,
    shown,
    submit,
    wait_for_other,
)

pytestmark = pytest.mark.browser


def test_a_paused_study_says_so(page: Page, bench: Any) -> None:
    bench.set_status(StudyStatus.PAUSED)
    submit_two = ("1", "1", "1", "1", "Enter")
    press(page, *submit_two)
    saved(page, 1)
    press(page, *submit_two)
    page.wait_for_selector('.rl[data-screen="paused"]')
    bench.set_status(StudyStatus.OPEN)
    page.locator('[data-for="paused"] button').click()
    page.wait_for_selector(TASK)


def test_no_open_study_says_so(visit: Any, bench: Any) -> None:
    bench.set_status(StudyStatus.CLOSED)
    page = visit.open()
    page.wait_for_selector('.rl[data-screen="empty"]')
    expect(page.locator('[data-for="empty"] h1')).to_have_text("Nothing to review right now")


def test_several_studies_are_offered_and_the_last_is_resumed(
    visit: Any, bench: Any, another_bench: Any
) -> None:
    page = visit.open()
    page.wait_for_selector('.rl[data-screen="choose"]')
    page.locator(f'[data-study="{another_bench.study.id}"]').click()
    page.wait_for_selector(TASK)
    page.reload()
    page.wait_for_selector(TASK)
    page.locator('[data-do="studies"]').click()
    page.wait_for_selector('.rl[data-screen="choose"]')


@pytest.mark.parametrize("bench", [{"kinds": "rv"}], indirect=True)
@pytest.mark.parametrize("width", [400, 799, 1024])
def test_small_screens_scroll_one_way(page: Page, bench: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 860})
    no_overflow(page)
    for key in ("g", "?", "s", "f"):
        press(page, key)
        no_overflow(page)
        press(page, "Escape")
    press(page, "f", "4", "Enter")
    no_overflow(page)
    submit(page, "1", "1", "1", "1")
    no_overflow(page)
    left, right = (page.locator(f'[data-slot="pane-{n}"]').bounding_box() for n in (0, 1))
    stacked = right["y"] >= left["y"] + left["height"]
    assert stacked == (width < 800)
    submit(page, "t")
    page.wait_for_selector(DONE)
    no_overflow(page)


def test_it_works_by_touch_alone(page: Page, bench: Any) -> None:
    page.set_viewport_size({"width": 400, "height": 860})
    before = shown(page)
    for group in page.locator(".rl-criterion").all():
        group.locator(".rl-point").nth(3).click()
    page.locator('[data-slot="submit"]').click()
    wait_for_other(page, before)
    saved(page, 1)


@pytest.mark.parametrize("bench", [{"kinds": "rs"}], indirect=True)
def test_the_prompt_stays_in_view_beside_a_long_text(page: Page, bench: Any) -> None:
    page.locator('[data-slot="text-0"]').evaluate(
        "node => { node.textContent += ' again'.repeat(4000) }"
    )
    page.mouse.wheel(0, 3000)
    page.wait_for_function("scrollY > 1000")
    for slot in ("prompt-pane", "head", "dock"):
        expect(page.locator(f'[data-slot="{slot}"]')).to_be_in_viewport(ratio=0.9)
    prompt = page.locator('[data-slot="context"]').bounding_box()
    head = page.locator('[data-slot="head"]').bounding_box()
    dock = page.locator('[data-slot="dock"]').bounding_box()
    assert prompt["y"] >= head["y"] + head["height"]
    assert prompt["y"] + prompt["height"] <= dock["y"]


@pytest.mark.parametrize("bench", [{"kinds": "rr"}], indirect=True)
def test_the_last_page_thanks_with_the_own_count_and_time(page: Page, bench: Any) -> None:
    submit(page, "1", "1", "1", "1")
    submit(page, "2", "2", "2", "2")
    page.wait_for_selector(DONE)
    expect(page.locator('[data-for="done"] h1')).to_be_focused()
    expect(page.locator('[data-slot="done-text"]')).to_contain_text("You answered 2 items.")
    expect(page.locator('[data-slot="done-time"]')).to_contain_text("less than a minute")
