"""A reviewer who answers by keyboard whatever the page shows, one task after the other."""

from __future__ import annotations

from playwright.sync_api import Page

STATE = """() => {
  const slot = (name) => document.querySelector(`[data-slot="${name}"]`);
  const root = document.querySelector('.rl[data-ready="true"]');
  if (!root) return null;
  const { screen } = root.dataset;
  const shown = ["question", "note", "text-0", "text-1"].map((name) => slot(name).textContent);
  const sending = screen === "task" && slot("form").inert && slot("reply").hidden;
  const now = JSON.stringify([screen, ...shown, slot("reply").hidden]);
  return screen === "loading" || sending ? null : now;
}"""


def state(page: Page, before: str | None = None) -> str:
    """Wait until the page shows something, or something else than before, and name it."""
    changed = f"(before) => {{ const now = ({STATE})(); return now !== before && now; }}"
    shown: str = page.wait_for_function(changed, arg=before).json_value()
    return shown


def keys(page: Page) -> list[str]:
    """List the keys that answer the task on the page, whatever it is."""
    if page.locator('[data-slot="reply"]').is_visible():
        return []
    kind = page.locator('[data-slot="panes"]').get_attribute("data-kind")
    if kind == "rate":
        return ["5"] * page.locator(".rl-criterion").count()
    if kind == "ab":
        return ["ArrowLeft"] * page.locator(".rl-vote").count()
    return ["y"] * page.locator(".rl-suggestion-row").count() or ["0"]


def answer_by_keys(page: Page) -> None:
    before = state(page)
    for key in [*keys(page), "Enter"]:
        page.keyboard.press(key)
    state(page, before)


def work_through(page: Page) -> int:
    """Answer everything by keyboard; returns how often Enter was pressed."""
    n_entered = 0
    while '"done"' not in state(page):
        answer_by_keys(page)
        n_entered += 1
        assert n_entered < 100, "the study does not end"
    return n_entered
