"""Marking text in a real browser: mouse, touch, keyboard alone, offsets, overlaps, suggestions."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from tests.apps.review.spans_page import SpansPage, context_of, open_page, words

pytestmark = pytest.mark.browser

STORY = (
    "Rosa was a kind painter. She lived by the sea with her friend Ivy, and every morning she "
    "carried ten apples to the market. One day she gave six apples to Ivy and had seven left.\n\n"
    "“That is fair,” said Ivy, who had never seen an apple."
)
HEBREW = "שלום לכולם כאן"
SIGNS = {
    "emoji": "Hi 👩‍🚀 sees 👨‍👩‍👧‍👦 and 🇩🇪🇫🇷 flags 👍🏽 done",
    "combining": "cafe\u0301 re\u0301sume\u0301 n\u0303andu\u0301 and a\u0308\u0323 end",
    "right-to-left": f"{HEBREW} 123\nمرحبا بالعالم الجميل\nand English",
    "carriage returns": "one two\r\nthree four\r\n\r\nfive six",
    "astral": "𝔘𝔫𝔦 𝕔𝕠𝕕𝕖 𐍈 end \U0002070e word",
}
LABELS = words("en")["spans"]

Open = Callable[..., SpansPage]


@pytest.fixture(scope="module")
def wide(chromium: Browser) -> SpansPage:
    """Open a wide window, in which one text after the other is shown."""
    return open_page(context_of(chromium))


@pytest.fixture
def spans(chromium: Browser, wide: SpansPage) -> Iterator[Open]:
    """Show texts to mark in; at the end no console may have complained."""
    others: list[SpansPage] = []

    def show(text: str = STORY, *, window: dict[str, Any] | None = None, **more: Any) -> SpansPage:
        if window:
            others.append(open_page(context_of(chromium, **window)))
        one = others[-1] if window else wide
        one.show(text, **more)
        return one

    yield show
    for one in [wide, *others]:
        assert one.problems == []
    for one in others:
        one.page.context.close()


def mark(text: str, piece: str, category: str = "other", **more: Any) -> dict[str, Any]:
    start = text.index(piece)
    return {
        "start": start,
        "end": start + len(piece),
        "category": category,
        "severity": "minor",
        "note": "",
    } | more


# ---- the mouse -----------------------------------------------------------------------------


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


# ---- the keyboard alone --------------------------------------------------------------------


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


# ---- offsets -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SIGNS)
def test_every_word_by_keyboard_is_what_python_cuts_out(spans: Open, name: str) -> None:
    text = SIGNS[name]
    one = spans(text)
    one.press("e")
    forward = "ArrowLeft" if name == "right-to-left" else "ArrowRight"
    for _ in text:
        one.press("1")
        before = one.page.evaluate("view.marking.caret.focus.start")
        at = one.page.evaluate("view.points.point(view.marking.caret.focus.start)")
        leftward = at < text.find("and English")
        one.press(forward if leftward or forward == "ArrowRight" else "ArrowRight")
        if one.page.evaluate("view.marking.caret.focus.start") == before:
            break
    assert "".join(one.quotes) == re.sub(r"\s", "", text)
    assert [each for each in re.split(r"\s+", text) if each in one.quotes]
    assert one.shown == text


@pytest.mark.parametrize(
    ("name", "piece"),
    [
        ("emoji", "👨‍👩‍👧‍👦 and 🇩🇪"),
        ("combining", "re\u0301sume\u0301"),
        ("right-to-left", "לכולם"),
        ("right-to-left", "بالعالم"),
        ("carriage returns", "three four"),
        ("astral", "𝕔𝕠𝕕𝕖 𐍈"),
    ],
)
def test_a_piece_by_mouse_is_what_python_cuts_out(spans: Open, name: str, piece: str) -> None:
    one = spans(SIGNS[name])
    one.drag_over(piece)
    assert one.quotes == [piece]


@pytest.mark.parametrize("segmenter", [True, False])
def test_no_sign_is_cut_in_two(spans: Open, segmenter: bool) -> None:
    one = spans(SIGNS["emoji"] + " " + SIGNS["combining"] + "\r\n" + SIGNS["astral"])
    cut = one.page.evaluate(
        """async (segmenter) => {
             const {Segmenter} = Intl;
             if (!segmenter) delete Intl.Segmenter;
             const {segments, wholeSigns, CodePoints} = await import("/assets/codepoints.js");
             const {Stops} = await import("/assets/stops.js");
             const text = view.text;
             const points = new CodePoints(text);
             const signs = segments(text, "grapheme");
             const stops = new Stops(text);
             const words = [];
             const cut = ({start, end}) => text.slice(start, end);
             for (let stop = stops.first(); stop; stop = stops.next(stop)) words.push(cut(stop));
             const back = [];
             for (let stop = stops.last(); stop; stop = stops.previous(stop)) {
               back.unshift(cut(stop));
             }
             const pieces = [];
             for (let at = 0; at < text.length; at += 1) {
               const {start, end} = wholeSigns(text, signs, at, at + 1) ?? {start: 0, end: 0};
               pieces.push(points.point(start), points.point(end));
             }
             const there = Array.from(text, (_, point) => points.point(points.index(point)));
             Intl.Segmenter = Segmenter;
             return {words, back, pieces, there};
           }""",
        segmenter,
    )
    text = one.text
    pieces = {
        text[start:end] for start, end in zip(cut["pieces"][::2], cut["pieces"][1::2], strict=True)
    }
    whole = {"👩‍🚀", "👨‍👩‍👧‍👦", "🇩🇪", "🇫🇷", "👍🏽", "e\u0301", "a\u0308\u0323", "𝕔", "\U0002070e"}
    assert whole <= pieces
    assert not pieces & {"👩", "🚀", "👨", "🇩", "🇪", "👍", "🏽", "\u0301", "\u0308", "\u200d"}
    assert cut["back"] == cut["words"]
    assert "".join(cut["words"]) == re.sub(r"\s", "", text)
    assert cut["there"] == list(range(len(text)))


def test_right_to_left_moves_as_it_is_read(spans: Open) -> None:
    one = spans(SIGNS["right-to-left"])
    one.press("e", "ArrowLeft")
    assert one.selected == "לכולם"
    one.press("ArrowRight")
    assert one.selected == "שלום"


# ---- overlaps ------------------------------------------------------------------------------


def test_marks_may_overlap_and_a_click_reaches_each(spans: Open) -> None:
    pieces = ["gave six apples to Ivy", "six apples", "apples to Ivy and had"]
    one = spans(content={"spans": [mark(STORY, piece) for piece in pieces]})
    assert one.quotes == sorted(pieces, key=STORY.index)
    assert one.shown == STORY
    texts = one.page.locator("mark").all_inner_texts()
    assert texts == ["gave ", "six ", "apples", " to Ivy", " and had"]
    seen = set()
    at = STORY.index("apples to Ivy")
    for _ in pieces:
        box = one.box("apples", at)
        one.page.mouse.click((box["left"] + box["right"]) / 2, box["y"])
        one.settle()
        seen.add(one.page.evaluate("view.quote(view.marks.current)"))
    assert seen == set(pieces)


def test_the_same_piece_is_marked_once(spans: Open) -> None:
    one = spans(content={"spans": [mark(STORY, "ten apples", "nonsense")]})
    one.drag_over("ten apples")
    assert one.spans == [mark(STORY, "ten apples", "nonsense")]
    one.drag_over("apples")
    assert one.quotes == ["ten apples", "apples"]


# ---- the checker's suggestions -------------------------------------------------------------

SUGGESTIONS = [
    {
        "id": "s-1",
        "start": 0,
        "end": 4,
        "type": "name",
        "evidence": "The source says <b>Rosalind</b>.",
    },
    {
        "id": "s-2",
        "start": STORY.index("seven left"),
        "end": STORY.index("seven left") + 10,
        "type": "number",
        "evidence": "left: four",
    },
]


def judging(spans: Open, **more: Any) -> SpansPage:
    content = {"spans": [mark(STORY, "had seven left", "contradicts_itself")]}
    return spans(
        step="suggestions",
        suggestions=SUGGESTIONS,
        answer={"kind": "spans"},
        **({"content": content} | more),
    )


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


# ---- drafts, words, size -------------------------------------------------------------------


def test_a_draft_comes_back_as_it_was(spans: Open) -> None:
    text = SIGNS["emoji"]
    one = spans(text)
    one.drag_over("👨‍👩‍👧‍👦 and 🇩🇪")
    one.press("3", "m")
    one.page.locator(".rl-span-note").fill("👍 note")
    one.drag_over("Hi")
    content = one.content
    again = spans(text, content=content)
    assert again.content == content
    assert again.missing == LABELS["missing_category"].format(numbers=1)
    clean = spans(content={"spans": [], "judgements": {}, "clean": True})
    assert clean.missing == ""
    taken_back = spans(content={"spans": []}, answer={"kind": "spans"})
    assert taken_back.missing == ""


def test_what_others_wrote_is_never_markup(spans: Open) -> None:
    text = "<b>bold</b> <script>window.hacked = true</script> ${1} {{x}} \u202eabc\u202c end"
    note = "<img src=x onerror='window.hacked = true'>"
    one = spans(text, content={"spans": [mark(text, "<b>bold</b>", note=note)]})
    assert one.shown == text
    expect(one.page.locator(".rl-span-said")).to_have_text(note)
    assert one.page.evaluate("window.hacked") is None


@pytest.mark.parametrize(
    "text",
    [
        (STORY + "\n") * (1_000_000 // len(STORY)),
        "👩‍🚀 cafe\u0301 " * 70_000,
        "x" * 1_000_000,
    ],
    ids=["lines", "emoji", "one word"],
)
def test_a_megabyte_stays_usable(spans: Open, text: str) -> None:
    one = spans(text)
    assert one.page.locator(".rl-paper *").count() < 600
    begun = time.perf_counter()
    one.press("e", "PageDown", "Space", "ArrowRight", "Enter", "2", "Escape")
    assert time.perf_counter() - begun < 30, "a megabyte in one block takes minutes"
    assert [each["category"] for each in one.spans] == ["contradicts_source"]
    assert one.quotes[0] == text[one.spans[0]["start"] :][: len(one.quotes[0])]
    assert one.shown == text


@pytest.mark.parametrize("width", [400, 900, 1440])
def test_german_words_and_no_overflow(spans: Open, width: int) -> None:
    german = words("de")["spans"]
    content = {"spans": [mark(STORY, "ten apples", "contradicts_source")]}
    one = spans(
        language="de", content=content, window={"viewport": {"width": width, "height": 800}}
    )
    one.click("apples")
    editor = one.page.locator(".rl-span-editor")
    expect(editor).to_contain_text(german["category"]["contradicts_itself"])
    expect(one.page.locator(".rl-span-pick")).to_contain_text("Widerspricht der Quelle · Leicht")
    assert one.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    box = editor.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width


def test_both_languages_have_the_same_words() -> None:
    def names(table: dict[str, Any]) -> set[str]:
        inner = [
            f"{key}.{each}" for key, one in table.items() if isinstance(one, dict) for each in one
        ]
        return {*table, *inner}

    assert names(words("de")["spans"]) == names(LABELS)


@pytest.mark.parametrize("width", [400, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(spans: Open, width: int, scheme: str) -> None:
    window = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
    every = [
        mark(STORY, piece, category)
        for piece, category in zip(
            ["Rosa", "painter", "sea", "Ivy", "market"], LABELS["category"], strict=True
        )
    ]
    one = judging(spans, window=window, content={"spans": [*every, mark(STORY, "six", "")]})
    one.press("e", "Tab", "Tab")
    found = Axe().run(one.page, options={"resultTypes": ["violations"]}).response["violations"]
    serious = [each for each in found if each["impact"] in ("serious", "critical")]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in serious] == []
