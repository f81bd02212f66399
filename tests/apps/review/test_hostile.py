"""Text is never markup: whatever anybody wrote is shown letter by letter, in every place."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from starlette.testclient import TestClient

from lab.records import Message, Role
from tests.apps.review.made import Bench
from tests.apps.review.people import Person, rating, tasks_of
from tests.apps.review.watched import Served, Visit, sign_in
from tests.apps.review.working import answer_by_keys, keys, state

pytestmark = pytest.mark.browser

HACK = "window.hacked = true"
NASTY = (
    f"</div></textarea><script>{HACK}</script><img src=x onerror='{HACK}'><svg onload='{HACK}'>"
    "<iframe src='//outside.example'></iframe><base href='//outside.example'>&lt;b&gt; &amp;",
    f"{{{{value}}}} {{{{#if 1}}}}x{{{{/if}}}} ${{{HACK}}} `${{{HACK}}}` #{{1}} <%= 1 %> {{title}}",
    "![p](http://outside.example/p.png) [l](javascript:alert(1)) <http://outside.example> "
    "$\\href{javascript:alert(1)}{x}$ \\(\\includegraphics{http://outside.example/x}\\) # h1 | t |",
    "a \u202e\u2066 desrever \u200f שלום \u202dleft \u061c عربى \u2067 and never popped",
    "nul \x00 bell \x07 back \x08 escape \x1b[31m del \x7f nel \x85 bom \ufeff line \u2028 \ufffe",
)
"""HTML and entities; templates; Markdown and LaTeX; directions; control characters."""
ALL = " ".join(NASTY)

OPTIONS = {
    "kinds": "trvshrvrvs",
    "hostile": NASTY,
    "title": ALL,
    "question": ALL,
    "guidelines": ALL,
    "criteria": [
        {"name": name, "question": ALL, "anchors": [f"{point} {ALL}" for point in range(1, 6)]}
        for name in (f"tone {NASTY[0]}", "constructor")
    ],
    "vote_criteria": [NASTY[1]],
}
hostile = pytest.mark.parametrize("bench", [OPTIONS], indirect=True)

ALIEN = ":is(script, img, iframe, object, embed, style, link, base, meta, math, a[href*='outside'])"


def text_of(page: Page, slot: str) -> str:
    found: str = page.locator(f'[data-slot="{slot}"]').evaluate("node => node.textContent")
    return found


def everything_in(page: Page, selector: str) -> str:
    found: str = page.locator(selector).evaluate_all(
        "nodes => nodes.map((node) => node.textContent).join('\\n')"
    )
    return found


TURNED = """() => {
  const isolates = (node) => {
    const { display, unicodeBidi } = getComputedStyle(node);
    return display !== "inline" || /isolate|plaintext/.test(unicodeBidi);
  };
  const boxOf = (node) => (isolates(node) ? node : boxOf(node.parentElement));
  const turned = [];
  const walker = document.createTreeWalker(document.querySelector(".rl"), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { data, parentElement } = walker.currentNode;
    const box = boxOf(parentElement);
    const alone = box.textContent.trim() === data.trim() || box.closest(".rl-text, .rl-prose");
    if (data.includes("\u202e") && !alone) turned.push(box.outerHTML.slice(0, 200));
  }
  return turned;
}"""
"""Lists boxes in which a text that turns the direction stands beside words of the page."""


def harmless(page: Page) -> None:
    assert page.evaluate("window.hacked") is None
    assert page.locator(f".rl {ALIEN}").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(TURNED) == []


# ---- the review page -----------------------------------------------------------------------


@hostile
def test_every_task_shows_its_texts_letter_by_letter(visit: Visit, bench: Bench) -> None:
    page = visit.open()
    seen: set[str] = set()
    prompts: set[str] = set()
    while '"done"' not in state(page):
        harmless(page)
        seen |= {text_of(page, slot) for slot in ("text-0", "text-1")}
        prompts.add(text_of(page, "prompt"))
        answer_by_keys(page)
    shown = {id for one in bench.items for id in (one.generation_a_id, one.generation_b_id)}
    assert {one.text for one in bench.generations if one.id in shown} <= seen
    assert {one.text for one in bench.prompts} == prompts
    assert len(bench.answers()) == len(bench.items) + 1


@hostile
def test_titles_criteria_anchors_and_guidelines_are_text(visit: Visit, bench: Bench) -> None:
    page = visit.open()
    state(page)
    assert text_of(page, "title") == ALL
    names = [one["name"] for one in bench.study.protocol["criteria"]]
    criteria = text_of(page, "criteria")
    assert [name for name in names if name not in criteria] == []
    page.keyboard.press("3")
    assert f"3 {ALL}" in text_of(page, "criteria")
    assert ALL in everything_in(page, ".rl-criteria, .rl-criteria [title]") + str(
        page.locator(".rl-criteria *").evaluate_all("nodes => nodes.map((one) => one.title)")
    )
    page.keyboard.press("g")
    guidelines = page.locator('[data-slot="guidelines"]')
    for piece in (
        "</textarea><script>",
        "${window",
        "![p](http",
        "javascript:alert(1)",
        "\u202e",
        "\x1b",
    ):
        expect(guidelines).to_contain_text(piece)
    harmless(page)


@hostile
def test_suggestions_feedback_and_messages_are_text(visit: Visit, bench: Bench) -> None:
    bench.person("lea", Role.LEAD)
    sender, recipient = bench.accounts["lea"].id, bench.accounts["ada"].id
    bench.store.add([Message(sender_id=sender, recipient_id=recipient, text=ALL)])
    for control in bench.controls:
        assert control.kind == "training"
    page = visit.open()
    expect(page.locator('[data-slot="bar-message"]')).to_be_visible()
    assert text_of(page, "bar-message-text") == ALL
    harmless(page)
    evidence = ""
    while '"done"' not in state(page):
        evidence += everything_in(page, ".rl-suggestion-row")
        answer_by_keys(page)
    assert NASTY[0] in evidence


@hostile
def test_a_comment_stays_as_it_was_typed(visit: Visit, bench: Bench) -> None:
    page = visit.open()
    for _ in range(2):
        answer_by_keys(page)
    page.locator('[data-slot="comment"]').fill(ALL.replace("\x00", ""))
    for key in ["Escape", *keys(page), "Enter"]:
        page.keyboard.press(key)
    page.wait_for_function(
        "() => !Object.keys(localStorage).some((key) => key.includes(':outbox:'))"
    )
    typed = [one["comment"] for one in bench.answers() if one["comment"]]
    assert typed == [ALL.replace("\x00", "").replace("\r", "\n")]
    page.keyboard.press("u")
    expect(page.locator('[data-slot="comment"]')).to_have_value(typed[0])
    harmless(page)


@hostile
def test_the_list_of_studies_is_text(
    visit: Visit, bench: Bench, benches: Callable[..., Bench]
) -> None:
    benches(**OPTIONS)
    page = visit.open()
    page.wait_for_selector('.rl[data-screen="choose"]')
    assert everything_in(page, '[data-slot="studies"]').count(ALL) >= 2
    harmless(page)


@pytest.mark.parametrize(
    "bench",
    [{**OPTIONS, "kinds": "r", "reviewers_per_item": 2, "adjudicate_at": 2}],
    indirect=True,
)
def test_others_answers_are_text(
    visit: Visit, bench: Bench, app_client: TestClient, served: Served
) -> None:
    for name, value in (("ben", 1), ("cy", 5)):
        person = Person(app_client, bench.person(name))
        body = rating(bench, tasks_of(person, bench)[0], value, comment=ALL)
        assert person.post("/api/answers", body).status_code == 200
    visit.context.clear_cookies()
    sign_in(visit.context, served, bench.person("judy"))
    page = visit.open()
    answer_by_keys(page)
    assert text_of(page, "reply-body").count(ALL) >= 2
    harmless(page)


# ---- the lead's page -----------------------------------------------------------------------


@pytest.fixture
def lead(chromium: Browser, served: Served, bench: Bench) -> Iterator[Visit]:
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    sign_in(context, served, bench.person("lea", Role.LEAD))
    visit = Visit(context, served)
    yield visit
    context.close()
    assert visit.problems == []


@pytest.mark.parametrize("bench", [{**OPTIONS, "kinds": "rv"}], indirect=True)
def test_what_reviewers_say_is_text_at_the_lead(
    lead: Visit, bench: Bench, app_client: TestClient
) -> None:
    ada = Person(app_client, bench.person("ada"))
    body = rating(bench, tasks_of(ada, bench)[0], comment=ALL, flag="offensive")
    assert ada.post("/api/answers", body).status_code == 200
    message = {"recipient_id": bench.accounts["ada"].id, "study_id": bench.study.id, "text": ALL}
    lea = Person(app_client, bench.person("lea", Role.LEAD))
    assert lea.post("/api/lead/messages", message).status_code == 200
    invited = {"role": "reviewer", "note": ALL[:200], "days": 3}
    assert lea.post("/api/lead/invitations", invited).status_code == 200
    page = lead.open("/lead")
    card = page.locator(f'article[data-study="{bench.study.id}"]')
    expect(card).to_be_visible()
    card.locator("details").evaluate_all("all => all.forEach((one) => { one.open = true; })")
    expect(card.locator(".rl-item-texts section").first).to_be_visible()
    shown = everything_in(page, ".rl")
    assert shown.count(ALL) >= 3
    assert ALL[:200] in shown
    assert f"Text 0a {NASTY[0]}" in shown
    harmless(page)


# ---- a megabyte ----------------------------------------------------------------------------

LONG = {
    "lines": ("A line with <b>no</b> end to it. " * 3 + "\n") * 10_000,
    "one word": "x" * 1_000_000,
    "clusters": "👩\u200d👩\u200d👧 e\u0301 שלום " * 35_000,
}
USABLE_SECONDS = 20.0
"""How long a task with four texts of a megabyte may take to come on a very busy machine."""
KEY_SECONDS = 2.0
"""How long a key may take to show there."""
PRESSED = {
    "rate": ("3", ".rl-criteria :checked"),
    "ab": ("t", '[data-slot="votes"] :checked'),
    "spans": ("0", '[data-slot="spans"] [aria-pressed="true"]'),
}
"""By kind of task: a key, and what it changes."""


@pytest.mark.parametrize(
    "bench", [{"kinds": "rvs", "hostile": [text]} for text in LONG.values()],
    ids=LONG, indirect=True,
)  # fmt: skip
def test_a_megabyte_is_usable(visit: Visit, bench: Bench) -> None:
    assert min(len(one.text.encode()) for one in bench.generations) >= 1_000_000
    started = time.monotonic()
    page = visit.open()
    for kind in ("rate", "ab", "spans"):
        state(page)
        assert time.monotonic() - started < USABLE_SECONDS, kind
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        pressed = time.monotonic()
        key, changed = PRESSED[kind]
        page.keyboard.press(key)
        page.wait_for_selector(changed, state="attached")
        assert time.monotonic() - pressed < KEY_SECONDS, kind
        started = time.monotonic()
        for key in [*keys(page)[1:], "Enter"]:
            page.keyboard.press(key)
    page.wait_for_selector('.rl[data-screen="done"]')
    assert len(bench.ratings()) + len(bench.votes()) > 0
    assert len(bench.answers()) == 3


def test_the_net_for_markup_holds(visit: Visit, page: Page) -> None:
    visit.expect_trouble = True  # the planted picture does not exist
    page.locator('[data-slot="text-0"]').evaluate(f"node => {{ node.innerHTML = {ALL!r}; }}")
    with pytest.raises(AssertionError):
        harmless(page)
