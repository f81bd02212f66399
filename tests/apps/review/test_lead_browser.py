"""The lead's page in a real browser: everything a lead does, light and dark, wide and narrow."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from lab.records import ItemKind, Role, StudyStatus, new_id
from storage import messages, queue
from tests.apps.review.made import Bench
from tests.apps.review.watched import Served, Visit, sign_in

pytestmark = pytest.mark.browser

SIZES = [(1440, "light"), (1440, "dark"), (400, "light"), (400, "dark")]


def judge(bench: Bench, name: str, n: int, value: int = 3, **changes: Any) -> None:
    """Let somebody answer n tasks, the given fields changed."""
    bench.person(name)
    reviewer = bench.accounts[name].id
    names = [one["name"] for one in bench.study.protocol["criteria"]]
    for number in range(n):
        task = queue.next_tasks(bench.store, bench.study.id, reviewer, 1)[0]
        said: dict[ItemKind, dict[str, Any]] = {
            ItemKind.RATE: {"kind": "rate", "ratings": dict.fromkeys(names, value)},
            ItemKind.AB: {"kind": "vote", "winners": {"overall": "left"}},
            ItemKind.SPANS: {"kind": "spans", "spans": []},
        }
        queue.submit(
            bench.store,
            answer_id=new_id(),
            assignment_id=task.assignment_id,
            reviewer_id=reviewer,
            **{"seconds": 30.0 + number} | said[task.kind] | changes,
        )


@pytest.fixture
def lead(chromium: Browser, served: Served, bench: Bench) -> Iterator[Visit]:
    """Open a wide window in which a lead is signed in."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    sign_in(context, served, bench.person("lea", Role.LEAD))
    visit = Visit(context, served)
    yield visit
    context.close()
    assert visit.problems == []


def card_of(page: Page, bench: Bench) -> Any:
    return page.locator(f'article[data-study="{bench.study.id}"]')


def fold(card: Any, name: str) -> Any:
    found = card.locator(f'details[data-fold="{name}"]')
    if found.get_attribute("open") is None:
        found.locator("> summary").click()
    return found


def serious(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {[node['html'][:120] for node in one['nodes'][:3]]}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


RICH = {
    "kinds": "tgrrvvsp",
    "reviewers_per_item": 2,
    "adjudicate_at": 2,
    "exclude_below_gold": 0.7,
    "exclude_faster_than": 5.0,
    "exclusion_rule": "Whoever clicks through without reading.",
}


@pytest.mark.parametrize("bench", [RICH], indirect=True)
@pytest.mark.parametrize(("width", "scheme"), SIZES)
def test_a_study_in_full_has_no_serious_violation_and_fits(
    lead: Visit, bench: Bench, width: int, scheme: Any
) -> None:
    judge(bench, "ada", 8, value=2)
    judge(bench, "ben", 4, value=5, comment="<b>so</b>", flag="offensive", seconds=1.0)
    queue.next_tasks(bench.store, bench.study.id, bench.accounts["ben"].id, 2)
    page = lead.open("/lead")
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    card = card_of(page, bench)
    expect(card.get_by_text("Exclusion rule: too fast")).to_be_visible()
    for name in ("flags", "unsettled", "messages"):
        fold(card, name)
    card.locator('[data-fold="flags"] li summary').first.click()
    expect(card.locator(".rl-item-texts section").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("window.hacked === undefined")
    assert serious(page) == []
    card.get_by_role("button", name="Write to everybody").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert serious(page) == []


@pytest.mark.parametrize("bench", [{"kinds": "rrvvs", "reviewers_per_item": 1}], indirect=True)
def test_progress_reaches_all_done_without_losing_the_focus(lead: Visit, bench: Bench) -> None:
    judge(bench, "ada", 2)
    page = lead.open("/lead")
    card = card_of(page, bench)
    expect(card.locator(".rl-pace")).to_contain_text("3 answers to go · 2 answers in the last hour")
    expect(card.get_by_role("progressbar", name="Ratings: 2 of 2 answers")).to_be_visible()
    message = card.get_by_role("button", name=re.compile("Write to R-ada"))
    message.focus()
    fold(card, "flags")
    message.focus()
    judge(bench, "ada", 3)
    expect(card.locator(".rl-pace")).to_have_text("All items are done.", timeout=15_000)
    expect(message).to_be_focused()
    assert fold(card, "flags").get_attribute("open") is not None


def test_a_flag_opens_its_texts_as_text(lead: Visit, bench: Bench) -> None:
    judge(bench, "ada", 1, flag="personal", comment="<script>window.hacked = true</script>")
    page = lead.open("/lead")
    flags = fold(card_of(page, bench), "flags")
    expect(flags).to_contain_text("It holds personal data")
    expect(flags).to_contain_text("<script>window.hacked = true</script>")
    assert flags.locator(".rl-item-texts section").count() == 0
    flags.locator("li summary").click()
    expect(flags.get_by_text(bench.generations[0].text, exact=True)).to_be_visible()
    assert page.evaluate("window.hacked === undefined")


def test_a_message_is_written_sent_and_read(lead: Visit, bench: Bench) -> None:
    for name in ("ada", "ben"):
        judge(bench, name, 1)
    page = lead.open("/lead")
    card = card_of(page, bench)
    card.get_by_role("button", name=re.compile("Write to R-ada")).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("textbox", name="Message")).to_be_focused()
    page.keyboard.type("A little slower, please")
    dialog.get_by_role("button", name="Send").click()
    expect(page.get_by_role("status")).to_have_text("Sent to 1 reviewer.")
    (unread,) = messages.unread(bench.store, bench.accounts["ada"].id)
    assert unread.text == "A little slower, please"
    sent = fold(card, "messages")
    expect(sent).to_contain_text("not read yet")
    sent.get_by_role("button", name="Write to everybody").click()
    expect(dialog.get_by_role("textbox")).to_have_value("")
    page.keyboard.type("Thank you")
    dialog.get_by_role("button", name="Send").click()
    expect(page.get_by_role("status")).to_have_text("Sent to 2 reviewers.")
    messages.mark_read(bench.store, unread.id, bench.accounts["ada"].id)
    expect(sent).to_contain_text(re.compile("sent .*, read "), timeout=15_000)


def test_pausing_closing_and_giving_back(lead: Visit, bench: Bench) -> None:
    bench.person("ada")
    held = queue.next_tasks(bench.store, bench.study.id, bench.accounts["ada"].id, 2)
    page = lead.open("/lead")
    card = card_of(page, bench)
    expect(card).to_contain_text(f"holds {len(held)} texts")
    card.get_by_role("button", name=re.compile("Release the texts that R-ada")).click()
    expect(page.get_by_role("status")).to_contain_text("free for others again")
    expect(card).not_to_contain_text("holds")
    card.get_by_role("button", name="Pause").click()
    expect(card.locator("header .rl-pill")).to_have_text("Paused")
    card.get_by_role("button", name="Close").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    expect(card.locator("header .rl-pill")).to_have_text("Paused")
    card.get_by_role("button", name="Close").click()
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    expect(card.locator("header .rl-pill")).to_have_text("Closed")


def test_a_link_is_made_used_by_somebody_new_and_another_is_taken_back(
    lead: Visit, chromium: Browser, served: Served, bench: Bench
) -> None:
    lead.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = lead.open("/lead")
    note = f"Cleo {new_id()[-6:]}"
    page.get_by_role("textbox", name="Note").fill(note)
    page.get_by_role("button", name="Make a link").click()
    link = page.get_by_role("textbox", name="The link, shown this once")
    expect(link).to_be_focused()
    address = link.input_value()
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("status")).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()") == address
    row = page.locator(".rl-invitations li").filter(has_text=note)
    expect(row).to_contain_text("Open")
    guest = chromium.new_context(viewport={"width": 400, "height": 860}, locale="en-GB")
    joins(guest, address)
    guest.close()
    page.reload()
    page.wait_for_selector('.rl[data-ready="true"]')
    expect(row).to_contain_text(re.compile("used by reviewer-[0-9]+"))
    page.get_by_role("textbox", name="Note").fill(f"{note} again")
    page.get_by_role("button", name="Make a link").click()
    again = page.locator(".rl-invitations li").filter(has_text=f"{note} again")
    again.get_by_role("button", name="Take back").click()
    expect(again).to_contain_text("Taken back")


def joins(guest: BrowserContext, address: str) -> None:
    page = guest.new_page()
    page.goto(address)
    expect(page.get_by_role("heading", name="You are invited")).to_be_visible()
    page.keyboard.type(f"cleo-{new_id()}")
    page.get_by_role("button", name="Join without a password").click()
    page.wait_for_url("**/review/")
    page.goto(address)
    expect(page.get_by_role("heading", name="This link has been used")).to_be_visible()


def test_the_page_speaks_german(lead: Visit, bench: Bench) -> None:
    judge(bench, "ada", 1)
    page = lead.open("/lead")
    page.get_by_role("combobox", name="Language").select_option("de")
    page.wait_for_selector('html[lang="de"] .rl[data-ready="true"]')
    expect(page.get_by_role("heading", name="Einladungen")).to_be_visible()
    card = card_of(page, bench)
    expect(card.locator("header .rl-pill")).to_have_text("Offen")
    expect(card.get_by_role("button", name=re.compile("An R-ada.* schreiben"))).to_be_visible()


def test_a_lost_server_is_said_and_a_lost_session_leads_to_the_sign_in(
    lead: Visit, bench: Bench
) -> None:
    lead.expect_trouble = True
    page = lead.open("/lead")
    page.route("**/api/lead/**", lambda route: route.abort())
    card_of(page, bench).get_by_role("button", name="Pause").click()
    expect(page.get_by_text("No connection to the server")).to_be_visible()
    page.unroute("**/api/lead/**")
    bench.sign_out("lea")
    expect(page.get_by_role("link", name="Sign in again")).to_be_visible(timeout=20_000)
    assert bench.store.rows(
        "SELECT status FROM study_statuses WHERE study_id = $1::UUID", [bench.study.id]
    ) == [{"status": StudyStatus.OPEN.value}]
