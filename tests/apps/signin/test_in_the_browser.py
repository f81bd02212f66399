"""The sign-in page in Chromium: by keyboard, narrow and wide, light and dark."""

from __future__ import annotations

import threading

import pytest
import uvicorn
from playwright.sync_api import expect

from apps.ports import bind, url
from tests.apps.signin.conftest import PASSWORD, make_app

pytestmark = pytest.mark.browser


@pytest.fixture
def address(store):
    app = make_app(store)
    with bind("127.0.0.1", 0) as held:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [held]})
        thread.start()
        yield url(*held.getsockname())
        server.should_exit = True
        thread.join()


@pytest.fixture(params=[(1440, "light"), (400, "dark"), (320, "light")], ids=str)
def page(request, chromium, address):
    width, scheme = request.param
    context = chromium.new_context(
        viewport={"width": width, "height": 700}, color_scheme=scheme, base_url=address
    )
    opened = context.new_page()
    foreign = []
    opened.on("request", lambda one: one.url.startswith((address, "data:")) or foreign.append(one))
    yield opened
    assert foreign == []
    context.close()


def test_the_whole_way_by_keyboard(page):
    page.goto("/start?study=x")
    assert page.url.endswith("/sign-in?next=/start%3Fstudy%3Dx")
    expect(page.get_by_label("Name")).to_be_focused()
    page.keyboard.type("Ada")
    page.keyboard.press("Tab")
    page.keyboard.type("wrong")
    page.keyboard.press("Enter")
    alert = page.get_by_role("alert")
    alert.wait_for()
    assert "do not belong together" in alert.inner_text()
    assert page.get_by_label("Name").input_value() == "Ada"
    expect(page.get_by_label("Password")).to_be_focused()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/start?study=x")
    assert page.inner_text("body") == "hello ada"
    assert page.evaluate("document.cookie") == ""
    page.goto("/sign-out")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")
    page.goto("/start")
    assert "/sign-in" in page.url


def test_nothing_is_wider_than_the_screen_and_nothing_complains(page):
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    for path in ("/sign-in", "/sign-out"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert said == []


def test_words_are_told_apart_from_their_ground(page):
    page.goto("/sign-in")
    page.fill("#name", "ada")
    page.fill("#password", "wrong")
    page.keyboard.press("Enter")
    page.get_by_role("alert").wait_for()
    for selector in ("h1", ".lead", ".help", ".brand", "label", "[role=alert]", "button"):
        assert page.eval_on_selector(selector, CONTRAST) >= 4.5, selector


# WCAG 2.2: contrast of two colours by their relative luminance.
CONTRAST = """element => {
  const canvas = document.createElement("canvas").getContext("2d");
  const luminance = colour => {
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3)
      .map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  let ground = element;
  while (getComputedStyle(ground).backgroundColor === "rgba(0, 0, 0, 0)")
    ground = ground.parentElement;
  const [light, dark] = [getComputedStyle(element).color,
    getComputedStyle(ground).backgroundColor].map(luminance).sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}"""
