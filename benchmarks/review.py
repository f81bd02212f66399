"""Measures Enter to next text in a real browser: the review page, and plain Gradio components.

    python benchmarks/review.py [--items 40] [--runs 3]

Both show the same screen (prompt, text, four criteria from 1 to 5, comment, submit) over the same
store, and both store each answer. Timed in the page: from the key press (in plain Gradio, which
has no keys, the click) until the frame in which the next text stands there.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import secrets
import socket
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from playwright.sync_api import Browser, Page, sync_playwright

from lab.home import find_home
from lab.records import (
    Account,
    Checkpoint,
    CheckpointKind,
    Dataset,
    Generation,
    Item,
    ItemKind,
    Prompt,
    Role,
    Session,
    Split,
    Study,
    StudyEvent,
    StudyStatus,
    new_id,
    now,
)
from lab.study.protocol import Protocol, sha256, to_dict
from lab.world.facts import draw_facts
from lab.world.render import natural_prompt, story
from storage import queue
from storage.client import Store, open_store, stop_owner
from tests.chromium import FLAGS, find_chromium

PAUSE_MS = 400
"""How long the reviewer reads before the next answer; a person reads longer."""

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


def seed_study(store: Store, n_items: int) -> tuple[Study, Account, str]:
    """Make an open study of stories to rate, a reviewer, and the cookie's token."""
    rng = random.Random(0)
    tag = new_id()[-8:]
    dataset = Dataset(name=tag, origin="world", content_sha256=tag, n_prompts=n_items, config={})
    checkpoint = Checkpoint(name=f"system-{tag}", kind=CheckpointKind.EXTERNAL)
    protocol = Protocol(
        name=f"study-{tag}", checkpoints=(checkpoint.name,), dataset=tag, design="rate"
    )
    study = Study(name=protocol.name, protocol=to_dict(protocol), protocol_sha256=sha256(protocol))
    prompts, generations, items = [], [], []
    for position in range(n_items):
        facts = draw_facts(rng)
        prompt = Prompt(
            dataset_id=dataset.id,
            key=str(position),
            split=Split.TEST,
            text=natural_prompt(facts, rng),
        )
        text = f"{position}. {story(facts, rng)}"
        generation = Generation(
            prompt_id=prompt.id, checkpoint_id=checkpoint.id, text=text, decoding={}
        )
        prompts.append(prompt)
        generations.append(generation)
        items.append(
            Item(
                study_id=study.id,
                kind=ItemKind.RATE,
                position=position,
                prompt_id=prompt.id,
                generation_a_id=generation.id,
            )
        )
    account = Account(name=f"ada-{tag}", role=Role.REVIEWER, pseudonym=f"R-{tag}")
    token = secrets.token_urlsafe(16)
    digest = hashlib.sha256(token.encode()).hexdigest()
    session = Session(
        token_sha256=digest, account_id=account.id, expires_at=now() + timedelta(hours=1)
    )
    opened = StudyEvent(study_id=study.id, status=StudyStatus.OPEN)
    store.add([dataset, checkpoint, *prompts, *generations, study, opened, *items])
    store.add([account, session])
    return study, account, token


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


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


def plain_gradio(store: Store, study: Study, account: Account) -> Any:
    """Build the same screen out of Gradio's own components."""
    import gradio
    from fastapi import FastAPI

    names = [criterion["name"] for criterion in study.protocol["criteria"]]

    def show() -> tuple[str, str, str, Any, Any, Any, Any, str]:
        tasks = queue.next_tasks(store, study.id, account.id, 1)
        if not tasks:
            return "", "", "done", None, None, None, None, ""
        task = tasks[0]
        return task.assignment_id, task.prompt, task.texts[0], None, None, None, None, ""

    def take(assignment_id: str, *entered: Any) -> tuple[Any, ...]:
        *values, comment = entered
        ratings = {name: int(value) for name, value in zip(names, values, strict=True)}
        queue.submit(store, new_id(), assignment_id, account.id, "rate", ratings, comment=comment)
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


def time_review(browser: Browser, store: Store, n_items: int) -> list[float]:
    """Rate a study by keyboard in the review page; returns milliseconds per answer."""
    from apps.review.server import build_app

    study, _, token = seed_study(store, n_items)
    with serving(build_app(store)) as address:
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        context.add_cookies([{"name": "lab_session", "value": token, "url": address}])
        page = context.new_page()
        page.goto(f"{address}/review/")
        page.wait_for_selector('.rl[data-screen="task"]')
        page.evaluate(WATCH, ["keydown", '[data-slot="text-0"]'])
        for index in range(n_items - 1):
            page.wait_for_timeout(PAUSE_MS)
            for key in "3421":
                page.keyboard.press(key)
            page.keyboard.press("Enter")
            page.wait_for_function("count => window.times.length === count", arg=index + 1)
        # Where several studies are open, the page asks which.
        store.add([StudyEvent(study_id=study.id, status=StudyStatus.CLOSED)])
        return _finish(page)


def time_plain(browser: Browser, store: Store, n_items: int) -> list[float]:
    """Rate a study by mouse in plain Gradio; returns milliseconds per answer."""
    study, account, _ = seed_study(store, n_items)
    with serving(plain_gradio(store, study, account)) as address:
        page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        page.goto(address)
        field = "document.querySelector('#text textarea')"
        page.wait_for_function(f"{field} && {field}.value !== ''")
        page.evaluate(WATCH, ["click", "#text textarea"])
        for index in range(n_items - 1):
            page.wait_for_timeout(PAUSE_MS)
            for group in range(4):
                page.locator("fieldset").nth(group).locator("input").nth(2).check()
            page.locator("#submit").click()
            page.wait_for_function("count => window.times.length === count", arg=index + 1)
        store.add([StudyEvent(study_id=study.id, status=StudyStatus.CLOSED)])
        return _finish(page)


def _finish(page: Page) -> list[float]:
    times: list[float] = page.evaluate("window.times")
    page.context.close()
    return times


def describe(name: str, times: list[float]) -> str:
    """Write a row of the table."""
    p95 = statistics.quantiles(times, n=20)[18]
    return f"| {name} | {len(times)} | {statistics.median(times):.1f} | {p95:.1f} |"


def main() -> None:
    """Run both in turn and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--items", type=int, default=40, help="answers per run (default: 40)")
    parser.add_argument("--runs", type=int, default=3, help="runs of each (default: 3)")
    arguments = parser.parse_args()
    path = find_chromium()
    if path is None:
        raise SystemExit("no Chromium or Chrome was found; install one")
    review: list[float] = []
    plain: list[float] = []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = find_home(folder)
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        with open_store(home) as store:
            for _ in range(arguments.runs):
                review += time_review(browser, store, arguments.items)
                plain += time_plain(browser, store, arguments.items)
        browser.close()
        stop_owner(home)
    print("Enter (click) to next text, one reviewer, milliseconds")
    print("| way | answers | p50 | p95 |")
    print("|---|---|---|---|")
    print(describe("review page (next text fetched ahead)", review))
    print(describe("plain Gradio components", plain))


if __name__ == "__main__":
    main()
