"""Make the README's pictures from a copy of the demo's lab, with reviewers that this script plays.

Run `lab demo --no-serve` first, then `python docs/screenshots.py`. The played reviewers rate by the
world's truth with some taste of their own; their answers go into the copy alone, and so do the
trials of a short search and a small run, for the pages Tuning and Training.
"""

from __future__ import annotations

import argparse
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[1]
# A package named "tests" among the installed ones would hide ours.
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from chromium import FLAGS, find_chromium  # noqa: E402 (the path comes first)

from apps.signin.passwords import hash_password  # noqa: E402
from lab.home import Home, find_home  # noqa: E402
from lab.records import Account, Role, new_id  # noqa: E402
from storage import queue, studies  # noqa: E402
from storage.client import Store, open_store, stop_owner  # noqa: E402

PASSWORD = "made for the pictures"
N_REVIEWERS = 6


def main() -> None:
    """Copy the lab, play the reviewers, start both apps, take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", default="lab-home", help="a lab in which `lab demo` has run")
    parser.add_argument("--out", default=str(ROOT / "docs" / "images"), help="where pictures go")
    arguments = parser.parse_args()
    stop_owner(find_home(arguments.home))
    with tempfile.TemporaryDirectory() as folder:
        home = find_home(Path(folder) / "lab")
        shutil.copytree(arguments.home, home.path)
        with open_store(home) as store:
            play(store)
        train(home)
        with both_apps(home) as (review, dashboard), chromium() as browser:
            take(browser, review, dashboard, Path(arguments.out))
        stop_owner(home)


def play(store: Store) -> None:
    """Answer most of the demo study; the last reviewer stays fresh for the pictures."""
    password_hash = hash_password(PASSWORD)
    people = [
        Account(name=f"played-{n}", role=Role.REVIEWER, pseudonym=f"reviewer {n}",
                password_hash=password_hash)
        for n in range(1, N_REVIEWERS + 1)
    ]  # fmt: skip
    analyst = Account(
        name="played-analyst", role=Role.ANALYST, pseudonym="analyst", password_hash=password_hash
    )
    store.add([*people, analyst])
    study = studies.named(store, "demo")
    rng = random.Random(7)
    for number in range(14):
        for person in people[:-1]:
            for task in queue.next_tasks(store, study.id, person.id, 1):
                answer(store, task, person, rng, severity=(people.index(person) - 2) / 3, n=number)


def answer(
    store: Store, task: queue.Task, person: Account, rng: random.Random, severity: float, n: int
) -> None:
    """Give one played answer: fewer of the source's words in the text, fewer points."""
    quality = [faithful(task.source or "", text) for text in task.texts]
    values, winners = {}, {}
    if task.kind == "rate":
        for name in ("coherence", "fluency", "relevance", "creativity"):
            taste = rng.gauss(0, 0.6) - severity + (0.6 if name == "fluency" else 0)
            values[name] = min(5, max(1, round(1 + 4 * quality[0] + taste)))
    else:
        gap = quality[0] - quality[1] + rng.gauss(0, 0.2)
        winners = {"overall": "tie" if abs(gap) < 0.05 else "left" if gap > 0 else "right"}
    queue.submit(
        store, answer_id=new_id(), assignment_id=task.assignment_id, reviewer_id=person.id,
        kind="vote" if winners else "rate", ratings=values, winners=winners,
        seconds=rng.uniform(12, 50) + n,
    )  # fmt: skip


def train(home: Home) -> None:
    """Search settings of a small model, and train one; takes minutes."""
    small = ["--dataset", "world", "--template", "{source}", "--threads", "1"]
    small += ["--layers", "1", "--width", "32", "--heads", "1", "--vocabulary", "512"]
    ranges = ["learning_rate=1e-4..1e-1:log", "batch_rows=4,8,16", "warmup=0..0.2"]
    ranges += ["schedule=cosine,linear,constant"]
    search = [word for one in ranges for word in ("--range", one)]
    often = ["--learning-rate", "0.1", "--patience", "3", "--validate-every", "10"]
    for words in (
        ["tune", *small, "--search", "rates", "--trials", "24", "--steps", "40", *search],
        ["train", *small, "--name", "small", "--steps", "400", *often],
    ):
        command = [sys.executable, "-m", "lab.cli", *words, "--home", str(home.path)]
        subprocess.run(command, cwd=ROOT, check=True)


def faithful(source: str, text: str) -> float:
    """Return the share of a fact card's values that the text holds."""
    values = [part.split(": ")[-1].lower() for part in source.split(";")]
    return sum(value in text.lower() for value in values) / max(1, len(values))


@contextmanager
def both_apps(home: Home) -> Iterator[tuple[str, str]]:
    """Run `lab up` and give both addresses."""
    command = [sys.executable, "-m", "lab.cli", "up", "--home", str(home.path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    found: dict[str, str] = {}
    assert process.stdout is not None
    for line in process.stdout:
        if match := re.match(r"(review app|dashboard) +(http\S+)$", line):
            found[match[1]] = match[2]
        if len(found) == 2:
            break
    try:
        yield found["review app"], found["dashboard"]
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start a headless browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def sign_in(browser: Browser, address: str, name: str, width: int) -> Page:
    """Open a window and sign in."""
    page = browser.new_context(viewport={"width": width, "height": 900}).new_page()
    page.goto(address)
    page.fill("input[name=name]", name)
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/sign-in" not in url)
    return page


def take(browser: Browser, review: str, dashboard: str, out: Path) -> None:
    """Take each picture at 1440 and 400 px; the README shows three of them."""
    out.mkdir(parents=True, exist_ok=True)
    for width in (1440, 400):
        page = sign_in(browser, review, f"played-{N_REVIEWERS}", width)
        page.locator("li", has_text="which is better").get_by_role("button").click()
        page.wait_for_selector('.rl[data-screen="task"]')
        page.keyboard.press("4")
        page.screenshot(path=out / f"review-{width}.png")
        page = sign_in(browser, dashboard, "played-analyst", width)
        for path, name in PAGES.items():
            page.goto(dashboard + path)
            page.wait_for_selector("h1.page")
            page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')
            page.wait_for_timeout(1500)
            page.screenshot(path=out / f"{name}-{width}.png", full_page=False)


PAGES = {
    "/": "dashboard",
    "/verdict": "dashboard-verdict",
    "/ratings": "dashboard-ratings",
    "/reviewers": "dashboard-reviewers",
    "/metrics": "dashboard-metrics",
    "/texts": "dashboard-texts",
    "/training": "dashboard-training",
    "/tuning": "dashboard-tuning",
}


if __name__ == "__main__":
    main()
