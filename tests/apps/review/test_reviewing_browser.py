"""Ten ratings, ten votes and ten votes per criterion with the keyboard alone, wide and narrow."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.apps.review.hands import (
    DONE,
    no_overflow,
    press,
    saved,
    submit,
    values_of,
    winners_of,
)

pytestmark = pytest.mark.browser

WIDTHS = pytest.mark.parametrize("width", [1440, 400])
KEYS = {"ArrowLeft": "left", "ArrowRight": "right", "t": "tie", "x": "both_bad"}
CRITERIA = ["coherence", "fluency"]


def no_mouse(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 860})
    page.evaluate("addEventListener('pointerdown', () => { window.pointed = true })")


@WIDTHS
@pytest.mark.parametrize("bench", [{"kinds": "r" * 10}], indirect=True)
def test_ten_ratings_by_keyboard_alone(page: Page, bench: Any, width: int) -> None:
    no_mouse(page, width)
    for number in range(10):
        point = str(number % 5 + 1)
        no_overflow(page)
        submit(page, point, point, "ArrowDown", "ArrowUp", "3", point)
    page.wait_for_selector(DONE)
    saved(page, 10)
    for index in range(10):
        point = index % 5 + 1
        expected = {"coherence": point, "fluency": point, "relevance": 3, "creativity": point}
        assert values_of(bench, index) == expected
    assert page.evaluate("window.pointed") is None


@WIDTHS
@pytest.mark.parametrize("bench", [{"kinds": "v" * 10}], indirect=True)
def test_ten_votes_by_keyboard_alone(page: Page, bench: Any, width: int) -> None:
    no_mouse(page, width)
    keys = [list(KEYS)[number % 4] for number in range(10)]
    for key in keys:
        no_overflow(page)
        submit(page, key)
    page.wait_for_selector(DONE)
    saved(page, 10)
    given = [winners_of(bench, index) for index in range(10)]
    assert given == [{"overall": KEYS[key]} for key in keys]
    assert page.evaluate("window.pointed") is None


@WIDTHS
@pytest.mark.parametrize("bench", [{"kinds": "v" * 10, "vote_criteria": CRITERIA}], indirect=True)
def test_ten_votes_per_criterion_by_keyboard_alone(page: Page, bench: Any, width: int) -> None:
    no_mouse(page, width)
    keys = list(KEYS)
    for number in range(10):
        no_overflow(page)
        submit(page, *(keys[(number + row) % 4] for row in range(3)))
    page.wait_for_selector(DONE)
    saved(page, 10)
    for index in range(10):
        outcomes = [KEYS[keys[(index + row) % 4]] for row in range(3)]
        assert winners_of(bench, index) == dict(zip([*CRITERIA, "overall"], outcomes, strict=True))
    assert page.evaluate("window.pointed") is None


@pytest.mark.parametrize("bench", [{"kinds": "vr", "vote_criteria": CRITERIA}], indirect=True)
def test_rows_are_changed_by_key_and_named_where_missing(page: Page, bench: Any) -> None:
    names = page.locator(".rl-vote legend").all_text_contents()
    assert names == [*CRITERIA, "Overall"]
    active = page.locator(".rl-vote.is-active legend")
    expect(active).to_have_text("coherence")
    press(page, "ArrowDown", "ArrowDown", "t", "Enter")
    problem = page.locator('[data-slot="problem"]')
    expect(problem).to_have_text("Still to compare: coherence and fluency")
    expect(active).to_have_text("coherence")
    press(page, "ArrowLeft", "x", "ArrowUp", "ArrowUp", "ArrowRight")
    submit(page)
    saved(page, 1)
    assert winners_of(bench) == {"coherence": "right", "fluency": "both_bad", "overall": "tie"}


@pytest.mark.parametrize("bench", [{"kinds": "vr", "vote_criteria": CRITERIA}], indirect=True)
def test_votes_per_criterion_survive_a_reload(page: Page, bench: Any) -> None:
    press(page, "ArrowLeft", "t")
    page.reload()
    checked = page.locator(".rl-vote input:checked")
    expect(checked).to_have_count(2)
    assert checked.evaluate_all("nodes => nodes.map(one => one.value)") == ["left", "tie"]
    expect(page.locator(".rl-vote.is-active legend")).to_have_text("Overall")
    submit(page, "t")
    saved(page, 1)
    assert winners_of(bench) == {"coherence": "left", "fluency": "tie", "overall": "tie"}


@pytest.mark.parametrize("bench", [{"kinds": "rrs"}], indirect=True)
def test_no_single_key_destroys_anything(page: Page, bench: Any) -> None:
    press(page, "1", "2", "3", "c")
    page.keyboard.type("kept")
    press(page, "Escape")
    for key in ("u", "s", "f", "g", "?", "e", "x", "t", "Delete", "Backspace", "Escape", "0"):
        press(page, key)
        if page.locator("dialog[open]").count():
            press(page, "Escape")
    expect(page.locator(".rl-point input:checked")).to_have_count(3)
    expect(page.locator('[data-slot="comment"]')).to_have_value("kept")
    assert bench.n_answers() == 0
