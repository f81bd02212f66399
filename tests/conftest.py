"""Fixtures for all tests: a lab of one's own in a temporary folder, and the published data."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

from lab.home import Home, find_home
from storage.client import Store, open_store, stop_owner
from tests.chromium import FLAGS, find_chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# Tests run side by side; threads that wait for one another would be many times slower.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# A busy machine is slow, not wrong; the same examples on every run.
hypothesis.settings.register_profile("lab", deadline=None, derandomize=True)
hypothesis.settings.load_profile("lab")

PUBLISHED = Path(__file__).parents[1] / ".." / "shared" / "data"


@pytest.fixture(autouse=True)
def _no_lab_around(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the developer's own lab out of every test."""
    monkeypatch.delenv("LAB_HOME", raising=False)
    monkeypatch.delenv("LAB_DATABASE", raising=False)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Name a lab in a temporary folder; its owner is stopped in the end."""
    place = find_home(tmp_path / "lab")
    yield place
    stop_owner(place)


@pytest.fixture
def store(home: Home) -> Iterator[Store]:
    """Open an empty store."""
    with open_store(home, idle_seconds=30) as opened:
        yield opened


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Start a browser for one file of tests.

    Not for longer: Playwright runs an event loop in this thread as long as it lives, so that
    neither a second one nor `asyncio.run` would work in other files.
    """
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=30_000)
    path = find_chromium()
    if path is None:
        pytest.fail("no Chromium or Chrome was found; install one, or run `make test`")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def published() -> Callable[[str], Path]:
    """Find files of the published data beside the checkout; skip where absent, fail in CI."""

    def find(name: str) -> Path:
        path = PUBLISHED / name
        if not path.exists():
            reason = f"the published data {name} is not in a folder shared/data beside the checkout"
            if os.environ.get("CI"):
                pytest.fail(reason)
            pytest.skip(reason)
        return path

    return find
