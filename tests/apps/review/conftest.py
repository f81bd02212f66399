"""A lab with one study of hostile texts, people who may sign in, and the app in front of it."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page
from starlette.testclient import TestClient

from apps.review.server import build_app
from lab.home import Home, find_home
from lab.records import StudyStatus
from storage.client import Store, open_store, stop_owner
from tests.apps.review.made import Bench, make_bench
from tests.apps.review.people import Person
from tests.apps.review.watched import Served, Visit, sign_in


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


@pytest.fixture
def another_bench(review_store: Store) -> Iterator[Bench]:
    made = make_bench(review_store)
    yield made
    made.set_status(StudyStatus.CLOSED)


@pytest.fixture
def benches(review_store: Store) -> Iterator[Callable[..., Bench]]:
    """Give a function that makes open studies with the options of `make_bench`."""
    made: list[Bench] = []

    def make(**options: object) -> Bench:
        made.append(make_bench(review_store, **options))
        return made[-1]

    yield make
    for one in made:
        one.set_status(StudyStatus.CLOSED)


# ---- the API -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def app_client(review_store: Store) -> Iterator[TestClient]:
    with warnings.catch_warnings():
        # Gradio's import leaves event loops behind without closing them.
        warnings.simplefilter("ignore", ResourceWarning)
        app = build_app(review_store)
        gc.collect()
    with TestClient(app, follow_redirects=False) as client:
        yield client


@pytest.fixture
def ada(app_client: TestClient, bench: Bench) -> Person:
    return Person(app_client, bench.person("ada"))


# ---- the browser ---------------------------------------------------------------------------


@pytest.fixture(scope="session")
def served(review_home: Home, review_store: Store) -> Iterator[Served]:
    one = Served(review_home)
    one.start()
    yield one
    one.kill()


@pytest.fixture
def visit(chromium: Browser, served: Served, bench: Bench) -> Iterator[Visit]:
    """Open a wide window in which Ada is signed in; at its end nothing may have gone wrong."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    sign_in(context, served, bench.person("ada"))
    one = Visit(context, served)
    yield one
    context.close()
    assert one.problems == []


@pytest.fixture
def page(visit: Visit) -> Page:
    opened = visit.open()
    opened.wait_for_selector('.rl[data-screen="task"]')
    return opened


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
