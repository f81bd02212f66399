"""Blindness: everything that the server sends in whole sessions of work, read for what it tells."""

from __future__ import annotations

import dataclasses
import gc
import warnings
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page
from starlette.testclient import TestClient

from apps.review import desk, headers, views
from apps.review.server import build_app
from lab.records import Message, Role
from storage import queue
from storage.client import Store
from tests.apps.review.leaks import answered, leaks, replies, tasks_in
from tests.apps.review.made import Bench
from tests.apps.review.people import Person, any_answer, tasks_of
from tests.apps.review.watched import Visit, sign_in
from tests.apps.review.wire import Here, Recorder, Sent, serving
from tests.apps.review.working import answer_by_keys, work_through

EVERYTHING = "tTwrvshgGkdafp"
OPTIONS = {
    "kinds": EVERYTHING,
    "reviewers_per_item": 2,
    "adjudicate_at": 2,
    "vote_criteria": ["fluency"],
}
everything = pytest.mark.parametrize("bench", [OPTIONS], indirect=True)


@pytest.fixture(scope="module")
def here(review_store: Store) -> Iterator[Here]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        recorder = Recorder(build_app(review_store))
        gc.collect()
    with serving(recorder) as one:
        yield one


@pytest.fixture
def client(here: Here) -> Iterator[TestClient]:
    """Give the recorded app without a browser."""
    with TestClient(here.recorder, follow_redirects=False) as one:
        yield one


def colleague(bench: Bench, client: TestClient) -> None:
    """Let Ben answer everything first, with words that nobody else may read."""
    ben = Person(client, bench.person("ben"))
    while tasks := tasks_of(ben, bench):
        body = any_answer(bench, tasks[0], comment="secret comment of Ben")
        for span in body.get("spans", []):
            span["note"] = "secret note of Ben"
        body["ratings"] = dict.fromkeys(body.get("ratings", {}), 1)
        assert ben.post("/api/answers", body).status_code == 200
    bench.person("lea", Role.LEAD)


def write_to(bench: Bench, name: str) -> None:
    """Let the lead write to somebody."""
    sender, recipient = bench.accounts["lea"].id, bench.accounts[name].id
    bench.store.add([Message(sender_id=sender, recipient_id=recipient, text="Take your time.")])


# ---- a reviewer in the browser -------------------------------------------------------------


def session(chromium: Browser, here: Here, bench: Bench, name: str) -> list[Sent]:
    """Let somebody work through the study in a browser, using all of the page."""
    cookies = bench.person(name)
    write_to(bench, name)
    here.sent.clear()
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    sign_in(context, here, cookies)
    got: list[str] = []
    context.on("response", lambda one: got.append(urlsplit(one.url).path))
    visit = Visit(context, here)
    page = visit.open("/")
    for key in ("g", "Escape", "?", "Escape"):
        page.keyboard.press(key)
    for _ in range(4):
        answer_by_keys(page)
    page.keyboard.press("c")
    with page.expect_response("**/api/drafts"):
        page.keyboard.type(f"half a thought of {name}")
    page.reload()
    work_through(page)
    page.keyboard.press("u")
    page.wait_for_selector('.rl[data-screen="task"]')
    work_through(page)
    page.locator('[data-do="read"]').click()
    page.locator('[data-slot="language"]').select_option("de")
    page.wait_for_selector('html[lang="de"]')
    visit.expect_trouble = True
    gradio_too(page)
    assert visit.problems == []
    context.close()
    recorded = {one.path for one in here.sent}
    assert [path for path in got if path not in recorded] == []
    return list(here.sent)


def gradio_too(page: Page) -> None:
    """Ask for what the library behind the page offers, and for pages of others."""
    paths = [
        "review/config",
        "review/gradio_api/info",
        "review/gradio_api/app_id",
        "review/monitoring",
    ]
    paths += ["review/theme.css", "lead", "manifest.json", "sign-out", "sign-in", "healthz"]
    page.evaluate(
        "(paths) => Promise.all(paths.map((path) => fetch('/' + path).then((one) => one.text())))",
        paths,
    )


@pytest.mark.browser
@everything
def test_two_sessions_tell_nothing_that_is_hidden(
    chromium: Browser, here: Here, bench: Bench, client: TestClient
) -> None:
    colleague(bench, client)
    for name in ("ada", "judy"):
        sent = session(chromium, here, bench, name)
        assert leaks(bench, name, sent) == []
        seen_all(bench, sent, name)


def seen_all(bench: Bench, sent: list[Sent], name: str) -> None:
    """Check that the session was a whole one: every kind of task, reply and file was read."""
    paths = {one.path for one in sent}
    assert {"/review/", "/api/words", "/api/undo", "/api/drafts", "/api/here"} <= paths
    assert any(path.endswith("/app.js") for path in paths)
    assert any(path.endswith("/spans.css") for path in paths)
    shown = {(task["kind"], task["step"]) for task in tasks_in(sent)}
    got = {what for _, one in replies(sent) for what in ("feedback", "others") if one.get(what)}
    if name == "ada":
        assert shown == {
            ("rate", "own"), ("ab", "own"), ("spans", "own"), ("spans", "suggestions"),
        }  # fmt: skip
        texts = {text for task in tasks_in(sent) for text in task["texts"]}
        assert texts == {one.text for one in bench.generations if shown_to_all(bench, one.id)}
        assert (got, answered(sent, "adjudicates")) == ({"feedback"}, set())
    else:
        assert ("rate", "own") in shown
        assert "others" in got
        assert "secret comment of Ben" in "".join(one.text for one in sent)


def shown_to_all(bench: Bench, generation_id: str) -> bool:
    return any(generation_id in (one.generation_a_id, one.generation_b_id) for one in bench.items)


# ---- repeats -------------------------------------------------------------------------------


@everything
def test_a_repeat_cannot_be_told_from_its_original(
    here: Here, bench: Bench, client: TestClient
) -> None:
    ada = Person(client, bench.person("ada"))
    here.sent.clear()
    while tasks := tasks_of(ada, bench):
        ada.post("/api/answers", any_answer(bench, tasks[0]))
    (control,) = [one for one in bench.controls if one.kind == "repeat"]
    of = next(one for one in bench.items if one.id == control.of_item_id)
    text = next(one.text for one in bench.generations if one.id == of.generation_a_id)
    first, again = same = list({
        task["assignment_id"]: task for task in tasks_in(here.sent) if task["texts"] == [text]
    }.values())  # fmt: skip
    assert [dict(task, assignment_id="") for task in same] == [dict(first, assignment_id="")] * 2
    assert first["assignment_id"] != again["assignment_id"]
    about_both = [
        (one.status, one.headers, reply | dict.fromkeys(("answer_id", "saved_at", "progress")))
        for one, reply in replies(here.sent)
        if one.path == "/api/answers" and any(id in str(one.request) for id in _ids(same))
    ]
    lengths = [len(headers) for _, headers, _ in about_both]
    assert [one[0] for one in about_both] == [200, 200]
    assert abs(lengths[0] - lengths[1]) <= 2
    assert about_both[0][2] == about_both[1][2]


def _ids(tasks: list[dict[str, Any]]) -> list[str]:
    return [task["assignment_id"] for task in tasks]


# ---- the net holds -------------------------------------------------------------------------


def alter_task(**changes: Callable[[Bench, Any], Any]) -> Callable[..., None]:
    """Plant something in the tasks that the queue gives."""

    def plant(patch: pytest.MonkeyPatch, bench: Bench) -> None:
        real = queue.next_tasks

        def planted(*given: Any) -> Any:
            return [
                dataclasses.replace(task, **{name: of(bench, task) for name, of in changes.items()})
                for task in real(*given)
            ]

        patch.setattr(queue, "next_tasks", planted)

    return plant


def alter_view(name: str, of: Callable[[Bench, dict[str, Any]], Any]) -> Callable[..., None]:
    """Plant something in what is made of a task or an answer for the browser."""

    def plant(patch: pytest.MonkeyPatch, bench: Bench) -> None:
        real = getattr(views, name)
        altered = lambda *given: real(*given) | of(bench, real(*given))  # noqa: E731
        patch.setattr(views, name, altered)
        if hasattr(desk, name):
            patch.setattr(desk, name, altered)

    return plant


FEEDBACK = {"right": True, "expected": {"ratings": {"fluency": 2}}, "explanation": ""}
OTHERS = [{"ratings": {"fluency": 1}, "winners": {}, "spans": [], "comment": ""}]
SUGGESTION = {"id": "1", "start": 0, "end": 4, "type": "number", "evidence": ""}
PLANTED: dict[str, tuple[Callable[..., None], str]] = {
    "a checkpoint in the prompt": (
        alter_task(prompt=lambda bench, task: f"by {bench.checkpoints[0].name.upper()}"),
        "checkpoint's name in GET /api/studies/",
    ),
    "an item in a text": (
        alter_task(texts=lambda bench, task: (task.item_id.replace("-", ""),)),
        "id of an item, without dashes",
    ),
    "a score in the source": (
        alter_task(source=lambda bench, task: f"scored {bench.suggestions[0].score}"),
        "a score in",
    ),
    "another's comment in the draft": (
        alter_task(draft=lambda bench, task: {"comment": "secret comment of Ben"}),
        "another's comment",
    ),
    "suggestions too early": (
        alter_task(suggestions=lambda bench, task: (SUGGESTION,)),
        "suggestions before the own answer",
    ),
    "a field that nobody thought of": (
        alter_view("task_view", lambda bench, view: {"position": 3}),
        "has the field 'position'",
    ),
    "the kind of a control in a known field": (
        alter_view("task_view", lambda bench, view: {"step": "degraded"}),
        "says 'degraded'",
    ),
    "a pseudonym in the study's list": (
        alter_view("listing_view", lambda bench, view: {
            "question": f"as {bench.accounts['ben'].pseudonym}"
        }),
        "pseudonym in GET /api/studies",
    ),
    "feedback on an ordinary item": (
        alter_view("submitted_view", lambda bench, view: {"feedback": FEEDBACK}),
        "feedback on an item outside of training",
    ),
    "others' answers to an ordinary reviewer": (
        alter_view("submitted_view", lambda bench, view: {"others": OTHERS}),
        "others' answers on an item that is not in dispute",
    ),
}  # fmt: skip


@pytest.mark.parametrize("planted", PLANTED)
@pytest.mark.parametrize("bench", [{"kinds": "rh", "reviewers_per_item": 3}], indirect=True)
def test_a_planted_leak_is_found(
    here: Here, bench: Bench, client: TestClient, monkeypatch: pytest.MonkeyPatch, planted: str
) -> None:
    colleague(bench, client)
    ada = Person(client, bench.person("ada"))

    def leaks_of_a_visit() -> list[str]:
        here.sent.clear()
        for path in ("/api/me", "/api/studies", f"/api/studies/{bench.study.id}", "/review/"):
            ada.get(path)
        ada.post("/api/answers", any_answer(bench, tasks_of(ada, bench)[0]))
        return leaks(bench, "ada", here.sent)

    assert leaks_of_a_visit() == []
    plant, found = PLANTED[planted]
    plant(monkeypatch, bench)
    assert any(found in one for one in leaks_of_a_visit())


@pytest.mark.browser
@pytest.mark.parametrize("bench", [{"kinds": "r"}], indirect=True)
def test_a_leak_in_a_header_or_a_file_is_found_in_the_browser(
    chromium: Browser, here: Here, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    generation_id = bench.generations[0].id
    monkeypatch.setitem(headers.PLAIN, "X-Served", generation_id)
    context = chromium.new_context()
    sign_in(context, here, bench.person("ada"))
    here.sent.clear()
    Visit(context, here).open()
    context.close()
    found = leaks(bench, "ada", here.sent)
    for path in ("/review/", "/api/me", "/app.js", "/review.css"):
        assert any(one.endswith(path) and "a generation in" in one for one in found), path
