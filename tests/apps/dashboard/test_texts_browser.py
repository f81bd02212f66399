"""Drives the page Texts in a real browser: search, order, steps, side by side."""

from __future__ import annotations

import pytest

from tests.apps.dashboard.axe import serious
from tests.apps.dashboard.filled import HOSTILE

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(serve, filled) -> str:
    return serve(filled)


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (400, "dark")])
def test_nothing_is_wrong_or_cut_off(visit, address, lab, width, scheme) -> None:
    tab = visit(address, width=width)
    tab.page.emulate_media(color_scheme=scheme)
    tab.go(f"/texts?text={lab.generations[0].id}")
    tab.page.wait_for_selector("p.words.diff")
    assert tab.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert serious(tab.page) == []


def test_a_search_stands_in_the_address(visit, address, lab) -> None:
    n_wrong = sum("seven" in one.text for one in lab.generations)
    tab = visit(address)
    tab.go("/texts")
    assert tab.page.inner_text("p.finding") == "36 texts in this lab."
    tab.page.get_by_role("textbox", name="Words in the text").fill("Seven apples")
    tab.page.get_by_role("textbox", name="Words in the text").press("Enter")
    tab.page.wait_for_url("**find=Seven**")
    tab.page.get_by_text(f"{n_wrong} texts of 36").wait_for()
    tab.go("/texts?find=unheard")
    tab.page.get_by_text("No text fits").wait_for()


def test_steps_follow_the_order_of_the_table(visit, address, lab) -> None:
    first, second = lab.generations[0].id, lab.generations[1].id
    tab = visit(address)
    tab.go(f"/texts?text={first}")
    tab.page.get_by_text("Text 1 of 36").wait_for()
    assert tab.page.get_by_role("button", name="Previous text").is_disabled()
    tab.page.keyboard.press("j")
    tab.page.get_by_text("Text 2 of 36").wait_for()
    assert f"text={second}" in tab.page.url
    tab.page.keyboard.press("k")
    tab.page.get_by_text("Text 1 of 36").wait_for()


def test_two_texts_stand_side_by_side_and_stay_text(visit, address, lab) -> None:
    hostile = next(one for one in lab.generations if one.text == HOSTILE)
    other = next(
        one
        for one in lab.generations
        if one.prompt_id == hostile.prompt_id and lab.name_of(one) == "lstm"
    )
    tab = visit(address)
    tab.go(f"/texts?text={other.id}&beside={hostile.id}")
    tab.page.wait_for_selector("p.words.diff ins")
    assert "candidate" in tab.text()
    assert tab.page.locator("p.words.diff").count() == 2
    assert tab.page.locator("p.words b, p.words img, p.words script").count() == 0
    assert tab.page.evaluate("window.hacked") is None
    assert f"beside={hostile.id}" in tab.page.url


def test_the_origin_names_data_and_hash(visit, address, lab) -> None:
    tab = visit(address)
    tab.go(f"/texts?text={lab.generations[0].id}")
    tab.page.wait_for_selector("dl.facts")
    said = tab.text()
    assert "0" * 64 in said
    assert "seed 3" in said
