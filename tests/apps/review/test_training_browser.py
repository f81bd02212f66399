"""Replies read before the next task, in a real browser: training, disputes, suggestions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.apps.review.hands import DONE, TASK, press, saved, shown, submit, wait_for_other
from tests.apps.review.made import EXPLANATION, Bench
from tests.apps.review.watched import Visit, sign_in

pytestmark = pytest.mark.browser

REPLY = '[data-slot="reply"]'
TITLE = '[data-slot="reply-title"]'
PROGRESS = '[data-slot="progress-text"]'
UNQUALIFIED = '.rl[data-screen="unqualified"]'


@pytest.mark.parametrize("bench", [{"kinds": "tTrr"}], indirect=True)
def test_training_is_counted_answered_and_explained(page: Page, bench: Any) -> None:
    expect(page.locator(PROGRESS)).to_contain_text("Training 1 of 2")
    expect(page.locator('[data-slot="note"]')).to_contain_text("for training")
    first = shown(page)
    press(page, "5", "5", "5", "5", "Enter")
    expect(page.locator(TITLE)).to_have_text("Not quite")
    assert shown(page) == first
    (row,) = page.locator(".rl-compared tbody tr").all()
    anchors = bench.study.protocol["criteria"][1]["anchors"]
    assert row.locator("th, td").all_text_contents() == [
        "fluency",
        f"5: {anchors[4]}",
        f"2: {anchors[1]}",
    ]
    expect(page.locator('[data-slot="reply-why"]')).to_contain_text(EXPLANATION)
    expect(page.locator('[data-slot="form"]')).to_be_hidden()
    press(page, "3", "u", "s")
    expect(page.locator(TITLE)).to_have_text("Not quite")
    press(page, "Enter")
    wait_for_other(page, first)
    expect(page.locator(PROGRESS)).to_contain_text("Training 2 of 2")
    press(page, "t", "Enter")
    page.wait_for_selector(REPLY)
    expect(page.locator(".rl-compared tbody td").first).to_have_text("Equally good")
    expect(page.locator('[data-slot="reply-why"]')).to_contain_text("the last one for training")
    press(page, "Enter")
    expect(page.locator('[data-slot="form"]')).to_be_visible()
    expect(page.locator(PROGRESS)).not_to_contain_text("Training")
    submit(page, "1", "1", "1", "1")
    expect(page.locator(REPLY)).to_be_hidden()


@pytest.mark.parametrize("bench", [{"kinds": "tr"}], indirect=True)
def test_feedback_not_read_yet_is_there_after_a_reload(page: Page, bench: Any) -> None:
    first = shown(page)
    press(page, "2", "2", "2", "2", "Enter")
    expect(page.locator(TITLE)).to_have_text("That is right")
    page.reload()
    expect(page.locator(TITLE)).to_have_text("That is right")
    assert shown(page) == first
    press(page, "Enter")
    wait_for_other(page, first)
    page.reload()
    page.wait_for_selector(TASK)
    expect(page.locator(REPLY)).to_be_hidden()
    assert bench.n_answers() == 1


@pytest.mark.parametrize("bench", [{"kinds": "tr"}], indirect=True)
def test_feedback_waits_for_a_server_that_is_away(visit: Visit, bench: Any) -> None:
    page = visit.open()
    page.wait_for_selector(TASK)
    first = shown(page)
    visit.expect_trouble = True
    page.route("**/api/answers", lambda route: route.abort())
    press(page, "2", "2", "2", "2", "Enter")
    expect(page.locator('[data-slot="bar-unsent"]')).to_be_visible()
    expect(page.locator('[data-slot="submit"]')).to_contain_text("Checking")
    assert shown(page) == first
    page.unroute("**/api/answers")
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator(TITLE)).to_have_text("That is right")
    assert bench.n_answers() == 1


@pytest.mark.parametrize("bench", [{"kinds": "tTr", "qualification": 1.0}], indirect=True)
def test_who_does_not_qualify_is_thanked(page: Page, bench: Any) -> None:
    first = shown(page)
    press(page, "5", "5", "5", "5", "Enter")
    page.wait_for_selector(REPLY)
    press(page, "Enter")
    wait_for_other(page, first)
    press(page, "x", "Enter")
    page.wait_for_selector(REPLY)
    expect(page.locator('[data-slot="reply-why"]')).not_to_contain_text("your answers count")
    press(page, "Enter")
    page.wait_for_selector(UNQUALIFIED)
    expect(page.locator('[data-for="unqualified"] h1')).to_have_text("Thank you for trying")
    words = page.locator('[data-for="unqualified"]').inner_text()
    assert not any(character.isdigit() for character in words)


@pytest.mark.parametrize("bench", [{"kinds": "wr"}], indirect=True)
def test_training_in_marking_shows_what_was_missed(page: Page, bench: Any) -> None:
    press(page, "0", "Enter")
    expect(page.locator(TITLE)).to_have_text("Not quite")
    expect(page.locator(".rl-pieces .is-missed q")).to_have_text("Text")
    expect(page.locator(".rl-pieces")).to_contain_text("you did not mark it")


@pytest.mark.parametrize("bench", [{"kinds": "hr"}], indirect=True)
def test_suggestions_come_after_ones_own_answer(page: Page, bench: Bench) -> None:
    first = shown(page)
    press(page, "0", "Enter")
    expect(page.locator('[data-slot="question"]')).to_have_text("Confirm or reject each suggestion")
    expect(page.locator('[data-slot="skip-button"]')).to_be_hidden()
    press(page, "s")
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.reload()
    expect(page.locator('[data-slot="question"]')).to_have_text("Confirm or reject each suggestion")
    press(page, "y", "n", "Enter")
    wait_for_other(page, first)
    saved(page, 1)
    by_start = {one.id: one.start for one in bench.suggestions}
    said = {by_start[one["span_id"]]: one["confirmed"] for one in bench.judgements()}
    assert said == {0: True, 5: False}


@pytest.mark.parametrize(
    "bench", [{"kinds": "r", "reviewers_per_item": 2, "adjudicate_at": 2}], indirect=True
)
@pytest.mark.parametrize("changes", [False, True])
def test_an_adjudicator_sees_the_others_and_decides(
    bench: Bench, visit_as: Callable[[str], Visit], changes: bool
) -> None:
    for name, point in (("ada", "1"), ("ben", "5")):
        page = visit_as(name).open()
        page.wait_for_selector(TASK)
        submit(page, *[point] * 4)
        page.wait_for_selector(DONE)
    judge = visit_as("judy").open()
    judge.wait_for_selector(TASK)
    expect(judge.locator('[data-slot="note"]')).to_contain_text("disagreed")
    expect(judge.locator(".rl-others li")).to_have_count(0)
    press(judge, "3", "3", "3", "3", "Enter")
    expect(judge.locator(".rl-others li")).to_have_count(2)
    assert "ada" not in judge.locator(REPLY).inner_text()
    if changes:
        press(judge, "u")
        expect(judge.locator('[data-slot="form"]')).to_be_visible()
        press(judge, "ArrowUp", "ArrowUp", "ArrowUp", "ArrowUp", "4", "Enter")
        judge.wait_for_selector(REPLY)
    press(judge, "Enter")
    judge.wait_for_selector(DONE)
    settled = [one for one in bench.answers() if one["kind"] == "rate"]
    assert len(settled) == (4 if changes else 3)


@pytest.fixture
def visit_as(chromium: Any, served: Any, bench: Bench) -> Any:
    """Open windows in which others are signed in; at the end nothing may have gone wrong."""
    visits: list[Visit] = []

    def make(name: str) -> Visit:
        context = chromium.new_context(viewport={"width": 1440, "height": 900})
        sign_in(context, served, bench.person(name))
        visits.append(Visit(context, served))
        return visits[-1]

    yield make
    for one in visits:
        one.context.close()
    assert [one.problems for one in visits if one.problems] == []
