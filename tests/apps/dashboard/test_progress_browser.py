"""Drives the page Progress in a real browser, over a study at work."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

from lab import records as r
from tests.apps.dashboard.axe import serious
from tests.apps.dashboard.conftest import accounts, make_home, opened
from tests.apps.dashboard.underway import PACE, Underway

pytestmark = pytest.mark.browser

CHARTS = "[data-testid=stVegaLiteChart] svg.marks"


@pytest.fixture(scope="module")
def underway(tmp_path_factory):
    with opened(make_home(tmp_path_factory.mktemp("underway"))) as store:
        store.add([*accounts(), *Underway().records()])
        yield store


@pytest.fixture(scope="module")
def address(serve, underway) -> str:
    return serve(underway)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 400])
def test_nothing_is_wrong_or_cut_off(visit, address, width, scheme) -> None:
    tab = visit(address, width=width)
    tab.page.emulate_media(color_scheme=scheme)
    tab.go("/progress")
    tab.page.wait_for_selector(f"{CHARTS} >> nth=3")
    assert tab.page.locator('[data-testid="stException"], .empty').count() == 0
    if folder := os.environ.get("LAB_SHOTS"):
        height = tab.page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
        tab.page.set_viewport_size({"width": width, "height": height + 100})
        tab.page.wait_for_timeout(1500)
        tab.page.screenshot(path=Path(folder) / f"progress_{width}_{scheme}.png")
    assert tab.fits()
    assert serious(tab.page) == []


def test_it_says_how_far_the_newest_open_study_is(visit, address) -> None:
    tab = visit(address)
    tab.go("/progress")
    finding = tab.page.inner_text("p.finding")
    assert finding.startswith(f"underway has {sum(PACE)} of 144 answers; at the pace of late it is")
    assert "between" in finding or "around" in finding
    shown = tab.text()
    assert "This is underway, the newest open study" in shown
    assert "UTC" in shown
    assert "A pair comes as often as its two are likely to be the two best" in shown
    assert "What it costs: the votes gather on the best" in shown


def test_a_study_that_nobody_began_has_its_coverage_and_no_forecast(visit, address) -> None:
    tab = visit(address)
    tab.go("/progress?study=fresh")
    assert tab.page.inner_text("p.finding") == "fresh has 0 of 216 answers and is not open yet."
    tab.page.get_by_text("No answers yet").first.wait_for()
    tab.page.wait_for_selector(CHARTS)


def test_filters_narrow_what_is_counted(visit, address) -> None:
    tab = visit(address)
    tab.go("/progress?study=underway&checkpoints=baseline")
    assert " of 24 answers" in tab.page.inner_text("p.finding")
    tab.go("/progress?study=underway&reviewer=W1")
    assert f"underway has {sum(PACE)} of 144" in tab.page.inner_text("p.finding")
    tab.page.get_by_text("answers by 1 reviewer", exact=True).or_(
        tab.page.get_by_text("answers by 0 reviewers", exact=True)
    ).wait_for()


def test_the_table_of_coverage_comes_down(visit, address) -> None:
    tab = visit(address)
    tab.go("/progress?study=underway")
    tab.page.wait_for_selector(f"{CHARTS} >> nth=3")
    links = tab.page.get_by_role("button", name="CSV", exact=True)
    found = {}
    for link in links.all():
        with tab.page.expect_download() as waiting:
            link.click()
        download = waiting.value
        found[download.suggested_filename] = list(
            csv.DictReader(download.path().read_text().splitlines())
        )
    assert {"coverage.csv", "left.csv", "days.csv", "pairs.csv"} <= set(found)
    rows = found["coverage.csv"]
    assert len(rows) == 6
    assert sum(int(row["planned"]) for row in rows) == 144 - 2
    assert sum(float(row["comes next"]) for row in found["pairs.csv"]) == pytest.approx(1)


def test_an_answer_moves_the_page_within_seconds_and_leaves_the_place(visit, serve, tmp_path):
    with opened(make_home(tmp_path)) as store:
        made = Underway()
        records = list(made.records())
        store.add([*accounts(), *records])
        tab = visit(serve(store))
        tab.go("/progress?study=underway")
        tab.page.wait_for_selector(f"{CHARTS} >> nth=3")
        tab.page.locator("[data-testid=stMain]").evaluate("one => one.scrollTo(0, 600)")
        person = next(
            one for one in records if isinstance(one, r.Account) and one.name == "worker0"
        )
        taken = {one.item_id for one in records if isinstance(one, r.Assignment)}
        item = next(
            one
            for one in records  # the study at work comes before the fresh one
            if isinstance(one, r.Item) and one.kind is r.ItemKind.AB and one.id not in taken
        )
        assignment = r.Assignment(item_id=item.id, reviewer_id=person.id, swapped=False)
        answer = r.Answer(assignment_id=assignment.id, kind=r.AnswerKind.VOTE, seconds=9.0)
        vote = r.Vote(answer_id=answer.id, criterion="overall", winner=r.Winner.A)
        store.add([assignment, answer, vote])
        tab.page.wait_for_function(
            f"document.querySelector('p.finding')?.innerText.includes('{sum(PACE) + 1} of 144')"
        )
        assert tab.page.locator("[data-testid=stMain]").evaluate("one => one.scrollTop") > 300
        assert "study=underway" in tab.page.url
