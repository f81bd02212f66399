"""The checker's suggestions, judged one by one in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.apps.review.spans_page import (
    LABELS,
    STORY,
    SUGGESTIONS,
    Open,
    judging,
)

pytestmark = pytest.mark.browser


def test_suggestions_are_judged_one_after_the_other_by_keyboard(spans: Open) -> None:
    one = judging(spans)
    rows = one.page.locator(".rl-suggestion-row")
    expect(rows.nth(0)).to_have_class(re.compile("is-current"))
    expect(rows.nth(0)).to_contain_text("The source says <b>Rosalind</b>.")
    expect(one.page.locator("mark[data-suggested]").first).to_have_text("Rosa")
    one.press("Enter")
    assert one.missing == LABELS["missing_judgement_many"].format(count=2)
    one.press("y")
    assert one.missing == LABELS["missing_judgement_one"]
    expect(rows.nth(1)).to_have_class(re.compile("is-current"))
    assert one.page.evaluate("window.submitted") == 0
    one.press("n", "Enter")
    assert one.page.evaluate("window.submitted") == 1
    assert one.content["judgements"] == {"s-1": True, "s-2": False}
    one.press("ArrowUp", "n")
    assert one.content["judgements"] == {"s-1": False, "s-2": False}
    assert one.quotes == ["had seven left"]
    assert one.shown == STORY


def test_suggestions_are_judged_by_mouse_and_kept(spans: Open) -> None:
    one = judging(spans)
    one.page.locator(".rl-suggestion-row").nth(1).get_by_label(LABELS["confirm"]).check()
    one.click("Rosa")
    expect(one.page.locator(".rl-suggestion-row.is-current")).to_contain_text("Rosa")
    content = one.content
    assert content["judgements"] == {"s-2": True}
    again = judging(spans, content=content)
    assert again.content == content
    assert again.missing == LABELS["missing_judgement_one"]


def test_own_marks_change_in_the_suggestions_step(spans: Open) -> None:
    one = judging(spans)
    one.press("y", "y", "e", "Tab", "Tab", "Delete", "e")
    assert one.spans == []
    assert one.missing == ""


def test_no_suggestion_shows_in_the_own_step(spans: Open) -> None:
    one = spans(suggestions=SUGGESTIONS)
    one.press("y", "n")
    expect(one.page.locator("[data-suggested], .rl-suggestion-row")).to_have_count(0)
    assert one.content["judgements"] == {}
