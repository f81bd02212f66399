"""Marking text by keyboard alone, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.apps.review.spans_page import (
    LABELS,
    STORY,
    Open,
    mark,
    words,
)

pytestmark = pytest.mark.browser


def test_a_text_is_marked_by_keyboard_alone(spans: Open) -> None:
    one = spans()
    one.press("e", "ArrowRight", "ArrowRight", "ArrowRight")
    assert one.selected == "kind"
    one.press("Space", "ArrowRight", "Enter", "2", "m")
    one.press("ArrowRight", "ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight", "1")
    one.press("ArrowRight", "4")
    assert one.spans == [
        mark(STORY, "kind painter", "contradicts_source", severity="major"),
        mark(STORY, "She lived by", "unsupported"),
        mark(STORY, "the", "nonsense"),
    ]
    assert one.page.evaluate("window.submitted") == 0, "Enter ends a mark here"
    one.press("e", "Enter")
    assert one.page.evaluate("window.submitted") == 1
    assert one.shown == STORY


def test_notes_are_written_and_left_by_keyboard(spans: Open) -> None:
    one = spans()
    one.press("e", "3", "a")
    one.page.keyboard.type("me 123")
    one.press("Enter", "ArrowRight", "3")
    assert [each["note"] for each in one.spans] == ["me 123", ""]
    assert one.page.evaluate("window.submitted") == 0


def test_lines_edges_and_pages(spans: Open) -> None:
    one = spans()
    one.press("e", "End")
    assert one.selected == "and"
    top = one.box("Rosa")["y"]
    one.press("ArrowDown")
    line = one.page.evaluate("getSelection().getRangeAt(0).getBoundingClientRect().top")
    assert line > top
    one.press("Home", "ArrowUp", "Home")
    assert one.selected == "Rosa"
    one.press("PageDown", "End")
    assert one.selected == "."
    one.press("PageUp", "Home")
    assert one.selected == "Rosa"


def test_tab_goes_from_mark_to_mark_and_out(spans: Open) -> None:
    pieces = ("painter", "ten apples", "seven left")
    one = spans(content={"spans": [mark(STORY, piece) for piece in pieces]})
    one.press("e")
    for piece in pieces:
        one.press("Tab")
        expect(one.page.locator("mark[data-current]")).to_have_text(piece)
    one.press("Shift+Tab")
    expect(one.page.locator("mark[data-current]")).to_have_text("ten apples")
    one.press("Delete")
    assert one.quotes == ["painter", "seven left"]
    one.press("z")
    assert one.quotes == list(pieces)
    one.press("Tab", "Tab")
    assert not one.page.evaluate("view.paper.body.contains(document.activeElement)")


def test_the_mark_under_the_caret_is_the_one_that_keys_change(spans: Open) -> None:
    one = spans(content={"spans": [mark(STORY, "kind painter")]})
    one.press("e", "ArrowRight", "ArrowRight", "Backspace")
    assert len(one.spans) == 1, "the caret is not in it yet"
    one.press("ArrowRight", "m", "4")
    assert one.spans == [mark(STORY, "kind painter", "nonsense", severity="major")]
    one.press("Backspace")
    assert one.spans == []


def test_both_ends_are_moved_by_keyboard(spans: Open) -> None:
    one = spans(content={"spans": [mark(STORY, "ten apples")]})
    one.press("e", "Tab", "r", "ArrowRight", "Enter")
    assert one.quotes == ["ten apples to"]
    one.press("r", "r", "ArrowLeft", "ArrowLeft", "Enter")
    assert one.quotes == ["she carried ten apples to"]
    one.press("r", "ArrowLeft", "Escape")
    assert one.quotes == ["she carried ten apples to"]


def test_escape_drops_the_piece_then_leaves(spans: Open) -> None:
    one = spans()
    one.press("e", "Space", "ArrowRight", "Escape")
    assert one.spans == []
    assert one.page.evaluate("view.isMarking")
    one.press("Escape")
    assert not one.page.evaluate("view.isMarking")
    one.press("ArrowRight", "Space", "Delete")
    assert one.spans == []


def test_control_and_alt_are_left_to_the_browser(spans: Open) -> None:
    one = spans()
    one.press("e", "ArrowRight")
    one.press("Control+ArrowRight", "Alt+ArrowRight", "Control+e")
    assert one.page.evaluate("view.isMarking")
    assert one.page.evaluate("view.quote(view.marking.caret.piece)") == "was"


def test_no_fault_found_is_an_answer_of_its_own(spans: Open) -> None:
    one = spans()
    one.press("Enter")
    assert one.page.evaluate("window.submitted") == 0
    assert one.missing == LABELS["missing_answer"]
    one.press("0", "Enter")
    assert one.page.evaluate("window.submitted") == 1
    expect(one.page.locator('[data-name="clean"]')).to_have_attribute("aria-pressed", "true")
    one.drag_over("painter")
    assert not one.content["clean"]
    one.press("5", "0")
    assert one.quotes == ["painter"], "0 destroys nothing"
    one.press("Delete")
    assert one.missing == LABELS["missing_answer"]


def test_an_empty_text_can_only_be_without_fault(spans: Open) -> None:
    one = spans("")
    one.press("e", "ArrowRight", "1")
    assert one.spans == []
    one.press("0")
    assert one.missing == ""
    assert one.shown == words("en")["task"]["empty_text"]


def test_a_screen_reader_hears_words_marks_and_what_keys_do(spans: Open) -> None:
    one = spans(content={"spans": [mark(STORY, "kind painter", "nonsense")]})
    status = one.page.locator(".rl-spans > [role=status]")
    text = one.page.locator(".rl-paper")
    expect(text).to_have_attribute("role", "group")
    one.press("e")
    expect(text).to_have_attribute("role", "application")
    expect(text).to_have_accessible_description(LABELS["hint_marking"])
    expect(status).to_have_text("Rosa")
    one.press("ArrowRight", "ArrowRight", "ArrowRight")
    expect(status).to_have_text("kind. Mark 1, “kind painter”: Nonsense, Minor")
    one.press("m")
    expect(status).to_have_text("Mark 1, “kind painter”: Nonsense, Major")
    before = "(mark) => getComputedStyle(mark, '::before').content"
    assert one.page.locator("mark").evaluate(before) == '"[mark 1, Nonsense, Major: "'
    one.press("Backspace")
    expect(status).to_have_text(LABELS["removed"])


def test_the_caret_stays_in_view_above_the_form(spans: Open) -> None:
    window = {"viewport": {"width": 400, "height": 800}}
    one = spans((STORY + "\n\n") * 12, window=window)
    one.press("e")
    for key in (*["PageDown"] * 5, *["ArrowDown"] * 15, *["PageUp"] * 3):
        one.press(key)
        seen = one.page.evaluate(
            """() => {
                 const {top, bottom} = getSelection().getRangeAt(0).getBoundingClientRect();
                 const form = document.querySelector(".rl-span-editor").getBoundingClientRect();
                 return top >= 0 && bottom <= form.top;
               }"""
        )
        assert seen, key
    one.press("2")
    assert [each["category"] for each in one.spans] == ["contradicts_source"]


def test_the_mouse_puts_the_caret_and_marks_while_marking_by_keyboard(spans: Open) -> None:
    one = spans()
    one.press("e")
    one.click("market")
    assert one.selected == "market"
    one.drag_over("seven left")
    one.press("1", "ArrowRight", "ArrowRight", "5")
    assert one.quotes == ["seven left", "."]
