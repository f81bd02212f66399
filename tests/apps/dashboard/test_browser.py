"""Drives the dashboard, started by the lab's own command, in a real browser."""

from __future__ import annotations

import time

import pytest

from lab.records import Item, ItemKind
from tests.apps.dashboard.axe import serious
from tests.apps.dashboard.conftest import PAGES
from tests.apps.dashboard.filled import HOSTILE

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(serve, filled) -> str:
    return serve(filled)


@pytest.fixture(scope="module")
def bare_address(serve, bare) -> str:
    return serve(bare)


@pytest.mark.parametrize("width", [1440, 400])
def test_every_page_renders_at_every_width(visit, address, width) -> None:
    tab = visit(address, width=width)
    for path, title in PAGES.items():
        tab.go(path)
        assert tab.page.inner_text("h1.page") == title
        assert tab.page.locator('[data-testid="stException"], .empty').count() == 0
        assert tab.fits(), path


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_kept_out_of_any_page(visit, address, scheme) -> None:
    tab = visit(address)
    tab.wait()
    tab.page.emulate_media(color_scheme=scheme)
    for path in PAGES:
        tab.go(f"{path}?checkpoints=baseline&checkpoints=candidate")
        assert serious(tab.page) == [], path


def test_every_page_says_what_to_do_when_there_is_nothing(visit, bare_address) -> None:
    tab = visit(bare_address, width=400)
    for path, title in PAGES.items():
        tab.go(path)
        assert tab.page.inner_text("h1.page") == title
        if path != "/selftest":  # which is about the lab itself, not about its records
            assert "lab " in tab.page.inner_text(".empty code"), path


def test_a_deep_link_as_the_first_thing_a_server_sees_is_that_page(visit, serve, bare) -> None:
    tab = visit(serve(bare))
    tab.go("/training")
    assert tab.page.inner_text("h1.page") == "Training"


def test_filters_come_from_the_address_and_go_into_it(visit, address) -> None:
    tab = visit(address)
    tab.go("/ratings?criterion=fluency&checkpoints=lstm&checkpoints=baseline")
    assert tab.page.locator("h2.section", has_text="fluency").count() == 1
    assert tab.page.locator("h2.section", has_text="creativity").count() == 0
    tab.page.get_by_role("link", name="Verdict").click()
    tab.page.wait_for_function("document.querySelector('h1.page')?.innerText === 'Verdict'")
    assert "criterion=fluency" in tab.page.url
    tab.go("/ratings")
    tab.page.get_by_label("Criterion").click()
    tab.page.get_by_role("option", name="relevance").click()
    tab.page.wait_for_url("**criterion=relevance**")
    tab.page.wait_for_function("document.querySelectorAll('h3.sub').length === 0")


def test_a_new_rating_appears_within_ten_seconds(visit, address, filled, lab) -> None:
    tab = visit(address)
    tab.go("/?dataset=world")
    before = f"{len(_ratings(filled)):,}"
    card = tab.page.locator(".card", has=tab.page.get_by_text("Ratings", exact=True))
    assert card.locator(".value").inner_text() == before
    generation, reviewer = lab.generations[5], lab.reviewers[3]
    item = Item(
        study_id=lab.study.id,
        kind=ItemKind.RATE,
        position=5000,
        prompt_id=generation.prompt_id,
        generation_a_id=generation.id,
    )
    filled.add([item, *lab.rating_records(item, generation, reviewer)])
    started = time.monotonic()
    after = f"{len(_ratings(filled)):,}"
    assert after != before
    card.locator(".value", has_text=after).wait_for(timeout=10_000)
    assert time.monotonic() - started < 10
    assert "dataset=world" in tab.page.url


def test_a_hostile_text_is_shown_as_text(visit, address, lab) -> None:
    hostile = next(one for one in lab.generations if one.text == HOSTILE)
    tab = visit(address)
    tab.go(f"/texts?text={hostile.id}")
    tab.page.wait_for_selector("p.words.main")
    shown = tab.page.inner_text("p.words.main")
    assert shown.replace("[U+202E]", "\u202e").replace("[U+202C]", "\u202c") == HOSTILE
    assert tab.page.evaluate("window.hacked") is None
    assert tab.page.locator("p.words b, p.words img, p.words script").count() == 0


def test_a_text_is_shown_with_its_marks_and_its_whole_origin(visit, address, lab) -> None:
    marked = next(one for one in lab.generations if "seven" in one.text)
    tab = visit(address)
    tab.go(f"/texts?text={marked.id}")
    mark = tab.page.locator("p.words.main mark")
    assert mark.inner_text() == "seven"
    assert mark.get_attribute("title") == "number: the source says ten"
    said = tab.text()
    for known in (
        lab.name_of(marked),
        "temperature 0.8",
        marked.id,
        "event: share",
        "checkpoints/",
    ):
        assert known in said


def test_an_unknown_text_is_named_as_such(visit, address) -> None:
    tab = visit(address)
    tab.go("/texts?text=nonsense")
    tab.page.get_by_text("No such text").wait_for()


def test_a_chosen_row_shows_its_text_and_stays_after_a_refresh(visit, address) -> None:
    tab = visit(address)
    tab.go("/texts")
    canvas = tab.page.locator('[data-testid="stDataFrame"] canvas').first
    canvas.wait_for()
    box = canvas.bounding_box()
    tab.page.mouse.click(box["x"] + 15, box["y"] + 52)
    tab.page.wait_for_selector("p.words.main")
    assert "text=" in tab.page.url
    tab.go(tab.page.url.removeprefix(address))
    tab.page.wait_for_selector("p.words.main")


def test_a_reviewer_is_not_let_in(visit, address) -> None:
    tab = visit(address, role="reviewer")
    assert tab.page.locator("h1.page").count() == 0
    tab.errors.clear()  # the refusal itself is a 403 in the console


def _ratings(store) -> list[dict]:
    return store.rows("SELECT id FROM ratings")


def test_signing_out_leads_to_the_sign_in(visit, address) -> None:
    tab = visit(address)
    tab.go("/verdict")
    tab.page.get_by_role("link", name="Sign out").click()
    tab.page.wait_for_url("**/sign-out")
    tab.page.get_by_role("button", name="Sign out").click()
    tab.page.wait_for_url("**/sign-in")
    tab.errors.clear()  # the page that was left loses its connection
