"""The review page in a real browser: the keyboard, and text that is never markup."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.apps.review.hands import (
    DONE,
    chosen,
    press,
    saved,
    sent,
    shown,
    submit,
    values_of,
    wait_for_other,
)

pytestmark = pytest.mark.browser


# ---- the keyboard --------------------------------------------------------------------------


@pytest.mark.parametrize("bench", [{"kinds": "rrv"}], indirect=True)
def test_a_whole_study_by_keyboard(page: Page, bench: Any) -> None:
    press(page, "1", "2", "ArrowUp", "ArrowUp", "5", "ArrowDown", "3", "4", "c")
    page.keyboard.type("good 5 u s")
    press(page, "Escape", "Enter")
    saved(page, 1)
    submit(page, "2", "2", "2", "2")
    saved(page, 2)
    submit(page, "ArrowLeft", "ArrowRight")
    page.wait_for_selector(DONE)
    expect(page.locator('[data-slot="done-text"]')).to_contain_text("You answered 3 items.")
    assert values_of(bench) == {"coherence": 5, "fluency": 2, "relevance": 3, "creativity": 4}
    assert bench.ratings()[0]["comment"] == "good 5 u s"
    (vote,) = bench.votes()
    assert vote["winner"] == ("a" if vote["swapped"] else "b")


@pytest.mark.parametrize("bench", [{"kinds": "vvv"}], indirect=True)
def test_tie_both_bad_and_an_unknown_choice(page: Page, bench: Any) -> None:
    press(page, "Enter")
    expect(page.locator('[data-slot="problem"]')).to_contain_text("Choose A, B")
    submit(page, "t")
    submit(page, "x")
    submit(page, "ArrowLeft")
    page.wait_for_selector(DONE)
    saved(page, 3)
    votes = bench.votes()
    left = "b" if votes[2]["swapped"] else "a"
    assert [one["winner"] for one in votes] == ["tie", "both_bad", left]


def test_a_rating_that_misses_a_criterion_is_not_sent(page: Page, bench: Any) -> None:
    press(page, "3", "3", "Enter")
    problem = page.locator('[data-slot="problem"]')
    expect(problem).to_have_text("Still to rate: relevance and creativity")
    expect(page.locator(".rl-criterion.is-active legend")).to_have_text("relevance")
    press(page, "3")
    expect(problem).to_be_hidden()


def test_the_anchor_of_the_chosen_point_is_shown(page: Page, bench: Any) -> None:
    press(page, "2")
    anchor = bench.study.protocol["criteria"][0]["anchors"][1]
    expect(page.locator(".rl-anchor").first).to_have_text(anchor)
    page.locator(".rl-point").nth(4).hover()
    other = bench.study.protocol["criteria"][0]["anchors"][4]
    expect(page.locator(".rl-anchor").first).to_have_text(other)


def test_keys_with_modifiers_and_in_fields_do_nothing(page: Page, bench: Any) -> None:
    press(page, "Control+u", "Alt+s", "Control+Enter")
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.locator('[data-slot="comment"]').focus()
    page.keyboard.type("gsf?12")
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(page.locator(".rl-point input:checked")).to_have_count(0)
    page.evaluate(
        """document.activeElement.blur(); document.body.dispatchEvent(
           new KeyboardEvent('keydown', {key: '3', bubbles: true, isComposing: true}))"""
    )
    expect(page.locator(".rl-point input:checked")).to_have_count(0)


def test_panels_open_and_close_by_key(page: Page, bench: Any) -> None:
    for key, panel in (("g", "guidelines"), ("?", "help"), ("s", "skip"), ("f", "flag")):
        press(page, key)
        expect(page.locator(f'dialog[data-panel="{panel}"]')).to_be_visible()
        press(page, "Escape")
        expect(page.locator("dialog[open]")).to_have_count(0)
    press(page, "g")
    expect(page.locator('[data-slot="guidelines"]')).to_contain_text("<script>")
    expect(page.locator('[data-slot="guidelines"] strong').first).to_have_text("both")


def test_skip_wants_a_reason_and_flag_goes_along(page: Page, bench: Any) -> None:
    before = shown(page)
    press(page, "f", "3", "Enter")
    expect(page.locator('[data-slot="flag-text"]')).to_contain_text("cut off or broken")
    press(page, "s")
    page.locator("dialog[open] button[type=submit]").click()
    expect(page.locator('[data-slot="skip-problem"]')).to_be_visible()
    press(page, "2", "Enter")
    wait_for_other(page, before)
    sent(page)
    rows = bench.store.rows(
        "SELECT kind, reason, flag FROM answers WHERE assignment_id IN "
        "(SELECT id FROM assignments WHERE item_id = $1::UUID)",
        [bench.items[0].id],
    )
    assert rows == [{"kind": "skip", "reason": "language", "flag": "broken"}]


def test_undo_opens_the_last_answer_again(page: Page, bench: Any) -> None:
    first = shown(page)
    submit(page, "5", "4", "3", "2")
    saved(page, 1)
    press(page, "u")
    expect(page.locator('[data-slot="text-0"]')).to_have_text(first)
    expect(page.locator(".rl-point input:checked")).to_have_count(4)
    assert chosen(page) == ["5", "4", "3", "2"]
    press(page, "ArrowUp", "ArrowUp", "ArrowUp", "ArrowUp", "1")
    submit(page)
    saved(page, 1)
    assert values_of(bench) == {"coherence": 1, "fluency": 4, "relevance": 3, "creativity": 2}


# ---- text is text --------------------------------------------------------------------------


@pytest.mark.parametrize("bench", [{"kinds": "vvvvv"}], indirect=True)
def test_texts_are_never_markup(page: Page, bench: Any) -> None:
    texts = {one.text for one in bench.generations}
    seen: set[str] = set()
    for _ in bench.items:
        for slot in ("text-0", "text-1"):
            pane = page.locator(f'[data-slot="{slot}"]')
            seen.add(pane.evaluate("node => node.textContent"))
            assert pane.locator("*").count() == 0
        assert page.locator(".rl iframe, .rl img, .rl script").count() == 0
        assert page.evaluate("window.hacked") is None
        submit(page, "t")
    assert seen == texts


def test_a_text_that_turns_direction_keeps_to_its_own_box(page: Page, bench: Any) -> None:
    pane = page.locator('[data-slot="text-0"]')
    style = pane.evaluate(
        "node => [node.dir, getComputedStyle(node).unicodeBidi, getComputedStyle(node).whiteSpace]"
    )
    assert style == ["auto", "plaintext", "pre-wrap"]
