"""A lab with one study of hostile texts, people who may sign in, and the app in front of it."""

from __future__ import annotations

import hashlib
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
)

from lab.home import Home, find_home
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
from storage.client import Store, open_store, stop_owner

ROOT = Path(__file__).parents[3]

HOSTILE = (
    "<script>window.hacked = true</script><img src=x onerror='window.hacked = true'>",
    "${window.hacked = true} {{value}} {{#each value}}x{{/each}} `${alert(1)}`",
    "![pixel](http://outside.example/pixel.png) **bold** [link](http://outside.example)",
    "abc \u202edesrever\u202c \u2067mixed\u2069 عربى then English\n\n  indented   wide",
    "<style>body { display: none }</style><iframe src='http://outside.example'></iframe>",
)
MARKER = "secret-checkpoint"


@dataclass
class Bench:
    """One open study with what it is about, for one test alone."""

    store: Store
    study: Study
    items: list[Item]
    generations: list[Generation]
    tokens: dict[str, str] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)

    def person(self, name: str, role: Role = Role.REVIEWER) -> dict[str, str]:
        """Sign somebody in; returns the cookie."""
        if name not in self.tokens:
            unique = f"{name}-{new_id()[-8:]}"
            account = Account(name=unique, role=role, pseudonym=f"R-{unique}")
            token = secrets.token_urlsafe(16)
            digest = hashlib.sha256(token.encode()).hexdigest()
            expires = now() + timedelta(hours=1)
            session = Session(token_sha256=digest, account_id=account.id, expires_at=expires)
            self.store.add([account, session])
            self.tokens[name], self.accounts[name] = token, account
        return {"lab_session": self.tokens[name]}

    def sign_out(self, name: str) -> None:
        """End the session of somebody, as the sign-out does."""
        digest = hashlib.sha256(self.tokens[name].encode()).hexdigest()
        over = Session(token_sha256=digest, account_id=self.accounts[name].id, expires_at=now())
        self.store.add([over])

    def ratings(self) -> list[dict[str, Any]]:
        """Read the ratings of this study that count."""
        return self._counted("ratings", "criterion, value, ")

    def votes(self) -> list[dict[str, Any]]:
        """Read the votes of this study that count."""
        return self._counted("votes", "winner, swapped, ")

    def n_answers(self) -> int:
        """Count all answers of this study, repeated and undone ones included."""
        return self.store.rows(
            """SELECT count(*) AS n FROM answers
               JOIN assignments ON assignments.id = assignment_id
               JOIN items ON items.id = item_id WHERE study_id = $1::UUID""",
            [self.study.id],
        )[0]["n"]

    def _counted(self, table: str, columns: str) -> list[dict[str, Any]]:
        return self.store.rows(
            f"""SELECT {columns} item_id, comment, flag, seconds FROM {table}
                JOIN counted_answers ON counted_answers.id = answer_id
                JOIN assignments ON assignments.id = assignment_id
                JOIN items ON items.id = item_id
                WHERE study_id = $1::UUID ORDER BY position""",
            [self.study.id],
        )

    def set_status(self, status: StudyStatus) -> None:
        self.store.add([StudyEvent(study_id=self.study.id, status=status)])


def make_bench(store: Store, kinds: str = "rrvv", reviewers_per_item: int = 3) -> Bench:
    """Make an open study; kinds: one letter per item, r to rate, v to vote."""
    tag = new_id()[-12:]
    checkpoints = [
        Checkpoint(name=f"{MARKER}-{side}-{tag}", kind=CheckpointKind.EXTERNAL) for side in "ab"
    ]
    dataset = Dataset(
        name=f"data-{tag}", origin="test", content_sha256=tag, n_prompts=len(kinds), config={}
    )
    protocol = Protocol(
        name=f"study-{tag}",
        question="Which of the two do you like better?",
        checkpoints=tuple(one.name for one in checkpoints),
        dataset=dataset.name,
        reviewers_per_item=reviewers_per_item,
        guidelines="## How\n\nRead **both**. <script>window.hacked = true</script>\n\n- one\n- two",
    )
    study = Study(name=protocol.name, protocol=to_dict(protocol), protocol_sha256=sha256(protocol))
    prompts, generations, items = [], [], []
    for position, kind in enumerate(kinds):
        source = f"hero: Rosa; job: baker; place: {HOSTILE[0]}; time: {position}"
        prompt = Prompt(
            dataset_id=dataset.id,
            key=str(position),
            split=Split.TEST,
            text=f"Prompt {position} {HOSTILE[position % len(HOSTILE)]}",
            source=source if position % 2 == 0 else None,
            reference=f"secret-reference {tag}",
        )
        pair = [
            Generation(
                prompt_id=prompt.id,
                checkpoint_id=one.id,
                text=f"Text {position}{side} {HOSTILE[(position + at) % len(HOSTILE)]}",
                decoding={},
            )
            for at, (one, side) in enumerate(zip(checkpoints, "ab", strict=True))
        ]
        items.append(
            Item(
                study_id=study.id,
                kind=ItemKind.RATE if kind == "r" else ItemKind.AB,
                position=position,
                prompt_id=prompt.id,
                generation_a_id=pair[0].id,
                generation_b_id=None if kind == "r" else pair[1].id,
            )
        )
        prompts.append(prompt)
        generations += pair
    opened = StudyEvent(study_id=study.id, status=StudyStatus.OPEN)
    store.add([dataset, *prompts, *checkpoints, *generations, study, opened, *items])
    return Bench(store, study, items, generations)


@pytest.fixture(scope="session")
def review_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    place = find_home(tmp_path_factory.mktemp("review") / "lab")
    yield place
    stop_owner(place)


@pytest.fixture(scope="session")
def review_store(review_home: Home) -> Iterator[Store]:
    with open_store(review_home, idle_seconds=600) as opened:
        yield opened


@pytest.fixture
def bench(review_store: Store, request: pytest.FixtureRequest) -> Iterator[Bench]:
    """Make an open study for one test; its options come by indirect parametrisation."""
    options = getattr(request, "param", {})
    made = make_bench(review_store, **options)
    yield made
    made.set_status(StudyStatus.CLOSED)


# ---- the browser ---------------------------------------------------------------------------


class Served:
    """`lab review` in a process of its own, which can be killed and started again."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "lab.cli", "review"]
        command += ["--home", str(self.home.path), "--port", str(self.port)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=ROOT)
        deadline = time.monotonic() + 60
        while not self.healthy():
            assert self.process.poll() is None, "the review app ended at its start"
            assert time.monotonic() < deadline, "the review app did not start"
            time.sleep(0.1)

    def healthy(self) -> bool:
        try:
            return httpx.get(f"{self.address}/healthz", trust_env=False).status_code == 200
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def served(review_home: Home, review_store: Store) -> Iterator[Served]:
    one = Served(review_home)
    one.start()
    yield one
    one.kill()


@dataclass
class Visit:
    """One browser context, watched: what it asked for, and what its console said."""

    context: BrowserContext
    served: Served
    problems: list[str] = field(default_factory=list)
    expect_trouble: bool = False

    def open(self, path: str = "/review/") -> Page:
        page = self.context.new_page()
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.problems.append(f"page error: {error}"))
        page.on("request", self._request)
        page.goto(self.served.address + path)
        page.wait_for_selector('.rl[data-ready="true"]')
        return page

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not self.expect_trouble:
            self.problems.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        own = (self.served.address, "data:", "blob:")
        if not request.url.startswith(own):
            self.problems.append(f"request to {request.url}")


@pytest.fixture
def visit(chromium: Browser, served: Served, bench: Bench) -> Iterator[Visit]:
    """Open a wide window in which Ada is signed in; at its end nothing may have gone wrong."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    sign_in(context, served, bench.person("ada"))
    one = Visit(context, served)
    yield one
    context.close()
    assert one.problems == []


def sign_in(context: BrowserContext, served: Served, cookies: dict[str, str]) -> None:
    context.add_cookies(
        [{"name": name, "value": value, "url": served.address} for name, value in cookies.items()]
    )


@pytest.fixture
def page(visit: Visit) -> Page:
    opened = visit.open()
    opened.wait_for_selector('.rl[data-screen="task"]')
    return opened


@pytest.fixture
def another_bench(review_store: Store) -> Iterator[Bench]:
    made = make_bench(review_store)
    yield made
    made.set_status(StudyStatus.CLOSED)


@pytest.fixture
def served_for_killing(review_home: Home, review_store: Store) -> Iterator[Served]:
    one = Served(review_home)
    one.start()
    yield one
    one.kill()


@pytest.fixture
def visit_of(chromium: Browser, bench: Bench) -> Iterator[Callable[[Served], Visit]]:
    """Make a visit to another server than the shared one."""
    contexts = []

    def make(served: Served) -> Visit:
        context = chromium.new_context(viewport={"width": 1440, "height": 900})
        contexts.append(context)
        sign_in(context, served, bench.person("ada"))
        return Visit(context, served)

    yield make
    for context in contexts:
        context.close()
