"""Measures Enter to next text in a real browser: the review page, and plain Gradio components.

    python benchmarks/review.py [--items 40] [--runs 3] [--beside 100]

Both show the same screen (prompt, text, four criteria from 1 to 5, comment, submit) over the same
store, and both store each answer. Timed in the page: from the key press (in plain Gradio, which
has no keys, the click) until the frame in which the next text stands there. The review page is
measured with nobody else, and with simulated reviewers beside it who each make a request about
every 5 seconds.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# A package named "tests" among the installed ones would hide ours.
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parents[1]))

from chromium import FLAGS, find_chromium
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.reviewers import (
    Reviewer,
    Server,
    SignedIn,
    client,
    free_port,
    open_study,
    sign_in,
)
from lab.home import Home, find_home
from lab.records import Study, StudyEvent, StudyStatus, new_id
from storage import queue
from storage.client import Store, open_store, stop_owner

PAUSE_MS = 400
"""How long the reviewer reads before the next answer; a person reads longer."""

SETTLE_MS = 2000
"""How long a page may go on fetching after its first text, before it is weighed; Gradio keeps a
connection open, so the network is never idle."""

REQUEST_SECONDS = 5.0
"""Mean time between two requests of a simulated reviewer."""

WATCH = """
([event, selector]) => {
  window.times = [];
  window.addEventListener(event, (sign) => {
    if (event === "keydown" && sign.key !== "Enter") return;
    if (event === "click" && !sign.target.closest("#submit")) return;
    const start = performance.now();
    const node = document.querySelector(selector);
    const read = () => node.value ?? node.textContent;
    const before = read();
    const look = () => read() === before ? requestAnimationFrame(look)
      : window.times.push(performance.now() - start);
    requestAnimationFrame(look);
  }, true);
}
"""

WEIGHT = """
() => performance.getEntriesByType("resource").concat(performance.getEntriesByType("navigation"))
  .map((one) => [one.name, one.encodedBodySize])
"""


def close(store: Store, study: Study) -> None:
    """Close a study: where several are open, the page asks which."""
    store.add([StudyEvent(study_id=study.id, status=StudyStatus.CLOSED)])


@contextmanager
def working_beside(server: Server, study: Study, everyone: list[SignedIn]) -> Iterator[list[float]]:
    """Let simulated reviewers work; gives the milliseconds that their answers took."""
    reviewers = [
        Reviewer(one, server.address, study.id, random.Random(number), REQUEST_SECONDS)
        for number, one in enumerate(everyone)
    ]
    times: list[float] = []
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    async def all_work() -> None:
        async with client() as connections:
            await asyncio.gather(*(one.work(connections, stop) for one in reviewers))

    thread = threading.Thread(target=loop.run_until_complete, args=(all_work(),))
    thread.start()
    try:
        time.sleep(2 * REQUEST_SECONDS if reviewers else 0)
        yield times
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()
        times += [each for one in reviewers for each in one.submit_ms]


def time_review(
    browser: Browser, server: Server, store: Store, n_items: int, n_beside: int
) -> dict[str, Any]:
    """Rate a study by keyboard in the review page.

    Returns:
        `enter`: milliseconds from Enter to the next text; `beside`: milliseconds of the simulated
        reviewers' answers; `load`: seconds from the address to the first text; `weight`: bytes
        that an empty browser fetched, by address.
    """
    study = open_study(store, n_items + 20 * n_beside, n_beside + 1, only_rate=True)
    everyone = [sign_in(store) for _ in range(n_beside)]
    me = sign_in(store)
    with working_beside(server, study, everyone) as beside:
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        context.add_cookies([{"name": "lab_session", "value": me.token, "url": server.address}])
        page = context.new_page()
        started = time.perf_counter()
        page.goto(f"{server.address}/review/", wait_until="commit")
        page.wait_for_selector('.rl[data-screen="task"]')
        load = time.perf_counter() - started
        page.wait_for_timeout(SETTLE_MS)
        weight = dict(page.evaluate(WEIGHT))
        page.evaluate(WATCH, ["keydown", '[data-slot="text-0"]'])
        for index in range(n_items - 1):
            page.wait_for_timeout(PAUSE_MS)
            for key in "3421":
                page.keyboard.press(key)
            page.keyboard.press("Enter")
            page.wait_for_function("count => window.times.length === count", arg=index + 1)
        enter = _finish(page)
    close(store, study)
    return {"enter": enter, "beside": beside, "load": load, "weight": weight}


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """Serve an ASGI app in a thread; gives its address."""
    import uvicorn

    port = free_port()
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(timeout=10)


def plain_gradio(store: Store, study: Study, reviewer: SignedIn) -> Any:
    """Build the same screen out of Gradio's own components."""
    import gradio
    from fastapi import FastAPI

    names = [criterion["name"] for criterion in study.protocol["criteria"]]
    reviewer_id = reviewer.account.id

    def show() -> tuple[str, str, str, Any, Any, Any, Any, str]:
        tasks = queue.next_tasks(store, study.id, reviewer_id, 1)
        if not tasks:
            return "", "", "done", None, None, None, None, ""
        task = tasks[0]
        return task.assignment_id, task.prompt, task.texts[0], None, None, None, None, ""

    def take(assignment_id: str, *entered: Any) -> tuple[Any, ...]:
        *values, comment = entered
        queue.submit(
            store,
            answer_id=new_id(),
            assignment_id=assignment_id,
            reviewer_id=reviewer_id,
            kind="rate",
            ratings={name: int(value) for name, value in zip(names, values, strict=True)},
            comment=comment,
        )
        return show()

    with gradio.Blocks(analytics_enabled=False) as page:
        assignment = gradio.State("")
        with gradio.Row():
            prompt = gradio.Textbox(label="Prompt", interactive=False)
            text = gradio.Textbox(label="Text", interactive=False, elem_id="text", lines=8)
        radios = [gradio.Radio(["1", "2", "3", "4", "5"], label=name) for name in names]
        comment = gradio.Textbox(label="Comment")
        submit = gradio.Button("Submit", elem_id="submit")
        fields = [assignment, prompt, text, *radios, comment]
        page.load(show, outputs=fields)
        submit.click(take, inputs=[assignment, *radios, comment], outputs=fields)
    return gradio.mount_gradio_app(FastAPI(), page, path="/")


def time_plain(browser: Browser, store: Store, n_items: int) -> dict[str, Any]:
    """Rate a study by mouse in plain Gradio; returns as `time_review`."""
    study = open_study(store, n_items, 1, only_rate=True)
    with serving(plain_gradio(store, study, sign_in(store))) as address:
        page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        field = "document.querySelector('#text textarea')"
        started = time.perf_counter()
        page.goto(address, wait_until="commit")
        page.wait_for_function(f"{field} && {field}.value !== ''")
        load = time.perf_counter() - started
        page.wait_for_timeout(SETTLE_MS)
        weight = dict(page.evaluate(WEIGHT))
        page.evaluate(WATCH, ["click", "#text textarea"])
        for index in range(n_items - 1):
            page.wait_for_timeout(PAUSE_MS)
            for group in range(4):
                page.locator("fieldset").nth(group).locator("input").nth(2).check()
            page.locator("#submit").click()
            page.wait_for_function("count => window.times.length === count", arg=index + 1)
        enter = _finish(page)
    close(store, study)
    return {"enter": enter, "beside": [], "load": load, "weight": weight}


def _finish(page: Page) -> list[float]:
    times: list[float] = page.evaluate("window.times")
    page.context.close()
    return times


def describe(name: str, runs: list[dict[str, Any]]) -> str:
    """Write a row of the table."""
    times = [each for run in runs for each in run["enter"]]
    beside = [each for run in runs for each in run["beside"]]
    loads = statistics.median(run["load"] for run in runs)
    megabytes = sum(runs[0]["weight"].values()) / 1e6
    others = f"{statistics.median(beside):.1f} / {p95(beside):.1f}" if beside else "–"
    return (
        f"| {name} | {len(times)} | {statistics.median(times):.1f} | {p95(times):.1f} | {others} "
        f"| {loads:.2f} | {megabytes:.2f} |"
    )


def p95(times: list[float]) -> float:
    """Return the 95th percentile."""
    return statistics.quantiles(times, n=20)[18]


def measure(home: Home, browser: Browser, arguments: argparse.Namespace) -> None:
    """Run all ways in turn and print the table."""
    alone: list[dict[str, Any]] = []
    crowd: list[dict[str, Any]] = []
    plain: list[dict[str, Any]] = []
    server = Server(home, free_port())
    with open_store(home) as store:
        server.start()
        try:
            for _ in range(arguments.runs):
                alone.append(time_review(browser, server, store, arguments.items, 0))
                crowd.append(time_review(browser, server, store, arguments.items, arguments.beside))
                plain.append(time_plain(browser, store, arguments.items))
        finally:
            server.kill()
    print("| way | answers | p50 ms | p95 ms | others' answers p50 / p95 ms | load s | MB |")
    print("|---|---|---|---|---|---|---|")
    print(describe("review page, 1 reviewer", alone))
    print(describe(f"review page, {arguments.beside} more at work", crowd))
    print(describe("plain Gradio components, 1 reviewer", plain))
    own = sum(size for name, size in alone[0]["weight"].items() if name.split("/")[3] == "assets")
    print(f"\nof the review page's weight, its own files are {own / 1e3:.0f} kB")


def main() -> None:
    """Start the browser and measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--items", type=int, default=40, help="answers per run (default: 40)")
    parser.add_argument("--runs", type=int, default=3, help="runs of each (default: 3)")
    parser.add_argument("--beside", type=int, default=100, help="simulated others (default: 100)")
    arguments = parser.parse_args()
    path = find_chromium()
    if path is None:
        raise SystemExit("no Chromium or Chrome was found; install one")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = find_home(folder)
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        measure(home, browser, arguments)
        browser.close()
        stop_owner(home)


if __name__ == "__main__":
    main()
