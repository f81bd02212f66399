from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from apps.signin.passwords import hash_password
from lab.home import Home, find_home
from lab.records import Account, Role
from storage.client import Store, open_store, stop_owner
from tests.apps.dashboard.compared import Compared
from tests.apps.dashboard.filled import Lab

PASSWORD = "correct horse battery"
PAGES = {
    "/": "Overview",
    "/verdict": "Verdict",
    "/ratings": "Ratings",
    "/reviewers": "Reviewers",
    "/hallucination": "Hallucination",
    "/metrics": "Metrics against people",
    "/selftest": "Self-test",
    "/planning": "Planning",
    "/texts": "Texts",
    "/progress": "Progress",
    "/drift": "Drift",
    "/cost": "Quality and cost",
    "/training": "Training",
    "/tuning": "Tuning",
}


def make_home(folder: Path) -> Home:
    return find_home(folder, str(folder / "lab.duckdb"))


@contextmanager
def opened(home: Home) -> Iterator[Store]:
    with open_store(home) as store:
        yield store
    stop_owner(home)


@pytest.fixture(scope="module")
def lab() -> Lab:
    return Lab()


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, lab: Lab) -> Iterator[Store]:
    with opened(make_home(tmp_path_factory.mktemp("filled"))) as store:
        store.add([*accounts(), *lab.records()])
        yield store


@pytest.fixture(scope="module")
def voted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with opened(make_home(tmp_path_factory.mktemp("voted"))) as store:
        store.add([*accounts(), *Compared().records()])
        yield store


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with opened(make_home(tmp_path_factory.mktemp("bare"))) as store:
        store.add(accounts())
        yield store


def accounts() -> list[Account]:
    password_hash = hash_password(PASSWORD)
    return [
        Account(name=role.value, role=role, pseudonym=role.value, password_hash=password_hash)
        for role in Role
    ]


@pytest.fixture(scope="module")
def serve() -> Iterator[Callable[[Store], str]]:
    """Start a dashboard by the lab's own command; gives its address."""
    running: list[subprocess.Popen[str]] = []

    def start(store: Store) -> str:
        command = [sys.executable, "-m", "lab.cli", "dashboard", "--home", str(store.home.path)]
        process = subprocess.Popen([*command, "--port", "0"], stdout=subprocess.PIPE, text=True)
        running.append(process)
        assert process.stdout is not None
        line = process.stdout.readline()
        assert "serving at" in line, line
        return line.split("serving at ")[1].split()[0].rstrip("/")

    yield start
    for process in running:
        process.terminate()
        process.wait(10)
        if process.stdout is not None:
            process.stdout.close()


DRAWN = """() => {
  const drawn =
    document.querySelector('[data-testid="stApp"][data-test-script-state="notRunning"]') &&
    !document.querySelector('[data-testid="stSkeleton"]');
  window.drawnSince = drawn ? (window.drawnSince ?? performance.now()) : undefined;
  return drawn && performance.now() - window.drawnSince > 250;
}"""
"""Whether the script has run and its parts are drawn; between two runs, which follow one another
where filters go into the address, it rests for a moment only."""


class Visitor:
    """A signed-in browser tab that notes every error and every request to another host."""

    def __init__(self, browser, address: str, width: int = 1440, role: str = "analyst") -> None:
        self.address = address
        self.context = browser.new_context(viewport={"width": width, "height": 1000})
        self.page = self.context.new_page()
        self.errors: list[str] = []
        self.foreign: list[str] = []
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", self._request)
        self.page.goto(f"{address}/sign-in")
        self.page.fill("input[name=name]", role)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.click("button[type=submit]")
        self.page.wait_for_url(lambda url: "sign-in" not in url)

    def go(self, path: str) -> None:
        """Open a page and wait until Streamlit has drawn it."""
        self.page.goto(self.address + path)
        self.wait()

    def wait(self) -> None:
        """Wait until the script has run and its parts are drawn."""
        self.page.wait_for_selector("h1.page", timeout=60_000)
        self.page.wait_for_function(DRAWN)

    def text(self) -> str:
        """Return what stands on the page."""
        return self.page.inner_text('[data-testid="stMain"]')

    def fits(self) -> bool:
        """Say whether nothing is wider than the window, or than the page's own part of it."""
        return self.page.evaluate(
            "document.documentElement.scrollWidth <= innerWidth && "
            "(main => main.scrollWidth <= main.clientWidth)"
            "(document.querySelector('[data-testid=stMain]'))"
        )

    def done(self) -> None:
        """Close the tab and say what it noted."""
        self.context.close()
        assert self.errors == []
        assert self.foreign == []

    def _console(self, message) -> None:
        # Streamlit looks for its base path below a page's own address first.
        probe = message.location["url"].endswith(("/_stcore/health", "/_stcore/host-config"))
        if message.type == "error" and not probe:
            self.errors.append(message.text)

    def _request(self, request) -> None:
        local = (self.address, "data:", "blob:", self.address.replace("http", "ws"))
        if not request.url.startswith(local):
            self.foreign.append(request.url)


@pytest.fixture
def visit(chromium) -> Iterator[Callable[..., Visitor]]:
    """Open signed-in tabs; at the end, none may have seen an error or left the host."""
    visitors: list[Visitor] = []

    def open_tab(address: str, **settings) -> Visitor:
        visitors.append(Visitor(chromium, address, **settings))
        return visitors[-1]

    yield open_tab
    for visitor in visitors:
        visitor.done()
