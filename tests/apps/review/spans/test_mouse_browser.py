"""Marking text by mouse and touch, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.apps.review.spans_page import (
    LABELS,
    STORY,
    Open,
    mark,
)

pytestmark = pytest.mark.browser


def test_a_selection_becomes_a_mark_with_category_severity_and_note(spans: Open) -> None:
    one = spans()
    one.drag_over("ten apples")
    assert one.quotes == ["ten apples"]
    assert one.missing == LABELS["missing_category"].format(numbers=1)
    one.page.locator('input[value="contradicts_source"]').check()
    one.page.locator('input[value="major"]').check()
    one.page.locator(".rl-span-note").fill("The source says twelve")
    assert one.spans == [
        mark(STORY, "ten apples", "contradicts_source", severity="major")
        | {"note": "The source says twelve"}
    ]
    assert one.missing == ""
    expect(one.page.locator("mark")).to_have_text("ten apples")
    assert one.shown == STORY
    row = one.page.locator(".rl-span-pick")
    expect(row).to_contain_text("Contradicts the source · Major")


def test_a_mark_is_found_changed_resized_and_removed_by_mouse(spans: Open) -> None:
    one = spans(content={"spans": [mark(STORY, "ten apples"), mark(STORY, "seven left")]})
    one.click("seven")
    expect(one.page.locator("mark[data-current]")).to_have_text("seven left")
    one.page.get_by_label(LABELS["start_earlier"]).click()
    assert one.quotes == ["ten apples", "had seven left"]
    one.page.get_by_label(LABELS["end_earlier"]).click()
    assert one.quotes == ["ten apples", "had seven"]
    one.page.get_by_label(LABELS["end_earlier"]).click()
    one.page.get_by_label(LABELS["end_earlier"]).click()
    assert one.quotes == ["ten apples", "had"], "the last word stays"
    one.page.locator('[data-name="remove"]').click()
    assert one.quotes == ["ten apples"]
    one.page.locator('[data-name="put_back"]').click()
    assert one.quotes == ["ten apples", "had"]


def test_the_ends_of_a_mark_are_dragged(spans: Open) -> None:
    one = spans(content={"spans": [mark(STORY, "ten apples")]})
    one.click("apples")
    for side, word, edge in (("start", "carried", "left"), ("end", "to the market", "right")):
        grip = one.page.locator(f'.rl-grip[data-side="{side}"]').bounding_box()
        target = one.box(word)
        one.page.mouse.move(grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2)
        one.page.mouse.down()
        one.page.mouse.move(target[edge], target["y"], steps=4)
        one.page.mouse.up()
    assert one.quotes == ["carried ten apples to the market"]
    assert one.page.evaluate("window.changes") == 2, "once per end, not per step"


def test_two_clicks_mark_a_word_and_three_the_line(spans: Open) -> None:
    one = spans()
    one.click("painter", click_count=2)
    assert one.quotes == ["painter"]
    one.click("fair", click_count=3)
    assert one.quotes == ["painter", STORY.split("\n")[2]]
    one.click("painter", click_count=2)
    one.click("friend", click_count=2, delay=50)
    assert one.quotes == ["painter", "friend", STORY.split("\n")[2]]
    one.click("Rosa", click_count=3, delay=50)
    assert one.quotes[0] == STORY.split("\n")[0]


def test_a_selection_that_ends_outside_or_on_blanks(spans: Open) -> None:
    one = spans()
    box = one.box("who had never seen an apple.")
    one.page.mouse.move(box["left"] + 0.5, box["y"])
    one.page.mouse.down()
    one.page.mouse.move(box["left"], 700, steps=4)
    one.page.mouse.up()
    one.settle()
    assert one.quotes == ["who had never seen an apple."]
    one.drag_over(" was ")
    assert one.quotes[0] == "was"
    one.drag_over(" ", at=STORY.index(" lived"))
    assert len(one.spans) == 2


def test_what_is_selected_elsewhere_is_not_marked(spans: Open) -> None:
    one = spans()
    one.page.locator('[data-slot="prompt"]').click(click_count=2)
    one.settle()
    assert one.spans == []


def test_a_finger_selects_and_a_category_marks(spans: Open) -> None:
    one = spans(window={"has_touch": True, "viewport": {"width": 400, "height": 800}})
    one.page.evaluate(
        """() => {
             const down = {bubbles: true, pointerType: "touch"};
             view.paper.body.dispatchEvent(new PointerEvent("pointerdown", down));
             getSelection().selectAllChildren(view.paper.body.firstChild);
             getSelection().collapseToStart();
             for (let word = 0; word < 3; word += 1) {
               getSelection().modify("extend", "forward", "word");
             }
           }"""
    )
    one.page.locator(".rl-span-editor.is-open").wait_for()
    assert one.spans == []
    one.page.locator(".rl-span-option", has_text="Nonsense").tap()
    assert one.spans == [mark(STORY, "Rosa was a", "nonsense")]
    one.page.locator('[data-name="done"]').tap()
    expect(one.page.locator(".rl-span-editor")).to_be_hidden()
