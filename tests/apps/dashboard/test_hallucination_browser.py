"""Drives the page Hallucination in a real browser, over published labels of dialogues."""

from __future__ import annotations

import pytest

from tests.apps.dashboard.axe import serious
from tests.apps.dashboard.checked import dialogues
from tests.apps.dashboard.conftest import make_home, opened

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(serve, published, tmp_path_factory):
    folder = tmp_path_factory.mktemp("dialogues")
    dialogues(published("q2/cross_annotation.csv"), folder)
    with opened(make_home(folder)) as store:
        yield serve(store)


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (400, "dark")])
def test_nothing_is_wrong_or_cut_off(visit, address, width, scheme) -> None:
    tab = visit(address, width=width)
    tab.page.emulate_media(color_scheme=scheme)
    tab.go("/hallucination")
    tab.page.get_by_text("The texts behind it").wait_for()
    tab.page.wait_for_selector("[data-testid=stVegaLiteChart] svg.marks")
    assert tab.page.locator('[data-testid="stException"], .empty').count() == 0
    assert tab.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert serious(tab.page) == []


def test_published_labels_judge_the_check(visit, address) -> None:
    tab = visit(address)
    tab.go("/hallucination")
    tab.page.get_by_text("The texts behind it").wait_for()
    said = tab.text()
    assert "by 1,088 texts that 1 person looked through" in said
    assert "The source check finds 60 % of the hallucinated texts" in said
    assert "misses at most 10 % of the hallucinated texts, with 90 % confidence" in said
    assert "One person made all labels" in said


def test_the_promise_is_kept_in_the_address(visit, address) -> None:
    tab = visit(address)
    tab.go("/hallucination?most_missed=20+%25&sure=95+%25")
    tab.page.get_by_text("misses at most 20 % of the hallucinated texts, with 95 %").wait_for()
    tab.page.get_by_text("The texts behind it").wait_for()
    tab.wait()
    box = tab.page.get_by_label("Miss at most")
    box.focus()  # by keyboard: what is drawn above it may still move it
    tab.page.keyboard.type("5 %")
    tab.page.keyboard.press("Enter")
    tab.page.get_by_text("misses at most 5 % of the hallucinated texts").wait_for()
    assert "most_missed=5" in tab.page.url
    tab.go(tab.page.url.removeprefix(address))
    tab.page.get_by_text("misses at most 5 % of the hallucinated texts").wait_for()
    assert "sure=95" in tab.page.url
