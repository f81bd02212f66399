"""The review page in a real browser: keyboard, safe text, drafts, restarts, small screens."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from lab.records import Role, StudyStatus

pytestmark = pytest.mark.browser

TASK = '.rl[data-screen="task"]'
DONE = '.rl[data-screen="done"]'


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def shown(page: Page) -> str:
    return page.locator('[data-slot="text-0"]').inner_text()


def wait_for_other(page: Page, text: str) -> None:
    expect(page.locator('[data-slot="text-0"]')).not_to_have_text(text)


def submit(page: Page, *keys: str) -> None:
    """Enter an answer by keyboard and wait for the next task or the end."""
    before = page.evaluate("document.querySelector('[data-slot=\"text-0\"]').textContent")
    press(page, *keys, "Enter")
    page.wait_for_function(
        """before => document.querySelector('.rl').dataset.screen === 'done'
           || document.querySelector('[data-slot="text-0"]').textContent !== before""",
        arg=before,
    )


def saved(page: Page, count: int) -> None:
    """Wait until the server has taken so many answers."""
    expect(page.locator('[data-slot="progress-text"]')).to_have_text(
        re.compile(rf"^{count} of \d+ · saved \d\d:\d\d:\d\d")
    )


def sent(page: Page) -> None:
    """Wait until nothing is left to send."""
    page.wait_for_function(
        "() => !Object.keys(localStorage).some((key) => key.includes(':outbox:'))"
    )


def no_overflow(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def values_of(bench: Any, index: int = 0) -> dict[str, int]:
    """Read the stored points of an item by criterion."""
    stored = [one for one in bench.ratings() if one["item_id"] == bench.items[index].id]
    return {one["criterion"]: one["value"] for one in stored}


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
    expect(problem).to_have_text("Still to rate: relevance, creativity")
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
    checked = page.locator(".rl-point input:checked")
    assert checked.evaluate_all("radios => radios.map(one => one.value)") == ["5", "4", "3", "2"]
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


# ---- nothing is lost -----------------------------------------------------------------------


def test_a_reload_keeps_what_was_entered(page: Page, bench: Any) -> None:
    press(page, "4", "3", "c")
    page.keyboard.type("half a thought")
    page.reload()
    page.wait_for_selector(TASK)
    expect(page.locator('[data-slot="comment"]')).to_have_value("half a thought")
    checked = page.locator(".rl-point input:checked")
    assert checked.evaluate_all("radios => radios.map(one => one.value)") == ["4", "3"]


def test_another_browser_finds_the_draft(visit: Any, bench: Any, chromium: Any) -> None:
    page = visit.open()
    page.wait_for_selector(TASK)
    with page.expect_response("**/api/drafts"):
        press(page, "4", "3")
    elsewhere = chromium.new_context()
    elsewhere.add_cookies(visit.context.cookies())
    other = elsewhere.new_page()
    other.goto(visit.served.address + "/review/")
    other.wait_for_selector(TASK)
    expect(other.locator(".rl-point input:checked")).to_have_count(2)
    elsewhere.close()


@pytest.mark.slow
@pytest.mark.parametrize("bench", [{"kinds": "rrrr"}], indirect=True)
def test_answers_given_while_the_server_is_dead_arrive_once(
    chromium: Any, review_home: Any, bench: Any, served_for_killing: Any, visit_of: Any
) -> None:
    visit = visit_of(served_for_killing)
    visit.expect_trouble = True
    page = visit.open()
    page.wait_for_selector(TASK)
    submit(page, "1", "1", "1", "1")
    saved(page, 1)
    page.wait_for_timeout(300)
    served_for_killing.kill()
    submit(page, "2", "2", "2", "2")
    press(page, "3", "3", "3", "3", "Enter")
    bar = page.locator('[data-slot="bar-unsent-text"]')
    expect(bar).to_contain_text("2 answers are kept in this browser")
    served_for_killing.start()
    expect(bar).to_be_hidden(timeout=15000)
    saved(page, 3)
    page.wait_for_selector(TASK)
    submit(page, "4", "4", "4", "4")
    page.wait_for_selector(DONE)
    by_item = [set(values_of(bench, index).values()) for index in range(4)]
    assert by_item == [{1}, {2}, {3}, {4}]
    assert bench.n_answers() == 4


def test_a_reload_with_unsent_answers_sends_them(visit: Any, bench: Any) -> None:
    page = visit.open()
    page.wait_for_selector(TASK)
    visit.expect_trouble = True
    page.route("**/api/answers", lambda route: route.abort())
    press(page, "5", "5", "5", "5", "Enter")
    expect(page.locator('[data-slot="bar-unsent"]')).to_be_visible()
    page.unroute("**/api/answers")
    page.reload()
    page.wait_for_selector(TASK)
    saved(page, 1)
    assert set(values_of(bench).values()) == {5}


def test_a_lost_reply_does_not_double(visit: Any, bench: Any) -> None:
    page = visit.open()
    page.wait_for_selector(TASK)
    visit.expect_trouble = True
    lost = []

    def lose(route: Any) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.fetch())
        route.abort()

    page.route("**/api/answers", lose)
    press(page, "5", "5", "5", "5", "Enter")
    expect(page.locator('[data-slot="bar-unsent"]')).to_be_visible()
    page.evaluate("window.dispatchEvent(new Event('online'))")
    saved(page, 1)
    assert bench.n_answers() == 1


def test_an_ended_session_keeps_the_answer_until_the_next(visit: Any, bench: Any) -> None:
    page = visit.open()
    page.wait_for_selector(TASK)
    visit.expect_trouble = True
    cookies = visit.context.cookies()
    visit.context.clear_cookies()
    press(page, "2", "3", "2", "3", "Enter")
    expect(page.locator('[data-slot="bar-session"]')).to_be_visible()
    link = page.locator('[data-slot="bar-session-link"]')
    assert link.get_attribute("href") == "/sign-in?next=/review/"
    visit.context.add_cookies(cookies)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator('[data-slot="bar-session"]')).to_be_hidden()
    saved(page, 1)


@pytest.mark.parametrize("bench", [{"kinds": "rrr"}], indirect=True)
def test_two_tabs_share_drafts_and_answers(visit: Any, bench: Any) -> None:
    first, second = visit.open(), visit.open()
    for page in (first, second):
        page.wait_for_selector(TASK)
    press(first, "4", "4")
    expect(second.locator(".rl-point input:checked")).to_have_count(2)
    text = shown(first)
    press(second, "ArrowDown", "ArrowDown", "5", "5", "Enter")
    wait_for_other(second, text)
    wait_for_other(first, text)
    assert shown(first) == shown(second)
    submit(first, "1", "1", "1", "1")
    saved(first, 2)
    assert sorted(values_of(bench).values()) == [4, 4, 5, 5]


def test_idle_and_hidden_time_does_not_count(page: Page, bench: Any) -> None:
    assets = page.evaluate(
        """performance.getEntriesByType('resource')
           .map((entry) => entry.name).find((name) => name.includes('clock.js'))"""
    )
    seconds = page.evaluate(
        """async (address) => {
          const { ActiveClock } = await import(address);
          let now = 0;
          const clock = new ActiveClock(() => now);
          now = 10000; clock.touch();
          now = 200000; clock.touch();
          now = 205000; clock.pause();
          now = 900000;
          return clock.seconds;
        }""",
        assets,
    )
    assert seconds == 45


# ---- the other screens ---------------------------------------------------------------------


def test_a_paused_study_says_so(page: Page, bench: Any) -> None:
    bench.set_status(StudyStatus.PAUSED)
    submit_two = ("1", "1", "1", "1", "Enter")
    press(page, *submit_two)
    saved(page, 1)
    press(page, *submit_two)
    page.wait_for_selector('.rl[data-screen="paused"]')
    bench.set_status(StudyStatus.OPEN)
    page.locator('[data-for="paused"] button').click()
    page.wait_for_selector(TASK)


def test_no_open_study_says_so(visit: Any, bench: Any) -> None:
    bench.set_status(StudyStatus.CLOSED)
    page = visit.open()
    page.wait_for_selector('.rl[data-screen="empty"]')
    expect(page.locator('[data-for="empty"] h1')).to_have_text("Nothing to review right now")


def test_several_studies_are_offered_and_the_last_is_resumed(
    visit: Any, bench: Any, another_bench: Any
) -> None:
    page = visit.open()
    page.wait_for_selector('.rl[data-screen="choose"]')
    page.locator(f'[data-study="{another_bench.study.id}"]').click()
    page.wait_for_selector(TASK)
    page.reload()
    page.wait_for_selector(TASK)
    page.locator('[data-do="studies"]').click()
    page.wait_for_selector('.rl[data-screen="choose"]')


@pytest.mark.parametrize("bench", [{"kinds": "rv"}], indirect=True)
@pytest.mark.parametrize("width", [400, 799, 1024])
def test_small_screens_scroll_one_way(page: Page, bench: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 860})
    no_overflow(page)
    for key in ("g", "?", "s", "f"):
        press(page, key)
        no_overflow(page)
        press(page, "Escape")
    press(page, "f", "4", "Enter")
    no_overflow(page)
    submit(page, "1", "1", "1", "1")
    no_overflow(page)
    left, right = (page.locator(f'[data-slot="pane-{n}"]').bounding_box() for n in (0, 1))
    stacked = right["y"] >= left["y"] + left["height"]
    assert stacked == (width < 800)
    submit(page, "t")
    page.wait_for_selector(DONE)
    no_overflow(page)


def test_it_works_by_touch_alone(page: Page, bench: Any) -> None:
    page.set_viewport_size({"width": 400, "height": 860})
    before = shown(page)
    for group in page.locator(".rl-criterion").all():
        group.locator(".rl-point").nth(3).click()
    page.locator('[data-slot="submit"]').click()
    wait_for_other(page, before)
    saved(page, 1)


def test_the_lead_pauses_a_study_and_sees_its_flags(
    chromium: Any, served: Any, bench: Any, visit: Any
) -> None:
    page = visit.open()
    page.wait_for_selector(TASK)
    press(page, "f", "2", "Enter")
    submit(page, "1", "1", "1", "1")
    saved(page, 1)
    visit.context.clear_cookies()
    lead_cookie = bench.person("lea", Role.LEAD)
    visit.context.add_cookies(
        [{"name": "lab_session", "value": lead_cookie["lab_session"], "url": served.address}]
    )
    lead = visit.open("/lead")
    card = lead.locator(f'article[data-study="{bench.study.id}"]')
    expect(card.locator(".rl-flags")).to_contain_text("offensive")
    card.get_by_role("button", name="Pause").click()
    expect(card.locator(".rl-pill")).to_have_text("Paused")
    card.get_by_role("button", name="Open").click()
    expect(card.locator(".rl-pill")).to_have_text("Open")
    lead.set_viewport_size({"width": 400, "height": 860})
    no_overflow(lead)
    visit.expect_trouble = True
