"""Joining by a link in Chromium: by keyboard, narrow and wide, light and dark, in two languages."""

from __future__ import annotations

import threading

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from apps.ports import bind, url
from apps.signin.invitations import invite
from lab.home import find_home
from lab.records import Account, Role, new_id
from storage import accounts
from storage.client import open_store, stop_owner
from tests.apps.signin.conftest import make_app

pytestmark = pytest.mark.browser

SIZES = [(1440, "light"), (1440, "dark"), (400, "light"), (400, "dark")]


@pytest.fixture(scope="module")
def real_store(tmp_path_factory):
    home = find_home(tmp_path_factory.mktemp("join") / "lab")
    with open_store(home, idle_seconds=120) as store:
        yield store
    stop_owner(home)


@pytest.fixture(scope="module")
def address(real_store):
    config = uvicorn.Config(make_app(real_store), log_config=None, log_level="error")
    with bind("127.0.0.1", 0) as held:
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [held]})
        thread.start()
        yield url(*held.getsockname())
        server.should_exit = True
        thread.join()


@pytest.fixture(params=SIZES, ids=str)
def page(request, chromium, address):
    width, scheme = request.param
    context = chromium.new_context(
        viewport={"width": width, "height": 800},
        color_scheme=scheme,
        base_url=address,
        locale="en-GB",
    )
    opened, said = context.new_page(), []
    opened.on("request", lambda one: one.url.startswith((address, "data:")) or said.append(one.url))
    opened.on("pageerror", lambda error: said.append(str(error)))
    yield opened
    assert said == []
    context.close()


def is_sound(page):
    """Say whether a page fits and has nothing that axe calls serious."""
    found = [
        one["id"]
        for one in Axe().run(page).response["violations"]
        if one["impact"] in ("serious", "critical")
    ]
    assert found == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_whole_way_by_keyboard(page, real_store):
    name = f"Ada {new_id()}"
    page.goto(invite(real_store, Role.REVIEWER))
    expect(page.get_by_label("Name")).to_be_focused()
    is_sound(page)
    page.keyboard.type(name)
    for typed in ("long enough", "long enouhg"):
        page.keyboard.press("Tab")
        page.keyboard.type(typed)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("not the same")
    is_sound(page)
    expect(page.get_by_label("Name")).to_have_value(name)
    expect(page.get_by_label("Password", exact=True)).to_be_focused()
    page.keyboard.type("long enough")
    page.keyboard.press("Tab")
    page.keyboard.type("long enough")
    page.keyboard.press("Enter")
    page.wait_for_url("**/start")
    assert page.inner_text("body") == f"hello {name.casefold()}"
    assert page.evaluate("document.cookie") == ""


def test_links_for_an_account_and_links_that_lead_nowhere(page, real_store):
    name = f"ben {new_id()}"
    real_store.add([Account(name=name, role=Role.REVIEWER, pseudonym=f"R {name}")])
    link = invite(real_store, Role.REVIEWER, account=accounts.named(real_store, name))
    page.goto(link)
    is_sound(page)
    page.get_by_role("button", name=f"Sign in as {name}").click()
    page.wait_for_url("**/start")
    page.goto(link)
    expect(page.get_by_role("heading", name="This link has been used")).to_be_visible()
    is_sound(page)
    page.get_by_role("link", name="To the sign-in").click()
    page.wait_for_url("**/start")
    page.goto("/join?token=unknown")
    expect(page.get_by_role("heading", name="This link is not known")).to_be_visible()
    page.goto("/sign-out")
    is_sound(page)


def test_a_german_browser_is_spoken_to_in_german(chromium, address, real_store):
    context = chromium.new_context(base_url=address, locale="de-DE")
    page = context.new_page()
    page.goto(invite(real_store, Role.REVIEWER))
    expect(page.get_by_role("heading", name="Sie sind eingeladen")).to_be_visible()
    page.get_by_label("Name").fill(f"cleo {new_id()}")
    page.get_by_role("button", name="Ohne Passwort beitreten").click()
    page.wait_for_url("**/start")
    page.goto("/sign-out")
    page.get_by_role("button", name="Abmelden").click()
    expect(page.get_by_role("heading", name="Anmelden")).to_be_visible()
    assert page.evaluate("document.documentElement.lang") == "de"
    context.close()
