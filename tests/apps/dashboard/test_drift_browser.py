"""Drives the page Drift in a real browser, over a study that changes and one that does not."""

from __future__ import annotations

import pytest

from tests.apps.dashboard.axe import serious
from tests.apps.dashboard.conftest import accounts, make_home, opened
from tests.apps.dashboard.drifting import Drifting

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def addresses(serve, tmp_path_factory):
    found = {}
    for name, shift in (("changing", 1.5), ("steady", 0.0)):
        with opened(make_home(tmp_path_factory.mktemp(name))) as store:
            store.add([*accounts(), *Drifting(shift).records()])
            found[name] = serve(store)
    return found


@pytest.mark.parametrize("width", [1440, 400])
def test_nothing_is_wrong_or_cut_off(visit, addresses, width) -> None:
    tab = visit(addresses["changing"], width=width)
    tab.go("/drift")
    tab.page.wait_for_selector("[data-testid=stVegaLiteChart] svg.marks")
    assert tab.page.locator('[data-testid="stException"], .empty').count() == 0
    wide = "document.documentElement.scrollWidth <= innerWidth"
    assert tab.page.evaluate(wide)
    assert serious(tab.page) == []


def test_a_change_is_named_with_its_day(visit, addresses) -> None:
    tab = visit(addresses["changing"])
    tab.go("/drift?criterion=fluency")
    said = tab.page.inner_text("p.finding")
    assert said.startswith("The mean rating on fluency changed: the point from 2026-03-2")
    tab.go("/drift?measure=Time+per+answer")
    assert "has not changed" in tab.page.inner_text("p.finding")


def test_a_steady_study_says_so_and_the_address_holds_the_choice(visit, addresses) -> None:
    tab = visit(addresses["steady"])
    tab.go("/drift?per=25+values")
    assert "has not changed" in tab.page.inner_text("p.finding")
    tab.page.get_by_label("What to follow").click()
    tab.page.get_by_role("option", name="Time per answer").click()
    tab.page.wait_for_url("**measure=Time**")
    tab.page.wait_for_function(
        "document.querySelector('p.finding')?.innerText.startsWith('The time per answer')"
    )
    assert "per=25+values" in tab.page.url
    tab.go("/drift?measure=Right+answers+to+controls")
    assert "lab study" in tab.page.inner_text(".empty code")
