"""Drives the sidebar's filters in a real browser: what they leave, and what the URL says."""

from __future__ import annotations

import pytest

from lab.records import Item, ItemKind

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(serve, filled) -> str:
    return serve(filled)


def ratings(tab) -> int:
    card = tab.page.locator(".card", has=tab.page.get_by_text("Ratings", exact=True))
    return int(card.locator(".value").inner_text().replace(",", ""))


def test_each_rarer_filter_comes_from_the_address(visit, address) -> None:
    tab = visit(address)
    tab.go("/")
    everything = ratings(tab)
    tab.go("/?reviewer=R1&since=2020-01-01")
    assert 0 < ratings(tab) < everything
    assert tab.page.get_by_text("More filters (2 set)").count() == 1
    assert "since=2020-01-01" in tab.page.url
    tab.go("/?until=2020-01-01")
    assert tab.page.get_by_text("The filters leave").count() > 0


def test_a_day_goes_into_the_address_and_out_of_it(visit, address) -> None:
    tab = visit(address)
    tab.go("/?study=first-look")
    tab.page.get_by_text("More filters").click()
    tab.page.get_by_label("year, Answered from").click()
    tab.page.keyboard.type("20210304")
    tab.page.keyboard.press("Escape")
    tab.page.locator("h1.page").click()
    tab.page.wait_for_url("**since=2021-03-04**")
    tab.page.get_by_text("More filters (1 set)").wait_for()
    assert tab.page.get_by_role("group", name="Answered until").is_visible()
    tab.page.get_by_role("button", name="Clear filters").click()
    tab.page.wait_for_url(lambda url: "since" not in url and "study" not in url)
    tab.page.get_by_text("More filters", exact=True).wait_for()


def test_a_nonsense_day_in_the_address_is_no_filter(visit, address) -> None:
    tab = visit(address)
    tab.go("/?since=yesterday&until=2020-02-31&reviewer=nobody&tag=none")
    assert ratings(tab) > 0


def test_a_view_keeps_its_place_while_answers_come_in(visit, address, filled, lab) -> None:
    tab = visit(address)
    tab.go("/?criterion=fluency")
    tab.page.get_by_text("More filters").click()
    shown = tab.page.get_by_role("group", name="Answered until")
    shown.wait_for()
    scrolls = "document.querySelector('[data-testid=stMain]')"
    # A page that is still growing cannot be scrolled so far yet.
    tab.page.wait_for_function(
        f"() => {{ {scrolls}.scrollTo(0, 300); return {scrolls}.scrollTop === 300; }}"
    )
    before = ratings(tab)
    generation = lab.generations[3]
    item = Item(
        study_id=lab.study.id,
        kind=ItemKind.RATE,
        position=7000,
        prompt_id=generation.prompt_id,
        generation_a_id=generation.id,
    )
    filled.add([item, *lab.rating_records(item, generation, lab.reviewers[0])])
    tab.page.locator(".card .value", has_text=f"{before + 1:,}").first.wait_for(timeout=20_000)
    assert ratings(tab) == before + 1
    assert tab.page.evaluate(f"{scrolls}.scrollTop") == 300
    assert shown.is_visible()
    assert "criterion=fluency" in tab.page.url


def test_charts_and_tables_come_down_in_each_format(visit, address) -> None:
    tab = visit(address)
    tab.go("/")
    begins = {"SVG": b"<svg", "PNG": b"\x89PNG", "CSV": b"checkpoint", "Parquet": b"PAR1"}
    for label, wanted in begins.items():
        with tab.page.expect_download() as waiting:
            # Streamlit has a button "Download as PNG" of its own, without words in it.
            tab.page.get_by_role("button").filter(has_text=label).first.click()
        assert waiting.value.suggested_filename.endswith(f".{label.lower()}")
        assert waiting.value.path().read_bytes().startswith(wanted)
