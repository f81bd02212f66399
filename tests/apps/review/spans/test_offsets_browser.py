"""Where marks begin and end in any script, and where they overlap, in a real browser."""

from __future__ import annotations

import re

import pytest

from tests.apps.review.spans_page import (
    SIGNS,
    STORY,
    Open,
    mark,
)

pytestmark = pytest.mark.browser


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
