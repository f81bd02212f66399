"""Measures the dashboard on a large lab in a real browser: first chart, filter change, memory.

    python benchmarks/dashboard.py --home FOLDER [--ratings 1000000] [--votes 100000] [--runs 7]

The lab (200,000 texts of 20 checkpoints with 20 metrics each) is made once and stays in the
folder. "Cold" is the first visitor of a dashboard that has just said that it serves; the owner of
the database runs already, as `lab up` has it. A filter change is timed in the page, from the click
on a study to the frame in which the first chart shows other figures.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
# A package named "tests" among the installed ones would hide ours.
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from chromium import FLAGS, find_chromium
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from benchmarks.large_lab import CRITERIA, N_STUDIES, PASSWORD, Adding, make
from lab.home import Home, find_home
from storage.client import open_store, stop_owner

CHART = '[data-testid="stVegaLiteChart"] svg'
DONE = '[data-testid="stApp"][data-test-script-state="notRunning"]'
PAGES = ("", "verdict", "ratings", "texts", "reviewers", "hallucination", "metrics", "selftest",
         "progress", "drift", "planning", "cost", "training")  # fmt: skip

# In the page, so that no round trip to this process counts.
WATCH = """
() => {
  const shown = () => document.querySelector('[data-testid="stVegaLiteChart"] svg')?.innerHTML;
  window.changed = new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error("the first chart stays as it is")), 60000);
    document.addEventListener("click", () => {
      const [before, start] = [shown(), performance.now()];
      const look = () => {
        const now = shown();
        if (now && now !== before) resolve(performance.now() - start);
        else requestAnimationFrame(look);
      };
      look();
    }, { once: true, capture: true });
  });
}
"""


class Dashboard:
    """A running `lab dashboard`."""

    def __init__(self, home: Home) -> None:
        self.started = time.perf_counter()
        command = [sys.executable, "-m", "lab.cli", "dashboard", "--home", str(home.path)]
        self.process = subprocess.Popen(
            [*command, "--port", "0"], stdout=subprocess.PIPE, text=True,
            cwd=Path(__file__).parents[1],
        )  # fmt: skip
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        self.address = line.split("serving at ")[1].split()[0].rstrip("/")

    def megabytes(self, name: str) -> float:
        """Return VmRSS (now) or VmHWM (most so far) of the process."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith(name))
        return int(line.split()[1]) / 1024

    def cpu_seconds(self) -> float:
        """Return the CPU time of the process so far, which other work on the machine leaves be."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        """Stop it."""
        self.process.terminate()
        self.process.wait(20)


@contextmanager
def dashboard(home: Home) -> Iterator[Dashboard]:
    """Run a dashboard for a while."""
    running = Dashboard(home)
    try:
        yield running
    finally:
        running.stop()


def signed_in(browser: Browser, address: str) -> dict:
    """Sign in once and return the cookies for other dashboards of the lab."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{address}/sign-in")
    page.fill("input[name=name]", "analyst")
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url(lambda url: "sign-in" not in url)
    state = context.storage_state()
    context.close()
    return dict(state)


def first_chart(context: BrowserContext, address: str) -> tuple[float, Page]:
    """Open the overview in a new tab; return the seconds to the first chart."""
    page = context.new_page()
    start = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.locator(CHART).first.wait_for(timeout=120_000)
    return time.perf_counter() - start, page


def filter_change(page: Page, study: str) -> tuple[float, float]:
    """Choose a study; return the seconds to the changed first chart and to the whole page."""
    page.wait_for_selector(DONE, timeout=120_000)
    page.get_by_label("Study", exact=True).click()
    option = page.get_by_role("option", name=study, exact=True)
    option.wait_for()
    page.evaluate(WATCH)
    start = time.perf_counter()
    option.click()
    changed = page.evaluate("() => window.changed") / 1000
    page.wait_for_selector(DONE, timeout=120_000)
    return changed, time.perf_counter() - start


def measure(browser: Browser, home: Home, runs: int) -> None:
    """Run all measurements and print the table."""
    with dashboard(home) as running:
        state = signed_in(browser, running.address)
    cold, started, warm, changes, whole = [], [], [], [], []
    for _ in range(3):
        context = browser.new_context(storage_state=state, viewport={"width": 1440, "height": 900})
        with dashboard(home) as running:
            cold.append(first_chart(context, running.address)[0])
            started.append(time.perf_counter() - running.started)
        context.close()
    context = browser.new_context(storage_state=state, viewport={"width": 1440, "height": 900})
    with dashboard(home) as running:
        _, page = first_chart(context, running.address)
        page.wait_for_selector(DONE, timeout=120_000)
        for _ in range(runs):
            seconds, other = first_chart(context, running.address)
            warm.append(seconds)
            other.close()
        studies = cycle([f"study-{number}" for number in range(N_STUDIES)])
        for _ in range(2 * runs):
            changed, done = filter_change(page, next(studies))
            changes.append(changed)
            whole.append(done)
        row("first chart, cold", cold)
        row("first chart, from the start of the process", started)
        row("first chart, warm", warm)
        row("filter change, first chart", changes)
        row("filter change, whole page", whole)
        print(f"| memory after it, now / most | {running.megabytes('VmRSS'):.0f} MB | "
              f"{running.megabytes('VmHWM'):.0f} MB |")  # fmt: skip
        live(home, page, studies)
        every_page(running, page)
    context.close()


def every_page(running: Dashboard, page: Page) -> None:
    """Open every page by its address, twice; print when its first chart or table and all stood."""
    print(
        "\n| page | first chart | whole page | its CPU | again | errors | memory before | after |"
        "\n|---|---|---|---|---|---|---|---|"
    )
    for path in PAGES:
        before, used = running.megabytes("VmRSS"), running.cpu_seconds()
        chart, whole = _opened(page, f"{running.address}/{path}")
        used = running.cpu_seconds() - used
        errors = page.locator('[data-testid="stException"]').count()
        _, again = _opened(page, f"{running.address}/{path}")
        shown = "none" if chart is None else f"{chart:.1f} s"
        print(f"| /{path} | {shown} | {whole:.1f} s | {used:.1f} s | {again:.1f} s | {errors} | "
              f"{before:.0f} MB | {running.megabytes('VmRSS'):.0f} MB |", flush=True)  # fmt: skip
    print(f"\nmost memory at any time: {running.megabytes('VmHWM'):.0f} MB")


def _opened(page: Page, address: str) -> tuple[float | None, float]:
    """Return the seconds to the first chart, if there is one, and to the whole page."""
    start, chart = time.perf_counter(), None
    page.goto(address, wait_until="commit")
    while not (page.locator("h1.page").count() and page.locator(DONE).count()):
        if chart is None and page.locator(CHART).count():
            chart = time.perf_counter() - start
        page.wait_for_timeout(20)
        if time.perf_counter() - start > 300:
            raise TimeoutError(address)
    whole = time.perf_counter() - start
    if chart is None and page.locator(CHART).count():
        chart = whole
    return chart, whole


def live(home: Home, page: Page, studies: Iterator[str], seconds: float = 20.0) -> None:
    """Change filters while an answer comes in every second."""
    with open_store(home) as store, Adding(store):
        changes, until = [], time.monotonic() + seconds
        while time.monotonic() < until:
            changes.append(filter_change(page, next(studies))[0])
    row("filter change, an answer a second", changes)


def row(name: str, seconds: list[float]) -> None:
    """Print one line of the table."""
    print(f"| {name} | {statistics.median(seconds):.2f} s | {max(seconds):.2f} s |", flush=True)


def main() -> None:
    """Make the lab where it is not there yet, and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--ratings", type=int, default=1_000_000)
    parser.add_argument("--votes", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=7)
    arguments = parser.parse_args()
    home = find_home(arguments.home, str(arguments.home / "lab.duckdb"))
    if not Path(home.database).exists():
        arguments.home.mkdir(parents=True, exist_ok=True)
        make(home, arguments.ratings - arguments.ratings % (2 * len(CRITERIA)), arguments.votes)
    print(f"load {os.getloadavg()[0]:.1f}\n\n| | median | worst |\n|---|---|---|")
    with open_store(home) as store:
        store.health()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
            measure(browser, home, arguments.runs)
            browser.close()
    stop_owner(home)


if __name__ == "__main__":
    main()
