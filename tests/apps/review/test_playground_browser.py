"""The playground in a real browser: texts stream side by side, are stopped, kept and sent."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from lab.records import (
    Checkpoint,
    Generation,
    ItemKind,
    Prompt,
    Role,
    StudyStatus,
    TokenScores,
    new_id,
)
from storage import checkpoints, studies
from storage.client import Store
from tests.apps.review.made import Bench
from tests.apps.review.trained import endless_checkpoint, store_trained, tiny_checkpoints
from tests.apps.review.watched import Served, Visit, sign_in

pytestmark = pytest.mark.browser

DATA = "things to try"


@pytest.fixture(scope="module")
def tiny(
    tmp_path_factory: pytest.TempPathFactory, review_store: Store
) -> tuple[list[Checkpoint], list[Prompt]]:
    folder = tmp_path_factory.mktemp("tiny")
    made = tiny_checkpoints(folder, "wee")
    # The newest come first, and the first two are chosen to begin with.
    endless = endless_checkpoint(folder, made[0])
    return made, store_trained(review_store, [endless, *made], DATA)


@pytest.fixture(scope="module")
def endless(tiny: tuple[list[Checkpoint], list[Prompt]], review_store: Store) -> Checkpoint:
    return checkpoints.named(review_store, "endless")


@pytest.fixture
def lead(
    chromium: Browser,
    served: Served,
    bench: Bench,
    tiny: tuple[list[Checkpoint], list[Prompt]],
) -> Iterator[Visit]:
    """Open a wide window in which a lead is signed in."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    sign_in(context, served, bench.person("lea", Role.LEAD))
    visit = Visit(context, served)
    yield visit
    context.close()
    assert visit.problems == []


def column(page: Page, name: str) -> Locator:
    return page.get_by_role("article", name=name, exact=True)


def choose(page: Page, words: str) -> None:
    """Choose a stored prompt by its words."""
    page.get_by_text("Choose a stored prompt").click()
    page.get_by_role("combobox", name="Data set").select_option(DATA)
    page.get_by_role("searchbox", name="Find").fill(words)
    page.get_by_role("button", name=re.compile(words)).click()
    expect(page.get_by_role("textbox", name="Prompt")).to_have_value(f"thing: {words}")


def set_slider(page: Page, name: str, value: str) -> None:
    page.get_by_role("slider", name=name).fill(value)


def serious(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {[node['html'][:120] for node in one['nodes'][:3]]}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


def look(page: Page, name: str) -> None:
    """Check a state of the page in every size and light; photograph it where a folder is named."""
    for width in (1440, 400):
        for scheme in ("light", "dark"):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            assert serious(page) == []
            if folder := os.environ.get("SCREENSHOTS"):
                path = Path(folder) / f"{name}-{width}-{scheme}.png"
                page.screenshot(path=path, full_page=True)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.emulate_media(color_scheme="light")


def test_two_write_side_by_side_and_are_kept_and_sent(
    lead: Visit, tiny: tuple[list[Checkpoint], list[Prompt]], review_store: Store
) -> None:
    page = lead.open("/lead")
    page.get_by_role("link", name="Playground").click()
    page.wait_for_selector('.rl-playground[data-ready="true"]')
    page.get_by_role("button", name="Write").click()
    expect(page.get_by_role("alert")).to_have_text("Type a prompt, or choose a stored one.")
    choose(page, "lamp")
    expect(page.get_by_text(f"Stored: {DATA}, lamp")).to_be_visible()
    set_slider(page, "Length, in tokens", "60")
    page.get_by_role("button", name="Another seed").click()
    page.get_by_role("button", name="Write").click()
    one, two = column(page, "wee one"), column(page, "wee two")
    for text in (one, two):
        expect(text.locator(".rl-column-status")).to_contain_text(
            "geometric mean of the probabilities"
        )
        expect(text.locator("[data-token]").first).to_be_attached()
    text = one.get_by_role("group")
    text.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(text.locator(".is-current")).to_have_attribute("data-token", "1")
    expect(one.locator(".rl-about")).to_contain_text("Likeliest others:")
    two.locator('[data-token="0"]').hover()
    expect(two.locator(".rl-about")).to_contain_text("Likeliest others:")
    look(page, "texts")
    one.get_by_role("button", name="Keep the text of wee one").click()
    expect(page.locator('[data-slot="toast"]')).to_contain_text("1 text is stored")
    expect(one.get_by_role("button")).to_be_disabled()
    name = f"lamps {new_id()[-6:]}"
    page.get_by_role("button", name="Send to a study").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox", name="Study").select_option("A new draft")
    look(page, "sending")
    dialog.get_by_role("textbox", name="Name of the study").fill("wee one wins")
    dialog.get_by_role("button", name="Send", exact=True).click()
    lead.expect_trouble = True
    expect(dialog.get_by_role("alert")).to_contain_text("the name of a checkpoint")
    dialog.get_by_role("textbox", name="Name of the study").fill(name)
    dialog.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator('[data-slot="toast"]')).to_have_text(f"1 item was added to “{name}”.")
    study = studies.named(review_store, name)
    (item,) = studies.items(review_store, study.id)
    assert item.kind is ItemKind.AB
    assert item.prompt_id == next(one.id for one in tiny[1] if one.key == "lamp")
    ids = [item.generation_a_id, item.generation_b_id or ""]
    texts = review_store.select(Generation, "WHERE id IN (SELECT unnest($1::UUID[]))", [ids])
    assert {one.checkpoint_id for one in texts} == {one.id for one in tiny[0]}
    scores = review_store.select(
        TokenScores, "WHERE generation_id IN (SELECT unnest($1::UUID[]))", [ids]
    )
    assert len(scores) == 2
    page.get_by_role("button", name="Send to a study").click()
    expect(dialog.get_by_role("combobox", name="Study")).to_have_value(study.id)
    dialog.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator('[data-slot="toast"]')).to_contain_text("has these items already")
    studies.change_status(review_store, study, StudyStatus.CLOSED)


def test_a_stop_ends_it_and_what_is_half_is_not_kept(lead: Visit, endless: Checkpoint) -> None:
    page = lead.open("/playground")
    page.get_by_role("textbox", name="Prompt").fill("<img src=x onerror=window.hacked=true>")
    # So long that a slow machine stops it in time, too.
    page.get_by_role("slider", name="Length").evaluate("one => { one.max = one.value = 4000; }")
    set_slider(page, "Temperature", "2")
    page.get_by_role("checkbox", name="endless").check()
    page.get_by_role("checkbox", name="wee two").uncheck()
    page.get_by_role("button", name="Write").click()
    expect(column(page, "endless").locator("[data-token]").first).to_be_attached()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Write")).to_be_enabled()
    expect(page.get_by_role("button", name="Stop")).to_be_hidden()
    expect(column(page, "endless")).to_contain_text("A stopped text cannot be kept")
    expect(column(page, "endless").get_by_role("button")).to_have_count(0)
    assert page.evaluate("window.hacked === undefined")
    page.get_by_role("button", name="Back to the defaults").click()
    expect(page.get_by_role("slider", name="Temperature")).to_have_value("0.8")
    page.get_by_role("combobox", name="Language").select_option("de")
    page.wait_for_selector('html[lang="de"] .rl[data-ready="true"]')
    expect(page.get_by_role("heading", name="Spielwiese")).to_be_visible()


def test_a_browser_that_goes_away_makes_room_for_the_next(
    served: Served, bench: Bench, endless: Checkpoint
) -> None:
    cookies = bench.person("lea", Role.LEAD)
    runs = f"{served.address}/api/lead/playground/runs"
    asked = {
        "checkpoint_ids": [endless.id],
        "text": "thing: 1",
        "settings": {"max_new_tokens": 4000},
    }
    with httpx.Client(cookies=cookies, headers={"X-Lab": "review"}, trust_env=False) as client:
        with client.stream("POST", runs, json=asked, timeout=60) as reply:
            lines = reply.iter_lines()
            while '"token"' not in next(lines):
                pass
            assert client.post(runs, json=asked).status_code == 409
        deadline = time.monotonic() + 60
        short = asked | {"settings": {"max_new_tokens": 2}}
        while (again := client.post(runs, json=short, timeout=60)).status_code == 409:
            assert time.monotonic() < deadline
    assert again.text.count('"done"') == 1
