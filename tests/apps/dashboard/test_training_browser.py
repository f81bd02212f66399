"""Drives the pages Training and Tuning in a real browser, over one made lab."""

from __future__ import annotations

import pytest

from lab.records import TrainingStep
from tests.apps.dashboard.axe import serious

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(serve, filled) -> str:
    return serve(filled)


def test_training_tells_what_goes_on_and_shows_each_new_step(visit, address, filled, lab) -> None:
    tab = visit(address)
    tab.go("/training?along=Epochs")
    text = tab.text()
    assert "candidate is going on: step 381" in text
    for title in ("Bits per byte", "Memory in GiB", "Tokens per second", "Where they come from"):
        assert tab.page.locator("h2.section", has_text=title).count() == 1, title
    charts = tab.page.locator("[data-testid=stVegaLiteChart]")
    charts.nth(5).wait_for(timeout=15_000)
    run = next(one for one in lab.runs if one.name == "candidate")
    filled.add(
        [
            TrainingStep(
                training_run_id=run.id,
                step=777,
                seconds=60.0,
                n_tokens=400_000,
                train_loss=0.2,
                learning_rate=0.001,
            )
        ]
    )
    tab.page.get_by_text("candidate is going on: step 777").wait_for(timeout=20_000)
    assert serious(tab.page) == []


def test_chosen_runs_come_from_the_address(visit, address) -> None:
    tab = visit(address, width=400)
    tab.go("/training?runs=lstm&runs=baseline")
    assert tab.page.locator(".legend .chip").count() == 2
    assert tab.fits()


def test_tuning_tells_the_best_trial_and_what_decided(visit, address) -> None:
    tab = visit(address)
    tab.go("/tuning")
    said = tab.page.inner_text("p.finding")
    assert said.startswith("Search rates: of 14 trials (1 given up and 1 failed), number 3 has")
    assert "learning_rate 0.00316" in said
    text = tab.text()
    assert "learning_rate: " in text
    assert "more than chance" in text
    assert "next is number 10 at" in said
    assert "Trial 13 failed: diverged at step 40" in text
    tab.page.locator("[data-testid=stVegaLiteChart]").nth(4).wait_for(timeout=15_000)
    assert serious(tab.page) == []
    narrow = visit(address, width=400)
    narrow.go("/tuning?best=Best+10")
    narrow.page.locator("[data-testid=stVegaLiteChart]").nth(4).wait_for(timeout=15_000)
    assert narrow.fits()
