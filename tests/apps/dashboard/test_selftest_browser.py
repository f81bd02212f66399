"""Drives the page Self-test in a real browser, after a run by the lab's own command."""

from __future__ import annotations

import pytest

from lab.cli import main
from lab.selftest import recorded
from tests.apps.dashboard.axe import serious

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(serve, bare) -> str:
    words = ["selftest", "--home", str(bare.home.path), "--topic", "preferences", "--runs", "2"]
    assert main(words) == 0
    return serve(bare)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 400])
def test_the_newest_run_of_each_topic_is_shown(visit, address, width, scheme) -> None:
    tab = visit(address, width=width)
    tab.page.emulate_media(color_scheme=scheme)
    tab.go("/selftest")
    tab.page.wait_for_selector("[data-testid=stVegaLiteChart] svg.marks >> nth=4")
    shown = tab.text()
    assert "lab selftest --topic preferences --runs 2 --seed 0" in shown
    assert "How often is one of two equals called better" in shown
    assert tab.fits()
    assert serious(tab.page) == []
    tab.page.get_by_text("In sentences").first.click()
    tab.page.get_by_text("in 2 simulated studies").first.wait_for()


def test_a_broken_recording_is_named(visit, serve, filled) -> None:
    path = filled.home.reports / recorded.FILE_NAME
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{")
    tab = visit(serve(filled))
    tab.go("/selftest")
    tab.page.get_by_text("delete it and run").wait_for()
