"""Drives the page Verdict in a real browser, over made-up and over published votes."""

from __future__ import annotations

import csv

import pytest

from tests.apps.dashboard.axe import serious
from tests.apps.dashboard.conftest import make_home, opened
from tests.apps.dashboard.crowd import import_llmfao

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(serve, voted) -> str:
    return serve(voted)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 400])
def test_nothing_is_wrong_or_cut_off(visit, address, width, scheme) -> None:
    tab = visit(address, width=width)
    tab.page.emulate_media(color_scheme=scheme)
    tab.go("/verdict?study=compared&naive=true")
    tab.page.wait_for_selector("[data-testid=stVegaLiteChart] svg.marks >> nth=2")
    assert tab.page.locator('[data-testid="stException"], .empty').count() == 0
    assert tab.fits()
    assert serious(tab.page) == []


def test_the_address_holds_the_question(visit, address) -> None:
    tab = visit(address)
    tab.go("/verdict?study=compared&checkpoint=baseline&opponent=candidate&judged=fluency")
    assert tab.page.inner_text("p.finding").startswith("Not yet: baseline against candidate")
    tab.page.get_by_label("Judged on").click()
    tab.page.get_by_role("option", name="overall").click()
    tab.page.wait_for_url("**/verdict?*")
    tab.page.wait_for_function(
        "document.querySelector('p.finding')?.innerText.startsWith('candidate is better')"
    )
    assert "judged" not in tab.page.url or "judged=overall" in tab.page.url
    assert "checkpoint=baseline" in tab.page.url


def test_tables_come_down_as_csv(visit, address) -> None:
    tab = visit(address)
    tab.go("/verdict?study=compared")
    buttons = tab.page.get_by_role("button", name="CSV", exact=True)
    buttons.nth(2).wait_for()
    found = {}
    for button in buttons.all():
        with tab.page.expect_download() as waiting:
            button.click()
        name = waiting.value.suggested_filename
        found[name] = list(csv.DictReader(waiting.value.path().read_text().splitlines()))
    assert set(found) == {"criteria.csv", "leaderboard.csv", "contrasts.csv"}
    (pair,) = found["contrasts.csv"]
    assert float(pair["Holm p"]) < 0.05
    assert 0.05 < float(pair["low"]) < float(pair["wins"]) < float(pair["high"]) < 0.95
    assert [row["checkpoint"] for row in found["leaderboard.csv"]] == ["candidate", "baseline"]


@pytest.fixture(scope="module")
def crowd(published, tmp_path_factory):
    """Import the votes of LLMFAO by the lab's own command."""
    folder = tmp_path_factory.mktemp("crowd")
    import_llmfao(published("llmfao/crowd-comparisons.csv"), folder)
    with opened(make_home(folder)) as store:
        yield store


def test_published_votes_of_59_models(visit, serve, crowd) -> None:
    tab = visit(serve(crowd))
    tab.go("/verdict?checkpoint=Chronos+Hermes+%2813B%29&opponent=Weaver+12k")
    tab.page.get_by_text("Nobody has voted").wait_for()  # the page's last sentence but one
    shown = tab.text()
    assert "Not yet: Chronos Hermes (13B) against Weaver 12k 61 %" in shown
    assert "In a single look GPT 4, Platypus-2 Instruct (70B), command" in shown
    assert "59 checkpoints make 1711" in shown
    assert "Could sides or noise explain it?" in shown
    assert "Between two equal texts the left one would win 54 %" in shown
    assert "39 % of the votes that count are ties (3,471 of 8,931)" in shown
    assert tab.page.locator('[data-testid="stVegaLiteChart"]').count() >= 2
