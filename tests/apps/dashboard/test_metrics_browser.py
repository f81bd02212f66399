"""Drives the page of metrics against people with HANNA, imported by the lab's own commands."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.apps.dashboard.axe import serious
from tests.apps.dashboard.conftest import accounts, make_home, opened
from tests.apps.dashboard.hanna import import_hanna

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(serve, published, tmp_path_factory) -> str:
    folder = tmp_path_factory.mktemp("hanna")
    home = make_home(folder)
    with opened(home) as store:
        store.add(accounts())
        import_hanna(home, folder, published)
        yield serve(store)


def section(tab, title: str):
    return tab.page.locator("h2.section", has_text=title)


def test_the_page_says_who_follows_people_and_how_sure_that_is(visit, address) -> None:
    tab = visit(address)
    tab.go("/metrics")
    said = tab.page.inner_text("p.finding")
    best = "Of 20 metrics, chrf-hanna follows people best, on complexity (Kendall 0.51,"
    assert said.startswith(best)
    assert "One reviewer reaches 0.26" in said
    assert "within prompt" in said
    assert "depthscore" in tab.text()  # the higher, the lower people rate
    expect(tab.page.locator("[data-testid=stVegaLiteChart]")).to_have_count(3)
    assert section(tab, "Which metric follows coherence better than which").count() == 1
    assert serious(tab.page) == []


@pytest.mark.parametrize(
    ("query", "finding", "title"),
    [
        ("level=system", "system", "Kendall, every"),
        ("measure=Pairwise+accuracy", "Pairwise accuracy", "Pairwise accuracy, every"),
        ("level=system&measure=Soft+pairwise+accuracy&rated=empathy", "Soft", "on empathy"),
        ("measure=Soft+pairwise+accuracy", "Kendall", "Kendall, every"),
        ("criterion=surprise&metric=length&checkpoints=GPT&checkpoints=XLNet", "", "on surprise"),
    ],
)
def test_a_link_is_the_view(visit, address, query, finding, title) -> None:
    tab = visit(address)
    tab.go(f"/metrics?{query}")
    assert finding in tab.page.inner_text("p.finding")
    assert section(tab, title).count() == 1
    assert tab.page.locator('[data-testid="stException"]').count() == 0


def test_two_checkpoints_are_too_few_for_the_system_level(visit, address) -> None:
    tab = visit(address)
    tab.go("/metrics?level=system&checkpoints=GPT&checkpoints=XLNet")
    assert "2 checkpoints with ratings and scores; this level needs three" in tab.text()
    assert serious(tab.page) == []


def test_a_dot_opens_its_text(visit, address) -> None:
    tab = visit(address)
    tab.go("/metrics?checkpoints=Human&metric=length&rated=coherence")
    chart = tab.page.locator("[data-testid=stVegaLiteChart]").last
    chart.locator("svg.marks .mark-symbol path").nth(5).click(force=True)
    tab.page.wait_for_url("**/texts?text=*")
    tab.page.wait_for_selector("p.words.main")


def test_it_fits_a_phone(visit, address) -> None:
    tab = visit(address, width=400)
    tab.go("/metrics")
    assert tab.fits()
