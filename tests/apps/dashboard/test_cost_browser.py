"""Drives the page of quality and cost in a real browser."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.apps.dashboard.axe import serious
from tests.apps.dashboard.conftest import accounts, make_home, opened
from tests.apps.dashboard.filled import Lab

pytestmark = pytest.mark.browser
SECONDS = {"baseline": 0.4, "candidate": 1.6, "lstm": 1.9}


@pytest.fixture(scope="module")
def timed(tmp_path_factory):
    lab = Lab()
    lab.generations = [
        replace(one, latency_seconds=SECONDS[lab.name_of(one)] + number % 7 / 20, n_tokens=20)
        for number, one in enumerate(lab.generations)
    ]
    with opened(make_home(tmp_path_factory.mktemp("timed"))) as store:
        store.add([*accounts(), *lab.records()])
        yield store


@pytest.fixture(scope="module")
def address(serve, timed) -> str:
    return serve(timed)


def test_who_is_worth_it_and_who_is_beaten(visit, address) -> None:
    tab = visit(address)
    tab.go("/cost?quality=fluency")
    said = tab.page.inner_text("p.finding")
    assert said.startswith("baseline and candidate are each the best for their cost")
    assert "lstm" not in said
    tab.page.locator("[data-testid=stVegaLiteChart]").wait_for(timeout=15_000)
    assert serious(tab.page) == []


def test_prices_come_from_the_address(visit, address) -> None:
    tab = visit(address)
    tab.go("/cost?quality=win+rate&cost=Price+per+1%2C000+texts")
    assert "Nothing to compare yet" in tab.text()
    tab.go(
        "/cost?quality=win+rate&cost=Price+per+1%2C000+texts&prices=lstm%3D9%2C+candidate%3D1%2C+x"
    )
    assert "Not understood: x" in tab.text()
    assert tab.page.inner_text("p.finding").startswith("candidate is best and cheapest at once")


def test_a_cost_that_the_view_lacks_gives_way(visit, address) -> None:
    tab = visit(address, width=400)
    tab.go("/cost?cost=nonsense&quality=nonsense")
    assert tab.page.locator('[data-testid="stException"]').count() == 0
    assert "coherence" in tab.text()
    assert tab.fits()
