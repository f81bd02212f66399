"""What a reviewer's hands do on the review page in a browser, and what the eyes then see."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, expect

from storage.client import Store
from tests.apps.review.made import Bench

TASK = '.rl[data-screen="task"]'
DONE = '.rl[data-screen="done"]'
ELSEWHERE = '.rl[data-screen="elsewhere"]'


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


def chosen(page: Page) -> list[str]:
    """Read the points that are chosen, in the order of the criteria."""
    radios = page.locator(".rl-point input:checked")
    values: list[str] = radios.evaluate_all("radios => radios.map(one => one.value)")
    return values


def no_overflow(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def values_of(bench: Bench, index: int = 0) -> dict[str, int]:
    """Read the stored points of an item by criterion."""
    stored = [one for one in bench.ratings() if one["item_id"] == bench.items[index].id]
    return {one["criterion"]: one["value"] for one in stored}


def winners_of(bench: Bench, index: int = 0) -> dict[str, str]:
    """Read the stored winners of an item by criterion, as they stood on the screen."""
    stored = [one for one in bench.votes() if one["item_id"] == bench.items[index].id]
    return {one["criterion"]: on_screen(one) for one in stored}


def on_screen(vote: dict[str, Any]) -> str:
    sides = ("right", "left") if vote["swapped"] else ("left", "right")
    return {"a": sides[0], "b": sides[1]}.get(vote["winner"], vote["winner"])


def leases(store: Store, bench: Bench) -> int:
    """Count the leases of a study, renewed ones included."""
    return store.rows(
        """SELECT count(*) AS n FROM leases
           JOIN assignments ON assignments.id = assignment_id
           JOIN items ON items.id = item_id WHERE study_id = $1::UUID""",
        [bench.study.id],
    )[0]["n"]
